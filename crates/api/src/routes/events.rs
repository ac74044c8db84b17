//! `GET /api/v1/events`

use axum::{extract::State, response::Response};
use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use smartpole_access::Role;
use smartpole_method::{
    calendar::date_and_hour,
    events::{concerns, holds},
};
use smartpole_model::{
    Registry, UtcMillis,
    registry::{Event, EventKind, EventTime},
    weekday_word,
};
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState, Parts,
    asker::Asker,
    csv::{Cell, Rows, Writer},
    list::List,
    problem::{Problem, Refused},
    representation::Question,
    scope,
    span::{self, Span},
};

/// How long a span is if no `to` is given.
const DEFAULT_MS: i64 = 365 * 86_400_000;
/// Longest span, in days.
const MOST_DAYS: i64 = 1_100;

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// First instant; now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<UtcMillis>,
    /// First instant after; a year after `from` if left out, 1,100 days at most.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<UtcMillis>,
    /// Id of a zone: what is on in it, around it or within it.
    #[param(example = "altstadt")]
    zone: Option<String>,
}

/// A time of an event. An event that comes again has several.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventItem {
    /// Its id, for `compare=event:<id>`.
    #[schema(example = "wochenmarkt")]
    id: String,
    /// Its name.
    name: String,
    /// `market`, `festival`, `sport`, `sale`, `roadworks`, `closure` or `other`.
    #[schema(value_type = String, example = "market")]
    kind: EventKind,
    /// Ids of its zones; none: all of the city.
    zones: Vec<String>,
    /// First instant.
    #[schema(value_type = String, format = DateTime)]
    from: UtcMillis,
    /// First instant after it; null if nobody knows yet.
    #[schema(value_type = Option<String>, format = DateTime)]
    to: Option<UtcMillis>,
    /// The weekdays that it is on; none: all.
    #[schema(value_type = Vec<String>)]
    weekdays: Vec<&'static str>,
    /// The days of the span on which it is on, in Europe/Berlin.
    days: Vec<String>,
    /// What the planner notes; null if nothing, and to the public.
    note: Option<String>,
}

/// What a planner knows of: markets, festivals, roadworks, by `events.csv`.
#[utoipa::path(get, path = "/api/v1/events", tag = "values", params(Wanted), responses(
    (status = 200, description = "Times of events that hold a day of the span, in the order of time.", body = List<EventItem>),
    Refused,
))]
pub(crate) async fn events(
    State(state): State<ApiState>,
    asker: Asker,
    Question(wanted, form): Question<Wanted>,
) -> Result<Response, Problem> {
    state.ask(move |parts| form.give(parts, &answer(parts, &asker, &wanted)?)).await
}

fn answer(parts: &Parts, asker: &Asker, wanted: &Wanted) -> Result<List<EventItem>, Problem> {
    let fold = parts.fold();
    let registry = &fold.inputs().registry;
    let zone = wanted.zone.as_deref().map(|id| scope::zone_named(registry, id)).transpose()?;
    let now = fold.position().1;
    let from = wanted.from.unwrap_or(now);
    let to = wanted.to.unwrap_or(from.plus(DEFAULT_MS));
    let span = Span::new(Some(from), Some(to), now, span::Step::Day)?;
    span.at_most(MOST_DAYS)?;
    let concerned = |event: &&Event| zone.is_none_or(|zone| concerns(event, zone, &registry.zones));
    let times =
        registry.events.iter().filter(concerned).flat_map(|event| event.times.iter().map(move |time| (event, time)));
    let mut items: Vec<EventItem> =
        times.filter_map(|(event, time)| item(registry, asker, span, event, time)).collect();
    items.sort_by(|a, b| (a.from, &a.id).cmp(&(b.from, &b.id)));
    Ok(List::whole(items))
}

/// None of a time without a day in the span.
fn item(registry: &Registry, asker: &Asker, span: Span, event: &Event, time: &EventTime) -> Option<EventItem> {
    let days: Vec<String> = dates(span).filter(|date| holds(time, *date)).map(|date| date.to_string()).collect();
    let note = Some(&time.note).filter(|note| asker.role >= Role::Operator && !note.is_empty()).cloned();
    let item = EventItem {
        id: event.id.clone(),
        name: event.name.clone(),
        kind: event.kind,
        zones: event.zones.iter().filter_map(|zone| Some(registry.zones.get(*zone)?.id.clone())).collect(),
        from: time.from,
        to: time.end(),
        weekdays: time.weekdays.iter().map(|weekday| weekday_word(*weekday)).collect(),
        days,
        note,
    };
    (!item.days.is_empty()).then_some(item)
}

/// The dates of which a span holds a part.
fn dates(span: Span) -> impl Iterator<Item = Date> {
    let (first, last) = (date_and_hour(span.from).0, date_and_hour(span.to.plus(-1)).0);
    first.series(1.day()).take_while(move |date| *date <= last)
}

impl Rows for EventItem {
    fn write(items: &[Self], out: &mut Writer) -> csv::Result<()> {
        let columns =
            ["id", "name", "kind", "zones", "from", "from_local", "to", "to_local", "weekdays", "days", "note"];
        let rows = items.iter().map(|item| {
            let ([from, from_local], [to, to_local]) = (Cell::instant(item.from), Cell::instant(item.to));
            [
                item.id.as_str().into(),
                item.name.as_str().into(),
                Cell::word(&item.kind),
                Cell::words(&item.zones),
                from,
                from_local,
                to,
                to_local,
                Cell::words(&item.weekdays),
                Cell::words(&item.days),
                item.note.as_deref().into(),
            ]
        });
        out.table(columns, rows)
    }

    fn source() -> Option<&'static str> {
        Some("events that the city knows of")
    }

    /// What was planned is not kept by when it was known.
    fn is_as_of() -> bool {
        false
    }
}
