//! `GET /api/v1/counts/reconciled`: what a counter's totals and its interval counts say of the same days.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use smartpole_method::{calendar::date_and_hour, methods};
use smartpole_model::{Catalogue, DeviceNo, Inputs, Kind, ObservedProperty, PropertyNo, Reading, Series, UtcMillis};
use smartpole_pipeline::Scope;
use smartpole_store::Step;
use smartpole_window::RowValue;
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState, Parts,
    problem::{Problem, Refused},
    query::Params,
    routes::{method::MethodName, series::Past},
    scope,
    span::{self, Span},
};

const DAY_MS: i64 = 86_400_000;
/// Longest span: all readings of it are read.
const MOST_DAYS: i64 = 31;
/// Days if no `from` is given.
const DAYS: i64 = 7;

/// Whose days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Id of a counter.
    device: String,
    /// Days of Europe/Berlin that begin from here on; seven days before `to` if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<UtcMillis>,
    /// First instant after, at most 31 days later; now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<UtcMillis>,
    /// As what had been received by this minute would have answered; what is known now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<UtcMillis>,
}

/// The days of a counter that sends both totals and interval counts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reconciled {
    /// Id of the counter.
    device: String,
    /// How its figures are made.
    method: MethodName,
    /// A day, property and channel each; empty of a counter that does not send both.
    items: Vec<ReconciledItem>,
}

/// One line's day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReconciledItem {
    /// The day, in Europe/Berlin.
    #[schema(format = Date)]
    date: String,
    /// What is counted.
    property: String,
    /// The counter's channel.
    channel: u8,
    /// By the differences of totals, which are the truth; null where nothing is known.
    by_totals: Option<i64>,
    /// By interval counts; what is lost on the way is missing in them.
    by_intervals: Option<i64>,
    /// `by_intervals` − `by_totals`. A count that was sent just after midnight is of the day before, so small ones are none.
    difference: Option<i64>,
}

/// What totals and interval counts of one counter say of the same days: lost messages show as less by intervals, a counter that is not
/// what its profile says as anything.
#[utoipa::path(get, path = "/api/v1/counts/reconciled", tag = "values", params(Wanted), responses(
    (status = 200, description = "In the order of time.", body = Reconciled),
    Refused,
))]
pub(crate) async fn reconciled(
    State(state): State<ApiState>,
    Params(wanted): Params<Wanted>,
) -> Result<Json<Reconciled>, Problem> {
    Ok(Json(state.ask(move |parts| answer(parts, &wanted)).await?))
}

/// A counter, and the interval counts it sends beside totals.
struct Asked {
    inputs: Arc<Inputs>,
    /// Index in the registry.
    device: usize,
    number: DeviceNo,
    intervals: BTreeSet<Series>,
    span: Span,
    as_of: Option<UtcMillis>,
}

/// Sums by day, property and channel.
type Days = BTreeMap<(UtcMillis, PropertyNo, u8), i64>;

fn answer(parts: &Parts, wanted: &Wanted) -> Result<Reconciled, Problem> {
    let (device, method) = (wanted.device.clone(), methods::COUNTER_RECONCILED.into());
    let Some(asked) = Asked::new(parts, wanted)? else { return Ok(Reconciled { device, method, items: Vec::new() }) };
    let by_intervals = asked.by_intervals(parts)?;
    let by_totals = asked.by_totals(parts, &by_intervals)?;
    let days: BTreeSet<_> = by_intervals.keys().chain(by_totals.keys()).copied().collect();
    let item = |(day, property, channel): (UtcMillis, PropertyNo, u8)| {
        let at = (day, property, channel);
        let (by_totals, by_intervals) = (by_totals.get(&at).copied(), by_intervals.get(&at).copied());
        Some(ReconciledItem {
            date: date_and_hour(day).0.to_string(),
            property: asked.catalogue().get(property)?.id.clone(),
            channel,
            by_totals,
            by_intervals,
            difference: by_intervals.zip(by_totals).map(|(intervals, totals)| intervals - totals),
        })
    };
    Ok(Reconciled { device, method, items: days.into_iter().filter_map(item).collect() })
}

impl Asked {
    /// None of a device that never sent.
    fn new(parts: &Parts, wanted: &Wanted) -> Result<Option<Self>, Problem> {
        let inputs = parts.queries.inputs(wanted.as_of)?;
        let device = scope::device_named(&inputs.registry, &wanted.device)?;
        let to = wanted.to.unwrap_or(parts.queries.at(wanted.as_of).plus(1));
        let from = wanted.from.unwrap_or(to.plus(-DAYS * DAY_MS));
        let span = Span::new(Some(from), Some(to), to, span::Step::Day)?;
        if to.since(from) > MOST_DAYS * DAY_MS {
            let detail = format!("from, to: {from} to {to} is longer than {MOST_DAYS} days");
            return Err(Problem::parameter(detail, "ask for a shorter span"));
        }
        let Some(number) = parts.fold().device_no(&wanted.device) else { return Ok(None) };
        let sent = parts.queries.heard(number, wanted.as_of)?;
        let intervals = sent.iter().copied().filter(|series| has_totals(&inputs.registry.properties, &sent, *series));
        let (intervals, as_of) = (intervals.collect(), wanted.as_of);
        Ok(Some(Self { inputs, device, number, intervals, span, as_of }))
    }

    fn catalogue(&self) -> &Catalogue {
        &self.inputs.registry.properties
    }

    /// What interval counts say, of reversed lines as the opposite.
    fn by_intervals(&self, parts: &Parts) -> Result<Days, Problem> {
        let ((from, to), making) = (self.days(), parts.queries.making(self.as_of)?);
        let mut days = Days::new();
        for series in &self.intervals {
            let Some(property) = self.catalogue().get(series.property) else { continue };
            let (scope, channel) = (Scope::Device(self.number), Some(series.channel));
            let past = Past { parts, scope, property, channel, as_of: self.as_of };
            let readings = past.page((from, to), usize::MAX)?.readings;
            for reading in &readings {
                let own = RowValue { series: reading.series, value: reading.value, flags: reading.flags };
                let making = making.of(reading.device, reading.event_time.quarter());
                let counted = making.counted(reading.event_time, &[own], own);
                if !counted.flags.intersects(property.excluded_by) {
                    let day = Step::Day.around(false, reading.event_time).0;
                    *days.entry((day, self.target(property, reading), series.channel)).or_default() += counted.value;
                }
            }
        }
        Ok(days)
    }

    /// The property that an interval count counts for.
    fn target(&self, property: &ObservedProperty, reading: &Reading) -> PropertyNo {
        let installation = self.inputs.registry.devices[self.device].at(reading.event_time.quarter().start());
        let opposite = property.opposite.filter(|_| installation.reversed.contains(&reading.series.channel));
        opposite.unwrap_or(property.number)
    }

    /// What windows say, which are made of totals where a counter sends them.
    fn by_totals(&self, parts: &Parts, by_intervals: &Days) -> Result<Days, Problem> {
        let lines: BTreeSet<_> = by_intervals.keys().map(|(_, property, channel)| (*property, *channel)).collect();
        let (scope, (from, to), as_of) = (Scope::Device(self.number), self.days(), self.as_of);
        let mut days = Days::new();
        for (property, channel) in lines {
            let channel_of = Some(channel);
            let wanted =
                smartpole_store::Wanted { scope, property, channel: channel_of, from, to, step: Step::Day, as_of };
            let windows = parts.queries.windows(&wanted)?;
            days.extend(windows.iter().map(|day| ((day.start, property, channel), day.aggregate.sum)));
        }
        Ok(days)
    }

    /// The days that begin in the span, as a whole.
    fn days(&self) -> (UtcMillis, UtcMillis) {
        let Span { from, to } = self.span;
        let (start, end) = Step::Day.around(false, from);
        (if start < from { end } else { start }, Step::Day.around(false, to.plus(-1)).1)
    }
}

/// Whether a series is an interval count that a total of the same channel feeds as well.
fn has_totals(catalogue: &Catalogue, sent: &BTreeSet<Series>, series: Series) -> bool {
    let counts = |other: &Series| {
        let property = catalogue.get(other.property);
        other.channel == series.channel && property.is_some_and(|total| total.counts == Some(series.property))
    };
    catalogue.get(series.property).is_some_and(|property| property.kind == Kind::IntervalCount)
        && sent.iter().any(counts)
}
