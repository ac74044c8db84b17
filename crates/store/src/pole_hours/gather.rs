//! Hours of devices put together for the poles they hang on.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use smartpole_model::{DeviceNo, Inputs, PoleNo, PropertyNo, Quarter, UtcMillis, registry::Installation};
use smartpole_pipeline::{Fold, NameKind};

use super::{
    HOUR_MS, PoleHours, WantedHours,
    known::known_by,
    sensors::{Measured, Said, Station, Together},
    stored::{self, Recent},
};
use crate::{
    Error,
    as_of::{Then, earlier},
    queries::Snapshot,
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
}

/// A pole, and the devices that ever hang on it.
struct Hung {
    /// Index in the registry.
    pole: usize,
    devices: Vec<Station>,
}

impl Asked {
    pub(super) fn new(fold: &Fold, wanted: &WantedHours<'_>, span: (UtcMillis, UtcMillis)) -> Self {
        let inputs = Arc::clone(fold.inputs());
        let properties = wanted.properties.to_vec();
        let known = |number: &PropertyNo| Measured::new(*number, inputs.registry.properties.get(*number));
        let measured: Vec<Measured> = properties.iter().map(known).collect();
        let newest = fold.position().1;
        let then = earlier(wanted.as_of, newest);
        let (now, then) = (then.unwrap_or(newest), then.map(|as_of| Then::new(fold, as_of)));
        let poles = hung(fold, wanted.poles, &properties);
        // nothing is measured later than it is received, but for clocks that are ahead
        let ahead = DAY_MS.max(i64::from(inputs.settings.future_drift_s) * 1_000);
        let span = then.as_ref().map_or(span, |then| (span.0, span.1.min(then.as_of.plus(ahead))));
        Self { inputs, now, then, span, properties, measured, poles }
    }

    pub(super) fn devices(&self) -> impl Iterator<Item = DeviceNo> {
        self.poles.values().flat_map(|hung| hung.devices.iter().map(|station| station.device))
    }

    /// The hours of one pole, of every property.
    pub(super) fn pole(&self, snapshot: &Snapshot, recent: &Recent<'_>, pole: PoleNo) -> Result<Vec<PoleHours>, Error> {
        let mut hours = vec![PoleHours::new(); self.measured.len()];
        let Some(hung) = self.poles.get(&pole) else { return Ok(hours) };
        let devices = self.known(snapshot, hung)?;
        let said = |station: &Station| self.said(snapshot, recent, hung.pole, station);
        let said: Vec<BTreeMap<UtcMillis, Said>> = devices.iter().map(said).collect::<Result<_, _>>()?;
        let starts: BTreeSet<UtcMillis> = said.iter().flat_map(|hours| hours.keys().copied()).collect();
        for start in starts {
            let stations = self.hanging(hung.pole, &devices, &said, start);
            for (measured, hours) in self.measured.iter().zip(&mut hours) {
                let mut together = Together::new(measured);
                stations.iter().for_each(|(station, said, expected)| together.add(station, *said, *expected));
                hours.extend(together.hour(start, self.now).map(|hour| (start, hour)));
            }
        }
        Ok(hours)
    }

    /// The devices that ever hang on a pole, with the sensors that had been heard of at the instant asked about.
    fn known<'a>(&self, snapshot: &Snapshot, hung: &'a Hung) -> Result<Cow<'a, [Station]>, Error> {
        let Some(then) = &self.then else { return Ok(Cow::Borrowed(&hung.devices)) };
        let known = |station: &Station| {
            let sensors = known_by(snapshot, station.device, &station.sensors, then.as_of)?;
            Ok(Station { sensors, ..*station })
        };
        hung.devices.iter().map(known).collect::<Result<_, _>>().map(Cow::Owned)
    }

    /// The devices that hang on the pole in an hour, what they said, and how many readings a sensor of theirs should bring.
    fn hanging<'a>(
        &self,
        pole: usize,
        devices: &'a [Station],
        said: &'a [BTreeMap<UtcMillis, Said>],
        start: UtcMillis,
    ) -> Vec<(&'a Station, Option<&'a Said>, i64)> {
        let both = devices.iter().zip(said);
        both.filter_map(|(station, hours)| Some((station, hours.get(&start), self.expected(station, pole, start)?)))
            .collect()
    }

    /// What a device said in each hour while it hung on the pole.
    fn said(
        &self,
        snapshot: &Snapshot,
        recent: &Recent<'_>,
        pole: usize,
        station: &Station,
    ) -> Result<BTreeMap<UtcMillis, Said>, Error> {
        let (device, then) = (station.device, self.then.as_ref());
        let wanted = stored::Wanted { device, span: self.span, properties: &self.properties, then };
        let mut here = BTreeMap::new();
        for (start, whole) in stored::hours(snapshot, recent, wanted)? {
            let quarters = || (start.quarter().0..).take(4).map(Quarter);
            let hangs = |quarter: &Quarter| self.installation(station, pole, quarter.start()).is_some();
            let said = match quarters().filter(hangs).count() {
                0 => continue,
                4 => whole,
                // it moved within the hour, whose roll-up is of both places
                _ => stored::blocks(snapshot, wanted, quarters().filter(hangs))?.unwrap_or_default(),
            };
            here.insert(start, said);
        }
        Ok(here)
    }

    fn installation(&self, station: &Station, pole: usize, time: UtcMillis) -> Option<&Installation> {
        let device = self.inputs.registry.devices.get(station.index)?;
        device.active_at(time).filter(|installation| installation.pole == pole)
    }

    /// Readings that a full hour should bring of each sensor; `None` if the device does not hang there.
    fn expected(&self, station: &Station, pole: usize, start: UtcMillis) -> Option<i64> {
        let mut quarters = (start.quarter().0..).take(4).map(|quarter| Quarter(quarter).start());
        let installation = quarters.find_map(|quarter| self.installation(station, pole, quarter))?;
        let profile = self.inputs.registry.profiles.get(&installation.profile)?;
        Some(HOUR_MS / (i64::from(profile.interval_s.max(1)) * 1_000))
    }
}

/// The poles that are in the registry, with the devices that ever hang on them.
fn hung(fold: &Fold, poles: &[PoleNo], properties: &[PropertyNo]) -> HashMap<PoleNo, Hung> {
    let registry = &fold.inputs().registry;
    let index: HashMap<&str, usize> =
        registry.poles.iter().enumerate().map(|(at, pole)| (pole.id.as_str(), at)).collect();
    let named = |pole: &PoleNo| Some((*index.get(fold.name(NameKind::Pole, pole.0)?)?, *pole));
    let wanted: HashMap<usize, PoleNo> = poles.iter().filter_map(named).collect();
    let empty = |(index, pole): (&usize, &PoleNo)| (*pole, Hung { pole: *index, devices: Vec::new() });
    let mut poles: HashMap<PoleNo, Hung> = wanted.iter().map(empty).collect();
    for (index, known) in registry.devices.iter().enumerate() {
        let places: BTreeSet<usize> = known.installations.iter().map(|installation| installation.pole).collect();
        for pole in places.iter().filter_map(|place| wanted.get(place)) {
            let station = fold.device_no(&known.id).map(|device| Station::new(fold, device, index, properties));
            if let (Some(hung), Some(station)) = (poles.get_mut(pole), station) {
                hung.devices.push(station);
            }
        }
    }
    poles
}
