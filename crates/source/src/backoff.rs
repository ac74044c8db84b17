//! How long to wait before the next attempt.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

/// Doubling pauses from half a second to a minute, each shortened by up to half at random, so that many clients of a
/// broker that restarted do not come back at once.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    attempts: u32,
}

impl Backoff {
    const FIRST: Duration = Duration::from_millis(500);
    const LONGEST: Duration = Duration::from_secs(60);
    /// A connection this old was healthy: the next failure starts anew.
    const HEALTHY: Duration = Duration::from_secs(30);

    /// The next pause.
    pub(crate) fn next(&mut self) -> Duration {
        let pause = Self::FIRST.saturating_mul(1 << self.attempts.min(16)).min(Self::LONGEST);
        self.attempts += 1;
        jittered(pause, random_unit())
    }

    /// A pause where hammering would do harm, such as a refused login.
    pub(crate) fn slow() -> Duration {
        jittered(Self::LONGEST, random_unit())
    }

    /// Starts anew if the connection lasted.
    pub(crate) fn lasted(&mut self, age: Duration) {
        if age >= Self::HEALTHY {
            self.attempts = 0;
        }
    }
}

/// Between half of `pause` and all of it, for `unit` in 0..1.
fn jittered(pause: Duration, unit: f64) -> Duration {
    pause.mul_f64(0.5 + unit / 2.0)
}

/// The standard library seeds each hasher anew from the system's randomness: enough for jitter.
fn random_unit() -> f64 {
    f64::from((RandomState::new().hash_one(0) >> 32) as u32) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pauses_double_up_to_a_minute_and_start_anew_after_a_healthy_connection() {
        let mut backoff = Backoff::default();
        let bounds = |pause: Duration, full: f64| {
            let seconds = pause.as_secs_f64();
            assert!((full / 2.0..=full).contains(&seconds), "{seconds} s is not within half of {full} s");
        };
        for full in [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0] {
            bounds(backoff.next(), full);
        }
        backoff.lasted(Duration::from_secs(29));
        bounds(backoff.next(), 60.0);
        backoff.lasted(Backoff::HEALTHY);
        bounds(backoff.next(), 0.5);
        bounds(Backoff::slow(), 60.0);
    }

    proptest! {
        #[test]
        fn jitter_stays_within_half_of_the_pause(millis in 0u64..120_000, unit in 0.0f64..=1.0) {
            let pause = Duration::from_millis(millis);
            let jittered = jittered(pause, unit);
            prop_assert!(pause.mul_f64(0.5) <= jittered && jittered <= pause);
        }
    }
}
