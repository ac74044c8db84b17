//! `GET /api/v1/trace`

mod answer;
mod message;
mod past;
mod receptions;
mod records;
mod targets;
mod windows;

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Deserialize;
use smartpole_model::{Device, DeviceNo, Flag, Inputs, ObservedProperty, Quarter, Series, UtcMillis, registry::Codec};
use smartpole_pipeline::{FOLD_VERSION, Scope};
use smartpole_store::{Carriage, KeptReading};
use smartpole_window::RowValue;
use utoipa::IntoParams;

use super::series::counts;
use crate::{
    ApiState, Parts,
    list::Channel,
    number::Exact,
    problem::{Named, Problem, Refused},
    query::Params,
    scope,
};
use answer::{Decoding, SupersededItem, TraceAnswer, TracedReading};
use message::{Found, Sought};

/// Which reading.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Id of its device.
    #[param(example = "am-01-air")]
    device: String,
    /// Id of its property.
    #[param(example = "pm2_5")]
    property: String,
    /// Its channel; 0 if left out.
    #[param(value_type = Option<u8>)]
    channel: Option<Channel>,
    /// When it was measured, to the millisecond: `event_time` of `/api/v1/series` with step raw.
    #[param(value_type = String, format = DateTime)]
    time: UtcMillis,
}

/// The way of one reading: the message that brought it, who heard it, how it was read, where it counts and which targets have it.
#[utoipa::path(get, path = "/api/v1/trace", tag = "values", params(Wanted), responses(
    (status = 200, description = "The reading and its way.", body = TraceAnswer),
    (status = 410, description = "Readings of that time have passed retention, and no history has it.", body = Problem, content_type = "application/problem+json"),
    Refused,
))]
pub(crate) async fn trace(
    State(state): State<ApiState>,
    Params(wanted): Params<Wanted>,
) -> Result<Json<TraceAnswer>, Problem> {
    Ok(Json(state.ask(move |parts| Asked::new(parts, &wanted)?.answer()).await?))
}

/// A reading, wherever it is.
pub(super) fn kept(
    parts: &Parts,
    device: DeviceNo,
    series: Series,
    at: UtcMillis,
) -> Result<Option<KeptReading>, Problem> {
    let kept = parts.queries.kept_reading(device, series, at)?;
    let (first, next) = (at.quarter(), Quarter(at.quarter().0.saturating_add(1)));
    let is_gone = kept.is_none() && !parts.queries.sealed(Scope::Device(device), first..next)?.is_empty();
    if is_gone { past::reading(parts, device, series, at) } else { Ok(kept) }
}

/// A reading that was found, and what is needed to tell its way.
struct Asked<'a> {
    parts: &'a Parts,
    inputs: Arc<Inputs>,
    id: String,
    device: DeviceNo,
    property: ObservedProperty,
    series: Series,
    kept: KeptReading,
    counted: RowValue,
}

impl<'a> Asked<'a> {
    fn new(parts: &'a Parts, wanted: &Wanted) -> Result<Self, Problem> {
        let inputs = Arc::clone(parts.fold().inputs());
        let registry = &inputs.registry;
        scope::device_named(registry, &wanted.device)?;
        let property = scope::property_named(registry, &wanted.property)?.clone();
        let channel = wanted.channel.map_or(0, |channel| channel.0 as u8);
        let (series, at, id) = (Series { property: property.number, channel }, wanted.time, wanted.device.clone());
        let number = parts.fold().device_no(&id);
        let kept = number.map(|device| kept(parts, device, series, at)).transpose()?.flatten();
        let name = || format!("{} {}/{channel} {at}", wanted.device, wanted.property);
        let gone = number.map(|device| parts.fold().sealed_to(device).start()).filter(|kept_from| at < *kept_from);
        let unknown = || match gone {
            Some(kept_from) => Problem::gone(&id, kept_from),
            None => Problem::unknown(&Named::READING, &name(), std::iter::empty()),
        };
        let (device, kept) = number.zip(kept).ok_or_else(unknown)?;
        let counted = parts.fold().counted(device, at, &kept.row.values, kept.value);
        Ok(Self { parts, inputs, id, device, property, series, kept, counted })
    }

    fn answer(self) -> Result<TraceAnswer, Problem> {
        let (found, no_message) = match self.sought().find()? {
            Ok(found) => (Some(found), None),
            Err(why) => (None, Some(why)),
        };
        let heard = |found: &Found| found.receptions(self.parts, &self.inputs, &self.id);
        let receptions = found.as_ref().map(heard).transpose()?.unwrap_or_default();
        let Carriage { inputs: inputs_then, targets } = self.carriage()?;
        Ok(TraceAnswer {
            windows: self.windows()?,
            decoding: self.decoding(inputs_then),
            reading: self.reading(),
            verdict: "accepted",
            message: found.map(Found::into_item),
            no_message,
            receptions,
            targets: targets.into_iter().map(|(name, delivered)| self.target(name, delivered)).collect(),
        })
    }

    /// Whether its receipt is that of a replay, and its message's is not known. One that was only replaced by a replay keeps its own.
    fn came_by_replay(&self) -> bool {
        let KeptReading { value, superseded, origin, .. } = &self.kept;
        value.flags.contains(Flag::Replayed) && superseded.is_empty() && origin.is_none()
    }

    fn sought(&self) -> Sought<'_> {
        Sought {
            parts: self.parts,
            inputs: &self.inputs,
            device: self.device,
            has_keys: self.registered().is_some_and(|device| device.credentials.is_some()),
            series: self.series,
            event_time: self.kept.row.event_time,
            received_at: self.kept.origin.unwrap_or(self.kept.row.received_at),
            time_source: self.kept.row.time_source,
            by_replay: self.came_by_replay(),
            is_superseded: self.kept.value.is_superseded(),
        }
    }

    fn registered(&self) -> Option<&Device> {
        let registry = &self.inputs.registry;
        registry.device_index(&self.id).map(|index| &registry.devices[index])
    }

    fn reading(&self) -> TracedReading {
        let value = |value| Exact::value(&self.property, value);
        let superseded = self.kept.superseded.iter();
        TracedReading {
            device: self.id.clone(),
            property: self.property.id.clone(),
            channel: self.series.channel,
            unit: self.property.unit.clone(),
            event_time: self.kept.row.event_time,
            time_source: self.kept.row.time_source,
            received_at: self.kept.row.received_at,
            value: value(self.kept.value.value),
            counted: counts(&self.property, self.counted),
            flags: self.counted.flags,
            superseded: superseded
                .map(|gone| SupersededItem { value: value(gone.former.value), until: gone.until })
                .collect(),
        }
    }

    fn decoding(&self, inputs_then: Option<String>) -> Decoding {
        let profile = self.registered().map_or("", |device| &device.at(self.kept.row.received_at).profile);
        let codec = self.inputs.registry.profiles.get(profile).map(|profile| profile.codec);
        let codec = Codec::ALL.into_iter().find(|(_, known)| Some(*known) == codec).map(|(code, _)| code);
        let inputs = self.parts.fold().inputs_hash().to_owned();
        Decoding { profile: profile.to_owned(), codec, fold_version: FOLD_VERSION, inputs, inputs_then }
    }
}
