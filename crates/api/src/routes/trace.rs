//! `GET /api/v1/trace`

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use smartpole_model::{
    Device, DeviceNo, Flag, Flags, Inputs, ObservedProperty, Series, TimeSource, UtcMillis, registry::Codec,
};
use smartpole_pipeline::{FOLD_VERSION, Scope};
use smartpole_store::{Carriage, Carried, Delivered, KeptReading};
use smartpole_window::RowValue;
use utoipa::{IntoParams, ToSchema};

use super::{
    series::counts,
    trace_message::{ReceptionItem, Sought, TracedMessage},
    window::WindowState,
};
use crate::{
    ApiState, Parts, TargetHealth,
    list::Channel,
    number::Exact,
    problem::{Named, Problem, Refused},
    query::Params,
    scope::{self, ScopeKind, ScopeName},
    span::Step,
};

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

/// The way of one reading.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TraceAnswer {
    /// What was measured.
    reading: TracedReading,
    /// What became of it when it came: `accepted`, as all that stands in a block. What was refused is in the quarantine.
    #[schema(value_type = String, example = "accepted")]
    verdict: &'static str,
    /// The message that brought it; null if it is not known any more.
    message: Option<TracedMessage>,
    /// Why `message` is null.
    no_message: Option<&'static str>,
    /// How gateways heard it; empty of what came by MQTT alone.
    receptions: Vec<ReceptionItem>,
    /// How it was read.
    decoding: Decoding,
    /// Windows it belongs to.
    windows: Vec<TracedWindow>,
    /// What became of it at each target.
    targets: Vec<TracedTarget>,
}

/// A reading as it was measured, and as it counts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TracedReading {
    /// Id of the device.
    device: String,
    /// Id of the property.
    property: String,
    /// The channel.
    channel: u8,
    /// UCUM code of its unit.
    unit: String,
    /// When it was measured.
    #[schema(value_type = String, format = DateTime)]
    event_time: UtcMillis,
    /// Whose clock that is: `payload`, `gateway`, `network` or `receipt`.
    #[schema(value_type = String, example = "payload")]
    time_source: TimeSource,
    /// When we had it; of a reading that came by a replay, when it was replayed.
    #[schema(value_type = String, format = DateTime)]
    received_at: UtcMillis,
    /// The value as it was measured.
    #[schema(value_type = f64)]
    value: Exact,
    /// The value that counts, by the calibration and the humidity correction in force; null if a remark keeps it out.
    #[schema(value_type = Option<f64>)]
    counted: Option<Exact>,
    /// All remarks, those of the registry in force included.
    #[schema(value_type = Vec<String>)]
    flags: Flags,
    /// Values it had before replays, oldest first.
    superseded: Vec<SupersededItem>,
}

/// A value that a replay replaced.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SupersededItem {
    /// The value.
    #[schema(value_type = f64)]
    value: Exact,
    /// When it was replaced.
    #[schema(value_type = String, format = DateTime)]
    until: UtcMillis,
}

/// How a message was read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Decoding {
    /// Id of the device's profile when the message came, by the registry in force.
    profile: String,
    /// The codec it names.
    #[schema(value_type = Option<String>, example = "smartpole")]
    codec: Option<&'static str>,
    /// Version of the rules that fold messages into windows.
    fold_version: u32,
    /// Hash of registry, settings and rules in force now.
    inputs: String,
    /// Hash of those in force when it was committed; null once all targets have it.
    inputs_then: Option<String>,
}

/// A window that a reading belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TracedWindow {
    /// Whose.
    scope: ScopeName,
    /// Of which property: a total counts for its differences, a gas for its mass, a reversed line for the other direction.
    property: String,
    /// How long.
    step: Step,
    /// First instant.
    #[schema(value_type = String, format = DateTime)]
    start: UtcMillis,
    /// First instant after it.
    #[schema(value_type = String, format = DateTime)]
    end: UtcMillis,
    /// Whether the reading counts in it.
    counts: bool,
    /// The remarks that keep it out; null if it counts.
    #[schema(value_type = Option<Vec<String>>)]
    excluded_by: Option<Flags>,
    /// How settled the window is.
    state: WindowState,
    /// How often it was changed after it was closed.
    revision: u32,
}

/// What became of a reading at a target.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TracedTarget {
    /// Name of the target.
    name: String,
    /// How far it is.
    state: TargetState,
    /// Of a refused one: the reason as a code.
    reason: Option<String>,
    /// Of a refused one: the server's words.
    detail: Option<String>,
}

/// How far a reading is on its way to a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TargetState {
    /// The target has its batch, with all that it wants of it.
    Sent,
    /// It is still to be sent.
    Pending,
    /// The target is not to have this theme.
    Filtered,
    /// The target refused it.
    Refused,
    /// It came before the target was there: `smartpole influx backfill` sends such.
    Before,
}

/// The way of one reading: the message that brought it, who heard it, how it was read, where it counts and which targets have it.
#[utoipa::path(get, path = "/api/v1/trace", tag = "values", params(Wanted), responses(
    (status = 200, description = "The reading and its way.", body = TraceAnswer),
    Refused,
))]
pub(crate) async fn trace(
    State(state): State<ApiState>,
    Params(wanted): Params<Wanted>,
) -> Result<Json<TraceAnswer>, Problem> {
    Ok(Json(state.ask(move |parts| Asked::new(parts, &wanted)?.answer()).await?))
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
        let kept = number.map(|device| parts.queries.kept_reading(device, series, at)).transpose()?.flatten();
        let name = || format!("{} {}/{channel} {at}", wanted.device, wanted.property);
        let unknown = || Problem::unknown(&Named::READING, &name(), std::iter::empty());
        let (device, kept) = number.zip(kept).ok_or_else(unknown)?;
        let counted = parts.fold().counted(device, at, &kept.row.values, kept.value);
        Ok(Self { parts, inputs, id, device, property, series, kept, counted })
    }

    fn answer(self) -> Result<TraceAnswer, Problem> {
        let found = if self.came_by_replay() { Err(REPLAYED) } else { self.sought().find()? };
        let (found, no_message) = match found {
            Ok(found) => (Some(found), None),
            Err(why) => (None, Some(why)),
        };
        let heard = |found: &super::trace_message::Found| found.receptions(self.parts, &self.inputs, &self.id);
        let receptions = found.as_ref().map(heard).transpose()?.unwrap_or_default();
        let Carriage { inputs: inputs_then, targets } = self.carriage()?;
        Ok(TraceAnswer {
            windows: self.windows()?,
            decoding: self.decoding(inputs_then),
            reading: self.reading(),
            verdict: "accepted",
            message: found.map(super::trace_message::Found::into_item),
            no_message,
            receptions,
            targets: targets.into_iter().map(|(name, delivered)| self.target(name, delivered)).collect(),
        })
    }

    /// Whether its receipt is that of a replay. One that was only replaced by a replay keeps its own.
    fn came_by_replay(&self) -> bool {
        self.kept.value.flags.contains(Flag::Replayed) && self.kept.superseded.is_empty()
    }

    fn sought(&self) -> Sought<'_> {
        Sought {
            parts: self.parts,
            inputs: &self.inputs,
            device: self.device,
            series: self.series,
            event_time: self.kept.row.event_time,
            received_at: self.kept.row.received_at,
            time_source: self.kept.row.time_source,
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

    fn carriage(&self) -> Result<Carriage, Problem> {
        let KeptReading { row, superseded, .. } = &self.kept;
        let known_at = superseded.last().map_or(row.received_at, |gone| gone.until.max(row.received_at));
        // as lines write tags
        let device = self.id.replace(',', "\\,").replace(' ', "\\ ").replace('=', "\\=");
        let (device, field) = (format!(",device={device},"), format!("{}=", self.property.id));
        let line = format!(",line={}", self.series.channel);
        let marks = [device.as_str(), &field, &line];
        let (device, series, event_time) = (self.device, self.series, row.event_time);
        Ok(self.parts.queries.carriage(&Carried { device, series, event_time, known_at, marks: &marks })?)
    }

    /// What became of it at a target, which may not be meant to have it at all.
    fn target(&self, name: String, delivered: Delivered) -> TracedTarget {
        let health = self.parts.health.borrow();
        let known = health.targets.iter().find(|target| target.name == name);
        let theme = |target: &&TargetHealth| !target.themes.is_empty() && !target.themes.contains(&self.property.theme);
        match (delivered, known.filter(theme)) {
            (Delivered::Sent, Some(_)) => {
                TracedTarget { name, state: TargetState::Filtered, reason: None, detail: None }
            }
            (delivered, _) => TracedTarget::new(name, delivered),
        }
    }

    /// Whose windows it counts in: its device's and, where it is active, those of its pole and that pole's zones.
    fn scopes(&self) -> Vec<ScopeName> {
        let registry = &self.inputs.registry;
        let mut scopes = vec![ScopeName { kind: ScopeKind::Device, id: self.id.clone() }];
        let start = self.kept.row.event_time.quarter().start();
        if let Some(installation) = self.registered().and_then(|device| device.active_at(start)) {
            let pole = &registry.poles[installation.pole];
            scopes.push(ScopeName { kind: ScopeKind::Pole, id: pole.id.clone() });
            let zone = |index: &usize| ScopeName { kind: ScopeKind::Zone, id: registry.zones[*index].id.clone() };
            scopes.extend(pole.zones.iter().map(zone));
        }
        scopes
    }

    /// The properties whose windows it counts for.
    fn properties(&self) -> Vec<&ObservedProperty> {
        let catalogue = &self.inputs.registry.properties;
        let start = self.kept.row.event_time.quarter().start();
        let reversed = self.registered().is_some_and(|device| device.at(start).reversed.contains(&self.series.channel));
        let target = self.property.counts.and_then(|number| catalogue.get(number)).unwrap_or(&self.property);
        let opposite = target.opposite.filter(|_| reversed).and_then(|number| catalogue.get(number));
        let told = |number| {
            self.kept.row.values.iter().any(|value| value.series == Series { property: number, ..self.series })
        };
        let mass =
            self.property.converts.filter(|(number, _)| !told(*number)).and_then(|(number, _)| catalogue.get(number));
        std::iter::once(opposite.unwrap_or(target)).chain(mass).collect()
    }

    fn windows(&self) -> Result<Vec<TracedWindow>, Problem> {
        let scopes = self.scopes();
        let numbers: Vec<Option<Scope>> = {
            let fold = self.parts.fold();
            scopes.iter().map(|name| name.number(&fold)).collect()
        };
        let mut windows = Vec::new();
        for (name, scope) in scopes.iter().zip(numbers) {
            let Some(scope) = scope else { continue };
            for property in self.properties() {
                for step in [Step::Quarter, Step::Hour, Step::Day] {
                    windows.extend(self.window(name, scope, property, step)?);
                }
            }
        }
        Ok(windows)
    }

    fn window(
        &self,
        name: &ScopeName,
        scope: Scope,
        property: &ObservedProperty,
        step: Step,
    ) -> Result<Option<TracedWindow>, Problem> {
        let Some(length) = step.windows() else { return Ok(None) };
        let (start, end) = length.around(property.theme == "air_quality", self.kept.row.event_time);
        let wanted = smartpole_store::Wanted {
            scope,
            property: property.number,
            channel: Some(self.series.channel),
            from: start,
            to: start.plus(1),
            step: length,
            as_of: None,
        };
        let windows = self.parts.queries.windows(&wanted)?;
        let excluded = Flag::ALL
            .into_iter()
            .filter(|flag| self.counted.flags.contains(*flag) && self.property.excluded_by.contains(*flag));
        let excluded: Flags = excluded.collect();
        Ok(windows.first().map(|window| TracedWindow {
            scope: name.clone(),
            property: property.id.clone(),
            step,
            start,
            end,
            counts: excluded.is_empty(),
            excluded_by: (!excluded.is_empty()).then_some(excluded),
            state: window.state.into(),
            revision: window.revision,
        }))
    }
}

/// Why the message of a reading that came by a replay is not shown.
const REPLAYED: &str =
    "it came by a replay: its message was received earlier than `received_at`, and the journal has no index by device";

impl TracedTarget {
    fn new(name: String, delivered: Delivered) -> Self {
        let (state, reason, detail) = match delivered {
            Delivered::Before => (TargetState::Before, None, None),
            Delivered::Pending => (TargetState::Pending, None, None),
            Delivered::Sent => (TargetState::Sent, None, None),
            Delivered::Refused { reason, detail, .. } => (TargetState::Refused, Some(reason), Some(detail)),
        };
        Self { name, state, reason, detail }
    }
}
