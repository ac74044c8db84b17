//! What the fold yields, in one SQLite file `city.db`; and questions about it together with what the fold has in memory.
//!
//! ```text
//! Changes ──► Store::commit   ONE transaction: batch row, blocks, roll-ups, revisions, ledger, quarantine, state, cursor
//! restart ──► Store::restore  the state at the cursor
//! question ─► Queries         blocks in memory + a snapshot of the file
//! target ◄─── Outbox          batches that it does not have yet; Store::note_sent moves it on
//! ```
//!
//! Invariants: one writer; the cursor moves in the same transaction as everything it stands for; nothing here decides, it keeps.

mod air;
mod as_of;
mod blocks;
mod clock;
mod commit;
mod copy;
mod counters;
mod error;
mod expected;
mod first_days;
mod frozen;
mod heard;
mod history;
mod hold;
mod in_force;
mod kept;
mod known;
mod ledger;
mod ledger_check;
mod ledger_rows;
mod left_out;
mod moved;
mod neighbours;
mod outbox;
mod peers;
mod pieces;
mod pole_hours;
mod quarantined;
mod queries;
mod readings;
mod replays;
mod restore;
mod retention;
mod revised;
mod rollups;
mod schema;
mod scope;
mod sealed;
mod step;
mod store;
mod targets;
mod trace;
mod verify;
mod visited;
mod walk;
mod weeks;
mod windows;

pub use air::{Air, PoleAir, PollutantHours};
pub use clock::Clock;
pub use copy::Room;
pub use counters::{Counters, InService, Line, Stretch};
pub use error::Error;
pub use frozen::{Frozen, FrozenQuarter, WantedFrozen};
pub use hold::Due;
pub use in_force::InForce;
pub use kept::{Grain, KeptValue, KeptWindow, KeptWindows, WindowKey};
pub use ledger_check::LedgerFault;
pub use ledger_rows::{LedgerRow, LedgerRows};
pub use neighbours::Neighbours;
pub use outbox::{Outbox, Unsent};
pub use peers::{PeerHour, Peers};
pub use pieces::{Piece, PieceStart};
pub use pole_hours::{PoleHour, PoleHours, WantedHours};
pub use queries::Queries;
pub use revised::{Figure, Revised, WindowRevision};
pub use sealed::Sealed;
pub use step::Step;
pub use store::{FILE, Store};
pub use targets::{Place, RefusedLine, Sent, Standing};
pub use trace::{Carriage, Carried, Delivered, KeptReading};
pub use verify::{Begin, Compared, Difference, Scratch, View, compare};
pub use visited::Visited;
pub use walk::{Walk, WantedBlocks};
pub use windows::{State, Wanted, Window};
