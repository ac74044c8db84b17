//! The fold: what the service knows, as a deterministic function of the journal.
//!
//! ```text
//! RecordRef ──► Fold::apply ──► state in memory ──► take_live()     readings and windows, at once
//!                                              └──► take_changes()  everything to commit with the cursor, as one batch
//! ```
//!
//! Invariants: the fold sees journal records, the inputs they name and blocks it committed, nothing else: no clock, no
//! randomness, no file, no thread timing, no hash order, no float, no batch border. Same journal, any split into batches,
//! any kill → the same blocks, windows, revisions and ledger. Nothing at or below the cursor is decoded again.

mod accept;
mod active;
mod batch_row;
mod catalogue;
mod changes;
mod checkpoint;
mod close;
mod device;
mod effect;
mod env;
mod fold;
mod gateways;
mod heard;
mod judge;
mod judged;
mod known;
mod ledger;
mod listen;
mod look;
mod making;
mod message;
mod names;
mod place;
mod recent;
mod replay;
mod resettle;
mod restore;
mod resume;
mod retention;
mod rollups;
mod sensed;
mod shown;
mod tails;
mod take;
mod tally;
mod understand;
mod verdicts;

pub use active::LoadInputs;
pub use batch_row::{AcceptedRow, Mending, accepted_rows};
pub use changes::{
    AirProperties, Anew, BlockRow, BlockSpan, Changes, CheckpointRow, DeviceRow, GatewayRow, HeardRow, LedgerDeviceRow,
    LedgerMove, LedgerSourceKey, LorawanRow, Name, NameKind, Parts, QuarantineRow, RevisionReason, RevisionRow,
    RollupDelta, Scope,
};
pub use effect::{Effect, Replay};
pub use env::Env;
pub use fold::Fold;
pub use gateways::GatewayState;
pub use ledger::{Counts, Entry, Equation};
pub use listen::Offer;
pub use making::BlockMaking;
pub use recent::{Latest, Live, LiveWindow, RecentBlock};
pub use replay::REPLAY;
pub use resettle::{MovedRow, RESETTLE, Range as SettlingRange, Settling, put_scopes, scopes};
pub use restore::{LoadError, Restore, StoredBlock, StoredBlocks};
pub use retention::{BESIDE_DAYS, Cuts};

/// Version of the fold's rules: part of the inputs' hash, so that a journal says by which rules it was folded. Raise it when the
/// committed digest of the fixture journal changes.
pub const FOLD_VERSION: u32 = 12;

/// The version since which blocks are summed up as this program does. What a former one summed up is settled anew when this one takes
/// over. Raise it to [`FOLD_VERSION`] whenever the rules that change are those by which readings are judged or summed up.
pub const SUMS_VERSION: u32 = 10;
