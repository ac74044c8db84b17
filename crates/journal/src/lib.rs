//! The journal: an append-only, segmented log. **Acknowledged means durable.**
//!
//! ```text
//! Journal::lane ──► LaneSender::append(token, message) ─┐                       one write, one fdatasync a group
//! Journal::append_durable(record) ──────────────────────┴► writer thread ──► segments ──► durable position (watch)
//!                              LaneReceipts::recv ◄── tokens, a group at a time ──┘             │
//!                                                            Journal::reader ──► Batch of RecordRef, up to there
//! ```
//!
//! A group is everything that waited while the previous fdatasync ran; there is no timer. On disk: see
//! `record`, `frame` and `segment` for the bytes, `recovery` for what is done at start.
//!
//! # Invariants
//! - Nothing is acknowledged, and nothing is read, before its fdatasync has returned.
//! - A synced byte is never written again. Numbers have no gaps and no second use; `received_at` never goes back, also
//!   across restarts, and no two messages of a topic have the same, of a thousand at once: it is the only identity of those that have no
//!   time of their own.
//! - Only a write that was not acknowledged is ever cut off. A damaged record that had been durable is an error with
//!   segment, offset and number, never skipped.
//! - After a failed write or fdatasync nothing is taken any more ([`Error::Poisoned`]). A full disk is none: records
//!   wait ([`State::Full`]), and go on by themselves.
//! - The journal reads no clock; whoever appends says when.
//! - What waits is bounded in bytes; the journal never waits for a reader.
//!
//! # Example
//! ```
//! use std::sync::Arc;
//! use smartpole_journal::{Journal, Options, OsFs};
//! use smartpole_model::{Record, Seq, UtcMillis};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let dir = tempfile::tempdir()?;
//! let options = Options { min_free_bytes: 0, ..Options::default() };
//! let (journal, _) = Journal::open(dir.path(), options, Arc::new(OsFs))?;
//! let minute = Record::Tick { received_at: UtcMillis(60_000), connected: vec!["broker".to_owned()] };
//! assert_eq!(journal.append_durable(minute.clone()).await?, Seq(1));
//!
//! let mut reader = journal.reader(Seq(1));
//! reader.ready().await?;
//! for item in reader.next_batch(1_000, 1 << 20)?.iter() {
//!     let (seq, record) = item?;
//!     assert_eq!((seq, record.to_record()), (Seq(1), minute.clone()));
//! }
//! journal.close().await?;
//! # Ok(())
//! # }
//! ```

mod error;
mod frame;
mod fs;
mod group;
mod instants;
mod journal;
mod lane;
mod options;
mod reader;
mod record;
mod recovery;
mod segment;
mod segments;
mod status;
mod varint;
mod writer;

pub use error::Error;
pub use fs::{File, Fs, OsFs};
pub use journal::Journal;
pub use lane::{LaneReceipts, LaneSender};
pub use options::Options;
pub use reader::{Batch, Reader};
pub use record::DecodeError;
pub use recovery::Recovery;
pub use status::{State, Status};
