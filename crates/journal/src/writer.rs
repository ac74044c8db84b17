//! The one thread that writes.

use std::{
    io,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use smartpole_model::{Seq, UtcMillis};
use tokio::sync::{mpsc, watch};

use crate::{
    Error, File, Options, State, Status,
    group::{Group, Waiting},
    instants::Instants,
    journal::Gate,
    recovery::Active,
    segment::{HEADER, Header, io_error, sync_error},
    segments::{Mark, Segments},
};

/// A write is closed when it has reached this size.
pub(crate) const MAX_WRITE: usize = 4 << 20;

/// What reaches the writer.
#[derive(Debug)]
pub(crate) enum Input {
    Append(Waiting),
    Lane {
        lane: u64,
        receipts: mpsc::UnboundedSender<Vec<u64>>,
    },
    /// Nothing more will be taken.
    Close,
}

#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) segments: Arc<Segments>,
    pub(crate) options: Options,
    pub(crate) inbox: mpsc::UnboundedReceiver<Input>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) active: Option<Active>,
    pub(crate) group: Group,
    /// The first record of the group.
    pub(crate) next: Seq,
    /// `received_at` of records, and of the newest durable one.
    pub(crate) instants: Instants,
    pub(crate) durable_floor: UtcMillis,
    pub(crate) salt: u32,
    pub(crate) durable: watch::Sender<Seq>,
    pub(crate) status: watch::Sender<Status>,
    /// Keeps other processes out while the thread lives.
    pub(crate) _lock: Box<dyn File>,
}

impl Writer {
    /// Writes until the journal is closed, all handles are gone, or a write fails.
    pub(crate) fn run(mut self) {
        let mut inputs = Vec::new();
        while self.inbox.blocking_recv_many(&mut inputs, self.options.group_records.max(1)) > 0 {
            // Everything that waited is one group: it closes when the previous sync has returned, without a timer.
            let done = inputs.drain(..).try_for_each(|input| self.take(input)).and_then(|()| self.commit());
            match done {
                Ok(()) => {}
                Err(Error::Closed) => return,
                Err(error) => return self.poison(&error),
            }
        }
    }

    fn take(&mut self, input: Input) -> Result<(), Error> {
        match input {
            Input::Append(waiting) => return self.push(waiting),
            Input::Lane { lane, receipts } => self.group.add_lane(lane, receipts),
            Input::Close => self.inbox.close(),
        }
        Ok(())
    }

    fn push(&mut self, waiting: Waiting) -> Result<(), Error> {
        let received_at = self.instants.next(&waiting.record);
        self.group.push(waiting, received_at, self.salt);
        let limit = self.options.segment_bytes.min(MAX_WRITE as u64) as usize;
        if self.group.bytes.len() < limit { Ok(()) } else { self.commit() }
    }

    /// Makes the group durable, then tells. A full disk is waited out.
    fn commit(&mut self) -> Result<(), Error> {
        if self.group.records == 0 {
            return Ok(());
        }
        loop {
            match self.persist() {
                Ok(()) => break,
                Err(error) if error.is_out_of_room() => self.wait_for_room()?,
                Err(error) => return Err(error),
            }
        }
        let first = self.next;
        self.next = first.plus(self.group.records);
        self.durable_floor = self.instants.floor();
        self.publish(State::Running);
        self.durable.send_replace(Seq(self.next.0 - 1));
        self.gate.room.add_permits(self.group.cost);
        self.group.acknowledge(first);
        Ok(())
    }

    fn persist(&mut self) -> Result<(), Error> {
        let Segments { fs, dir, .. } = self.segments.as_ref();
        if fs.free_space(dir).map_err(io_error("ask for the free space of", dir))? < self.options.min_free_bytes {
            return Err(io_error("write to", dir)(io::ErrorKind::StorageFull.into()));
        }
        let group = self.group.bytes.len() as u64;
        let mut active = match self.active.take() {
            Some(active) if active.bytes == HEADER as u64 || self.takes(&active, group) => active,
            _ => self.create_segment()?,
        };
        let written = self.write(&mut active);
        self.active = Some(active);
        written
    }

    /// Whether a group goes into a segment that has records: while there is room, and on the day on which it was begun, as a segment goes
    /// as a whole: one that took months to fill would be kept for months.
    fn takes(&self, active: &Active, group: u64) -> bool {
        active.bytes + group <= self.options.segment_bytes
            && self.durable_floor.utc_day() == self.instants.floor().utc_day()
    }

    fn create_segment(&self) -> Result<Active, Error> {
        let Segments { fs, dir, .. } = self.segments.as_ref();
        let path = self.segments.path(self.next);
        let header = Header { salt: self.salt, first: self.next, floor: self.durable_floor };
        let file = fs.create(&path).map_err(io_error("create", &path))?;
        write_all(file.as_ref(), &header.to_bytes(), 0).map_err(io_error("write", &path))?;
        file.sync().map_err(sync_error(&path))?;
        fs.sync_dir(dir).map_err(sync_error(dir))?;
        self.segments.note(self.next, HEADER as u64);
        Ok(Active { file, header, bytes: HEADER as u64 })
    }

    /// One write, one sync.
    fn write(&self, active: &mut Active) -> Result<(), Error> {
        let path = self.segments.path(active.header.first);
        let file = active.file.as_ref();
        if let Err(error) = write_all(file, &self.group.bytes, active.bytes) {
            file.truncate(active.bytes).map_err(io_error("truncate", &path))?;
            return Err(io_error("write", &path)(error));
        }
        if let Err(error) = file.sync() {
            // The next start must not take for durable what only the page cache still has.
            file.truncate(active.bytes).map_err(io_error("truncate", &path))?;
            return Err(sync_error(&path)(error));
        }
        self.segments.mark(active.header.first, Mark { seq: self.next, offset: active.bytes });
        active.bytes += self.group.bytes.len() as u64;
        self.segments.note(active.header.first, active.bytes);
        Ok(())
    }

    fn wait_for_room(&self) -> Result<(), Error> {
        if self.status.borrow().state != State::Full {
            tracing::warn!(dir = %self.segments.dir.display(), "disk full: nothing is acknowledged until there is room");
            self.publish(State::Full);
        }
        if self.gate.closing.load(Ordering::Acquire) {
            return Err(Error::Closed);
        }
        self.segments.fs.wait(Duration::from_millis(self.options.full_poll_ms));
        Ok(())
    }

    fn publish(&self, state: State) {
        self.status.send_modify(|status| {
            status.state = state;
            status.durable = Seq(self.next.0 - 1);
            self.segments.describe(status);
        });
    }

    fn poison(self, error: &Error) {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        tracing::error!(%error, cause, "the journal takes nothing more until a restart");
        self.publish(State::Poisoned);
    }
}

impl Drop for Writer {
    /// Whatever ended the thread, nobody waits for it in vain.
    fn drop(&mut self) {
        if self.status.borrow().state != State::Poisoned {
            self.publish(State::Closed);
        }
        self.gate.room.close();
    }
}

fn write_all(file: &dyn File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write_at(bytes, offset) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => {
                bytes = &bytes[count..];
                offset += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
