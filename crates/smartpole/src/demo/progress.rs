//! A bar for the history.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use smartpole_model::UtcMillis;

/// What is left of the history, of all who send.
#[derive(Clone)]
pub(super) struct Progress {
    bar: ProgressBar,
    sent: Arc<AtomicU64>,
    /// Who still sends history.
    streams: Arc<AtomicUsize>,
    planned: u64,
    live_from: UtcMillis,
}

/// One who sends.
pub(super) struct Stream {
    progress: Progress,
    live: bool,
}

impl Progress {
    pub(super) fn new(planned: u64, live_from: UtcMillis) -> Self {
        let bar = ProgressBar::with_draw_target(Some(planned), ProgressDrawTarget::hidden());
        let style =
            ProgressStyle::with_template("history {bar:40} {human_pos}/{human_len} messages, {per_sec}, {eta} left");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self { bar, sent: Arc::default(), streams: Arc::default(), planned, live_from }
    }

    pub(super) fn stream(&self) -> Stream {
        self.streams.fetch_add(1, Ordering::Relaxed);
        Stream { progress: self.clone(), live: false }
    }

    pub(super) fn start(&self) {
        if self.planned > 0 {
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
        }
    }

    pub(super) fn end(&self) {
        self.bar.abandon();
    }
}

impl Stream {
    /// So many messages of that time or before were sent.
    pub(super) fn sent(&mut self, at: UtcMillis, n: u64) {
        const STEP: u64 = 64;
        let progress = &self.progress;
        if at < progress.live_from {
            let before = progress.sent.fetch_add(n, Ordering::Relaxed);
            if before / STEP < (before + n) / STEP {
                progress.bar.set_position(before + n);
            }
        } else if !self.live {
            self.live = true;
            if progress.streams.fetch_sub(1, Ordering::Relaxed) == 1 {
                progress.bar.finish_and_clear();
            }
        }
    }
}
