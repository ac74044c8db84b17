//! A record's frame, and runs of frames as they are read.
//!
//! Constraints: (1) zeros are no frame, since file systems leave them where a write was lost; (2) a sender cannot put
//! bytes into a payload that look like a frame, or cost a search much, since it does not know the salt; (3) the start
//! of a write is visible, for it says that everything before it was durable.
//!
//! ```text
//! 0    4    head u32 LE: bits 0–23 bytes of the body, at least 1; bits 24–30 check; bit 31 set on the first of a write
//! 4    4    crc32c u32 LE over head, its check bits 0, and body, started with the segment's salt
//! 8    len  body, one record
//! ```
//! The check is the low seven bits of the checksum over the head alone: a wrong length is seen without its body.

use std::io;

use crate::File;

/// Bytes before the body.
pub(crate) const FRAME_HEADER: usize = 8;
/// Largest body.
pub(crate) const MAX_BODY: usize = (1 << 24) - 1;

const FIRST: u32 = 1 << 31;
const CHECK: u32 = 0x7f << 24;

/// Appends the frame of the body that `encode` appends.
pub(crate) fn put(out: &mut Vec<u8>, salt: u32, first: bool, encode: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; FRAME_HEADER]);
    encode(out);
    let len = (out.len() - start - FRAME_HEADER) as u32;
    let (head, seed) = seal(salt, len | if first { FIRST } else { 0 });
    let crc = crc32c::crc32c_append(seed, &out[start + FRAME_HEADER..]);
    out[start..start + 4].copy_from_slice(&head.to_le_bytes());
    out[start + 4..start + FRAME_HEADER].copy_from_slice(&crc.to_le_bytes());
}

/// The head with its check bits, and its checksum, which that of the body goes on from.
fn seal(salt: u32, head: u32) -> (u32, u32) {
    let seed = crc32c::crc32c_append(salt, &head.to_le_bytes());
    (head | seed << 24 & CHECK, seed)
}

/// What bytes start with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    /// A whole frame of so many bytes.
    Frame { bytes: usize, first: bool },
    /// Perhaps a frame, but so many bytes are needed to tell.
    Short(usize),
    /// No frame.
    Bad,
}

pub(crate) fn parse(bytes: &[u8], salt: u32) -> Parsed {
    let Some((&[a, b, c, d, e, f, g, h], rest)) = bytes.split_first_chunk() else {
        return Parsed::Short(FRAME_HEADER);
    };
    let stored = u32::from_le_bytes([a, b, c, d]);
    let (head, seed) = seal(salt, stored & !CHECK);
    let len = stored as usize & MAX_BODY;
    if len == 0 || head != stored {
        return Parsed::Bad;
    }
    match rest.get(..len) {
        None => Parsed::Short(FRAME_HEADER + len),
        Some(body) if crc32c::crc32c_append(seed, body) != u32::from_le_bytes([e, f, g, h]) => Parsed::Bad,
        Some(_) => Parsed::Frame { bytes: FRAME_HEADER + len, first: stored & FIRST != 0 },
    }
}

/// Whole, checked frames that follow each other.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// The frames.
    pub(crate) bytes: Vec<u8>,
    /// Where each ends in `bytes`.
    pub(crate) ends: Vec<usize>,
    /// Why there are no more.
    pub(crate) stop: Stop,
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stop {
    /// There may be more.
    #[default]
    Limit,
    /// The file ends with the last frame.
    End,
    /// What follows is no frame.
    Bad,
}

impl Run {
    /// Reads the frames from `offset` on: at most `records`, and `bytes` unless the first one alone is larger.
    pub(crate) fn read(file: &dyn File, salt: u32, offset: u64, records: usize, bytes: usize) -> io::Result<Self> {
        let mut want = bytes.max(FRAME_HEADER);
        loop {
            let buffer = read_up_to(file, offset, want)?;
            let at_end = buffer.len() < want;
            let (ends, parsed) = split(&buffer, salt, records);
            match parsed {
                Some(Parsed::Short(needed)) if ends.is_empty() && !at_end => want = needed,
                parsed => return Ok(Self::new(buffer, ends, parsed, at_end)),
            }
        }
    }

    fn new(mut bytes: Vec<u8>, ends: Vec<usize>, parsed: Option<Parsed>, at_end: bool) -> Self {
        let whole = ends.last().copied().unwrap_or(0);
        let stop = match parsed {
            Some(Parsed::Short(_)) if at_end && whole == bytes.len() => Stop::End,
            Some(Parsed::Short(_)) if at_end => Stop::Bad,
            Some(Parsed::Bad) => Stop::Bad,
            _ => Stop::Limit,
        };
        bytes.truncate(whole);
        Self { bytes, ends, stop }
    }

    /// The bodies.
    pub(crate) fn bodies(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[start + FRAME_HEADER..*end])
    }
}

/// The ends of the leading frames, and what stands behind them, unless the limit was reached.
fn split(bytes: &[u8], salt: u32, records: usize) -> (Vec<usize>, Option<Parsed>) {
    let (mut ends, mut at) = (Vec::new(), 0);
    while ends.len() < records {
        match parse(&bytes[at..], salt) {
            Parsed::Frame { bytes, .. } => at += bytes,
            other => return (ends, Some(other)),
        }
        ends.push(at);
    }
    (ends, None)
}

/// `bytes` bytes from `offset` on, fewer only at the end of the file.
pub(crate) fn read_up_to(file: &dyn File, offset: u64, bytes: usize) -> io::Result<Vec<u8>> {
    // mostly little has come since the last read: room for all that may have would be cleared for nothing
    const CHUNK: usize = 64 << 10;
    let mut buffer = Vec::new();
    while buffer.len() < bytes {
        let filled = buffer.len();
        buffer.resize(bytes.min(2 * filled + CHUNK), 0);
        let read = read_once(file, &mut buffer[filled..], offset + filled as u64)?;
        buffer.truncate(filled + read);
        if read == 0 {
            break;
        }
    }
    Ok(buffer)
}

fn read_once(file: &dyn File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    loop {
        match file.read_at(buffer, offset) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_frame_is_read_with_its_own_salt_alone(salt: u32, other: u32, first: bool, body in prop::collection::vec(any::<u8>(), 1..100)) {
            let mut bytes = Vec::new();
            put(&mut bytes, salt, first, |out| out.extend_from_slice(&body));
            prop_assert_eq!(parse(&bytes, salt), Parsed::Frame { bytes: bytes.len(), first });
            prop_assert_eq!(parse(&bytes[..bytes.len() - 1], salt), Parsed::Short(bytes.len()));
            prop_assume!(other != salt);
            prop_assert_eq!(parse(&bytes, other), Parsed::Bad);
        }

        #[test]
        fn zeros_are_no_frame(salt: u32) {
            prop_assert_eq!(parse(&[0; 4_096], salt), Parsed::Bad);
        }

        #[test]
        fn few_lengths_pass_the_check(salt: u32) {
            let passed = (1..=12_800u32).filter(|len| parse(&[len.to_le_bytes(), [0; 4]].concat(), salt) != Parsed::Bad);
            prop_assert!(passed.count() < 12_800 / 32);
        }
    }
}
