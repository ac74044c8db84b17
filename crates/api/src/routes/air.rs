//! `GET /api/v1/air`, `/api/v1/air/days`, `/api/v1/air/limits`: hours, days and years of air, by the methods that cities cite.

mod days;
mod hour;
mod limits;
mod official;
mod table;
mod zone;

use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use smartpole_method::methods;
use smartpole_model::UtcMillis;
use smartpole_store::PoleAir;
use utoipa::{IntoParams, ToSchema};

pub(crate) use days::{__path_days, days};
pub(crate) use limits::{__path_limits, limits};

use crate::{
    ApiState, Parts,
    list::{Cursor, Number},
    problem::{Problem, Refused},
    representation::Question,
    routes::{method::MethodName, peer_marks::Marks, place::Place},
    scope::ScopeName,
    span::{Span, Step},
};
use hour::PoleHour;
use official::Station;
use zone::{Heard, ZoneHour};

const HOUR_MS: i64 = 3_600_000;
/// Hours of 31 days, the most of one answer.
const MAX_HOURS: usize = 744;
/// Hours times poles, the most of one answer about a zone.
const MAX_POLE_HOURS: usize = 20_000;
/// The index of an hour may be made of the 24 hours up to its end.
const BEFORE_MS: i64 = 23 * HOUR_MS;

/// Whose air, and when. Give one of `pole` and `zone`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Id of a pole.
    #[param(example = "AM-01")]
    pole: Option<String>,
    /// Id of a zone.
    zone: Option<String>,
    /// First instant; a day before `to` if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<UtcMillis>,
    /// First instant after; now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<UtcMillis>,
    /// As what had been received by this minute would have answered; what is known now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<UtcMillis>,
    /// Most hours of the answer; of zones with many poles fewer come.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 744)]
    limit: Option<Number<1, MAX_HOURS>>,
    /// The `next` of the answer before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// Hours of air in the order of time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AirAnswer {
    /// Whose.
    scope: ScopeName,
    /// How hourly means were made; indices name their own.
    method: MethodName,
    /// One for each hour in which a sensor of air was heard.
    items: Items,
    /// Give this back as `cursor` for more; null at the end.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// Hours of a pole, or of a zone.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = AirItems)]
pub(crate) enum Items {
    /// Of a pole.
    Pole(Vec<PoleHour>),
    /// Of a zone.
    Zone(Vec<ZoneHour>),
}

/// Hourly means of air, and the indices of them: sensors' data, not official. Of a zone the worst pole and how far poles lie
/// apart; no index is made of averaged air. Beside a pole's hour stands that of the nearest official station, if one is imported.
#[utoipa::path(get, path = "/api/v1/air", tag = "air", params(Wanted), responses(
    (status = 200, description = "In the order of time.", body = AirAnswer),
    Refused,
))]
pub(crate) async fn air(
    State(state): State<ApiState>,
    Question(wanted, form): Question<Wanted>,
) -> Result<Response, Problem> {
    state.ask(move |parts| form.give(parts, &answer(parts, &wanted)?)).await
}

fn answer(parts: &Parts, wanted: &Wanted) -> Result<AirAnswer, Problem> {
    let inputs = parts.queries.inputs(wanted.as_of)?;
    let place = Place::new(&parts.fold(), &inputs.registry, wanted.pole.as_deref(), wanted.zone.as_deref())?;
    let span = Span::new(wanted.from, wanted.to, parts.queries.at(wanted.as_of), Step::Hour)?;
    let span = span.after(wanted.cursor.as_ref())?.0;
    let limit = wanted.limit.map_or(MAX_HOURS, |limit| limit.0);
    let limit = limit.min(MAX_POLE_HOURS / place.poles.len().max(1)).max(1);
    let (span, next) = span.page(smartpole_store::Step::Hour, Number(limit));
    let items = if place.is_zone() {
        Items::Zone(zone_hours(parts, &place, span, wanted.as_of)?)
    } else {
        Items::Pole(pole_hours(parts, &place, span, wanted.as_of)?)
    };
    Ok(AirAnswer { scope: place.name, method: methods::AIR_HOUR.into(), items, next })
}

fn pole_hours(parts: &Parts, place: &Place, span: Span, as_of: Option<UtcMillis>) -> Result<Vec<PoleHour>, Problem> {
    let marks = Marks::of_air(parts, place, span, as_of)?;
    let station = Station::nearest(parts, place, span, as_of)?;
    let hour = |air: &PoleAir, start| {
        let official = station.as_ref().and_then(|station| station.hour(start));
        PoleHour::new(air, &marks, start, official)
    };
    let hours = |air: &PoleAir| starts(air, span).map(|start| hour(air, start)).collect::<Vec<_>>();
    let heard = place.air(parts, (span.from.plus(-BEFORE_MS), span.to), as_of, |_, air| hours(&air))?;
    Ok(heard.into_iter().flatten().collect())
}

fn zone_hours(parts: &Parts, place: &Place, span: Span, as_of: Option<UtcMillis>) -> Result<Vec<ZoneHour>, Problem> {
    let heard = place.air(parts, (span.from.plus(-BEFORE_MS), span.to), as_of, |pole, air| {
        starts(&air, span).map(|start| (start, Heard::new(pole, &air, start))).collect::<Vec<_>>()
    })?;
    let mut hours: BTreeMap<UtcMillis, Vec<Heard<'_>>> = BTreeMap::new();
    for (start, heard) in heard.into_iter().flatten() {
        hours.entry(start).or_default().push(heard);
    }
    let windows = zone::windows(parts, &place.name.id, span, as_of)?;
    Ok(hours.iter().map(|(start, poles)| ZoneHour::new(*start, poles, &windows)).collect())
}

fn starts(air: &PoleAir, span: Span) -> impl Iterator<Item = UtcMillis> {
    air.hours().into_iter().filter(move |start| (span.from..span.to).contains(start))
}
