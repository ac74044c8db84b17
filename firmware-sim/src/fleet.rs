//! All devices of a town and what they send.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    sync::Arc,
};

use smartpole_model::{Inputs, UtcMillis, registry::Codec};

use crate::{
    DeviceStream, Kind, Spec, Transmission,
    dice::Dice,
    payload::{self, Said},
    sensor::{Equipment, Sensor},
    town::Town,
};

/// A device of the fleet.
#[derive(Clone, Debug)]
pub struct SimDevice {
    /// Its id in the registry.
    pub id: String,
    /// Id of its pole at the start of the run; a device stays there.
    pub pole: String,
    /// Where it publishes.
    pub topic: Arc<str>,
    /// Whether it speaks JSON instead of protobuf.
    pub json: bool,
    pub(crate) place: String,
    /// Its number in all that is random.
    pub(crate) key: i64,
    /// How long after each full interval it measures.
    pub(crate) phase_ms: i64,
    pub(crate) equipment: Arc<Equipment>,
}

/// A seeded fleet: the devices of a registry that speak `smartpole.v1` and report something the town has.
#[derive(Clone, Debug)]
pub struct Fleet {
    spec: Spec,
    town: Arc<Town>,
    city: String,
    devices: Arc<Vec<SimDevice>>,
}

impl Fleet {
    /// The fleet of a registry.
    pub fn new(inputs: &Inputs, spec: Spec) -> Self {
        let (registry, city) = (&inputs.registry, inputs.settings.city.clone());
        let equipment =
            |profile: &smartpole_model::Profile| Arc::new(Equipment::of(profile, &registry.properties, spec.step_s));
        let equipments: BTreeMap<_, _> =
            registry.profiles.iter().map(|(id, profile)| (id.as_str(), equipment(profile))).collect();
        let device = |(index, device): (usize, &smartpole_model::Device)| {
            let installation = device.at(spec.from);
            let profile =
                registry.profiles.get(&installation.profile).filter(|profile| profile.codec == Codec::Smartpole)?;
            let equipment = Arc::clone(equipments.get(profile.id.as_str())?);
            let pole = registry.poles.get(installation.pole)?;
            let mut dice = Dice::of(spec.seed, &[30, index as i64]);
            (!equipment.measured.is_empty()).then(|| SimDevice {
                id: device.id.clone(),
                pole: pole.id.clone(),
                topic: topic(&city, &pole.id, &device.id),
                json: dice.chance(spec.json_share),
                place: pole.place.clone(),
                key: index as i64,
                phase_ms: dice.below(equipment.interval_ms / 1000) * 1000,
                equipment,
            })
        };
        let devices = Arc::new(registry.devices.iter().enumerate().filter_map(device).collect());
        Self { town: Arc::new(Town::new(spec.seed)), spec, city, devices }
    }

    /// The devices; their places here are the numbers of [`Transmission::device`].
    pub fn devices(&self) -> &[SimDevice] {
        &self.devices
    }

    /// The run.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// How many measurements the run has.
    pub fn planned(&self) -> u64 {
        let length = self.spec.to.since(self.spec.from).max(0);
        self.devices.iter().map(|device| (length / device.equipment.interval_ms).unsigned_abs()).sum()
    }

    /// What one device sends, in sending order.
    ///
    /// # Panics
    /// If there is no such device.
    pub fn device(&self, device: usize) -> DeviceStream {
        DeviceStream::new(self.clone(), device)
    }

    /// What some devices send, in sending order (by device where two send at the same instant).
    pub fn merged(&self, devices: impl IntoIterator<Item = usize>) -> Merged {
        Merged::new(devices.into_iter().map(|device| self.device(device)))
    }

    /// What all devices send, in sending order.
    pub fn transmissions(&self) -> Merged {
        self.merged(0..self.devices.len())
    }

    /// The device as it is now, for messages whenever one likes; nothing goes wrong with them.
    ///
    /// # Panics
    /// If there is no such device.
    pub fn live(&self, device: usize) -> Live {
        let known = self.devices[device].clone();
        Live { sensor: self.sensor(&known), known, device }
    }

    pub(crate) fn sensor(&self, device: &SimDevice) -> Sensor {
        Sensor::new(Arc::clone(&self.town), device.key, &device.place, Arc::clone(&device.equipment))
    }

    /// Topic of a device that nobody has registered, at the pole of one that is.
    pub(crate) fn ghost_topic(&self, device: &SimDevice) -> Arc<str> {
        topic(&self.city, &device.pole, &format!("ghost-{}", device.id))
    }
}

fn topic(city: &str, pole: &str, device: &str) -> Arc<str> {
    format!("smartpole/{city}/{pole}/{device}/up").into()
}

/// A device without a timetable.
#[derive(Clone, Debug)]
pub struct Live {
    sensor: Sensor,
    known: SimDevice,
    device: usize,
}

impl Live {
    /// What the device says at `at`; interval counts reach `interval_ms` back. Equal arguments give equal bytes.
    pub fn message(&mut self, at: UtcMillis, interval_ms: i64) -> Transmission {
        let values = self.sensor.measure(at, interval_ms);
        let wrap = self.known.equipment.wrap;
        let said = |(measured, value): (&crate::sensor::Measured, i64)| {
            measured.said(if measured.total().is_some() { value % wrap } else { value })
        };
        let values = self.known.equipment.measured.iter().zip(values).map(said).collect();
        let payload = payload::encode(self.known.json, &[Said { time: at, values }]);
        Transmission { at, device: self.device, topic: Arc::clone(&self.known.topic), payload, kind: Kind::Data }
    }
}

/// Several devices' streams as one, in sending order.
#[derive(Debug)]
pub struct Merged {
    streams: Vec<DeviceStream>,
    /// The next transmission of each stream.
    heads: Vec<Option<Transmission>>,
    order: BinaryHeap<Reverse<(UtcMillis, usize)>>,
}

impl Merged {
    fn new(streams: impl Iterator<Item = DeviceStream>) -> Self {
        let streams: Vec<_> = streams.collect();
        let mut merged = Self { heads: vec![None; streams.len()], order: BinaryHeap::new(), streams };
        (0..merged.streams.len()).for_each(|stream| merged.refill(stream));
        merged
    }

    fn refill(&mut self, stream: usize) {
        self.heads[stream] = self.streams[stream].next();
        if let Some(head) = &self.heads[stream] {
            self.order.push(Reverse((head.at, stream)));
        }
    }
}

impl Iterator for Merged {
    type Item = Transmission;

    fn next(&mut self) -> Option<Transmission> {
        let Reverse((_, stream)) = self.order.pop()?;
        let head = self.heads[stream].take();
        self.refill(stream);
        head
    }
}
