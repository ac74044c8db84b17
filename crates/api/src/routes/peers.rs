//! `GET /api/v1/peers`: a pole's hours beside those of the poles around.

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use smartpole_method::{air::Mean, methods, peer};
use smartpole_model::{ObservedProperty, PoleNo, UtcMillis, registry};
use smartpole_pipeline::{Fold, NameKind};
use smartpole_store::{PeerHour, Peers};
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState, Parts,
    list::{Cursor, Number},
    number::{self, Exact},
    problem::{Problem, Refused},
    representation::Question,
    routes::{method::MethodName, place::Place},
    scope::{self, ScopeName},
    span::{Span, Step},
};

mod table;

const HOUR_MS: i64 = 3_600_000;
/// Hours of 31 days, the most of one answer.
const MAX_HOURS: usize = 744;

/// Which pole's hours of which property, and when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Id of a pole.
    #[param(example = "AM-01")]
    pole: String,
    /// Id of a property that a rule compares with the poles around.
    #[param(example = "pm2_5")]
    property: String,
    /// First instant; a day before `to` if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<UtcMillis>,
    /// First instant after; now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<UtcMillis>,
    /// As what had been received by this minute would have answered; what is known now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<UtcMillis>,
    /// Most hours of the answer.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 744)]
    limit: Option<Number<1, MAX_HOURS>>,
    /// The `next` of the answer before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// A pole beside the poles around it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PeersAnswer {
    /// Whose.
    scope: ScopeName,
    /// Of which property.
    property: String,
    /// Its UCUM code.
    unit: String,
    /// How deviations were made.
    method: MethodName,
    /// What is asked of the pole.
    rule: PeerRule,
    /// The poles that it is compared with, nearest first; at most 50.
    around: Vec<PoleAround>,
    /// One for each hour in which the pole was heard.
    items: Vec<PeerItem>,
    /// Give this back as `cursor` for more; null at the end.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// What `rules.toml` asks of the pole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PeerRule {
    /// Poles no further than this are around, in metres.
    radius_m: u32,
    /// With fewer of them nothing is marked.
    least_poles: u8,
    /// Further than so many times 1.4826 × `mad` …
    #[schema(value_type = f64)]
    deviations: Exact,
    /// … and than this, in the property's unit, an hour is marked.
    #[schema(value_type = f64)]
    least: Exact,
}

/// A pole around.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PoleAround {
    /// Its id.
    #[schema(example = "AM-02")]
    pole: String,
    /// How far it stands, in metres.
    distance_m: u32,
}

/// One hour of the pole beside those of the poles around.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PeerItem {
    /// First instant.
    #[schema(value_type = String, format = DateTime)]
    start: UtcMillis,
    /// The pole's hourly mean; null if it is not valid.
    #[schema(value_type = Option<f64>)]
    value: Option<Exact>,
    /// The median of the valid hourly means of the poles around; null without them or without a value.
    #[schema(value_type = Option<f64>)]
    median: Option<Exact>,
    /// The median of their distances from it.
    #[schema(value_type = Option<f64>)]
    mad: Option<Exact>,
    /// How many they are.
    poles: usize,
    /// How far the value lies above the median, below it negative, in 1.4826 × `mad`; null where that is 0.
    #[schema(value_type = Option<f64>)]
    deviation: Option<Exact>,
    /// Whether the rule marks it. A marked hour counts as any other: on New Year's Eve the pole at the fireworks is right.
    marked: bool,
}

/// Hourly means of a pole beside the median of the poles around it: how a sensor that drifts is seen.
#[utoipa::path(get, path = "/api/v1/peers", tag = "values", params(Wanted), responses(
    (status = 200, description = "In the order of time.", body = PeersAnswer),
    Refused,
))]
pub(crate) async fn peers(
    State(state): State<ApiState>,
    Question(wanted, form): Question<Wanted>,
) -> Result<Response, Problem> {
    state.ask(move |parts| form.give(parts, &answer(parts, &wanted)?)).await
}

fn answer(parts: &Parts, wanted: &Wanted) -> Result<PeersAnswer, Problem> {
    let (place, property) = {
        let (inputs, fold) = (parts.queries.inputs(wanted.as_of)?, parts.fold());
        let property = scope::property_named(&fold.inputs().registry, &wanted.property)?.clone();
        (Place::new(&fold, &inputs.registry, Some(&wanted.pole), None)?, property)
    };
    let span = Span::new(wanted.from, wanted.to, parts.queries.at(wanted.as_of), Step::Hour)?;
    let limit = Number(wanted.limit.map_or(MAX_HOURS, |limit| limit.0));
    let (span, next) = span.after(wanted.cursor.as_ref())?.0.page(smartpole_store::Step::Hour, limit);
    let no_rule = || no_rule(&wanted.pole, &property.id);
    let (_, pole) = place.poles.first().ok_or_else(no_rule)?;
    let asked = parts.queries.peers(*pole, &[property.number], (span.from, span.to), wanted.as_of)?;
    let Peers { rule, around, hours } = asked.into_iter().flatten().next().ok_or_else(no_rule)?;
    Ok(PeersAnswer {
        scope: place.name,
        unit: property.unit.clone(),
        method: methods::PEER_CHECK.into(),
        rule: PeerRule::new(&property, rule),
        around: named(&parts.fold(), &around),
        items: hours.iter().map(PeerItem::new).collect(),
        property: property.id,
        next,
    })
}

fn no_rule(pole: &str, property: &str) -> Problem {
    let detail = format!("pole, property: no rule compares {property} at {pole} with the poles around");
    Problem::parameter(detail, "give `peer` in rules.toml for the property and the profile of a device there")
}

fn named(fold: &Fold, around: &[(PoleNo, u32)]) -> Vec<PoleAround> {
    let named = around.iter().filter_map(|(pole, distance_m)| {
        let pole = fold.name(NameKind::Pole, pole.0)?.to_owned();
        Some(PoleAround { pole, distance_m: *distance_m })
    });
    named.collect()
}

impl PeerRule {
    fn new(property: &ObservedProperty, rule: registry::Peer) -> Self {
        let registry::Peer { radius_m, least_poles, deviations_milli, least } = rule;
        let (deviations, least) = (number::decimal(deviations_milli.into(), 3), Exact::value(property, least));
        Self { radius_m, least_poles, deviations, least }
    }
}

impl PeerItem {
    fn new(hour: &PeerHour) -> Self {
        let exact = |mean: Mean| number::decimal(mean.0, Mean::DIGITS);
        let compared = hour.compared.as_ref();
        Self {
            start: hour.start,
            value: hour.value.map(exact),
            median: compared.map(|compared| exact(compared.median())),
            mad: compared.map(|compared| exact(compared.mad())),
            poles: hour.poles,
            deviation: compared.and_then(peer::Compared::deviation_tenths).map(|tenths| number::decimal(tenths, 1)),
            marked: hour.is_marked,
        }
    }
}
