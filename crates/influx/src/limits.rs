//! How much a request may hold.

use crate::Options;

/// The size of requests: as configured, less after the server said that one is too large.
#[derive(Debug)]
pub(crate) struct Limits {
    lines: usize,
    bytes: usize,
    most_bytes: usize,
}

impl Limits {
    /// Most lines of a request that tries whether trouble is over.
    const TRIAL: usize = 500;

    pub(crate) fn new(options: &Options) -> Self {
        Self { lines: options.batch_lines, bytes: options.batch_bytes, most_bytes: options.batch_bytes }
    }

    /// How many of `lengths`, taken in turn, a request may hold: at least one, whatever its length.
    pub(crate) fn take(&self, trial: bool, lengths: impl Iterator<Item = usize>) -> usize {
        let lines = if trial { self.lines.min(Self::TRIAL) } else { self.lines };
        let mut room = self.bytes;
        let fits = |length: &usize| {
            let left = room.checked_sub(length + 1);
            room = left.unwrap_or(room);
            left.is_some()
        };
        lengths.take(lines).take_while(fits).count().max(1)
    }

    /// A request of so many bytes was too large.
    pub(crate) fn shrink(&mut self, bytes: usize) {
        self.bytes = (bytes / 2).clamp(1, self.bytes);
    }

    /// A request of so many bytes was not. Only one that came near the limit says something about it, and the limit grows
    /// by a sixteenth then: a lasting bound of a proxy is tried once in a dozen requests.
    pub(crate) fn grow(&mut self, bytes: usize) {
        if self.bytes < self.most_bytes && bytes > self.bytes / 4 * 3 {
            self.bytes = (self.bytes + self.bytes / 16 + 1).min(self.most_bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits::new(&Options { batch_lines: 1000, batch_bytes: 100_000, ..Options::default() })
    }

    #[test]
    fn a_request_keeps_to_lines_and_bytes_but_holds_a_line_at_least() {
        let all = |length| std::iter::repeat_n(length, 5000);
        assert_eq!(limits().take(false, all(9)), 1000);
        assert_eq!(limits().take(true, all(9)), 500);
        assert_eq!(limits().take(false, all(999)), 100);
        assert_eq!(limits().take(false, all(200_000)), 1);
    }

    #[test]
    fn a_limit_halves_and_grows_again_by_requests_that_come_near_it() {
        let mut limits = limits();
        limits.shrink(100_000);
        assert_eq!(limits.bytes, 50_000);
        limits.grow(100);
        assert_eq!(limits.bytes, 50_000);
        let mut written = 0;
        while limits.bytes < limits.most_bytes {
            limits.grow(limits.bytes);
            written += 1;
        }
        assert_eq!(written, 12);
    }
}
