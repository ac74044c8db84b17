//! Accepted readings of a batch, packed: what open blocks are refilled from after a restart, and what targets are sent.
//!
//! ```text
//! one entry a row:  device, source, ticks of the source, received_at − previous (signed), received_at − event_time (signed),
//!                   time source byte (+ 64 if expired; + 128 if mended, then when the former values ended − event_time
//!                   (signed), 0 if only remarks changed; + 32 if their message was received at another time, then
//!                   that − event_time (signed)), n, n × (property, channel byte, flags, value (signed))
//! ```
//! All integers are varints ([`smartpole_model::Reader`]).

use smartpole_model::{DeviceNo, Flags, PackError, Reader, TimeSource, UtcMillis, put_i64, put_u64};
use smartpole_window::{NewRow, RowValue, put_series, take_series};

const MENDED: u8 = 128;
const EXPIRED: u8 = 64;
const ORIGIN: u8 = 32;

/// One accepted row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedRow {
    /// Whose.
    pub device: DeviceNo,
    /// Number of the source it came by.
    pub source: u32,
    /// Ticks counted of that source when it came.
    pub ticks: u64,
    /// When it was measured.
    pub event_time: UtcMillis,
    /// When it was received.
    pub received_at: UtcMillis,
    /// Whose clock `event_time` is.
    pub time_source: TimeSource,
    /// Of values that were accepted before and have other remarks or numbers now.
    pub mended: Option<Mending>,
    /// Whether it had passed retention when it came: it is in no block.
    pub expired: bool,
    /// When their message was received, if that is not `received_at`: of a reading that a replay brought.
    pub origin: Option<UtcMillis>,
    /// The values that were new, or mended.
    pub values: Vec<RowValue>,
}

/// How a row came to be one of the batch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Brought {
    pub(crate) mended: Option<Mending>,
    pub(crate) expired: bool,
    pub(crate) origin: Option<UtcMillis>,
}

/// What was done to accepted values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mending {
    /// They have other remarks.
    Remarks,
    /// They replace others, which were known until then.
    Values(UtcMillis),
}

/// Packs rows one after the other.
#[derive(Debug, Default)]
pub(crate) struct BatchRow {
    pub(crate) bytes: Vec<u8>,
    last_received_at: i64,
}

impl BatchRow {
    pub(crate) fn push(&mut self, device: DeviceNo, source: u32, ticks: u64, brought: Brought, row: &NewRow<'_>) {
        let Brought { mended, expired, origin } = brought;
        let out = &mut self.bytes;
        put_u64(out, u64::from(device.0));
        put_u64(out, u64::from(source));
        put_u64(out, ticks);
        put_i64(out, row.received_at.0.wrapping_sub(self.last_received_at));
        put_i64(out, row.received_at.since(row.event_time));
        self.last_received_at = row.received_at.0;
        let marks = [(mended.is_some(), MENDED), (expired, EXPIRED), (origin.is_some(), ORIGIN)];
        let set = |marks, (is_set, mark)| if is_set { marks | mark } else { marks };
        out.push(marks.into_iter().fold(row.time_source as u8, set));
        match mended {
            Some(Mending::Values(until)) => put_i64(out, until.since(row.event_time)),
            Some(Mending::Remarks) => put_i64(out, 0),
            None => {}
        }
        if let Some(origin) = origin {
            put_i64(out, origin.since(row.event_time));
        }
        put_u64(out, row.values.len() as u64);
        for value in row.values {
            put_series(out, value.series);
            put_u64(out, u64::from(value.flags.0));
            put_i64(out, value.value);
        }
    }
}

/// Reads the rows of a batch, in order.
///
/// # Errors
/// If the bytes are not those of a batch row.
pub fn accepted_rows(bytes: &[u8]) -> Result<Vec<AcceptedRow>, PackError> {
    let mut reader = Reader::new(bytes);
    let mut rows = Vec::new();
    let mut last_received_at = 0i64;
    while reader.remaining() > 0 {
        let (device, source, ticks) = (DeviceNo(reader.num("device")?), reader.num("source")?, reader.u64()?);
        last_received_at = last_received_at.wrapping_add(reader.i64()?);
        let received_at = UtcMillis(last_received_at);
        let event_time = UtcMillis(last_received_at.wrapping_sub(reader.i64()?));
        let head = reader.byte()?;
        let time_source =
            TimeSource::from_number(head & !(MENDED | EXPIRED | ORIGIN)).ok_or(PackError::Invalid("time source"))?;
        let expired = head & EXPIRED != 0;
        let mended = (head & MENDED != 0).then(|| reader.i64()).transpose()?;
        let mended = mended.map(|until| match until {
            0 => Mending::Remarks,
            until => Mending::Values(event_time.plus(until)),
        });
        let origin = (head & ORIGIN != 0).then(|| reader.i64()).transpose()?.map(|origin| event_time.plus(origin));
        let values = (0..reader.len("values")?).map(|_| take_value(&mut reader)).collect::<Result<_, _>>()?;
        rows.push(AcceptedRow {
            device,
            source,
            ticks,
            event_time,
            received_at,
            time_source,
            mended,
            expired,
            origin,
            values,
        });
    }
    Ok(rows)
}

fn take_value(reader: &mut Reader<'_>) -> Result<RowValue, PackError> {
    let series = take_series(reader)?;
    Ok(RowValue { series, flags: Flags(reader.num("flags")?), value: reader.i64()? })
}
