//! A segment file.
//!
//! Constraints: (1) its name and header are durable before its first frame is written, and before it is listed;
//! (2) synced bytes are never written again; (3) it ends where the next one's first record begins.
//!
//! ```text
//! <first seq, 20 digits>.log
//! 0    8    magic "SMPLJRNL"
//! 8    4    format version u32 LE, 1
//! 12   4    salt u32 LE: random, starts the checksum of each frame; all segments of a journal have the same
//! 16   8    first seq u64 LE
//! 24   8    received_at i64 LE, ms since 1970, of the record before the first: the floor from which it goes on
//! 32   4    crc32c u32 LE of bytes 0 to 31
//! 36        frames (see `frame`)
//! ```

use std::path::{Path, PathBuf};

use smartpole_model::{Seq, UtcMillis};

use crate::{Error, File, frame};

pub(crate) const HEADER: usize = 36;
const MAGIC: [u8; 8] = *b"SMPLJRNL";
const VERSION: u32 = 1;

/// What a segment starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) salt: u32,
    pub(crate) first: Seq,
    pub(crate) floor: UtcMillis,
}

impl Header {
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&self.salt.to_le_bytes());
        bytes.extend_from_slice(&self.first.0.to_le_bytes());
        bytes.extend_from_slice(&self.floor.0.to_le_bytes());
        let crc = crc32c::crc32c(&bytes);
        bytes.extend_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads the header of the segment at `path`, which must be that of `first`.
    pub(crate) fn read(file: &dyn File, path: &Path, first: Seq) -> Result<Self, Error> {
        let bytes = frame::read_up_to(file, 0, HEADER).map_err(io_error("read", path))?;
        let (version, header) = Self::parse(&bytes).ok_or_else(|| Error::BadHeader { segment: path.into() })?;
        match (version, header.first == first) {
            (VERSION, true) => Ok(header),
            (VERSION, false) => Err(Error::BadHeader { segment: path.into() }),
            (version, _) => Err(Error::Version { segment: path.into(), version }),
        }
    }

    fn parse(bytes: &[u8]) -> Option<(u32, Self)> {
        let (head, crc) = bytes.split_at_checked(HEADER - 4)?;
        let (magic, rest) = head.split_first_chunk()?;
        let (version, rest) = rest.split_first_chunk()?;
        let (salt, rest) = rest.split_first_chunk()?;
        let (first, rest) = rest.split_first_chunk()?;
        let (floor, _) = rest.split_first_chunk()?;
        let header = Self {
            salt: u32::from_le_bytes(*salt),
            first: Seq(u64::from_le_bytes(*first)),
            floor: UtcMillis(i64::from_le_bytes(*floor)),
        };
        let whole = *magic == MAGIC && crc == crc32c::crc32c(head).to_le_bytes();
        whole.then_some((u32::from_le_bytes(*version), header))
    }
}

/// The file of the segment that starts with `first`.
pub(crate) fn path(dir: &Path, first: Seq) -> PathBuf {
    dir.join(format!("{:020}.log", first.0))
}

/// The first record of a segment file; `None` for other files.
pub(crate) fn first_of(path: &Path) -> Option<Seq> {
    let digits = path.file_name()?.to_str()?.strip_suffix(".log")?;
    let whole = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    whole.then(|| digits.parse().ok().map(Seq)).flatten()
}

/// Names what was tried when a file call fails.
pub(crate) fn io_error(operation: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    move |source| Error::Io { operation, path: path.to_owned(), source }
}

/// Names a failed sync.
pub(crate) fn sync_error(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    move |source| Error::Sync { path: path.to_owned(), source }
}
