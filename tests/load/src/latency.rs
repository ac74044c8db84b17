//! How long things take, as shares of all.

use std::time::Duration;

/// Times from a message's due time, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Latency {
    pub(crate) count: u64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
}

impl Latency {
    /// `None` if nothing was measured.
    pub(crate) fn of(mut times: Vec<Duration>) -> Option<Self> {
        times.sort_unstable();
        let at = |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1)));
        let ms = |share| Some(at(share)?.as_secs_f64() * 1e3);
        Some(Self { count: times.len() as u64, p50_ms: ms(50)?, p99_ms: ms(99)?, max_ms: ms(100)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_sorted_times() {
        let times = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!(Latency::of(times), Some(Latency { count: 200, p50_ms: 101.0, p99_ms: 199.0, max_ms: 200.0 }));
        assert_eq!(Latency::of(Vec::new()), None);
    }
}
