//! A town of street lamps that measure, for tests, for load and for show; and the truth about what they sent.
//!
//! ```text
//! registry (Inputs) + Spec ──► Fleet ──► DeviceStream: Transmission, Transmission, … in sending order
//!                                           ├──► publish: MQTT, QoS 1, everything acknowledged
//!                                           └──► Truth: outcome of each message, every window
//! ```
//!
//! LoRaWAN poles have a fleet, a way to the service and a truth of their own, see [`lorawan`].
//!
//! Invariants: the same registry and [`Spec`] give the same bytes; a device's measurements are a function of seed, device
//! and time, so streams are lazy, independent of each other, and a later run goes on where an earlier one stopped.

mod air;
mod calendar;
mod dice;
mod faults;
mod fleet;
mod footfall;
mod garbage;
pub mod lorawan;
mod payload;
pub mod publish;
mod sensor;
mod spec;
mod stream;
mod synthetic;
mod town;
mod transmission;
mod truth;
mod weather;

pub use faults::{Faults, FaultsError};
pub use fleet::{Fleet, Live, Merged, SimDevice};
pub use publish::{Broker, Pace, PublishError, Sent};
pub use spec::Spec;
pub use stream::DeviceStream;
pub use synthetic::{synthetic, synthetic_with_lorawan};
pub use transmission::{Kind, Transmission};
pub use truth::{LorawanTruth, Outcomes, Path, Truth, Verdicts, Window};
