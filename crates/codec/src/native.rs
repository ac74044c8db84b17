//! Payloads of sensors as they are on the air, without the network server's codec: vendors' decoders differ in their names
//! from version to version, and some are wrong (Milesight's reads the VS121's counts as signed).
//!
//! | codec | values, by |
//! |---|---|
//! | `cayenne_lpp` | the profile's mapping, paths `<type>.<channel>` |
//! | the others | the table in the codec's module |
//!
//! A payload is read whole or not at all: what follows an unknown type cannot be found.
//!
//! Counters tell the counts of a period, totals, or both. As differences of totals feed the property of the period's counts,
//! only one kind is kept: totals, unless the profile expects `people_in` or `people_out` and no totals.

use smartpole_model::{Decimal, Reason, registry::Codec};

use crate::{Decoded, Refusal, Sample, names::Names};

mod cayenne_lpp;
mod decentlab_dl_pm;
mod imbuildings;
mod milesight;
mod reader;

/// Most bytes of a LoRaWAN frame's payload in any region and at any data rate (RP002-1.0.4, N); so few hold fewer values
/// than a sample may have.
const MAX_FRAME: usize = 242;

/// What a payload says.
#[derive(Default)]
pub(crate) struct Payload {
    /// Measured when it was sent.
    pub(crate) live: Sample,
    /// Measured before, each with its own time.
    pub(crate) history: Vec<Sample>,
}

/// Reads a frame's port and bytes.
pub(crate) type Decoder = fn(Names<'_>, u32, &[u8]) -> Result<Payload, Refusal>;

/// The decoder of a codec that reads the bytes on the air.
pub(crate) fn decoder(codec: Codec) -> Option<Decoder> {
    match codec {
        Codec::Smartpole | Codec::Object | Codec::Foreign => None,
        Codec::CayenneLpp => Some(cayenne_lpp::decode),
        Codec::DecentlabDlPm => Some(decentlab_dl_pm::decode),
        Codec::ImbuildingsPeopleCounter => Some(imbuildings::decode),
        Codec::MilesightVs121 => Some(milesight::vs121),
        Codec::MilesightVs133 => Some(milesight::vs133),
    }
}

/// Reads a frame whole; `timed` gives what was measured live the clocks that the frame passed. Records of former instants have
/// their own clock alone.
pub(crate) fn read(
    names: Names<'_>,
    decoder: Decoder,
    port: u32,
    bytes: &[u8],
    timed: impl Fn(Sample) -> Sample,
) -> Result<Decoded, Refusal> {
    if bytes.len() > MAX_FRAME {
        return Err(Refusal::decode(format!("more than {MAX_FRAME} bytes in a frame")));
    }
    let payload = decoder(names, port, bytes)?;
    let live = Some(payload.live).filter(|live| !live.is_empty()).map(timed);
    let samples: Vec<_> = payload.history.into_iter().chain(live).collect();
    match samples.is_empty() {
        true if names.profile.codec.needs_mapping() => {
            Err(Refusal::new(Reason::NoReadings, "the payload has none of the profile's paths"))
        }
        true => Ok(Decoded::Control("unused")),
        false => Ok(Decoded::Samples(samples)),
    }
}

/// Which counts of people.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counts {
    /// Of the period since the message before.
    Period,
    /// Since the counter was reset.
    Total,
}

impl Counts {
    /// Those that are kept with this profile.
    fn of(names: Names<'_>) -> Self {
        let expects =
            |id| names.catalogue.by_id(id).is_some_and(|known| names.profile.expected.contains(&known.number));
        let totals = expects("people_in_total") || expects("people_out_total");
        match !totals && (expects("people_in") || expects("people_out")) {
            true => Self::Period,
            false => Self::Total,
        }
    }

    /// The properties of people in and out.
    fn ids(self) -> [&'static str; 2] {
        match self {
            Self::Period => ["people_in", "people_out"],
            Self::Total => ["people_in_total", "people_out_total"],
        }
    }
}

/// Keeps `mantissa × 10^-decimals`, in the property's unit.
fn keep(names: Names<'_>, sample: &mut Sample, id: &str, channel: u8, number: (i64, u8)) {
    let (mantissa, decimals) = number;
    let value = names.property(id, channel.into()).and_then(|meaning| meaning.value(Decimal { mantissa, decimals }));
    sample.keep(id, value);
}

/// An unsigned number, least significant byte first.
fn little_endian(bytes: &[u8]) -> i64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | i64::from(*byte))
}

/// An unsigned number, most significant byte first.
fn big_endian(bytes: &[u8]) -> i64 {
    bytes.iter().fold(0, |number, byte| number << 8 | i64::from(*byte))
}
