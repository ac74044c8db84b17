//! Keeps hot paths from flooding the log.

use tokio::time::{Duration, Instant};

/// Lets one event in ten seconds through.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    last: Option<Instant>,
}

impl Throttle {
    const EVERY: Duration = Duration::from_secs(10);

    /// Whether to speak now.
    pub(crate) fn pass(&mut self) -> bool {
        let passes = self.last.is_none_or(|last| last.elapsed() >= Self::EVERY);
        if passes {
            self.last = Some(Instant::now());
        }
        passes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_event_in_ten_seconds_passes() {
        let mut throttle = Throttle::default();
        assert!(throttle.pass());
        assert!(!throttle.pass());
        tokio::time::advance(Throttle::EVERY).await;
        assert!(throttle.pass());
    }
}
