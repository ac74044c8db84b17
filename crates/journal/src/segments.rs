//! The list of segments, shared by writer, readers and trimming.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use smartpole_model::Seq;

use crate::{Error, Fs, Status, segment};

/// Bytes between two marks: so much is read at most to find a record in a segment that was read before.
const MARK_BYTES: u64 = 256 << 10;

/// The folder and what is in it.
#[derive(Debug)]
pub(crate) struct Segments {
    pub(crate) fs: Arc<dyn Fs>,
    pub(crate) dir: PathBuf,
    list: Mutex<BTreeMap<Seq, Entry>>,
}

#[derive(Debug, Default)]
struct Entry {
    bytes: u64,
    /// Records whose offset is known, about every 256 KiB, as far as the segment was read or written by this process.
    marks: Vec<Mark>,
}

/// Where in its segment a record starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) seq: Seq,
    pub(crate) offset: u64,
}

/// Where to look for a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its segment.
    pub(crate) first: Seq,
    /// The segment after it.
    pub(crate) next: Option<Seq>,
    /// The nearest known record at or before it.
    pub(crate) mark: Mark,
}

impl Segments {
    pub(crate) fn new(fs: Arc<dyn Fs>, dir: &Path) -> Self {
        Self { fs, dir: dir.to_owned(), list: Mutex::default() }
    }

    pub(crate) fn path(&self, first: Seq) -> PathBuf {
        segment::path(&self.dir, first)
    }

    /// Lists a segment, or its new size.
    pub(crate) fn note(&self, first: Seq, bytes: u64) {
        self.lock().entry(first).or_default().bytes = bytes;
    }

    /// Remembers where a record starts, unless a near one is known.
    pub(crate) fn mark(&self, first: Seq, mark: Mark) {
        let mut list = self.lock();
        let Some(entry) = list.get_mut(&first) else { return };
        let last = entry.marks.last().map_or(segment::HEADER as u64, |mark| mark.offset);
        if mark.offset >= last + MARK_BYTES {
            entry.marks.push(mark);
        }
    }

    /// Where to look for `seq`; `None` if it is older than all segments.
    pub(crate) fn place(&self, seq: Seq) -> Option<Place> {
        let list = self.lock();
        let (first, entry) = list.range(..=seq).next_back()?;
        let next = list.range(seq.next()..).next().map(|(first, _)| *first);
        let known = entry.marks.partition_point(|mark| mark.seq <= seq);
        let start = Mark { seq: *first, offset: segment::HEADER as u64 };
        let mark = known.checked_sub(1).map_or(start, |index| entry.marks[index]);
        Some(Place { first: *first, next, mark })
    }

    pub(crate) fn oldest(&self) -> Option<Seq> {
        self.lock().first_key_value().map(|(first, _)| *first)
    }

    /// Fills in what the status says of the segments.
    pub(crate) fn describe(&self, status: &mut Status) {
        let list = self.lock();
        status.segments = list.len();
        status.bytes = list.values().map(|entry| entry.bytes).sum();
        status.oldest = list.first_key_value().map_or(status.durable.next(), |(first, _)| *first);
    }

    /// Unlinks the segments all of whose records are below; the last one stays. Oldest first, so that what a crash
    /// leaves has no hole.
    pub(crate) fn trim(&self, below: Seq) -> Result<usize, Error> {
        let mut count = 0;
        while let Some(first) = self.pop_below(below) {
            let path = self.path(first);
            self.fs.remove(&path).map_err(segment::io_error("unlink", &path))?;
            count += 1;
        }
        if count > 0 {
            self.fs.sync_dir(&self.dir).map_err(segment::sync_error(&self.dir))?;
        }
        Ok(count)
    }

    /// Takes the oldest segment off the list if all its records are below.
    fn pop_below(&self, below: Seq) -> Option<Seq> {
        let mut list = self.lock();
        let next = *list.keys().nth(1)?;
        if next <= below { list.pop_first().map(|(first, _)| first) } else { None }
    }

    /// The list is whole between any two statements that change it, so a panic elsewhere does not spoil it.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Seq, Entry>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
