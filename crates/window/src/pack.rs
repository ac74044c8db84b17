//! A block's bytes.
//!
//! Constraints: any bytes decode or are refused, without panic and without reserving more memory than they are long; a block
//! packs to the same bytes wherever and whenever it is packed; a byte that says which version comes first. All integers are
//! varints, signed ones in zigzag order.
//!
//! ```text
//! 2 or 3                                                   version: of 2 the last line is missing, of 1 the two last ones
//! n  n × (property, channel byte)                          series
//! n  n × (time source byte, k, k × series index)           shapes
//! n  n × (series: property, channel byte; bits;            anchors; bit 0 = before, bit 1 = after,
//!         [at − quarter start, value] for each of the two)          times in signed ms; bit 2 = switched on since before,
//!                                                                   bit 3 = switched on up to after
//! n  length  bytes                                         rows, in event order:
//!        shape                                                 index
//!        offset step − previous step                           signed; offset = ms from the quarter's start
//!        receipt lag − previous lag                            signed; lag = received_at − event_time, ms
//!        value − previous value of the series                  signed; one a member of the shape
//! n  n × (row − previous row, position in shape, flags)    flagged values, in order
//! n  n × (offset, until − event time, series, flags, value)  superseded values, in order; times and values signed
//! n  n × (offset, received_at − event time, series)         origins, in order; times signed
//! ```

use smartpole_model::{Flags, PackError, PropertyNo, Quarter, Reader, Series, TimeSource, put_i64, put_u64};

use crate::{
    Anchor, Block, Origin, RowValue, Superseded, Total,
    block::{Flagged, Last},
    replays::Replays,
    rows::Walk,
    shape::Shape,
};

const NEWEST: u8 = 3;

impl Block {
    /// The bytes of this block (layout: module documentation).
    pub fn pack(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.packed.len() + 96);
        // as programs before wrote it, where they could have
        out.push(if self.origins().is_empty() { 2 } else { NEWEST });
        put_all(&mut out, &self.series, |out, series| put_series(out, *series));
        put_all(&mut out, &self.shapes, |out, shape| {
            out.push(shape.time_source as u8);
            put_all(out, &shape.members, |out, member| put_u64(out, u64::from(*member)));
        });
        put_all(&mut out, &self.anchors, |out, anchor| self.put_anchor(out, anchor));
        put_u64(&mut out, u64::from(self.row_count));
        put_u64(&mut out, self.packed.len() as u64);
        out.extend_from_slice(&self.packed);
        let mut former = 0;
        put_all(&mut out, &self.flagged, |out, flagged| {
            put_u64(out, u64::from(flagged.row - former));
            put_u64(out, u64::from(flagged.position));
            put_u64(out, u64::from(flagged.flags.0));
            former = flagged.row;
        });
        put_all(&mut out, self.superseded(), |out, gone| {
            put_i64(out, gone.event_time.since(self.quarter.start()));
            put_i64(out, gone.until.since(gone.event_time));
            put_series(out, gone.former.series);
            put_u64(out, u64::from(gone.former.flags.0));
            put_i64(out, gone.former.value);
        });
        if !self.origins().is_empty() {
            put_all(&mut out, self.origins(), |out, origin| {
                put_i64(out, origin.event_time.since(self.quarter.start()));
                put_i64(out, origin.received_at.since(origin.event_time));
                put_series(out, origin.series);
            });
        }
        out
    }

    /// The block of `quarter` that these bytes are.
    ///
    /// # Errors
    /// If they are not the bytes of a block, whole.
    pub fn unpack(quarter: Quarter, bytes: &[u8]) -> Result<Self, PackError> {
        let mut reader = Reader::new(bytes);
        let version = reader.byte()?;
        if !(1..=NEWEST).contains(&version) {
            return Err(PackError::Version(version));
        }
        let mut block = Self::new(quarter);
        block.series = take_all(&mut reader, "series", take_series)?;
        block.shapes = take_all(&mut reader, "shapes", take_shape)?;
        block.anchors = take_all(&mut reader, "anchors", |reader| take_anchor(reader, quarter))?;
        block.row_count = reader.num("row count")?;
        let length = reader.len("rows")?;
        block.packed = reader.take(length)?.to_vec();
        let mut row = 0u32;
        block.flagged = take_all(&mut reader, "flags", |reader| take_flagged(reader, &mut row))?;
        let replays = take_replays(&mut reader, version, quarter)?;
        block.replays = (replays != Replays::default()).then(|| Box::new(replays));
        block.last = checked(&block)?;
        if reader.remaining() == 0 { Ok(block) } else { Err(PackError::Invalid("tail")) }
    }

    fn put_anchor(&self, out: &mut Vec<u8>, anchor: &Anchor) {
        put_series(out, anchor.series);
        let bits = [anchor.before.is_some(), anchor.after.is_some(), anchor.power_up_before, anchor.power_up_after];
        out.push(bits.into_iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(bit)));
        for total in [anchor.before, anchor.after].into_iter().flatten() {
            put_i64(out, total.at.since(self.quarter.start()));
            put_i64(out, total.value);
        }
    }
}

/// Walks all rows once and gives what the next row would refer to.
fn checked(block: &Block) -> Result<Last, PackError> {
    let mut walk = Walk::new(block);
    while walk.try_next()?.is_some() {}
    let known = block.flagged.iter().all(|flagged| flagged.row < block.row_count);
    if known { Ok(walk.last) } else { Err(PackError::Invalid("flags")) }
}

fn put_all<T>(out: &mut Vec<u8>, items: &[T], mut put: impl FnMut(&mut Vec<u8>, &T)) {
    put_u64(out, items.len() as u64);
    for item in items {
        put(out, item);
    }
}

fn take_all<'a, T>(
    reader: &mut Reader<'a>,
    what: &'static str,
    mut take: impl FnMut(&mut Reader<'a>) -> Result<T, PackError>,
) -> Result<Vec<T>, PackError> {
    let length = reader.len(what)?;
    (0..length).map(|_| take(reader)).collect()
}

/// Appends a series: property, channel byte.
pub fn put_series(out: &mut Vec<u8>, series: Series) {
    put_u64(out, u64::from(series.property.0));
    out.push(series.channel);
}

/// Reads a series of [`put_series`].
///
/// # Errors
/// If the bytes end too early or the number is none of a property.
pub fn take_series(reader: &mut Reader<'_>) -> Result<Series, PackError> {
    Ok(Series { property: PropertyNo(reader.num("property")?), channel: reader.byte()? })
}

fn take_shape(reader: &mut Reader<'_>) -> Result<Shape, PackError> {
    let time_source = TimeSource::from_number(reader.byte()?).ok_or(PackError::Invalid("time source"))?;
    Ok(Shape { time_source, members: take_all(reader, "members", |reader| reader.num("member"))? })
}

fn take_anchor(reader: &mut Reader<'_>, quarter: Quarter) -> Result<Anchor, PackError> {
    let series = take_series(reader)?;
    let bits = reader.byte()?;
    let mut total = |bit: u8| -> Result<Option<Total>, PackError> {
        if bits & bit == 0 {
            return Ok(None);
        }
        Ok(Some(Total { at: quarter.start().plus(reader.i64()?), value: reader.i64()? }))
    };
    let (before, after) = (total(1)?, total(2)?);
    Ok(Anchor { series, before, after, power_up_before: bits & 4 != 0, power_up_after: bits & 8 != 0 })
}

fn take_replays(reader: &mut Reader<'_>, version: u8, quarter: Quarter) -> Result<Replays, PackError> {
    let mut replays = Replays::default();
    if version > 1 {
        replays.superseded = take_all(reader, "superseded", |reader| take_superseded(reader, quarter))?;
    }
    if version > 2 {
        replays.origins = take_all(reader, "origins", |reader| take_origin(reader, quarter))?;
    }
    Ok(replays)
}

fn take_origin(reader: &mut Reader<'_>, quarter: Quarter) -> Result<Origin, PackError> {
    let event_time = quarter.start().plus(reader.i64()?);
    let received_at = event_time.plus(reader.i64()?);
    Ok(Origin { event_time, series: take_series(reader)?, received_at })
}

fn take_superseded(reader: &mut Reader<'_>, quarter: Quarter) -> Result<Superseded, PackError> {
    let event_time = quarter.start().plus(reader.i64()?);
    let until = event_time.plus(reader.i64()?);
    let (series, flags) = (take_series(reader)?, Flags(reader.num("flags")?));
    Ok(Superseded { event_time, until, former: RowValue { series, flags, value: reader.i64()? } })
}

fn take_flagged(reader: &mut Reader<'_>, row: &mut u32) -> Result<Flagged, PackError> {
    *row = row.checked_add(reader.num("row")?).ok_or(PackError::Invalid("row"))?;
    Ok(Flagged { row: *row, position: reader.num("position")?, flags: Flags(reader.num("flags")?) })
}
