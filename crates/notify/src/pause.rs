//! How long to wait before a message is tried again.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

/// What was not sent for so long after it was put together is given up, ms: three days.
pub const GIVE_UP_MS: i64 = 3 * 86_400_000;

const FIRST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(3_600);

/// The pause after so many attempts that failed before this one: doubling from five seconds to an hour, each shortened by up to half
/// at random, so that many services of a mail server that restarted do not come back at once.
pub fn pause(attempts: u32) -> Duration {
    jittered(FIRST.saturating_mul(1 << attempts.min(16)).min(LONGEST), random_unit())
}

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

    #[test]
    fn pauses_grow_to_an_hour_and_are_shortened_by_half_at_most() {
        for (attempts, full) in [(0, 5.0), (1, 10.0), (5, 160.0), (9, 2_560.0), (10, 3_600.0), (u32::MAX, 3_600.0)] {
            let seconds = pause(attempts).as_secs_f64();
            assert!((full / 2.0..=full).contains(&seconds), "{attempts}: {seconds}");
        }
        assert_eq!([0.0, 1.0].map(|unit| jittered(LONGEST, unit).as_secs()), [1_800, 3_600]);
    }
}
