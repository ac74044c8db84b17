//! `GET /api/v1/revisions`

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use smartpole_model::{Flags, Kind, ObservedProperty, UtcMillis};
use smartpole_pipeline::{Fold, NameKind, Scope};
use smartpole_store::{Figure, WindowRevision};
use utoipa::{IntoParams, ToSchema};

use super::series::{scope_name, total_has_no_windows};
use crate::{
    ApiState, Parts,
    asker::Asker,
    list::{Channel, Cursor, Number},
    number::Exact,
    problem::{Problem, Refused},
    query::Params,
    scope::{self, ScopeName},
    span::Step,
};

/// Revisions of an answer: each is summed up anew of all blocks of the window.
type Most = Number<1, 1_000>;
/// Revisions of an answer if no `limit` is given.
const DEFAULT: Most = Number(100);

/// Which window. Give one of `device`, `pole` and `zone`.
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
    /// First instant of the window, as `/api/v1/series` has it.
    #[param(value_type = String, format = DateTime)]
    start: UtcMillis,
    /// How long the window is: 15m, 1h, 1d or 1w.
    #[serde(default)]
    #[param(inline)]
    step: Step,
    /// Most items of the answer.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    limit: Option<Most>,
    /// The `next` of the answer before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// How often and why a window was changed after it was closed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RevisionsAnswer {
    /// Whose window.
    scope: ScopeName,
    /// Of which property.
    property: String,
    /// Its UCUM code.
    unit: String,
    /// How long it is.
    step: Step,
    /// Its first instant.
    #[schema(value_type = String, format = DateTime)]
    start: UtcMillis,
    /// The first instant after it.
    #[schema(value_type = String, format = DateTime)]
    end: UtcMillis,
    /// How many revisions it has.
    revisions: usize,
    /// Oldest first.
    items: Vec<RevisionItem>,
    /// Give this back as `cursor` for more; null at the end.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// One change of a window: of what a block says of the property, one channel at a time, or of where it counts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RevisionItem {
    /// Which of the window's revisions, from 1.
    revision: usize,
    /// The minute in which we had what changed it.
    #[schema(value_type = String, format = DateTime)]
    received_at: UtcMillis,
    /// Why: `late` (a reading came after the window was closed), `total` (a counter's total beside it came or changed), `quality`
    /// (a reading near it showed that others are to be doubted), `replay` (messages were decoded again), `registry` (installation,
    /// calibration or rules were changed for the past) or `rules` (a new program judges or sums up otherwise).
    #[schema(value_type = String, example = "late")]
    reason: &'static str,
    /// The device whose readings changed.
    device: String,
    /// First instant of their quarter of an hour.
    #[schema(value_type = String, format = DateTime)]
    quarter: UtcMillis,
    /// What the window said before.
    former: FigureItem,
    /// What it said then.
    after: FigureItem,
}

/// What a window said at some time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FigureItem {
    /// The mean, at one decimal more than the values; for counts, how many passed. Null where nothing was known, which is not zero.
    #[schema(value_type = Option<f64>)]
    value: Option<Exact>,
    /// Readings that counted.
    count: i64,
    /// The smallest value; null for counts and where there was none.
    #[schema(value_type = Option<f64>)]
    min: Option<Exact>,
    /// The largest value; null for counts and where there was none.
    #[schema(value_type = Option<f64>)]
    max: Option<Exact>,
    /// Readings kept out by their flags.
    excluded: i32,
    /// Remarks of its readings.
    #[schema(value_type = Vec<String>)]
    flags: Flags,
}

/// How a window came to say what it says: when it was changed, why, and what it said before. As of the last commit. Changes of other
/// properties are none of it. The public is told
/// nothing of changes by devices that measure persons, which change no figure that it sees.
#[utoipa::path(get, path = "/api/v1/revisions", tag = "values", params(Wanted), responses(
    (status = 200, description = "Oldest first.", body = RevisionsAnswer),
    Refused,
))]
pub(crate) async fn revisions(
    State(state): State<ApiState>,
    asker: Asker,
    Params(wanted): Params<Wanted>,
) -> Result<Json<RevisionsAnswer>, Problem> {
    Ok(Json(state.ask(move |parts| answer(parts, &asker, &wanted)).await?))
}

/// [`Wanted`], looked up.
struct Asked {
    name: ScopeName,
    /// None of a thing that never sent.
    scope: Option<Scope>,
    property: ObservedProperty,
    step: smartpole_store::Step,
    end: UtcMillis,
}

fn answer(parts: &Parts, asker: &Asker, wanted: &Wanted) -> Result<RevisionsAnswer, Problem> {
    let Asked { name: scope, scope: number, property, step, end } = Asked::new(&parts.fold(), asker, wanted)?;
    let (skip, limit) = (wanted.cursor.as_ref().map_or(Ok(0), given)?, wanted.limit.unwrap_or(DEFAULT).0);
    let channel = wanted.channel.map(|channel| channel.0 as u8);
    let window = |scope| smartpole_store::Wanted {
        scope,
        property: property.number,
        channel,
        from: wanted.start,
        to: end,
        step,
        as_of: None,
    };
    let published = asker.published(&parts.fold().inputs().registry, &scope);
    let number = number.filter(|_| published.holds(wanted.start));
    let revised = number.map(|scope| parts.queries.revised(&window(scope), skip, limit)).transpose()?;
    let (revisions, items) = revised.map_or((0, Vec::new()), |revised| (revised.all, revised.items));
    let next = (skip + items.len() < revisions && !items.is_empty()).then(|| Cursor((skip + items.len()).to_string()));
    let fold = parts.fold();
    let items = items.iter().map(|item| RevisionItem::new(&fold, &property, item)).collect();
    let (start, step, ObservedProperty { id: property, unit, .. }) = (wanted.start, wanted.step, property);
    Ok(RevisionsAnswer { scope, property, unit, step, start, end, revisions, items, next })
}

impl Asked {
    fn new(fold: &Fold, asker: &Asker, wanted: &Wanted) -> Result<Self, Problem> {
        let registry = &fold.inputs().registry;
        let name = scope_name(registry, [&wanted.device, &wanted.pole, &wanted.zone])?;
        let property = scope::property_named(registry, &wanted.property)?.clone();
        asker.check((fold, registry), &name, &property)?;
        let Some(step) = wanted.step.windows() else {
            return Err(Problem::parameter("step: a reading has no revisions", "give 15m, 1h, 1d or 1w"));
        };
        if matches!(step, smartpole_store::Step::Month | smartpole_store::Step::Year) {
            let detail = "step: months and years are made of days, whose revisions they count";
            return Err(Problem::parameter(detail, "ask for the weeks or days within, by step=1w or 1d"));
        }
        if property.kind == Kind::TotalCount {
            return Err(total_has_no_windows(registry, &property));
        }
        let (start, end) = step.around(property.theme == "air_quality", wanted.start);
        if start != wanted.start {
            let detail = format!("start: no window of this length begins at {}", wanted.start);
            return Err(Problem::parameter(detail, format!("the one around it begins at {start}")));
        }
        Ok(Self { scope: name.number(fold), name, property, step, end })
    }
}

/// How many were given already.
fn given(cursor: &Cursor) -> Result<usize, Problem> {
    let detail = "cursor: not a `next` of an answer to this question";
    cursor.0.parse().map_err(|_| Problem::parameter(detail, "ask without `cursor`"))
}

impl RevisionItem {
    fn new(fold: &Fold, property: &ObservedProperty, revision: &WindowRevision) -> Self {
        Self {
            revision: revision.number,
            received_at: UtcMillis(revision.minute.saturating_mul(60_000)),
            reason: revision.reason.code(),
            device: fold.name(NameKind::Device, revision.device.0).unwrap_or_default().to_owned(),
            quarter: revision.quarter.start(),
            former: FigureItem::new(property, &revision.former),
            after: FigureItem::new(property, &revision.after),
        }
    }
}

impl FigureItem {
    fn new(property: &ObservedProperty, figure: &Figure) -> Self {
        let aggregate = figure.aggregate;
        let is_level = property.kind != Kind::IntervalCount && aggregate.count > 0;
        let level = |value| is_level.then(|| Exact::value(property, value));
        let passed = property.kind == Kind::IntervalCount && aggregate.knows_sum();
        let mean = figure.mean.filter(|_| is_level).map(|mean| Exact::mean(property, mean));
        Self {
            value: mean.or_else(|| passed.then(|| Exact::value(property, aggregate.sum))),
            count: aggregate.count,
            min: level(aggregate.min),
            max: level(aggregate.max),
            excluded: aggregate.excluded,
            flags: aggregate.remarks(),
        }
    }
}
