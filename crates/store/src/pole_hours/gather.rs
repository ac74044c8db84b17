//! Hours of devices put together for the poles they hang on.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use smartpole_model::{DeviceNo, Inputs, PoleNo, PropertyNo, Quarter, UtcMillis};
use smartpole_pipeline::NameKind;

use super::{
    HOUR_MS, PoleHours, WantedHours,
    places::Places,
    sensors::{Hanging, Measured, Said, Station, Together, sensors},
    stored::{self, Recent},
};
use crate::{
    Error,
    as_of::{Then, earlier, instant},
    heard::heard_by,
    queries::Snapshot,
    scope::{Part, Seen, pole_parts},
};

const DAY_MS: i64 = 24 * HOUR_MS;

/// What is known of the poles when the question is asked.
pub(super) struct Asked {
    inputs: Arc<Inputs>,
    now: UtcMillis,
    /// Of a question about an earlier instant.
    then: Option<Then>,
    span: (UtcMillis, UtcMillis),
    properties: Vec<PropertyNo>,
    measured: Vec<Measured>,
    poles: HashMap<PoleNo, Hung>,
    /// Devices of which blocks moved: those may be of any pole.
    moved: Vec<Station>,
}

/// A pole, and the devices that ever hang on it by the registry.
struct Hung {
    pole: Part,
    devices: Vec<Station>,
}

/// What is read for an answer.
#[derive(Clone, Copy)]
pub(super) struct Read<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) recent: &'a Recent<'a>,
    pub(super) places: &'a Places,
}

impl Asked {
    /// `moved` are devices of which blocks of the span moved.
    pub(super) fn new(
        seen: Seen<'_>,
        wanted: &WantedHours<'_>,
        span: (UtcMillis, UtcMillis),
        moved: &[DeviceNo],
    ) -> Self {
        let (fold, inputs) = (seen.fold, Arc::clone(seen.inputs));
        let properties = wanted.properties.to_vec();
        let known = |number: &PropertyNo| Measured::new(*number, inputs.registry.properties.get(*number));
        let measured: Vec<Measured> = properties.iter().map(known).collect();
        let newest = fold.position().1;
        let then = earlier(wanted.as_of, newest);
        let (now, then) = (instant(wanted.as_of, newest), then.map(|as_of| Then::new(seen, as_of)));
        // what was superseded since then may have been all that a device said
        let mut poles = hung(seen, wanted.poles, &properties);
        if then.is_none() {
            let hung = poles.values_mut().map(|hung| &mut hung.devices);
            hung.for_each(|devices| devices.retain(Station::is_heard));
        }
        let moved = moved.iter().filter_map(|device| Station::of(seen, *device, &properties)).collect();
        // nothing is measured later than it is received, but for clocks that are ahead
        let ahead = DAY_MS.max(i64::from(inputs.settings.future_drift_s) * 1_000);
        let span = then.as_ref().map_or(span, |then| (span.0, span.1.min(then.as_of.plus(ahead))));
        Self { inputs, now, then, span, properties, measured, poles, moved }
    }

    pub(super) fn devices(&self) -> impl Iterator<Item = DeviceNo> {
        let hung = self.poles.values().flat_map(|hung| &hung.devices);
        hung.chain(&self.moved).map(|station| station.device)
    }

    /// Where devices hung at the instant asked about.
    pub(super) fn places(&self, snapshot: &Snapshot) -> Result<Places, Error> {
        Places::read(snapshot, self.span, self.then.as_ref().map_or(i64::MAX, Then::minute))
    }

    /// The hours of one pole, of every property.
    pub(super) fn pole(&self, read: Read<'_>, pole: PoleNo) -> Result<Vec<PoleHours>, Error> {
        let mut hours = vec![PoleHours::new(); self.measured.len()];
        let Some(hung) = self.poles.get(&pole) else { return Ok(hours) };
        let devices = self.known(read, (pole, hung))?;
        let said = |station: &Station| self.said(read, &hung.pole, station);
        let said: Vec<BTreeMap<UtcMillis, Said>> = devices.iter().map(said).collect::<Result<_, _>>()?;
        let starts: BTreeSet<UtcMillis> = said.iter().flat_map(|hours| hours.keys().copied()).collect();
        for start in starts {
            let hanging: Vec<Hanging<'_>> = (devices.iter().zip(&said))
                .map(|(station, hours)| self.hanging(read, &hung.pole, (station, hours.get(&start)), start))
                .collect::<Result<_, _>>()?;
            for (measured, hours) in self.measured.iter().zip(&mut hours) {
                let mut together = Together::new(measured);
                hanging.iter().for_each(|hanging| together.add(hanging));
                let hour = together.hour(start, self.now, self.inputs.settings.lateness_ms());
                hours.extend(hour.map(|hour| (start, hour)));
            }
        }
        Ok(hours)
    }

    /// The devices that ever hang on a pole or did before they were moved, with the sensors that had been heard of at the instant asked
    /// about.
    fn known<'a>(&self, read: Read<'_>, (pole, hung): (PoleNo, &'a Hung)) -> Result<Cow<'a, [Station]>, Error> {
        let is_other = |station: &&Station| hung.devices.iter().all(|known| known.device != station.device);
        let moved = self.moved.iter().filter(|station| read.places.was_at(station.device, pole)).filter(is_other);
        let moved: Vec<&Station> = moved.collect();
        if self.then.is_none() && moved.is_empty() {
            return Ok(Cow::Borrowed(&hung.devices));
        }
        let known = |station: &Station| match &self.then {
            None => Ok(station.clone()),
            Some(then) => {
                let heard = heard_by(read.snapshot, station.device, then.as_of)?;
                let sensors = sensors(&self.inputs.registry.properties, heard, &self.properties);
                Ok(Station { sensors, ..*station })
            }
        };
        hung.devices.iter().chain(moved).map(known).collect::<Result<_, _>>().map(Cow::Owned)
    }

    /// How a device hangs on the pole in an hour, and what it said there.
    fn hanging<'a>(
        &self,
        Read { places, snapshot, .. }: Read<'_>,
        pole: &Part,
        (station, said): (&'a Station, Option<&'a Said>),
        start: UtcMillis,
    ) -> Result<Hanging<'a>, Error> {
        let hangs = |quarter: &Quarter| places.hangs(&self.inputs, station, pole, *quarter);
        let quarters = quarters(start).map(|quarter| u8::from(hangs(&quarter)) << (quarter.0 & 3)).sum();
        let count = |property: &PropertyNo| {
            let revisions = places.revisions((snapshot, &self.inputs), (station, *property), pole, start)?;
            Ok((*property, revisions))
        };
        let moved = places.any_moved(station.device, start);
        let revisions = moved.then(|| self.properties.iter().map(count).collect::<Result<_, Error>>()).transpose()?;
        Ok(Hanging { station, said, quarters, interval_ms: self.interval_ms(station, pole, start), revisions })
    }

    /// What a device said in each hour while it hung on the pole.
    fn said(&self, read: Read<'_>, pole: &Part, station: &Station) -> Result<BTreeMap<UtcMillis, Said>, Error> {
        let (device, then) = (station.device, self.then.as_ref());
        let wanted = stored::Wanted { device, span: self.span, properties: &self.properties, then };
        let mut here = BTreeMap::new();
        for (start, whole) in stored::hours(read.snapshot, read.recent, wanted)? {
            let hangs = |quarter: &Quarter| read.places.hangs(&self.inputs, station, pole, *quarter);
            let here_only = || stored::blocks(read.snapshot, wanted, quarters(start).filter(hangs));
            let said = match quarters(start).filter(hangs).count() {
                0 => continue,
                4 => whole,
                // it moved within the hour, whose roll-up is of both places
                _ => here_only()?.unwrap_or_default(),
            };
            here.insert(start, said);
        }
        Ok(here)
    }

    /// How often a device should report in an hour, by its profile there.
    fn interval_ms(&self, station: &Station, pole: &Part, start: UtcMillis) -> i64 {
        let registry = &self.inputs.registry;
        let device = &registry.devices[station.index];
        let mut active = quarters(start).filter_map(|quarter| device.active_at(quarter.start()));
        let here = active.find(|installation| pole.is_pole(installation.pole));
        // it hung there for the registry of then: by its profile elsewhere
        let profile = registry.profiles.get(&here.unwrap_or_else(|| device.at(start)).profile);
        profile.map_or(0, |profile| i64::from(profile.interval_s.max(1)) * 1_000)
    }
}

/// The poles that are in the registry, with the devices that ever hang on them.
fn hung(seen @ Seen { fold, .. }: Seen<'_>, poles: &[PoleNo], properties: &[PropertyNo]) -> HashMap<PoleNo, Hung> {
    let registry = seen.registry();
    let index: HashMap<&str, usize> =
        registry.poles.iter().enumerate().map(|(at, pole)| (pole.id.as_str(), at)).collect();
    let named = |pole: &PoleNo| Some((*index.get(fold.name(NameKind::Pole, pole.0)?)?, *pole));
    let wanted: HashMap<usize, PoleNo> = poles.iter().filter_map(named).collect();
    let empty = |(index, pole): (&usize, &PoleNo)| {
        let part = pole_parts(seen, &[*index]).pop()?;
        Some((*pole, Hung { pole: part, devices: Vec::new() }))
    };
    let mut poles: HashMap<PoleNo, Hung> = wanted.iter().filter_map(empty).collect();
    for (index, known) in registry.devices.iter().enumerate() {
        let places: BTreeSet<usize> = known.installations.iter().map(|installation| installation.pole).collect();
        for pole in places.iter().filter_map(|place| wanted.get(place)) {
            let station = fold.device_no(&known.id).map(|device| Station::new(seen, device, index, properties));
            if let (Some(hung), Some(station)) = (poles.get_mut(pole), station) {
                hung.devices.push(station);
            }
        }
    }
    poles
}

/// The quarters of an hour.
pub(super) fn quarters(start: UtcMillis) -> impl Iterator<Item = Quarter> {
    (start.quarter().0..).take(4).map(Quarter)
}
