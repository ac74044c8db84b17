//! Appending many messages with a receipt a group instead of an answer each.

use std::sync::Arc;

use smartpole_model::{RawMessage, Record};
use tokio::sync::mpsc;

use crate::{Error, group::Reply, journal::Shared};

/// Appends messages. Those of one sender, appended one after the other, are journalled in that order.
#[derive(Clone, Debug)]
pub struct LaneSender {
    pub(crate) shared: Arc<Shared>,
    pub(crate) lane: u64,
}

impl LaneSender {
    /// Hands a message over, waiting while too much waits for the writer. `token` comes back by the receipts once the
    /// message is durable; until then it is not. Cancel safe: an append that was cancelled did not happen.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Poisoned`], [`Error::Closed`].
    pub async fn append(&self, token: u64, message: RawMessage) -> Result<(), Error> {
        let record = Record::Message(message);
        let cost = self.shared.admit(&record).await?;
        self.shared.send(record, self.reply(token), cost)
    }

    /// As [`LaneSender::append`], but gives the message back instead of waiting.
    ///
    /// # Errors
    /// As [`LaneSender::append`].
    pub fn try_append(&self, token: u64, message: RawMessage) -> Result<Option<RawMessage>, Error> {
        let record = Record::Message(message);
        match (self.shared.try_admit(&record)?, record) {
            (None, Record::Message(message)) => Ok(Some(message)),
            (cost, record) => {
                self.shared.send(record, self.reply(token), cost.unwrap_or_default())?;
                Ok(None)
            }
        }
    }

    fn reply(&self, token: u64) -> Reply {
        Reply::Lane { lane: self.lane, token }
    }
}

/// Tells which messages of a lane are durable. It must be read: what was told and not read stays in memory.
#[derive(Debug)]
pub struct LaneReceipts {
    pub(crate) shared: Arc<Shared>,
    pub(crate) receipts: mpsc::UnboundedReceiver<Vec<u64>>,
}

impl LaneReceipts {
    /// The tokens of the next group, in the order of their appends. Cancel safe.
    ///
    /// # Errors
    /// [`Error::Poisoned`] or [`Error::Closed`] once nothing more will come; tokens not told by then are not durable.
    pub async fn recv(&mut self) -> Result<Vec<u64>, Error> {
        self.receipts.recv().await.ok_or_else(|| self.shared.ended())
    }

    /// As [`LaneReceipts::recv`], but `None` instead of waiting.
    ///
    /// # Errors
    /// As [`LaneReceipts::recv`].
    pub fn try_recv(&mut self) -> Result<Option<Vec<u64>>, Error> {
        match self.receipts.try_recv() {
            Ok(tokens) => Ok(Some(tokens)),
            Err(mpsc::error::TryRecvError::Empty) => Ok(None),
            Err(mpsc::error::TryRecvError::Disconnected) => Err(self.shared.ended()),
        }
    }
}
