//! What gateways do by the clock.

use tokio::time::{Duration, Instant};

use super::{
    super::{Content, Delivery, PlayError},
    Player,
};
use crate::{lorawan::semtech, publish::now};

/// How often a gateway asks for downlinks while the service does not know it.
const PULL_AT_FIRST: Duration = Duration::from_millis(500);
impl<F: FnMut(&Delivery)> Player<'_, F> {
    /// Sends again what is not acknowledged, asks for downlinks and tells how the gateways are, each when it is time.
    pub(super) async fn keep_time(&mut self) -> Result<(), PlayError> {
        let (seconds, service) = (self.play.patience_s, self.play.service);
        if self.outbox.silence() >= Duration::from_secs(seconds.into()) {
            return Err(PlayError::Silence { seconds, service });
        }
        for (gateway, bytes) in self.outbox.overdue(self.play.resend_after) {
            self.played.resent += 1;
            self.gateways[gateway].send(&bytes).await;
        }
        let now = Instant::now();
        if self.pull_at <= now {
            self.pull().await;
            let reachable = self.gateways[..self.registered()].iter().all(|gateway| gateway.pulled);
            let calm = reachable && !self.outbox.is_troubled();
            self.pull_at = now + if calm { self.play.pull_every } else { PULL_AT_FIRST.min(self.play.pull_every) };
        }
        if self.stat_at <= now {
            self.stat_at = now + self.play.stat_every;
            self.stat().await;
        }
        Ok(())
    }

    async fn pull(&mut self) {
        let registered = self.registered();
        for gateway in &mut self.gateways[..registered] {
            let token = gateway.token();
            gateway.send(&semtech::pull_data(token, gateway.eui)).await;
        }
    }

    async fn stat(&mut self) {
        let time = now();
        for gateway in 0..self.registered() {
            let link = &mut self.gateways[gateway];
            let token = link.token();
            let bytes = semtech::push_stat(token, link.eui, time, &link.counts);
            self.send((gateway, token), Content::Stat, bytes).await;
        }
    }
}
