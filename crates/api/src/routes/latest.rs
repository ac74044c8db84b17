//! `GET /api/v1/latest`

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use smartpole_model::{
    Device, DeviceNo, Flags, ObservedProperty, PropertyNo, Reading, Registry, TimeSource, UtcMillis,
};
use smartpole_pipeline::{BlockMaking, Fold, Latest};
use smartpole_window::RowValue;
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState, Parts,
    asker::Asker,
    export::Place,
    list::{Cursor, Limit, List},
    number::Exact,
    problem::{Problem, Refused},
    representation::Question,
    routes::counts_as,
    scope,
};

mod table;

/// Whose newest readings are wanted; all if nothing is given.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Id of a pole.
    #[param(example = "AM-01")]
    pole: Option<String>,
    /// Id of a device.
    device: Option<String>,
    /// Id of a zone.
    #[param(example = "altstadt")]
    zone: Option<String>,
    /// Id of a property.
    #[param(example = "pm2_5")]
    property: Option<String>,
    /// Most items of the answer; a device's items stay together.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 10000)]
    limit: Option<Limit>,
    /// The `next` of the answer before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// The newest reading of a series.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LatestItem {
    /// Id of the pole it was measured at.
    pub(crate) pole: String,
    /// Id of the device.
    pub(crate) device: String,
    /// Id of the property.
    pub(crate) property: String,
    /// Channel, 0 where there is one only.
    pub(crate) channel: u8,
    /// UCUM code.
    pub(crate) unit: String,
    /// The value as it was measured.
    #[schema(value_type = f64, example = 7.3)]
    pub(crate) value: Exact,
    /// The value that counts, by the calibration and the humidity correction in force; null if a remark keeps it out.
    #[schema(value_type = Option<f64>)]
    pub(crate) counted: Option<Exact>,
    /// When it was measured.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) event_time: UtcMillis,
    /// When we had it.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) received_at: UtcMillis,
    /// All remarks, those of the registry in force included.
    #[schema(value_type = Vec<String>)]
    pub(crate) flags: Flags,
    /// Whose clock `event_time` is: `payload`, `gateway`, `network` or `receipt`.
    #[schema(value_type = String, example = "payload")]
    pub(crate) time_source: TimeSource,
    /// Where the pole stands, of features alone.
    #[serde(skip)]
    place: Place,
}

/// The newest reading of each series. The public gets none of devices that count persons.
#[utoipa::path(get, path = "/api/v1/latest", tag = "values", params(Wanted), responses(
    (status = 200, description = "By device, property and channel.", body = List<LatestItem>),
    Refused,
))]
pub(crate) async fn latest(
    State(state): State<ApiState>,
    asker: Asker,
    Question(wanted, form): Question<Wanted>,
) -> Result<Response, Problem> {
    state.ask(move |parts| form.give(parts, &answer(parts, &asker, &wanted)?)).await
}

fn answer(parts: &Parts, asker: &Asker, wanted: &Wanted) -> Result<List<LatestItem>, Problem> {
    let fold = parts.fold();
    let picked = Picked::new(&fold.inputs().registry, asker, wanted)?;
    Ok(picked.items(&fold, wanted.limit.unwrap_or_default()))
}

/// As many newest readings as an answer holds, as the public gets them.
pub(super) fn newest(parts: &Parts) -> Result<List<LatestItem>, Problem> {
    let [pole, device, zone, property] = Default::default();
    answer(parts, &Asker::PUBLIC, &Wanted { pole, device, zone, property, limit: None, cursor: None })
}

/// [`Wanted`], looked up.
struct Picked<'a> {
    asker: &'a Asker,
    poles: Option<Vec<usize>>,
    device: Option<usize>,
    property: Option<PropertyNo>,
    /// Index of the first device.
    first: usize,
}

impl<'a> Picked<'a> {
    fn new(registry: &Registry, asker: &'a Asker, wanted: &Wanted) -> Result<Self, Problem> {
        let pole = wanted.pole.as_ref().map(|id| scope::pole_named(registry, id)).transpose()?;
        let zone = wanted.zone.as_ref().map(|id| scope::zone_named(registry, id)).transpose()?;
        let device = wanted.device.as_ref().map(|id| scope::device_named(registry, id)).transpose()?;
        let property = wanted.property.as_ref().map(|id| scope::property_named(registry, id)).transpose()?;
        if let Some(property) = property.filter(|property| !asker.may_see(property)) {
            return Err(Problem::withheld(&property.id));
        }
        let in_zone = zone.map(|zone| registry.zones[zone].poles.clone());
        let poles = match (pole, in_zone) {
            (Some(pole), Some(zone)) => Some(zone.into_iter().filter(|known| *known == pole).collect()),
            (pole, zone) => pole.map(|pole| vec![pole]).or(zone),
        };
        let first = wanted.cursor.as_ref().map(|cursor| scope::device_named(registry, &cursor.0)).transpose()?;
        Ok(Self { asker, poles, device, property: property.map(|property| property.number), first: first.unwrap_or(0) })
    }

    fn items(&self, fold: &Fold, limit: Limit) -> List<LatestItem> {
        let devices = fold.inputs().registry.devices.iter().zip(fold.device_numbers()).enumerate().skip(self.first);
        let mut items = Vec::new();
        for (_, (device, number)) in devices.filter(|(index, _)| self.device.is_none_or(|wanted| wanted == *index)) {
            let before = items.len();
            self.add(fold, device, *number, &mut items);
            if before > 0 && items.len() > limit.0 {
                items.truncate(before);
                return List { items, next: Some(Cursor(device.id.clone())) };
            }
        }
        List::whole(items)
    }

    fn add(&self, fold: &Fold, device: &Device, number: DeviceNo, items: &mut Vec<LatestItem>) {
        let registry = &fold.inputs().registry;
        let here = |time| self.poles.as_ref().is_none_or(|poles| poles.contains(&device.at(time).pole));
        let shown = |time| here(time) && self.asker.is_shown(registry, device, time);
        let wanted = |latest: &&Latest| {
            self.property.is_none_or(|property| property == latest.series.property) && shown(latest.event_time)
        };
        let readings: Vec<Reading> = fold.latest(number).iter().map(|latest| reading(number, latest)).collect();
        let mut wanted = fold.latest(number).iter().zip(&readings).filter(|(latest, _)| wanted(latest)).peekable();
        if wanted.peek().is_none() || !self.asker.may_watch(fold, device) {
            return;
        }
        let making = fold.block_making();
        let item = |(_, reading): (_, &Reading)| {
            let property = registry.properties.get(reading.series.property)?;
            let may_see = self.asker.may_see_of(fold, device, property);
            may_see.then(|| named(registry, device, property, (reading, row(&readings, reading)), &making))
        };
        items.extend(wanted.filter_map(item));
    }
}

fn reading(device: DeviceNo, latest: &Latest) -> Reading {
    let Latest { series, event_time, received_at, value, flags, time_source } = *latest;
    Reading { device, series, event_time, received_at, value, flags, time_source }
}

/// One of the readings of a row with names; `None` if its device or property is in no registry any more.
pub(crate) fn item(fold: &Fold, readings: &[Reading], reading: &Reading) -> Option<LatestItem> {
    let (_, device) = scope::device(fold, reading.device)?;
    let property = scope::property(fold, reading.series.property)?;
    let row = row(readings, reading);
    Some(named(&fold.inputs().registry, device, property, (reading, row), &fold.block_making()))
}

/// What the device of a reading measured in its instant.
fn row(readings: &[Reading], of: &Reading) -> Vec<RowValue> {
    let beside = readings.iter().filter(|one| one.device == of.device && one.event_time == of.event_time);
    beside.map(value).collect()
}

fn value(reading: &Reading) -> RowValue {
    RowValue { series: reading.series, value: reading.value, flags: reading.flags }
}

fn named(
    registry: &Registry,
    device: &Device,
    property: &ObservedProperty,
    (reading, row): (&Reading, Vec<RowValue>),
    making: &BlockMaking,
) -> LatestItem {
    let making = making.of(reading.device, reading.event_time.quarter());
    let counted = making.counted(reading.event_time, &row, value(reading));
    let pole = scope::pole_at(registry, device, reading.event_time);
    LatestItem {
        pole: pole.id.clone(),
        device: device.id.clone(),
        property: property.id.clone(),
        channel: reading.series.channel,
        unit: property.unit.clone(),
        value: Exact::value(property, reading.value),
        counted: counts_as(property, counted),
        event_time: reading.event_time,
        received_at: reading.received_at,
        flags: counted.flags,
        time_source: reading.time_source,
        place: Place::of(pole),
    }
}
