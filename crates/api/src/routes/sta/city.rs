//! Who is there: poles, devices, properties and their datastreams, by number.

use std::{cell::RefCell, collections::BTreeMap, ops::ControlFlow, sync::Arc};

use smartpole_model::{
    Device, DeviceNo, Inputs, ObservedProperty, Pole, Quarter, Series, UtcMillis, registry::InstallationState,
};
use smartpole_pipeline::{Fold, NameKind};
use smartpole_sta::{Kind, Observation, Source, SourceError, Value, Walk, Wanted};
use smartpole_store::Sealed;
use smartpole_window::Row;

use super::{
    Unread,
    id::{self, Course},
    observations, words,
};
use crate::{Parts, asker::Asker, history::Sought};

/// The city as somebody may see it: only what has a datastream is there.
pub(super) struct City<'a> {
    pub(super) parts: &'a Parts,
    pub(super) inputs: Arc<Inputs>,
    now: UtcMillis,
    /// By their numbers.
    datastreams: BTreeMap<i64, Datastream>,
    /// Indices of poles in the registry, by their numbers.
    poles: BTreeMap<i64, usize>,
    /// Numbers of poles, by their indices in the registry.
    things: BTreeMap<usize, i64>,
    /// Devices, by their numbers.
    sensors: BTreeMap<i64, Sensor>,
    /// Datastreams of properties, by the properties' numbers.
    observed: BTreeMap<i64, Vec<i64>>,
    /// How many readings the history has lost of what was looked at. It is looked at through `Source`, which changes nothing.
    missing: RefCell<BTreeMap<(Quarter, DeviceNo, Series), u64>>,
}

/// A device.
#[derive(Debug, Default)]
struct Sensor {
    /// Its index in the registry.
    device: usize,
    datastreams: Vec<i64>,
}

/// What one device measured of one series at one pole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Datastream {
    pub(super) course: Course,
    pub(super) series: Series,
    /// Number of its thing.
    pub(super) thing: i64,
    /// Index of its device in the registry.
    pub(super) device: usize,
    /// Index of its pole in the registry.
    pub(super) pole: usize,
}

impl<'a> City<'a> {
    pub(super) fn new(parts: &'a Parts, asker: &Asker) -> Self {
        let fold = parts.fold();
        let (inputs, now) = (Arc::clone(fold.inputs()), fold.position().1);
        let mut city = Self {
            parts,
            inputs: Arc::clone(&inputs),
            now,
            datastreams: BTreeMap::new(),
            poles: BTreeMap::new(),
            things: BTreeMap::new(),
            sensors: BTreeMap::new(),
            observed: BTreeMap::new(),
            missing: RefCell::default(),
        };
        for (index, device) in inputs.registry.devices.iter().enumerate() {
            if asker.may_watch(&fold, device) {
                city.add(&fold, asker, (index, device));
            }
        }
        city.observed.values_mut().for_each(|datastreams| datastreams.sort_unstable());
        city.sensors.values_mut().for_each(|sensor| sensor.datastreams.sort_unstable());
        city
    }

    /// Adds the datastreams of a device, one for each pole at which it worked.
    fn add(&mut self, fold: &Fold, asker: &Asker, (index, device): (usize, &Device)) {
        let Some(number) = fold.device_no(&device.id) else { return };
        let registry = &fold.inputs().registry;
        let worked = device
            .installations
            .iter()
            .filter(|installation| installation.state == InstallationState::Active && installation.from <= self.now);
        for pole in worked.map(|installation| installation.pole) {
            let Some(pole_no) = fold.number(NameKind::Pole, &registry.poles[pole].id) else { continue };
            for (at, latest) in fold.latest(number).iter().enumerate() {
                let property = registry.properties.get(latest.series.property);
                let course = Course { device: number, series: at };
                let shown = property.filter(|property| asker.may_see_of(fold, device, property));
                let thing = id::entity(pole_no);
                let Some(id) = shown.and_then(|_| id::datastream(thing, course)) else { continue };
                let series = latest.series;
                self.datastreams.insert(id, Datastream { course, series, thing, device: index, pole });
                self.poles.insert(thing, pole);
                self.things.insert(pole, thing);
                let sensor = self.sensors.entry(id::entity(number.0)).or_default();
                sensor.device = index;
                sensor.datastreams.push(id);
                self.observed.entry(series.property.0.into()).or_default().push(id);
            }
        }
    }

    pub(super) fn datastream(&self, id: i64) -> Option<&Datastream> {
        self.datastreams.get(&id)
    }

    /// The datastream of a series while its device hung at a pole, by the pole's index.
    pub(super) fn datastream_of(&self, course: Course, pole: usize) -> Option<(i64, &Datastream)> {
        let id = id::datastream(*self.things.get(&pole)?, course)?;
        Some((id, self.datastreams.get(&id)?))
    }

    /// The index of a device of which something is shown.
    pub(super) fn device_of(&self, number: DeviceNo) -> Option<usize> {
        self.sensors.get(&id::entity(number.0)).map(|sensor| sensor.device)
    }

    pub(super) fn device(&self, datastream: &Datastream) -> &Device {
        &self.inputs.registry.devices[datastream.device]
    }

    pub(super) fn property(&self, series: Series) -> Option<&ObservedProperty> {
        self.inputs.registry.properties.get(series.property)
    }

    /// Notes what the history has lost of some series of a block; what is looked at again counts once.
    pub(super) fn note_missing(&self, of: impl Iterator<Item = Series>, block: &Sealed, rows: &[Row]) {
        let mut missing = self.missing.borrow_mut();
        for series in of {
            if let Some(property) = self.property(series) {
                let sought = Sought { property, channel: Some(series.channel) };
                let lacks = sought.missing(self.parts, block, sought.found(rows));
                missing.insert((block.quarter, block.device, series), lacks);
            }
        }
    }

    /// How many readings the history has lost of what was looked at.
    pub(super) fn missing(&self) -> u64 {
        self.missing.borrow().values().sum()
    }

    fn pole(&self, id: i64) -> Option<&Pole> {
        self.poles.get(&id).map(|index| &self.inputs.registry.poles[*index])
    }
}

impl Source for City<'_> {
    fn now(&self) -> UtcMillis {
        self.now
    }

    fn ids(&self, kind: Kind) -> Vec<i64> {
        match kind {
            Kind::Thing | Kind::Location | Kind::HistoricalLocation | Kind::FeatureOfInterest => {
                self.poles.keys().copied().collect()
            }
            Kind::Datastream => self.datastreams.keys().copied().collect(),
            Kind::Sensor => self.sensors.keys().copied().collect(),
            Kind::ObservedProperty => self.observed.keys().copied().collect(),
            Kind::Observation => Vec::new(),
        }
    }

    fn property(&self, kind: Kind, id: i64, name: &'static str) -> Value {
        let base = &self.parts.publish.base_url;
        let registry = &self.inputs.registry;
        let found = match kind {
            Kind::Thing => self.pole(id).and_then(|pole| words::thing(registry, pole, name)),
            Kind::Location => self.pole(id).and_then(|pole| words::location(pole, name)),
            Kind::HistoricalLocation => self.pole(id).map(|_| words::since(&self.inputs, self.poles[&id])),
            Kind::FeatureOfInterest => self.pole(id).and_then(|pole| words::feature(pole, name)),
            Kind::Datastream => {
                self.datastreams.get(&id).and_then(|datastream| words::datastream(self, datastream, name))
            }
            Kind::Sensor => {
                let device = self.sensors.get(&id).map(|sensor| &registry.devices[sensor.device]);
                device.and_then(|device| words::sensor(registry, device, base, name))
            }
            Kind::ObservedProperty => {
                let number = u16::try_from(id).ok().map(smartpole_model::PropertyNo);
                number.and_then(|number| registry.properties.get(number)).and_then(|of| words::property(of, base, name))
            }
            Kind::Observation => None,
        };
        found.unwrap_or(Value::Null)
    }

    fn related(&self, kind: Kind, id: i64, to: Kind) -> Vec<i64> {
        match (kind, to) {
            (Kind::Thing | Kind::FeatureOfInterest, Kind::Datastream) => {
                self.datastreams.range(id::datastreams(id)).map(|(id, _)| *id).collect()
            }
            (Kind::Sensor, Kind::Datastream) => {
                self.sensors.get(&id).map(|sensor| sensor.datastreams.clone()).unwrap_or_default()
            }
            (Kind::ObservedProperty, Kind::Datastream) => self.observed.get(&id).cloned().unwrap_or_default(),
            (Kind::Datastream, to) => {
                let of = |datastream: &Datastream| match to {
                    Kind::Thing => datastream.thing,
                    Kind::Sensor => id::entity(datastream.course.device.0),
                    Kind::ObservedProperty => i64::from(datastream.series.property.0),
                    _ => id,
                };
                self.datastreams.get(&id).map(of).into_iter().collect()
            }
            // thing, place and history of a pole have its number
            _ => self.poles.contains_key(&id).then_some(id).into_iter().collect(),
        }
    }

    fn observation(&self, id: i64) -> Result<Option<Observation>, SourceError> {
        Ok(observations::one(self, id).map_err(Unread)?)
    }

    fn observations(
        &self,
        wanted: &Wanted<'_>,
        visit: &mut dyn FnMut(Observation) -> ControlFlow<()>,
    ) -> Result<Walk, SourceError> {
        Ok(observations::walk(self, wanted, visit).map_err(Unread)?)
    }
}
