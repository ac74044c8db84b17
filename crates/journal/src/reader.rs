//! Reading, by any number of readers.

use std::{path::PathBuf, sync::Arc};

use tokio::sync::watch;

use smartpole_model::{RecordRef, Seq};

use crate::{
    Error, File,
    frame::Run,
    record,
    segment::{Header, io_error},
    segments::{Mark, Segments},
};

const SEEK_BYTES: usize = 256 << 10;

/// Reads the journal from a record on, never beyond what is durable. It keeps its own place.
#[derive(Debug)]
pub struct Reader {
    segments: Arc<Segments>,
    durable: watch::Receiver<Seq>,
    next: Seq,
    open: Option<Open>,
}

/// The segment being read.
#[derive(Debug)]
struct Open {
    file: Box<dyn File>,
    path: PathBuf,
    header: Header,
    /// Where the next record starts.
    offset: u64,
}

/// Records that follow each other, in one buffer.
#[derive(Debug, Default)]
pub struct Batch {
    first: Seq,
    run: Run,
}

impl Batch {
    /// The number of the first record, or of the next to come if the batch is empty.
    pub fn first(&self) -> Seq {
        self.first
    }

    /// The number of the last record; that before [`Batch::first`] if the batch is empty.
    pub fn last(&self) -> Seq {
        Seq(self.first.0 + self.run.ends.len() as u64 - 1)
    }

    /// How many records it has.
    pub fn len(&self) -> usize {
        self.run.ends.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.run.ends.is_empty()
    }

    /// The records, in order. A record of an unknown kind is an error and never skipped.
    pub fn iter(&self) -> impl Iterator<Item = Result<(Seq, RecordRef<'_>), Error>> {
        self.run.bodies().zip(self.first.0..).map(|(body, seq)| {
            let seq = Seq(seq);
            let (_, record) = record::decode(body).map_err(|source| Error::BadRecord { seq, source })?;
            Ok((seq, record))
        })
    }
}

impl Reader {
    pub(crate) fn new(segments: Arc<Segments>, durable: watch::Receiver<Seq>, from: Seq) -> Self {
        Self { segments, durable, next: from.max(Seq(1)), open: None }
    }

    /// The record that is read next.
    pub fn next_seq(&self) -> Seq {
        self.next
    }

    /// Waits until there is something to read. Cancel safe.
    ///
    /// # Errors
    /// [`Error::Closed`] if the journal has ended and all was read.
    pub async fn ready(&mut self) -> Result<(), Error> {
        let next = self.next;
        self.durable.wait_for(|durable| *durable >= next).await.map(|_| ()).map_err(|_| Error::Closed)
    }

    /// Reads on: at most `records` (at least one) and about `bytes`; empty if nothing more is durable. A batch ends
    /// with its segment. Blocks while it reads.
    ///
    /// # Errors
    /// [`Error::Gone`] if the record was trimmed; [`Error::BadFrame`] if it is damaged, again on each call;
    /// [`Error::BadHeader`], [`Error::Version`], [`Error::Io`].
    pub fn next_batch(&mut self, records: usize, bytes: usize) -> Result<Batch, Error> {
        let durable = *self.durable.borrow();
        if self.next > durable {
            return Ok(Batch { first: self.next, run: Run::default() });
        }
        let (mut open, next_segment) = self.find()?;
        // Frames behind the durable record may be half written.
        let end = next_segment.unwrap_or(Seq(u64::MAX)).min(durable.next());
        let records = records.clamp(1, end.since(self.next) as usize);
        let run = open.read(records, bytes)?;
        if run.ends.is_empty() {
            return Err(open.bad_frame(self.next));
        }
        let first = self.next;
        self.next = first.plus(run.ends.len() as u64);
        self.open = Some(open);
        Ok(Batch { first, run })
    }

    /// The segment of the next record, at its place, and the segment after it.
    fn find(&mut self) -> Result<(Open, Option<Seq>), Error> {
        let gone = || Error::Gone { seq: self.next, oldest: self.segments.oldest().unwrap_or(self.next) };
        let place = self.segments.place(self.next).ok_or_else(gone)?;
        if let Some(open) = self.open.take().filter(|open| open.header.first == place.first) {
            return Ok((open, place.next));
        }
        let mut open = Open::new(&self.segments, place.first)?;
        open.seek(&self.segments, place.mark, self.next)?;
        Ok((open, place.next))
    }
}

impl Open {
    fn new(segments: &Segments, first: Seq) -> Result<Self, Error> {
        let path = segments.path(first);
        let file = segments.fs.open(&path).map_err(io_error("open", &path))?;
        let header = Header::read(file.as_ref(), &path, first)?;
        Ok(Self { file, path, header, offset: 0 })
    }

    /// Goes from a known record to `target`.
    fn seek(&mut self, segments: &Segments, from: Mark, target: Seq) -> Result<(), Error> {
        let mut at = from.seq;
        self.offset = from.offset;
        while at < target {
            let run = self.read(target.since(at) as usize, SEEK_BYTES)?;
            if run.ends.is_empty() {
                return Err(self.bad_frame(at));
            }
            at = at.plus(run.ends.len() as u64);
            segments.mark(self.header.first, Mark { seq: at, offset: self.offset });
        }
        Ok(())
    }

    fn read(&mut self, records: usize, bytes: usize) -> Result<Run, Error> {
        let run = Run::read(self.file.as_ref(), self.header.salt, self.offset, records, bytes)
            .map_err(io_error("read", &self.path))?;
        self.offset += run.bytes.len() as u64;
        Ok(run)
    }

    fn bad_frame(&self, seq: Seq) -> Error {
        Error::BadFrame { segment: self.path.clone(), offset: self.offset, seq }
    }
}
