//! What is found in the folder at start.
//!
//! Only the last segment can end in a torn write: a further segment is created when all before it is durable. A bad
//! frame is a torn write if nothing behind it proves that it had been durable:
//! - a write that starts behind it (its first frame is marked) began after the sync of everything before: **bad frame**;
//! - frames of its own write behind it, and a 512-byte sector of zeros between, where a page was lost: **torn**;
//! - frames of its own write behind it without such a hole, so a byte has changed: **bad frame**;
//! - nothing behind it: **torn**.

use smartpole_model::{Seq, UtcMillis};

use crate::{
    Error, File,
    frame::{self, FRAME_HEADER, MAX_BODY, Parsed, Run, Stop},
    record,
    segment::{self, Header, io_error, sync_error},
    segments::{Mark, Segments},
    writer::MAX_WRITE,
};

const SCAN_BYTES: usize = 1 << 20;
const SECTOR: u64 = 512;

/// What was found at start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// The oldest record kept; the next to come if there is none.
    pub oldest: Seq,
    /// The newest durable record; `Seq(0)` if there was never one.
    pub durable: Seq,
    /// `received_at` of the newest record.
    pub received_at: UtcMillis,
    /// Bytes of a torn write that were cut off. None of them was acknowledged.
    pub cut_bytes: u64,
}

/// The segment that is written to.
#[derive(Debug)]
pub(crate) struct Active {
    pub(crate) file: Box<dyn File>,
    pub(crate) header: Header,
    pub(crate) bytes: u64,
}

/// Lists the segments, cuts a torn write off the last one and makes what is left durable.
pub(crate) fn recover(segments: &Segments) -> Result<(Option<Active>, Recovery), Error> {
    let mut firsts = list(segments)?;
    let mut cut_bytes = drop_unborn(segments, &mut firsts)?;
    firsts.iter().try_for_each(|first| note(segments, *first))?;
    segments.fs.sync_dir(&segments.dir).map_err(sync_error(&segments.dir))?;
    let oldest = segments.oldest().unwrap_or(Seq(1));
    let Some(last) = firsts.last() else {
        return Ok((None, Recovery { oldest, cut_bytes, ..Recovery::default() }));
    };
    let end = Scan::of(segments, *last)?;
    cut_bytes += end.cut(segments)?;
    let durable = Seq(end.next.0 - 1);
    let recovery = Recovery { oldest, durable, received_at: end.received_at, cut_bytes };
    Ok((Some(Active { file: end.file, header: end.header, bytes: end.offset }), recovery))
}

fn list(segments: &Segments) -> Result<Vec<Seq>, Error> {
    let files = segments.fs.list(&segments.dir).map_err(io_error("list", &segments.dir))?;
    let mut firsts: Vec<_> = files.iter().filter_map(|path| segment::first_of(path)).collect();
    firsts.sort_unstable();
    Ok(firsts)
}

fn note(segments: &Segments, first: Seq) -> Result<(), Error> {
    let path = segments.path(first);
    let file = segments.fs.open(&path).map_err(io_error("open", &path))?;
    Header::read(file.as_ref(), &path, first)?;
    segments.note(first, file.size().map_err(io_error("read", &path))?);
    Ok(())
}

/// Unlinks a last segment that was being created: no frame is written before its header is durable. Records start
/// at 1, so one that is alone and starts later is not being created but has lost its header.
fn drop_unborn(segments: &Segments, firsts: &mut Vec<Seq>) -> Result<u64, Error> {
    let Some(last) = firsts.last().copied() else { return Ok(0) };
    let path = segments.path(last);
    let file = segments.fs.open(&path).map_err(io_error("open", &path))?;
    let bytes = file.size().map_err(io_error("read", &path))?;
    let unborn = bytes <= segment::HEADER as u64 && (firsts.len() > 1 || last == Seq(1));
    match Header::read(file.as_ref(), &path, last) {
        Err(Error::BadHeader { .. }) if unborn => {
            segments.fs.remove(&path).map_err(io_error("unlink", &path))?;
            firsts.pop();
            Ok(bytes)
        }
        other => other.map(|_| 0),
    }
}

/// The last segment, read to its end.
#[derive(Debug)]
struct Scan {
    file: Box<dyn File>,
    header: Header,
    offset: u64,
    next: Seq,
    received_at: UtcMillis,
    stop: Stop,
}

impl Scan {
    fn of(segments: &Segments, first: Seq) -> Result<Self, Error> {
        let path = segments.path(first);
        let file = segments.fs.open(&path).map_err(io_error("open", &path))?;
        let header = Header::read(file.as_ref(), &path, first)?;
        let offset = segment::HEADER as u64;
        let mut scan = Self { file, header, offset, next: first, received_at: header.floor, stop: Stop::Limit };
        while scan.stop == Stop::Limit {
            let run = Run::read(scan.file.as_ref(), header.salt, scan.offset, usize::MAX, SCAN_BYTES)
                .map_err(io_error("read", &path))?;
            segments.mark(first, Mark { seq: scan.next, offset: scan.offset });
            scan.advance(&run)?;
        }
        Ok(scan)
    }

    fn advance(&mut self, run: &Run) -> Result<(), Error> {
        self.next = self.next.plus(run.ends.len() as u64);
        self.offset += run.bytes.len() as u64;
        self.stop = run.stop;
        if let Some(body) = run.bodies().last() {
            let seq = Seq(self.next.0 - 1);
            (self.received_at, _) = record::decode(body).map_err(|source| Error::BadRecord { seq, source })?;
        }
        Ok(())
    }

    /// Cuts off what is torn and syncs: what was read may have been in the page cache alone.
    fn cut(&self, segments: &Segments) -> Result<u64, Error> {
        let path = segments.path(self.header.first);
        let bytes = self.file.size().map_err(io_error("read", &path))?;
        if self.stop == Stop::Bad {
            let skip = self.offset % SECTOR;
            let end = frame::read_up_to(self.file.as_ref(), self.offset - skip, MAX_TORN + 1)
                .map_err(io_error("read", &path))?;
            if !is_torn(&end, skip as usize, self.header.salt) {
                return Err(Error::BadFrame { segment: path, offset: self.offset, seq: self.next });
            }
            self.file.truncate(self.offset).map_err(io_error("truncate", &path))?;
            segments.note(self.header.first, self.offset);
        }
        self.file.sync().map_err(sync_error(&path))?;
        Ok(bytes - self.offset)
    }
}

/// No write is larger, with a sector before it.
const MAX_TORN: usize = MAX_WRITE + FRAME_HEADER + MAX_BODY + SECTOR as usize;

/// Whether the bad frame at `bad` is a torn write. `end` is the end of the file, from the start of a sector on.
fn is_torn(end: &[u8], bad: usize, salt: u32) -> bool {
    if end.len() > MAX_TORN {
        return false;
    }
    let (mut at, mut next_valid) = (bad + 1, None);
    while at < end.len() {
        match frame::parse(&end[at..], salt) {
            Parsed::Frame { first: true, .. } => return false,
            Parsed::Frame { bytes, .. } => {
                next_valid.get_or_insert(at);
                at += bytes;
            }
            _ => at += 1,
        }
    }
    // The hole may begin in front of the bad frame, where zeros were written anyway.
    next_valid.is_none_or(|next_valid| has_zero_sector(&end[..next_valid]))
}

fn has_zero_sector(bytes: &[u8]) -> bool {
    bytes.chunks_exact(SECTOR as usize).any(|sector| sector.iter().all(|byte| *byte == 0))
}
