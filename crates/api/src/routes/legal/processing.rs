//! `GET /api/v1/processing`: the record of processing activities of Art. 30 (1) GDPR, from the configuration that runs.

use std::collections::BTreeSet;

use axum::{Json, extract::State};
use serde::Serialize;
use smartpole_model::{
    Device, Inputs,
    registry::{Codec, Profile, Sensing},
};
use smartpole_pipeline::Fold;
use utoipa::ToSchema;

use super::words::{self, Said};
use crate::{
    ApiState, Parts, asker,
    problem::{Bare, Problem},
    query::{Nothing, Params},
};

/// What is processed of persons, by whom, what for, and for how long.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Processing {
    /// Who is responsible.
    pub(super) controller: String,
    /// How to reach them: `mailto:` or a page; null if nobody is named.
    pub(super) contact: Option<String>,
    /// The data protection officer: `mailto:` or a page; null if nobody is named.
    pub(super) officer: Option<String>,
    /// What is done, each with its purpose.
    pub(super) activities: Vec<Activity>,
    /// Technical and organisational measures (Art. 32 (1)).
    pub(super) measures: Vec<Said>,
}

/// One purpose for which data of persons is processed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Activity {
    /// Its word: `counting`, `visits`, `operation`, `accounts`.
    #[schema(example = "counting")]
    pub(super) id: &'static str,
    /// Its name.
    pub(super) name: Said,
    /// What for.
    pub(super) purpose: Said,
    /// On which law.
    pub(super) basis: String,
    /// Whose data it is.
    pub(super) persons: Said,
    /// What is processed of them.
    pub(super) data: Said,
    /// Properties of `/properties` that could be of single persons.
    pub(super) properties: Vec<String>,
    /// What sensors work by.
    #[schema(value_type = Vec<String>, example = json!(["laser"]))]
    pub(super) sensing: Vec<Sensing>,
    /// Data-protection impact assessments (Art. 35) that the registry names.
    pub(super) assessments: Vec<String>,
    /// Who is given it, beside the controller; none is in a third country unless a target of the configuration is.
    pub(super) recipients: Vec<Said>,
    /// How long it is kept.
    pub(super) kept: Vec<Kept>,
}

/// How long something is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Kept {
    /// What.
    pub(super) what: Said,
    /// Days after which it is gone; 0 is not kept at all, null for good.
    pub(super) days: Option<u32>,
}

/// The record of processing activities (Art. 30 GDPR), as the service runs.
#[utoipa::path(get, path = "/api/v1/processing", tag = "city", responses(
    (status = 200, description = "The record; its texts in German and English.", body = Processing),
    Bare,
))]
pub(crate) async fn processing(
    State(state): State<ApiState>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Json<Processing>, Problem> {
    state.ask(|parts| Ok(Json(record(parts)))).await
}

/// The record.
pub(super) fn record(parts: &Parts) -> Processing {
    let fold = parts.fold();
    let counting = counting(parts, &fold);
    let others = [words::VISITS, words::OPERATION].map(|words| words.activity(&parts.legal.basis));
    let accounts = words::ACCOUNTS.activity(&parts.legal.basis);
    let trail = Kept { what: Said::new(words::TRAIL.0, words::TRAIL.1), days: Some(parts.keeping.audit_days) };
    let recipients = parts.openid.iter().map(|provider| words::provider(provider.issuer())).collect();
    let accounts = Activity { kept: accounts.kept.into_iter().chain([trail]).collect(), recipients, ..accounts };
    Processing {
        controller: parts.publish.name(fold.inputs()),
        contact: parts.publish.contact_iri(),
        officer: parts.legal.officer.clone(),
        activities: counting.into_iter().chain(others).chain([accounts]).collect(),
        measures: words::MEASURES.map(|(de, en)| Said::new(de, en)).to_vec(),
    }
}

/// Counting, if a device measures what could be of single persons.
fn counting(parts: &Parts, fold: &Fold) -> Option<Activity> {
    let inputs = fold.inputs();
    let devices = inputs.registry.devices.iter().map(|device| (device, personal(fold, device)));
    let counters: Vec<(&Device, Vec<&str>)> = devices.filter(|(_, properties)| !properties.is_empty()).collect();
    let profiles: Vec<&Profile> =
        counters.iter().flat_map(|(device, _)| inputs.registry.profiles_of(device)).filter(is_ours).collect();
    let properties: BTreeSet<&str> = counters.iter().flat_map(|(_, properties)| properties.iter().copied()).collect();
    let mut sensing: Vec<Sensing> = profiles.iter().map(|profile| profile.sensing).collect();
    sensing.sort_by_key(|sensing| *sensing as u8);
    sensing.dedup();
    let assessments: BTreeSet<&String> = profiles.iter().filter_map(|profile| profile.dpia.as_ref()).collect();
    (!counters.is_empty()).then(|| Activity {
        properties: properties.into_iter().map(str::to_owned).collect(),
        sensing,
        assessments: assessments.into_iter().cloned().collect(),
        recipients: parts.health.borrow().targets.iter().map(|target| words::recipient(&target.name)).collect(),
        kept: kept(parts.keeping.journal_days, inputs),
        ..words::COUNTING.activity(&parts.legal.basis)
    })
}

/// Ids of what a device of ours announces or has reported that could be of single persons.
fn personal<'a>(fold: &'a Fold, device: &'a Device) -> Vec<&'a str> {
    let registry = &fold.inputs().registry;
    let ours: Vec<&Profile> = registry.profiles_of(device).filter(is_ours).collect();
    if ours.is_empty() {
        return Vec::new();
    }
    let mapped = ours.iter().flat_map(|profile| profile.mapping.iter().map(|mapping| mapping.property));
    let announced = ours.iter().flat_map(|profile| profile.expected.iter().copied());
    let numbers = announced.chain(mapped).chain(asker::reported(fold, device));
    let found = numbers.filter_map(|number| registry.properties.get(number)).filter(|property| property.personal);
    found.map(|property| property.id.as_str()).collect()
}

/// Others' counts are imported as sums.
fn is_ours(profile: &&Profile) -> bool {
    profile.codec != Codec::Foreign
}

/// How long counts are kept, by what keeps them.
fn kept(journal_days: u32, inputs: &Inputs) -> Vec<Kept> {
    let retention = &inputs.settings.retention;
    let days = [Some(journal_days), Some(retention.raw_personal_days), Some(retention.quarter_days), None];
    let what = words::KEPT.map(|(de, en)| Said::new(de, en));
    what.into_iter().zip(days).map(|(what, days)| Kept { what, days }).collect()
}
