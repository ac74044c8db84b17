//! `GET /api/v1/footfall/profile`

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use smartpole_method::{
    calendar::date_and_hour,
    events::ZoneEvents,
    methods,
    profile::{Cell, Hour, Row, profile},
    public::ROUNDED_TO,
};
use smartpole_model::{UtcMillis, registry::CountRule};
use smartpole_window::Level;
use utoipa::{IntoParams, ToSchema};

use super::{
    Hours, MadeOf, Withheld,
    beside::Why,
    no_sum,
    public::{self, Days, ShownHours},
};
use crate::{
    ApiState, Parts,
    asker::Asker,
    number::{self, Exact},
    problem::{Problem, Refused},
    representation::Question,
    routes::footfall::is_exact,
    routes::method::MethodName,
    scope,
    span::Span,
};

mod exact;
mod shown;
mod table;

/// How long a span is if no `from` is given: weekdays are equally many.
const DEFAULT_MS: i64 = 52 * 7 * 86_400_000;
/// Longest span of exact counts, in days: three years of hours.
const MOST_DAYS: i64 = 1_100;

/// Which zone's week, and made of which time.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Id of a zone.
    #[param(example = "altstadt")]
    zone: String,
    /// First instant; 52 weeks before `to` if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<UtcMillis>,
    /// First instant after; now if left out, to the public the last full hour. At most 1,100 days after `from`, to the public 371.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<UtcMillis>,
    /// Which hours count: `all`, or `open`: Monday to Saturday 10 to 20, Sunday openings 13 to 18, no public holidays.
    #[serde(default)]
    #[param(inline)]
    hours: Hours,
    /// What becomes of public holidays: a row of their `own`, or left `out`.
    #[serde(default)]
    #[param(inline)]
    holidays: Holidays,
    /// Whether days on which something was on in the zone, by `events.csv`, count: `with`, or `without` them.
    #[serde(default)]
    #[param(inline)]
    events: Events,
    /// What the public sees, for planners and operators; others see nothing else.
    #[serde(default)]
    public: bool,
    /// As what had been received by this minute would have answered; what is known now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<UtcMillis>,
}

/// What becomes of public holidays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Holidays {
    /// They are a row of their own.
    #[default]
    Own,
    /// They are left out.
    Out,
}

/// Whether days of events count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Events {
    /// They do.
    #[default]
    With,
    /// They are left out.
    Without,
}

/// How many pass in each hour of a week, on average. Counters count crossings, not people.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Profile {
    /// Id of the zone.
    zone: String,
    /// What its counts may be summed to: `cordon_in`, `cross_section` or `none` (then there are no items).
    #[schema(value_type = String, example = "cross_section")]
    rule: CountRule,
    /// How the profile is made, and the counts that it is made of.
    methods: [MethodName; 2],
    /// Why the zone has no sum, if so.
    no_sum: Option<Why>,
    /// To the public: of which time it is not made, and why; absent if all that was asked for may be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    withheld: Option<Withheld>,
    /// The counts that means are made of are multiples of this: 1, to the public 5.
    rounded_to: i64,
    /// What they are made of: to the public of hours that it is shown.
    made_of: MadeOf,
    /// First instant of the time it is made of.
    #[schema(value_type = String, format = DateTime)]
    from: UtcMillis,
    /// First instant after it.
    #[schema(value_type = String, format = DateTime)]
    to: UtcMillis,
    /// 168 hours of a week from Monday, 0 o'clock on, then 24 of public holidays if they are not left out.
    items: Vec<ProfileItem>,
}

/// An hour of a kind of day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProfileItem {
    /// `monday` to `sunday`, or `holiday`: a public holiday, whatever weekday it is.
    #[schema(value_type = String, example = "saturday")]
    day: &'static str,
    /// The hour that the clock of Europe/Berlin shows, 0 to 23.
    #[schema(minimum = 0, maximum = 23)]
    hour: i8,
    /// Mean of in; null where nothing is known, which is not zero, and to the public of zones that do not count who comes in.
    #[schema(value_type = Option<f64>)]
    r#in: Option<Exact>,
    /// Mean of out.
    #[schema(value_type = Option<f64>)]
    out: Option<Exact>,
    /// Mean of both; null to the public of zones that count who comes in.
    #[schema(value_type = Option<f64>)]
    crossings: Option<Exact>,
    /// How many hours the means are made of: those that are over and of which at least 90 % of the reports came.
    hours: i64,
    /// How many such hours there were in which the zone had counters.
    of: i64,
    /// Part of the expected reports of all these hours that came, 0 to 1.
    #[schema(value_type = f64, minimum = 0, maximum = 1)]
    coverage: Exact,
}

/// How many pass in each hour of each weekday, on average.
///
/// The public gets means of the hours that `/api/v1/footfall` shows it.
#[utoipa::path(get, path = "/api/v1/footfall/profile", tag = "values", params(Wanted), responses(
    (status = 200, description = "By weekday and hour.", body = Profile),
    Refused,
))]
pub(crate) async fn footfall_profile(
    State(state): State<ApiState>,
    asker: Asker,
    Question(wanted, form): Question<Wanted>,
) -> Result<Response, Problem> {
    let days = state.days.clone();
    let answer = move |parts: &Parts| {
        let is_exact = is_exact(parts, &asker, &wanted.zone) && !wanted.public;
        answer(parts, (!is_exact).then_some(&days), &wanted)
    };
    state.ask(move |parts| form.give(parts, &answer(parts)?)).await
}

/// The profile; of what `shown` remembers, or of exact counts without.
fn answer(parts: &Parts, shown: Option<&Days>, wanted: &Wanted) -> Result<Profile, Problem> {
    let Zone { rule, no_sum, span, events } = look_up(parts, shown.is_some(), wanted)?;
    let all = |items| ShownHours { no_sum, withheld: None, items };
    let ShownHours { no_sum, withheld, items: mut hours } = match (no_sum, shown) {
        (Some(_), _) => all(Vec::new()),
        (None, None) => all(exact::hours(parts, wanted, span)?),
        (None, Some(days)) => shown::hours(parts, days, wanted, span)?,
    };
    if let Some(events) = events {
        hours.retain(|hour| events.on(date_and_hour(hour.start).0).is_empty());
    }
    let made_by = match (no_sum, shown) {
        (Some(_), _) => methods::FOOTFALL_NONE,
        (None, None) => methods::of_rule(rule),
        (None, Some(_)) => methods::PUBLIC_ROUNDED,
    };
    Ok(Profile {
        zone: wanted.zone.clone(),
        rule,
        methods: [methods::FOOTFALL_PROFILE, made_by].map(MethodName::from),
        rounded_to: if shown.is_some() { ROUNDED_TO } else { 1 },
        made_of: if shown.is_some() { MadeOf::Shown } else { MadeOf::Exact },
        from: span.from,
        to: span.to,
        items: if no_sum.is_some() { Vec::new() } else { items(wanted.holidays, hours) },
        no_sum,
        withheld,
    })
}

/// [`Wanted`], looked up.
struct Zone {
    rule: CountRule,
    no_sum: Option<Why>,
    span: Span,
    /// Events whose days are left out.
    events: Option<ZoneEvents>,
}

fn look_up(parts: &Parts, is_public: bool, wanted: &Wanted) -> Result<Zone, Problem> {
    let (fold, inputs) = (parts.fold(), parts.queries.inputs(wanted.as_of)?);
    let registry = &inputs.registry;
    let index = scope::zone_named(registry, &wanted.zone)?;
    let zone = &registry.zones[index];
    // the instant of the newest receipt would tell the public when somebody passed
    let newest = fold.position().1;
    let now = if is_public { Level::Hour.start(newest) } else { newest.plus(1) };
    let span = Span::of((wanted.from, wanted.to), now, DEFAULT_MS)?;
    span.at_most(if is_public { public::MOST_DAYS } else { MOST_DAYS })?;
    let events = (wanted.events == Events::Without).then(|| ZoneEvents::new(registry, index));
    Ok(Zone { rule: zone.count, no_sum: no_sum(zone), span, events })
}

fn items(holidays: Holidays, hours: Vec<Hour>) -> Vec<ProfileItem> {
    let cells = profile(hours).into_iter();
    cells.filter(|cell| holidays == Holidays::Own || cell.row != Row::Holiday).map(|cell| item(&cell)).collect()
}

fn item(cell: &Cell) -> ProfileItem {
    let [r#in, out, crossings] = cell.mean_tenths().map(|tenths| Some(number::decimal(tenths?, 1)));
    let coverage = number::share(cell.count, cell.expected);
    ProfileItem { day: cell.row.id(), hour: cell.hour, r#in, out, crossings, hours: cell.hours, of: cell.of, coverage }
}
