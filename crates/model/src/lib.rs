//! The words of the service: times, properties, readings, outcomes, and the registry that says what hangs where.
//!
//! Invariants: no I/O, no clock, no tokio; vendor and broker formats live elsewhere. Values are decimal integers at their
//! property's resolution, so sums are exact and equal in any order.

mod decimal;
mod flags;
mod geo;
mod lorawan;
mod message;
mod mistake;
mod outcome;
mod pack;
mod property;
mod reading;
mod record;
pub mod registry;
mod settings;
mod text;
mod time;
mod weekday;

pub use decimal::{Decimal, DecimalError};
pub use flags::{Flag, Flags};
pub use geo::Position;
pub use lorawan::{Activation, Credentials, DevAddr, Eui, FCntReset, Gateway, HexError, Key, NetId};
pub use message::{RawMessage, RawMessageRef};
pub use mistake::{Mistake, Mistakes};
pub use outcome::{Outcome, Reason, Severity, Verdict};
pub use pack::{PackError, Reader, put_i64, put_u64};
pub use property::{Catalogue, Kind, Mean, ObservedProperty, PropertyNo};
pub use reading::{DeviceNo, PoleNo, Reading, Series, TimeSource, ZoneNo};
pub use record::{Record, RecordRef, Seq};
pub use registry::{Device, DeviceIndex, Inputs, Pole, Problem, Profile, Registry, Zone};
pub use settings::{FoldSettings, Format, Retention, Route};
pub use text::Text;
pub use time::{Quarter, TimeError, UtcMillis};
pub use weekday::{WEEKDAYS, weekday_word};
