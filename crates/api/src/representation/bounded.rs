//! Bytes up to a bound: no answer that is made as a whole is longer.

use std::io::{self, Write};

use serde::Serialize;

use crate::problem::Problem;

/// Bytes that end before they are too many.
pub(super) struct Bounded {
    most: usize,
    bytes: Vec<u8>,
}

impl Bounded {
    /// None yet, and `most` in the end.
    pub(super) fn new(most: usize) -> Self {
        Self { most, bytes: Vec::new() }
    }

    /// Adds something as JSON.
    ///
    /// # Errors
    /// 400 if it does not fit, 500 if it is no JSON.
    pub(super) fn json(&mut self, value: &impl Serialize) -> Result<(), Problem> {
        let written = serde_json::to_writer(&mut *self, value);
        written.map_err(|error| if error.is_io() { Problem::too_long(self.most) } else { Problem::internal(&error) })
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// 400 if they do not fit.
    pub(super) fn add(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        self.write_all(bytes).map_err(|_| Problem::too_long(self.most))
    }

    /// All of them.
    pub(super) fn bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of a list of so many digits.
    fn digits(most: usize, many: usize) -> Result<usize, String> {
        let mut bounded = Bounded::new(most);
        let written = bounded.json(&vec![1_u8; many]);
        written.map(|()| bounded.bytes().len()).map_err(|problem| serde_json::to_string(&problem).unwrap())
    }

    #[test]
    fn an_answer_of_the_bound_is_given_and_one_byte_more_is_refused_with_what_to_do() {
        // brackets, digits, commas
        assert_eq!(digits(21, 10), Ok(21));
        let refused = digits(20, 10).unwrap_err();
        assert!(refused.contains("longer than 20 bytes") && refused.contains("`limit`"), "{refused}");
        let mut bounded = Bounded::new(3);
        assert!(bounded.add(b"abc").is_ok() && bounded.add(b"d").is_err());
        assert_eq!(bounded.bytes(), b"abc");
    }
}
