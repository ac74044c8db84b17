//! `GET /api/v1/series`

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use smartpole_method::methods;
use smartpole_model::{Flags, Kind, ObservedProperty, Reading, Registry, TimeSource, UtcMillis};
use smartpole_pipeline::{Fold, NameKind, Scope};
use smartpole_window::{RowValue, is_particle_mass};
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState, Parts,
    asker::Asker,
    list::{Channel, Cursor, Limit},
    number::Exact,
    problem::{Problem, Refused},
    representation::Question,
    routes::{
        counts::{Control, control},
        footfall::{IN, OUT},
        method::MethodName,
        peer_marks,
        window::Window,
    },
    scope::{self, ScopeKind, ScopeName},
    span::{Span, Step},
};

mod past;
mod table;

use past::{Missing, Past};

/// The property that says how much water is on particles.
const HUMIDITY: &str = "relative_humidity";

/// Whose values of which property are wanted, and when. Give one of `device`, `pole` and `zone`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Id of a device.
    device: Option<String>,
    /// Id of a pole.
    #[param(example = "AM-01")]
    pole: Option<String>,
    /// Id of a zone.
    zone: Option<String>,
    /// Id of a property.
    #[param(example = "pm2_5")]
    property: String,
    /// One channel; all together if left out.
    #[param(value_type = Option<u8>)]
    channel: Option<Channel>,
    /// First instant; a day before `to` if left out, of weeks, months and years twelve of them.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<UtcMillis>,
    /// First instant after; now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<UtcMillis>,
    /// How finely; raw for at most 31 days, and as long as readings are kept. Days, ISO weeks, months and years are those of Europe/Berlin, of air those of CET.
    #[serde(default)]
    #[param(inline)]
    step: Step,
    /// As what had been received by this minute would have answered; what is known now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<UtcMillis>,
    /// Most items of the answer.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 10000)]
    limit: Option<Limit>,
    /// The `next` of the answer before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// Values of one property in the order of time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeriesAnswer {
    /// Whose.
    scope: ScopeName,
    /// Of which property.
    property: String,
    /// Its UCUM code.
    unit: String,
    /// How finely.
    step: Step,
    /// How its figures are made.
    method: MethodName,
    /// Of counts, the newest count by hand beside one of the counters; null if there is none.
    control: Option<Control>,
    /// Windows, or readings for step raw.
    items: Items,
    /// Of step raw, readings that were counted and can be had no more; absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<Missing>,
    /// Give this back as `cursor` for more; null at the end.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// What a series is made of.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = SeriesItems)]
pub(crate) enum Items {
    /// One for each window of which something is known.
    Windows(Vec<Window>),
    /// One for each reading.
    Readings(Vec<RawItem>),
}

/// One reading.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RawItem {
    /// Id of the device.
    device: String,
    /// Channel, 0 where there is one only.
    channel: u8,
    /// When it was measured.
    #[schema(value_type = String, format = DateTime)]
    event_time: UtcMillis,
    /// When we had it.
    #[schema(value_type = String, format = DateTime)]
    received_at: UtcMillis,
    /// The value as it was measured.
    #[schema(value_type = f64)]
    value: Exact,
    /// The value that counts, by the calibration and the humidity correction in force; null if a remark keeps it out.
    #[schema(value_type = Option<f64>)]
    counted: Option<Exact>,
    /// All remarks, those of the registry in force included.
    #[schema(value_type = Vec<String>)]
    flags: Flags,
    /// Whose clock `event_time` is: `payload`, `gateway`, `network` or `receipt`.
    #[schema(value_type = String, example = "payload")]
    time_source: TimeSource,
}

/// The course of a property: windows, or the readings themselves.
#[utoipa::path(get, path = "/api/v1/series", tag = "values", params(Wanted), responses(
    (status = 200, description = "In the order of time.", body = SeriesAnswer),
    (status = 410, description = "All of these readings, or quarters of an hour, have passed retention.", body = Problem, content_type = "application/problem+json"),
    Refused,
))]
pub(crate) async fn series(
    State(state): State<ApiState>,
    asker: Asker,
    Question(wanted, form): Question<Wanted>,
) -> Result<Response, Problem> {
    state.ask(move |parts| form.give(parts, &answer(parts, asker, &wanted)?)).await
}

fn answer(parts: &Parts, asker: Asker, wanted: &Wanted) -> Result<SeriesAnswer, Problem> {
    let asked = Asked::new(&parts.fold(), asker, wanted)?;
    let limit = wanted.limit.unwrap_or_default();
    let (items, missing, next) = match wanted.step.windows() {
        None => asked.readings(parts, limit)?,
        Some(step) => {
            let (items, next) = asked.windows(parts, step, limit)?;
            (items, None, next)
        }
    };
    let Asked { name: scope, property, .. } = asked;
    let method = if wanted.step == Step::Raw { methods::READING } else { methods::of_windows(&property) }.into();
    let is_counted_by_hand = [IN, OUT].contains(&property.id.as_str());
    let control = if is_counted_by_hand { control(parts, &scope, wanted.as_of)? } else { None };
    let ObservedProperty { id: property, unit, .. } = property;
    Ok(SeriesAnswer { scope, property, unit, step: wanted.step, method, control, items, missing, next })
}

/// [`Wanted`], looked up.
struct Asked {
    name: ScopeName,
    /// None of a thing that never sent.
    scope: Option<Scope>,
    property: ObservedProperty,
    channel: Option<u8>,
    span: Span,
    /// Readings at the span's first instant that were given already.
    given: usize,
    as_of: Option<UtcMillis>,
}

impl Asked {
    fn new(fold: &Fold, asker: Asker, wanted: &Wanted) -> Result<Self, Problem> {
        let registry = &fold.inputs().registry;
        let name = scope_name(registry, [&wanted.device, &wanted.pole, &wanted.zone])?;
        let property = scope::property_named(registry, &wanted.property)?.clone();
        asker.check(fold, &name, &property)?;
        if property.kind == Kind::TotalCount && wanted.step != Step::Raw {
            return Err(total_has_no_windows(registry, &property));
        }
        let span = Span::new(wanted.from, wanted.to, fold.position().1, wanted.step)?.kept(fold, wanted.step)?;
        let channel = wanted.channel.map(|channel| channel.0 as u8);
        let (span, given) = span.after(wanted.cursor.as_ref())?;
        Ok(Self { scope: name.number(fold), name, property, channel, span, given, as_of: wanted.as_of })
    }

    fn windows(
        &self,
        parts: &Parts,
        step: smartpole_store::Step,
        limit: Limit,
    ) -> Result<(Items, Option<Cursor>), Problem> {
        let (Span { from, to }, next) = self.span.page(step, limit);
        let Some(scope) = self.scope else { return Ok((Items::Windows(Vec::new()), next)) };
        let wanted = smartpole_store::Wanted {
            scope,
            property: self.property.number,
            channel: self.channel,
            from,
            to,
            step,
            as_of: self.as_of,
        };
        let windows = parts.queries.windows(&wanted)?;
        let mut windows: Vec<Window> = windows.iter().map(|window| Window::new(&self.property, window)).collect();
        peer_marks::mark(parts, &wanted, &self.property, &mut windows)?;
        Ok((Items::Windows(windows), next))
    }

    fn readings(&self, parts: &Parts, limit: Limit) -> Result<(Items, Option<Missing>, Option<Cursor>), Problem> {
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
        let beside = beside(parts, scope, &self.property, rows)?;
        let fold = parts.fold();
        let items = rows.iter().skip(self.given).take(limit.0);
        let items = items.filter_map(|reading| self.raw(&fold, reading, &beside)).collect();
        Ok((Items::Readings(items), page.missing, next))
    }

    fn raw(&self, fold: &Fold, reading: &Reading, beside: &[Reading]) -> Option<RawItem> {
        let own = row_value(reading);
        let of = (reading.event_time, reading.device);
        let first = beside.partition_point(|other| (other.event_time, other.device) < of);
        let same = beside[first..].iter().take_while(|other| (other.event_time, other.device) == of);
        let row: Vec<RowValue> = std::iter::once(own).chain(same.map(row_value)).collect();
        let counted = fold.counted(reading.device, reading.event_time, &row, own);
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
fn beside(parts: &Parts, scope: Scope, property: &ObservedProperty, rows: &[Reading]) -> Result<Vec<Reading>, Problem> {
    let humidity = parts.fold().inputs().registry.properties.by_id(HUMIDITY).cloned();
    match (humidity, rows.first(), rows.last()) {
        (Some(humidity), Some(first), Some(last)) if is_particle_mass(property) => {
            let span = (first.event_time, last.event_time.plus(1));
            let past = Past { parts, scope, property: &humidity, channel: None, as_of: None };
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

/// Whose values are wanted, by the parameters `device`, `pole`, `zone`, of which one is given.
pub(super) fn scope_name(registry: &Registry, given: [&Option<String>; 3]) -> Result<ScopeName, Problem> {
    let (kind, id) = match given {
        [Some(id), None, None] => (ScopeKind::Device, id),
        [None, Some(id), None] => (ScopeKind::Pole, id),
        [None, None, Some(id)] => (ScopeKind::Zone, id),
        _ => return Err(Problem::parameter("device, pole, zone: not exactly one is given", "give one of the three")),
    };
    match kind {
        ScopeKind::Device => scope::device_named(registry, id)?,
        ScopeKind::Pole => scope::pole_named(registry, id)?,
        ScopeKind::Zone => scope::zone_named(registry, id)?,
    };
    Ok(ScopeName { kind, id: id.clone() })
}

/// A total is asked for windows.
pub(super) fn total_has_no_windows(registry: &Registry, total: &ObservedProperty) -> Problem {
    let counts = total.counts.and_then(|number| registry.properties.get(number)).map_or("", |property| &property.id);
    let detail = format!("property, step: the total {} has no windows, its differences are {counts}", total.id);
    Problem::parameter(detail, format!("ask for property={counts}, or for step=raw"))
}
