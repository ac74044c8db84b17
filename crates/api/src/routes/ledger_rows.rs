//! `GET /api/v1/ledger/rows`

use std::ops::Range;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use smartpole_model::UtcMillis;
use smartpole_pipeline::{Entry, Equation, Fold, NameKind};
use smartpole_store::{LedgerRow, LedgerRows};
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState, Parts,
    list::{Cursor, Limit, List},
    problem::{Named, Problem, Refused},
    query::Params,
    span::{Span, Step},
};

/// Items of an answer if no `limit` is given.
const DEFAULT_LIMIT: usize = 1_000;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 86_400_000;
/// Longest span: somewhat more than a year.
const MAX_DAYS: i64 = 400;

/// Which rows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// What a row is of.
    #[param(inline)]
    by: By,
    /// Begin of the span of receipt, at most 400 days long; a day before `to` if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<UtcMillis>,
    /// End of the span, exclusive; now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<UtcMillis>,
    /// One source, with `by=source`; all if left out.
    #[param(example = "broker")]
    source: Option<String>,
    /// One device, with `by=device`; all if left out.
    #[param(example = "am-01-air")]
    device: Option<String>,
    /// Most items of the answer; 1000 if left out.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 10000)]
    limit: Option<Limit>,
    /// The `next` of the answer before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// What a row is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum By {
    /// A receipt hour (UTC) and a source.
    Source,
    /// A receipt day (UTC) and a device.
    Device,
}

/// What became of what was received of one source within an hour, or of one device within a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LedgerRowItem {
    /// First instant of receipt.
    #[schema(value_type = String, format = DateTime)]
    start: UtcMillis,
    /// First instant after it.
    #[schema(value_type = String, format = DateTime)]
    end: UtcMillis,
    /// Name of the source, with `by=source`.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// Id of the device, with `by=device`.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    /// What occurred, and how often.
    entries: Vec<EntryItem>,
    /// Whether the row's equations hold; null if it does not count what came in, as those of devices.
    balanced: Option<bool>,
}

/// One number of a row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntryItem {
    /// The equation it stands in, `messages`, `readings` or `windows`; null for what stands beside them.
    #[schema(value_type = Option<String>, example = "messages")]
    equation: Option<&'static str>,
    /// What is counted: `journalled`, `decoded` and `aggregatable` are the left sides.
    #[schema(value_type = String, example = "quarantined")]
    name: &'static str,
    /// Why: the reason of what is in quarantine, the flag of what is excluded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "unknown_device")]
    reason: Option<&'static str>,
    /// How many.
    value: u64,
}

/// What became of what was received, by hour and source or by day and device; as of the last commit, oldest first. Hours and days
/// without anything are left out.
#[utoipa::path(get, path = "/api/v1/ledger/rows", tag = "operation", params(Wanted), responses(
    (status = 200, description = "Rows with their entries.", body = List<LedgerRowItem>),
    Refused,
))]
pub(crate) async fn ledger_rows(
    State(state): State<ApiState>,
    Params(wanted): Params<Wanted>,
) -> Result<Json<List<LedgerRowItem>>, Problem> {
    Ok(Json(state.ask(move |parts| answer(parts, &wanted)).await?))
}

fn answer(parts: &Parts, wanted: &Wanted) -> Result<List<LedgerRowItem>, Problem> {
    let limit = wanted.limit.map_or(DEFAULT_LIMIT, |limit| limit.0);
    let asked = asked(&parts.fold(), wanted, limit + 1)?;
    let mut rows = match wanted.by {
        By::Source => parts.queries.ledger_by_source(&asked)?,
        By::Device => parts.queries.ledger_by_device(&asked)?,
    };
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| Cursor(format!("{}+{}", last.at, last.of)));
    let fold = parts.fold();
    Ok(List { items: rows.iter().map(|row| item(&fold, wanted.by, row)).collect(), next })
}

fn asked(fold: &Fold, wanted: &Wanted, limit: usize) -> Result<LedgerRows, Problem> {
    let span = Span::new(wanted.from, wanted.to, fold.position().1, Step::Hour)?;
    if span.to.since(span.from) > MAX_DAYS * DAY_MS {
        let detail = format!("from, to: {} to {} is longer than {MAX_DAYS} days", span.from, span.to);
        return Err(Problem::parameter(detail, "ask for a shorter span"));
    }
    let of = match (wanted.by, &wanted.source, &wanted.device) {
        (By::Source, source, None) => source.as_ref().map(|name| source_number(fold, name)).transpose()?,
        (By::Device, None, device) => device.as_ref().map(|id| device_number(fold, id)).transpose()?,
        (By::Source, ..) => return Err(Problem::parameter("device: not with by=source", "ask with by=device")),
        (By::Device, ..) => return Err(Problem::parameter("source: not with by=device", "ask with by=source")),
    };
    let after = wanted.cursor.as_ref().map(after).transpose()?;
    Ok(LedgerRows { span: units(span, wanted.by), of, after, limit })
}

/// The hours or days that a span touches.
fn units(span: Span, by: By) -> Range<i32> {
    let last = span.to.plus(-1);
    match by {
        By::Source => span.from.utc_hour()..last.utc_hour().saturating_add(1),
        By::Device => span.from.utc_day()..last.utc_day().saturating_add(1),
    }
}

fn after(cursor: &Cursor) -> Result<(i32, u32), Problem> {
    let pair = cursor.0.split_once('+').and_then(|(at, of)| Some((at.parse().ok()?, of.parse().ok()?)));
    let detail = "cursor: not a `next` of an answer to this question";
    pair.ok_or_else(|| Problem::parameter(detail, "ask without `cursor`"))
}

/// Of devices that left the registry, too.
fn device_number(fold: &Fold, id: &str) -> Result<u32, Problem> {
    let known = fold.inputs().registry.devices.iter().map(|device| device.id.as_str());
    fold.number(NameKind::Device, id).ok_or_else(|| Problem::unknown(&Named::DEVICE, id, known))
}

fn source_number(fold: &Fold, name: &str) -> Result<u32, Problem> {
    let known = (0..fold.count(NameKind::Source)).filter_map(|number| fold.name(NameKind::Source, number));
    fold.number(NameKind::Source, name).ok_or_else(|| Problem::unknown_source(name, known))
}

fn item(fold: &Fold, by: By, row: &LedgerRow) -> LedgerRowItem {
    let (kind, length) = match by {
        By::Source => (NameKind::Source, HOUR_MS),
        By::Device => (NameKind::Device, DAY_MS),
    };
    let start = UtcMillis(i64::from(row.at) * length);
    let name = fold.name(kind, row.of).map(str::to_owned);
    let counted = row.counts.get(Entry::Journalled) > 0;
    // a replay may have moved all of an entry elsewhere
    let occurred = row.counts.iter().filter(|(_, value)| *value > 0);
    LedgerRowItem {
        start,
        end: start.plus(length),
        source: name.clone().filter(|_| by == By::Source),
        device: name.filter(|_| by == By::Device),
        entries: occurred.map(|(entry, value)| EntryItem::new(entry, value)).collect(),
        balanced: counted.then(|| Equation::ALL.iter().all(|equation| equation.holds(&row.counts))),
    }
}

impl EntryItem {
    fn new(entry: Entry, value: u64) -> Self {
        Self { equation: entry.equation().map(Equation::code), name: entry.code(), reason: entry.why(), value }
    }
}
