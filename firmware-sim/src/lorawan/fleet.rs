//! The LoRaWAN devices and gateways of a registry.

use std::sync::Arc;

use smartpole_model::{Activation, Credentials, DevAddr, Eui, FCntReset, Inputs, Position};

use super::{
    radio::{self, Signal},
    sensors::Firmware,
};
use crate::{
    Spec,
    dice::Dice,
    sensor::{Equipment, Sensor},
    town::Town,
};

/// A device of the fleet.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its DevEUI.
    pub eui: Eui,
    /// Its index in the registry.
    pub index: usize,
    /// How it comes by its session.
    pub activation: Activation,
    /// Whether its counter may begin again.
    pub f_cnt_reset: FCntReset,
    pub(crate) place: String,
    pub(super) firmware: Firmware,
    pub(super) equipment: Arc<Equipment>,
    /// How long after each full interval it measures.
    pub(super) phase_ms: i64,
    pub(super) spreading_factor: u8,
    /// Its usual signal at each gateway, and last at the one that nobody registered.
    pub(super) signals: Vec<Signal>,
}

impl Device {
    /// Its number in all that is random.
    pub(super) fn key(&self) -> i64 {
        self.index as i64
    }

    /// The address of the session that is written into it, if one is.
    pub fn written_address(&self) -> Option<DevAddr> {
        match self.activation {
            Activation::Abp { dev_addr, .. } => Some(dev_addr),
            Activation::Otaa { .. } => None,
        }
    }

    pub(super) fn is_personalized(&self) -> bool {
        self.written_address().is_some()
    }
}

/// A seeded fleet: the devices of a registry with keys of their own, and its gateways.
#[derive(Clone, Debug)]
pub struct Fleet {
    spec: Spec,
    town: Arc<Town>,
    devices: Arc<Vec<Device>>,
    gateways: Arc<Vec<Eui>>,
}

impl Fleet {
    /// The fleet of a registry. Devices whose sensor the simulator does not have stay silent, and all do without a gateway.
    pub fn new(inputs: &Inputs, spec: Spec) -> Self {
        let gateways = &inputs.registry.gateways;
        let places: Vec<Position> =
            gateways.iter().map(|gateway| gateway.position.unwrap_or_else(|| centre(inputs))).collect();
        let device = |(index, known): (usize, &smartpole_model::Device)| {
            device(inputs, &spec, &places, index, known.credentials?)
        };
        let devices: Vec<_> = inputs.registry.devices.iter().enumerate().filter_map(device).collect();
        let mut euis: Vec<_> = gateways.iter().map(|gateway| gateway.eui).collect();
        euis.push(stranger(&euis));
        let devices = Arc::new(if gateways.is_empty() { Vec::new() } else { devices });
        Self { town: Arc::new(Town::new(spec.seed)), spec, devices, gateways: Arc::new(euis) }
    }

    /// The devices; their places here are the numbers of [`super::Frame::device`].
    pub fn devices(&self) -> &[Device] {
        &self.devices
    }

    /// The run.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// How many measurements the run has, about.
    pub fn planned(&self) -> u64 {
        let length = self.spec.to.since(self.spec.from).max(0);
        self.devices.iter().map(|device| (length / device.equipment.interval_ms).unsigned_abs()).sum()
    }

    /// EUIs of the registered gateways.
    pub fn registered_gateways(&self) -> &[Eui] {
        self.gateways.split_last().map_or(&[], |(_, registered)| registered)
    }

    /// EUIs of the registered gateways, and one more that is not.
    pub(super) fn gateways(&self) -> &[Eui] {
        &self.gateways
    }

    pub(super) fn sensor(&self, device: &Device) -> Sensor {
        Sensor::new(Arc::clone(&self.town), device.key(), &device.place, Arc::clone(&device.equipment))
    }
}

fn device(
    inputs: &Inputs,
    spec: &Spec,
    gateways: &[Position],
    index: usize,
    credentials: Credentials,
) -> Option<Device> {
    let registry = &inputs.registry;
    let known = &registry.devices[index];
    let installation = known.at(spec.from);
    let profile = registry.profiles.get(&installation.profile)?;
    let pole = registry.poles.get(installation.pole)?;
    let eui: Eui = known.id.parse().ok()?;
    let firmware = Firmware::of(profile.codec, eui.0 as u16)?;
    let equipment = Arc::new(Equipment::of(profile, &registry.properties, spec.step_s));
    let link = |(gateway, place): (usize, &Position)| {
        radio::usual(pole.position, *place, Dice::of(spec.seed, &[70, index as i64, gateway as i64]))
    };
    let mut signals: Vec<Signal> = gateways.iter().enumerate().map(link).collect();
    let best = signals.iter().copied().max_by(|a, b| a.rssi.total_cmp(&b.rssi))?;
    signals.push(best);
    Some(Device {
        eui,
        index,
        activation: credentials.activation,
        f_cnt_reset: credentials.f_cnt_reset,
        place: pole.place.clone(),
        firmware,
        phase_ms: Dice::of(spec.seed, &[30, index as i64]).below(equipment.interval_ms / 1000) * 1000,
        equipment,
        spreading_factor: radio::spreading_factor(best),
        signals,
    })
}

/// The middle of the town's poles, for a gateway whose place is not known.
fn centre(inputs: &Inputs) -> Position {
    let poles = &inputs.registry.poles;
    let mean =
        |of: fn(&Position) -> f64| poles.iter().map(|pole| of(&pole.position)).sum::<f64>() / poles.len().max(1) as f64;
    Position { lat: mean(|position| position.lat), lon: mean(|position| position.lon) }
}

/// EUI of a gateway that nobody registered.
fn stranger(registered: &[Eui]) -> Eui {
    (0xfeed_0000_0000_0000..).map(Eui).find(|eui| !registered.contains(eui)).unwrap_or_default()
}
