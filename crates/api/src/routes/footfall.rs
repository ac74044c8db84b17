//! `GET /api/v1/footfall`

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use smartpole_model::{
    UtcMillis, Zone,
    registry::{CountRule, Event},
};
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState, Parts,
    asker::Asker,
    list::{Cursor, Limit},
    number::Exact,
    problem::{Problem, Refused},
    representation::Question,
    routes::{counts::Control, method::MethodName, window::WindowState},
    scope::{ScopeKind, ScopeName},
    span::{self, Span},
};

mod beside;
mod exact;
mod newest;
mod on_days;
mod open_days;
mod per_day;
mod profile;
mod public;
mod ranking;
mod sums;
mod table;
mod totals;

use beside::{Beside, Compare, Hours};
use on_days::OnDays;
use totals::{Missing, Readings, Totals};

pub(super) use beside::Why;
pub(super) use newest::newest_hour;
pub(super) use open_days::{OpenDays, open_days};
pub(super) use profile::{__path_footfall_profile, footfall_profile};
pub(crate) use public::Days;
pub(super) use ranking::{__path_footfall_ranking, footfall_ranking};

/// The properties of which footfall is made.
pub(super) const IN: &str = "people_in";
pub(super) const OUT: &str = "people_out";

/// Which zone's footfall, and when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Id of a zone.
    #[param(example = "altstadt")]
    zone: String,
    /// First instant; a day before `to` if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<UtcMillis>,
    /// First instant after; now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<UtcMillis>,
    /// How finely: `15m`, `1h`, `1d` (Europe/Berlin days), `1w` (ISO weeks). To the public at most 31 days of `15m` or `1h`, 92 of
    /// `1d`, 371 of `1w`; from 22 to 6 its `15m` are hours.
    #[serde(default)]
    #[param(inline)]
    step: span::Step,
    /// What the public sees, for planners and operators; others see nothing else.
    #[serde(default)]
    public: bool,
    /// Which hours of days and longer windows count: `all`, or `open`: Monday to Saturday 10 to 20, Sunday openings 13 to 18.
    #[serde(default)]
    #[param(inline)]
    hours: Hours,
    /// Which days count, by commas apart: weekdays (`saturday`) and dates (`2026-11-28`); for steps up to `1d`. Dates alone say `from`
    /// and `to` as well.
    #[param(value_type = Option<String>, example = "saturday")]
    days: Option<OnDays>,
    /// All windows added up as well, with their partners if they are compared. In a table these are the last rows, and the column `row`
    /// tells them from each `window`: `total` is all added up, `compared` what is comparable alone, a row of its own if not all is.
    #[serde(default)]
    totals: bool,
    /// For planners and operators: another time beside each window, or why they are not comparable: `previous_week`, `previous_year`, `easter`,
    /// `advent`, `baseline`, or `event:` and the id of an event: its days, each beside the last four comparable days without it.
    #[param(value_type = Option<String>, pattern = "^(previous_week|previous_year|easter|advent|baseline|event:[A-Za-z0-9._-]{1,64})$", example = "advent")]
    compare: Option<Compare>,
    /// For planners and operators, step 1h: beside hours in which counters were missing, what they would have held.
    #[serde(default)]
    estimate: bool,
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

/// How many passed. Counters count crossings, not people.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Footfall {
    /// Id of the zone.
    zone: String,
    /// What its counts may be summed to: `cordon_in`, `cross_section` or `none` (then there are no items).
    #[schema(value_type = String, example = "cross_section")]
    rule: CountRule,
    /// How its figures are made.
    method: MethodName,
    /// Why the zone has no sum, if so.
    no_sum: Option<Why>,
    /// To the public: of which time nothing is shown, and why; absent if all that was asked for may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    withheld: Option<Withheld>,
    /// Numbers are multiples of this: 1, to the public 5, so that nobody can tell single persons.
    rounded_to: i64,
    /// What the numbers are rounded from.
    made_of: MadeOf,
    /// How counts are compared, if asked for.
    compared_by: Option<MethodName>,
    /// How gaps are estimated, if asked for.
    estimated_by: Option<MethodName>,
    /// The newest count by hand beside one of the counters; null if there is none, and to the public.
    control: Option<Control>,
    /// How much of the time asked for is covered, with windows that are no items.
    #[serde(skip)]
    covered: Option<Exact>,
    /// The time asked for, up to now, if windows in it that are no items are known of.
    #[serde(skip)]
    asked: Option<(UtcMillis, UtcMillis)>,
    /// One for each window.
    items: Vec<FootfallItem>,
    /// All of them added up, if asked for; null if they are not all in this answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    totals: Option<Option<Totals>>,
    /// Give this back as `cursor` for more; null at the end.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// Why there is nothing of an earlier time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Withheld {
    /// Windows that begin before are left out.
    #[schema(value_type = String, format = DateTime)]
    before: UtcMillis,
    #[serde(flatten)]
    why: Why,
}

/// What numbers are rounded from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MadeOf {
    /// Each from its own exact sum.
    Exact,
    /// Each is added up from numbers that are shown, of zones within, of days or of directions.
    Shown,
}

/// One window.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FootfallItem {
    /// First instant.
    #[schema(value_type = String, format = DateTime)]
    pub(super) start: UtcMillis,
    /// First instant after it.
    #[schema(value_type = String, format = DateTime)]
    pub(super) end: UtcMillis,
    /// In; null where nothing is known, which is not zero, and to the public of zones that do not count who comes in.
    pub(super) r#in: Option<i64>,
    /// Out.
    pub(super) out: Option<i64>,
    /// Both; null to the public of zones that count who comes in.
    pub(super) crossings: Option<i64>,
    /// Part of the expected reports that came, 0 to 1; to the public, of the quarters of an hour in which counters measured.
    #[schema(value_type = f64, minimum = 0, maximum = 1)]
    coverage: Exact,
    /// What the coverage is made of.
    #[serde(skip)]
    readings: Readings,
    /// How settled it is; null to the public: its figures stay.
    state: Option<WindowState>,
    /// How often it was changed after it was closed, in the direction that was so more often; null to the public.
    revision: Option<u32>,
    /// Ids of the events that were on then, by `events.csv`; absent if none was, and to the public.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<String>,
    /// What was asked for beside it.
    #[serde(flatten)]
    beside: Beside,
}

impl Wanted {
    /// The span asked for; days that are all dates say it as well, and so does an event.
    fn span(&self, now: UtcMillis, event: Option<&Event>) -> Result<Span, Problem> {
        let days = self.days.as_ref().and_then(OnDays::span);
        let ends = |times: &Event| Some((times.times.first()?.from, times.times.iter().map(|time| time.to).max()?));
        let of_event = event.and_then(ends).map(|(from, to)| (from, to.min(now.plus(1))));
        let said = days.map(|days| (days.from, days.to)).or(of_event);
        let from = self.from.or(said.map(|(from, _)| from));
        Span::new(from, self.to.or(said.map(|(_, to)| to)), now, self.step)
    }
}

/// Why the counts of a zone are not added up, if so.
pub(super) fn no_sum(zone: &Zone) -> Option<Why> {
    if zone.kind == "city" {
        let meaning = "a city has no sum: whoever crosses several of its squares would count several times";
        return Some(Why { reason: "city", meaning });
    }
    let meaning = "the counters of this zone may not be added up: zones.geojson says count = none";
    (zone.count == CountRule::None).then_some(Why { reason: "none", meaning })
}

impl FootfallItem {
    /// Whether a count of it is known.
    pub(super) fn is_known(&self) -> bool {
        self.crossings.or(self.r#in).or(self.out).is_some()
    }
}

/// The totals of an answer, if asked for: a page has none.
fn totals(wanted: &Wanted, items: &[FootfallItem], next: Option<&Cursor>, missing: Missing) -> Option<Option<Totals>> {
    let is_whole = next.is_none() && wanted.cursor.is_none();
    wanted.totals.then(|| is_whole.then(|| Totals::of(items, missing, wanted.compare.is_some())))
}

/// Whether the days that are wanted can be told apart at a step.
fn check_days(wanted: &Wanted, step: smartpole_store::Step) -> Result<(), Problem> {
    let is_longer =
        !matches!(step, smartpole_store::Step::Quarter | smartpole_store::Step::Hour | smartpole_store::Step::Day);
    if wanted.days.is_none() || !is_longer {
        return Ok(());
    }
    let detail = "days, step: windows that are longer than a day hold others, too";
    Err(Problem::parameter(detail, "use step=15m, 1h or 1d, and totals=true for all of them together"))
}

/// Whether somebody sees exact counts of a zone.
fn is_exact(parts: &Parts, asker: &Asker, zone: &str) -> bool {
    asker.sees(&parts.fold().inputs().registry, &ScopeName { kind: ScopeKind::Zone, id: zone.to_owned() })
}

/// How many passed in a zone, by its counting rule.
///
/// The public gets multiples of 5, an hour after the end of a step, as it was known then; what is corrected later is seen by operators.
/// Of the time before its zone, or one that holds some of its poles, was drawn or counted otherwise the public gets nothing (`withheld`):
/// the same steps summed up in two ways could tell of single persons.
#[utoipa::path(get, path = "/api/v1/footfall", tag = "values", params(Wanted), responses(
    (status = 200, description = "In the order of time.", body = Footfall),
    (status = 410, description = "All of these quarters of an hour have passed retention.", body = Problem, content_type = "application/problem+json"),
    Refused,
))]
pub(crate) async fn footfall(
    State(state): State<ApiState>,
    asker: Asker,
    Question(wanted, form): Question<Wanted>,
) -> Result<Response, Problem> {
    let days = state.days.clone();
    let answer = move |parts: &Parts| match is_exact(parts, &asker, &wanted.zone) && !wanted.public {
        true => exact::answer(parts, &wanted),
        false => public::answer(parts, &days, &wanted),
    };
    state.ask(move |parts| form.give(parts, &answer(parts)?)).await
}
