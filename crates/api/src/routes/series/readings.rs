//! The readings themselves, as they were measured and as they count.

use serde::Serialize;
use smartpole_model::{Flags, ObservedProperty, Reading, TimeSource, UtcMillis};
use smartpole_pipeline::{BlockMaking, Fold, NameKind, Scope};
use smartpole_window::RowValue;
use utoipa::ToSchema;

use super::{Asked, Items, past::Past};
use crate::{
    Parts,
    history::Missing,
    list::{Cursor, Limit},
    number::Exact,
    problem::Problem,
    span::Span,
};

/// The property that says how much water is on particles.
const HUMIDITY: &str = "relative_humidity";

/// One reading.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RawItem {
    /// Id of the device.
    pub(super) device: String,
    /// Channel, 0 where there is one only.
    pub(super) channel: u8,
    /// When it was measured.
    #[schema(value_type = String, format = DateTime)]
    pub(super) event_time: UtcMillis,
    /// When we had it.
    #[schema(value_type = String, format = DateTime)]
    pub(super) received_at: UtcMillis,
    /// The value as it was measured.
    #[schema(value_type = f64)]
    pub(super) value: Exact,
    /// The value that counts, by the calibration and the humidity correction in force; null if a remark keeps it out.
    #[schema(value_type = Option<f64>)]
    pub(super) counted: Option<Exact>,
    /// All remarks, those of the registry in force included.
    #[schema(value_type = Vec<String>)]
    pub(super) flags: Flags,
    /// Whose clock `event_time` is: `payload`, `gateway`, `network` or `receipt`.
    #[schema(value_type = String, example = "payload")]
    pub(super) time_source: TimeSource,
}

impl Asked {
    /// Readings of a page, how many are missing, and where more are.
    ///
    /// # Errors
    /// 410 if all have passed retention, 503 if the history is away.
    pub(super) fn readings(
        &self,
        parts: &Parts,
        limit: Limit,
    ) -> Result<(Items, Option<Missing>, Option<Cursor>), Problem> {
        let Some(scope) = self.scope else { return Ok((Items::Readings(Vec::new()), None, None)) };
        let most = limit.0 + self.given + 1;
        let Span { from, to } = self.span;
        let kept_from = parts.queries.readings_kept_from(scope).filter(|_| parts.history.is_none());
        if let Some(kept_from) = kept_from.filter(|kept_from| to <= *kept_from && from < to) {
            return Err(Problem::gone(&self.name.id, kept_from));
        }
        let past = Past { parts, scope, property: &self.property, channel: self.channel, as_of: self.as_of };
        let page = past.page((from, to), most)?;
        let (rows, next) = (&page.readings, cursor(&page.readings, limit.0 + self.given));
        let beside = beside(parts, scope, (&self.property, self.as_of), rows)?;
        let (making, fold) = (parts.queries.making(self.as_of)?, parts.fold());
        let items = rows.iter().skip(self.given).take(limit.0);
        let items = items.filter(|reading| self.published.holds(reading.event_time));
        let items = items.filter_map(|reading| self.raw((&fold, &making), reading, &beside)).collect();
        Ok((Items::Readings(items), page.missing, next))
    }

    fn raw(&self, (fold, making): (&Fold, &BlockMaking), reading: &Reading, beside: &[Reading]) -> Option<RawItem> {
        let own = row_value(reading);
        let of = (reading.event_time, reading.device);
        let first = beside.partition_point(|other| (other.event_time, other.device) < of);
        let same = beside[first..].iter().take_while(|other| (other.event_time, other.device) == of);
        let row: Vec<RowValue> = std::iter::once(own).chain(same.map(row_value)).collect();
        let making = making.of(reading.device, reading.event_time.quarter());
        let counted = making.counted(reading.event_time, &row, own);
        Some(RawItem {
            device: fold.name(NameKind::Device, reading.device.0)?.to_owned(),
            channel: reading.series.channel,
            event_time: reading.event_time,
            received_at: reading.received_at,
            value: Exact::value(&self.property, reading.value),
            counted: counts(&self.property, counted),
            flags: counted.flags,
            time_source: reading.time_source,
        })
    }
}

/// What the corrections of readings need beside them, by event time and device: for masses of particles, how humid it was.
fn beside(
    parts: &Parts,
    scope: Scope,
    (property, as_of): (&ObservedProperty, Option<UtcMillis>),
    rows: &[Reading],
) -> Result<Vec<Reading>, Problem> {
    let humidity = parts.fold().inputs().registry.properties.by_id(HUMIDITY).cloned();
    match (humidity, rows.first(), rows.last()) {
        (Some(humidity), Some(first), Some(last)) if property.is_particle_mass() => {
            let span = (first.event_time, last.event_time.plus(1));
            let past = Past { parts, scope, property: &humidity, channel: None, as_of };
            Ok(past.page(span, usize::MAX)?.readings)
        }
        _ => Ok(Vec::new()),
    }
}

fn row_value(reading: &Reading) -> RowValue {
    RowValue { series: reading.series, value: reading.value, flags: reading.flags }
}

/// The value that counts; none if a remark keeps it out.
pub(crate) fn counts(property: &ObservedProperty, counted: RowValue) -> Option<Exact> {
    (!counted.flags.intersects(property.excluded_by)).then(|| Exact::value(property, counted.value))
}

/// Where the readings after the first `given` ones begin: an instant, and how many of its readings were given.
fn cursor(rows: &[Reading], given: usize) -> Option<Cursor> {
    let next = rows.get(given)?.event_time;
    let same = rows[..given].iter().rev().take_while(|reading| reading.event_time == next).count();
    Some(Cursor(format!("{}+{same}", next.0)))
}
