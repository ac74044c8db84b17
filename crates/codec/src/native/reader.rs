//! Bytes in order, and where they end too early.

use std::fmt::Display;

use crate::Refusal;

/// What is left of a payload.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Offset of the next byte.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn is_empty(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// The next byte, without taking it.
    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// The next `n` bytes of `what`, which began at `start`.
    pub(super) fn take(&mut self, n: usize, what: impl Display, start: usize) -> Result<&'a [u8], Refusal> {
        let left = &self.bytes[self.at..];
        let taken = left.get(..n).ok_or_else(|| {
            Refusal::decode(format!("{what} at byte {start}: {n} bytes expected, {} left", left.len()))
        })?;
        self.at += n;
        Ok(taken)
    }
}

/// What cannot be read, as nobody knows how long it is.
pub(super) fn unknown(what: impl Display, start: usize) -> Refusal {
    Refusal::decode(format!("unknown {what} at byte {start}"))
}
