//! The records of one write, and who waits for them.

use std::collections::HashMap;

use smartpole_model::{Record, Seq, UtcMillis};
use tokio::sync::{mpsc, oneshot};

use crate::{frame, record, writer::MAX_WRITE};

/// A record on its way to the writer.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) record: Record,
    pub(crate) reply: Reply,
    /// What it takes of [`crate::Options::waiting_bytes`].
    pub(crate) cost: u32,
}

/// Who is told when it is durable.
#[derive(Debug)]
pub(crate) enum Reply {
    Lane { lane: u64, token: u64 },
    One(oneshot::Sender<Seq>),
}

/// What is written next.
#[derive(Debug, Default)]
pub(crate) struct Group {
    pub(crate) bytes: Vec<u8>,
    pub(crate) records: u64,
    /// What goes back to the appenders once it is written.
    pub(crate) cost: usize,
    ones: Vec<(u64, oneshot::Sender<Seq>)>,
    lanes: HashMap<u64, Lane>,
}

#[derive(Debug)]
struct Lane {
    receipts: mpsc::UnboundedSender<Vec<u64>>,
    tokens: Vec<u64>,
}

impl Group {
    pub(crate) fn add_lane(&mut self, lane: u64, receipts: mpsc::UnboundedSender<Vec<u64>>) {
        self.lanes.retain(|_, lane| !lane.receipts.is_closed());
        self.lanes.insert(lane, Lane { receipts, tokens: Vec::new() });
    }

    pub(crate) fn push(&mut self, waiting: Waiting, received_at: UtcMillis, salt: u32) {
        let first = self.records == 0;
        frame::put(&mut self.bytes, salt, first, |out| record::encode(&waiting.record, received_at, out));
        self.cost += waiting.cost as usize;
        match waiting.reply {
            Reply::One(reply) => self.ones.push((self.records, reply)),
            Reply::Lane { lane, token } => {
                // A lane that is gone has nobody to tell.
                if let Some(lane) = self.lanes.get_mut(&lane) {
                    lane.tokens.push(token);
                }
            }
        }
        self.records += 1;
    }

    /// Tells everybody that the group, which starts at `first`, is durable, and empties it.
    pub(crate) fn acknowledge(&mut self, first: Seq) {
        for (index, reply) in self.ones.drain(..) {
            // Who no longer waits needs no answer.
            reply.send(first.plus(index)).ok();
        }
        for lane in self.lanes.values_mut().filter(|lane| !lane.tokens.is_empty()) {
            lane.receipts.send(std::mem::take(&mut lane.tokens)).ok();
        }
        self.bytes.clear();
        self.bytes.shrink_to(MAX_WRITE); // a single large record is not remembered
        (self.records, self.cost) = (0, 0);
    }
}
