//! A file line by line, each within a bound, as text.

use std::io::{self, BufRead, Read};

use super::mapping::Encoding;

/// Longest line, in bytes: a quotation mark that is never closed must not read the whole file into memory.
pub(crate) const MOST: u64 = 64 << 10;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// A line as it was read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: u64,
    /// Without its end; why it is no text otherwise.
    pub(crate) text: Result<String, &'static str>,
}

/// Reads lines.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    from: R,
    encoding: Encoding,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(from: R, encoding: Encoding) -> Self {
        Self { from, encoding, number: 0 }
    }

    /// The next line; none at the end.
    pub(crate) fn next_line(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        if (&mut self.from).take(MOST).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        let whole = bytes.ends_with(b"\n") || (bytes.len() as u64) < MOST;
        if !whole {
            self.skip()?;
            return Ok(Some(Line { number: self.number, text: Err("the line is longer than 64 KiB") }));
        }
        while bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            bytes.pop();
        }
        if self.number == 1 && bytes.starts_with(BOM) {
            bytes.drain(..BOM.len());
        }
        Ok(Some(Line { number: self.number, text: self.encoding.text(bytes) }))
    }

    /// Passes over the rest of a line.
    fn skip(&mut self) -> io::Result<()> {
        loop {
            let ahead = self.from.fill_buf()?;
            let end = ahead.iter().position(|byte| *byte == b'\n');
            let n = end.map_or(ahead.len(), |end| end + 1);
            self.from.consume(n);
            if end.is_some() || n == 0 {
                return Ok(());
            }
        }
    }
}

impl Encoding {
    fn text(self, bytes: Vec<u8>) -> Result<String, &'static str> {
        match self {
            Self::Utf8 => String::from_utf8(bytes).map_err(|_| "it is no UTF-8"),
            // ISO 8859-1 has the first 256 characters of Unicode in their order
            Self::Latin1 => Ok(bytes.into_iter().map(char::from).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(bytes: &[u8], encoding: Encoding) -> Vec<Line> {
        let mut lines = Lines::new(bytes, encoding);
        std::iter::from_fn(|| lines.next_line().unwrap()).collect()
    }

    #[test]
    fn lines_end_as_on_any_system_and_a_byte_order_mark_is_none_of_the_text() {
        let texts: Vec<_> =
            lines(b"\xef\xbb\xbfa;b\r\n\r\nc", Encoding::Utf8).into_iter().map(|line| line.text).collect();
        assert_eq!(texts, [Ok("a;b".to_owned()), Ok(String::new()), Ok("c".to_owned())]);
    }

    #[test]
    fn latin_1_is_read_where_utf_8_is_none() {
        let one = |encoding| lines(b"Stra\xdfe", encoding).remove(0).text;
        assert_eq!((one(Encoding::Latin1), one(Encoding::Utf8)), (Ok("Straße".to_owned()), Err("it is no UTF-8")));
    }

    #[test]
    fn a_line_that_does_not_end_is_passed_over_and_the_next_one_read() {
        let mut bytes = vec![b'x'; 200 << 10];
        bytes.extend(b"\nnext\n");
        let read = lines(&bytes, Encoding::Utf8);
        assert_eq!(read[0].text, Err("the line is longer than 64 KiB"));
        assert_eq!((read[1].number, &read[1].text), (2, &Ok("next".to_owned())));
    }

    proptest! {
        #[test]
        fn any_bytes_are_lines_within_the_bound(bytes in prop::collection::vec(any::<u8>(), 0..4_096), latin in any::<bool>()) {
            let encoding = if latin { Encoding::Latin1 } else { Encoding::Utf8 };
            let read = lines(&bytes, encoding);
            prop_assert!(read.len() <= bytes.len());
            prop_assert!(read.iter().zip(1..).all(|(line, number)| line.number == number));
        }
    }
}
