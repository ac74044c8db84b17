//! How long to wait before the next attempt.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use crate::{Trouble, answer::Wait};

/// Doubling pauses from a quarter of a second to a minute, each shortened by up to half at random, so that many clients of a
/// server that restarted do not come back at once.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    attempts: u32,
}

impl Backoff {
    const FIRST: Duration = Duration::from_millis(250);
    const LONGEST: Duration = Duration::from_secs(60);
    /// At least, where somebody has to do something first.
    const REFUSED: Duration = Duration::from_secs(5);

    /// The next pause: as the server asks, if it does, else ours.
    pub(crate) fn next(&mut self, wait: &Wait) -> Duration {
        let doubled = Self::FIRST.saturating_mul(1 << self.attempts.min(16)).min(Self::LONGEST);
        self.attempts = self.attempts.saturating_add(1);
        let pause =
            wait.retry_after.map_or_else(|| doubled.mul_f64(0.5 + random_unit() / 2.0), |asked| asked.max(Self::FIRST));
        match wait.trouble {
            Trouble::Token | Trouble::Bucket => pause.max(Self::REFUSED),
            Trouble::Server | Trouble::Network | Trouble::NotInfluxdb | Trouble::Clock => pause,
        }
    }

    /// Starts anew: the server answered as it should.
    pub(crate) fn reset(&mut self) {
        self.attempts = 0;
    }
}

/// The standard library seeds each hasher anew from the system's randomness: enough for jitter.
fn random_unit() -> f64 {
    f64::from((RandomState::new().hash_one(0) >> 32) as u32) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(trouble: Trouble, retry_after: Option<u64>) -> Wait {
        Wait { trouble, reason: String::new(), retry_after: retry_after.map(Duration::from_secs) }
    }

    #[track_caller]
    fn check(pause: Duration, shortest: f64, longest: f64) {
        assert!(
            (shortest..=longest).contains(&pause.as_secs_f64()),
            "{pause:?} is not within {shortest} and {longest}"
        );
    }

    #[test]
    fn pauses_double_up_to_a_minute_and_start_anew() {
        let (mut backoff, busy) = (Backoff::default(), wait(Trouble::Server, None));
        for full in [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0] {
            check(backoff.next(&busy), full / 2.0, full);
        }
        backoff.reset();
        check(backoff.next(&busy), 0.125, 0.25);
    }

    #[test]
    fn the_server_is_obeyed_and_a_refused_token_is_not_hammered() {
        let mut backoff = Backoff::default();
        check(backoff.next(&wait(Trouble::Server, Some(90))), 90.0, 90.0);
        check(backoff.next(&wait(Trouble::Server, Some(0))), 0.25, 0.25);
        check(backoff.next(&wait(Trouble::Token, Some(0))), 5.0, 5.0);
        check(Backoff::default().next(&wait(Trouble::Bucket, None)), 5.0, 5.0);
    }
}
