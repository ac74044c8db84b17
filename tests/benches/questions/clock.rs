//! How long answers take.

use std::time::{Duration, Instant};

/// Longer than this nothing is asked again and again.
const PATIENCE: Duration = Duration::from_secs(8);
/// Fewest times that something is asked, if it is to be asked so often.
const LEAST: usize = 5;

/// How long it took each time, in milliseconds.
pub(crate) struct Times(Vec<f64>);

/// Asks so many times, fewer if it takes long; the first time is not counted if there are more.
pub(crate) async fn ask(times: usize, question: impl AsyncFn() -> usize) -> Times {
    if times > 1 {
        question().await;
    }
    let (start, mut all) = (Instant::now(), Vec::new());
    while all.len() < times && (all.len() < LEAST || start.elapsed() < PATIENCE) {
        let asked = Instant::now();
        assert!(question().await > 0, "an answer is not empty");
        all.push(asked.elapsed().as_secs_f64() * 1e3);
    }
    all.sort_by(f64::total_cmp);
    Times(all)
}

impl Times {
    /// The median, in milliseconds.
    pub(crate) fn p50(&self) -> f64 {
        self.at(50)
    }

    /// The 99th percentile; the longest of fewer than a hundred.
    pub(crate) fn p99(&self) -> f64 {
        self.at(99)
    }

    fn at(&self, percent: usize) -> f64 {
        self.0[(self.0.len() * percent / 100).min(self.0.len() - 1)]
    }
}
