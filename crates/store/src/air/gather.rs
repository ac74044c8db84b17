//! Hours of devices, from roll-ups and memory, put together for the poles they hang on.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use rusqlite::{OptionalExtension, params};
use smartpole_method::air::Pollutant;
use smartpole_model::{DeviceNo, Inputs, PoleNo, Quarter, UtcMillis, registry::Installation};
use smartpole_pipeline::{Fold, NameKind, RecentBlock, Scope};
use smartpole_window::{Aggregates, Level, is_particle_mass};

use super::{
    HOUR_MS,
    hours::{PoleAir, PollutantHour, PollutantHours},
    sensors::{Measured, Said, Station, Together},
};
use crate::{
    Error,
    commit::scope_key,
    error::{damaged, sqlite},
    queries::Snapshot,
    store::block_id,
};

/// What is known of the poles when the question is asked.
pub(super) struct Asked {
    inputs: Arc<Inputs>,
    now: UtcMillis,
    span: (UtcMillis, UtcMillis),
    measured: Vec<Measured>,
    poles: HashMap<PoleNo, Hung>,
}

/// A pole, and the devices that ever hang on it.
struct Hung {
    /// Index in the registry.
    pole: usize,
    devices: Vec<Station>,
}

/// Blocks in memory, by device.
pub(super) type Recent<'a> = HashMap<DeviceNo, Vec<&'a RecentBlock>>;

pub(super) fn by_device(snapshot: &Snapshot) -> Recent<'_> {
    let mut recent = Recent::new();
    for block in &snapshot.recent {
        recent.entry(block.device).or_default().push(block);
    }
    recent
}

impl Asked {
    pub(super) fn new(fold: &Fold, poles: &[PoleNo], span: (UtcMillis, UtcMillis)) -> Self {
        let inputs = Arc::clone(fold.inputs());
        let measured = measured(&inputs);
        let index = |pole: &PoleNo| {
            let id = fold.name(NameKind::Pole, pole.0)?;
            inputs.registry.poles.iter().position(|known| known.id == id)
        };
        let wanted: HashMap<usize, PoleNo> = poles.iter().filter_map(|pole| Some((index(pole)?, *pole))).collect();
        let hung = |(index, pole): (&usize, &PoleNo)| (*pole, Hung { pole: *index, devices: Vec::new() });
        let mut poles: HashMap<PoleNo, Hung> = wanted.iter().map(hung).collect();
        for (index, known) in inputs.registry.devices.iter().enumerate() {
            let places: BTreeSet<usize> = known.installations.iter().map(|installation| installation.pole).collect();
            for pole in places.iter().filter_map(|place| wanted.get(place)) {
                let station = fold.device_no(&known.id).map(|device| Station::new(fold, device, index, &measured));
                if let (Some(hung), Some(station)) = (poles.get_mut(pole), station) {
                    hung.devices.push(station);
                }
            }
        }
        Self { now: fold.position().1, inputs, span, measured, poles }
    }

    pub(super) fn devices(&self) -> impl Iterator<Item = DeviceNo> {
        self.poles.values().flat_map(|hung| hung.devices.iter().map(|station| station.device))
    }

    /// The hours of one pole.
    pub(super) fn pole(&self, snapshot: &Snapshot, recent: &Recent<'_>, pole: PoleNo) -> Result<PoleAir, Error> {
        let Some(hung) = self.poles.get(&pole) else { return Ok(PoleAir::default()) };
        let said = |station: &Station| self.said(snapshot, recent, hung.pole, station);
        let said: Vec<BTreeMap<UtcMillis, Said>> = hung.devices.iter().map(said).collect::<Result<_, _>>()?;
        let starts: BTreeSet<UtcMillis> = said.iter().flat_map(|hours| hours.keys().copied()).collect();
        let mut hours: Vec<BTreeMap<UtcMillis, PollutantHour>> = vec![BTreeMap::new(); self.measured.len()];
        for start in starts {
            let stations = self.hanging(hung, &said, start);
            for (measured, hours) in self.measured.iter().zip(&mut hours) {
                let mut together = Together::default();
                stations.iter().for_each(|(station, said, expected)| together.add(measured, station, *said, *expected));
                hours.extend(together.hour(start, self.now).map(|hour| (start, hour)));
            }
        }
        let known = self.measured.iter().zip(hours).filter(|(_, hours)| !hours.is_empty());
        let pollutants = known.map(|(measured, hours)| (measured.pollutant, PollutantHours::new(hours)));
        Ok(PoleAir { pollutants: pollutants.collect() })
    }

    /// The devices that hang on the pole in an hour, what they said, and how many readings a sensor of theirs should bring.
    fn hanging<'a>(
        &self,
        hung: &'a Hung,
        said: &'a [BTreeMap<UtcMillis, Said>],
        start: UtcMillis,
    ) -> Vec<(&'a Station, Option<&'a Said>, i64)> {
        let both = hung.devices.iter().zip(said);
        both.filter_map(|(station, hours)| {
            Some((station, hours.get(&start), self.expected(station, hung.pole, start)?))
        })
        .collect()
    }

    /// What a device said of pollutants in each hour while it hung on the pole.
    fn said(
        &self,
        snapshot: &Snapshot,
        recent: &Recent<'_>,
        pole: usize,
        station: &Station,
    ) -> Result<BTreeMap<UtcMillis, Said>, Error> {
        let mut hours = self.rollups(snapshot, station.device)?;
        for block in recent.get(&station.device).into_iter().flatten() {
            hours.entry(Level::Hour.start(block.quarter.start())).or_default().add(
                &block.gain,
                block.revisions,
                block.open,
            );
        }
        let mut here = BTreeMap::new();
        for (start, whole) in hours {
            let quarters = || (start.quarter().0..).take(4).map(Quarter);
            let hangs = |quarter: &Quarter| self.installation(station, pole, quarter.start()).is_some();
            let said = match quarters().filter(hangs).count() {
                0 => continue,
                4 => whole,
                // it moved within the hour, whose roll-up is of both places
                _ => blocks(snapshot, station.device, quarters().filter(hangs))?,
            };
            here.insert(start, said);
        }
        Ok(here)
    }

    /// The stored hours of a device, of pollutants alone: a year has many.
    fn rollups(&self, snapshot: &Snapshot, device: DeviceNo) -> Result<BTreeMap<UtcMillis, Said>, Error> {
        let doing = sqlite("read hours");
        let sql = "SELECT start, revision, aggregates FROM rollup
                   WHERE level = ?1 AND scope = ?2 AND number = ?3 AND start >= ?4 AND start < ?5";
        let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
        let ((scope, number), (from, to)) = (scope_key(Scope::Device(device)), self.span);
        let mut rows = statement.query(params![Level::Hour as u8, scope, number, from.0, to.0]).map_err(&doing)?;
        let mut hours = BTreeMap::new();
        while let Some(row) = rows.next().map_err(&doing)? {
            let start = UtcMillis(row.get(0).map_err(&doing)?);
            let blob = row.get_ref(2).map_err(&doing)?.as_blob().map_err(|error| doing(error.into()))?;
            let mut aggregates = Aggregates::unpack(blob).map_err(damaged("hour"))?;
            aggregates.0.retain(|(series, _)| self.measured.iter().any(|known| known.property == series.property));
            hours.insert(start, Said { aggregates, revision: row.get(1).map_err(&doing)?, open: false });
        }
        Ok(hours)
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

/// The pollutants of the catalogue, each in the unit that methods want.
fn measured(inputs: &Inputs) -> Vec<Measured> {
    let known = |pollutant: Pollutant| {
        let property = inputs.registry.properties.by_id(pollutant.id())?;
        let optical = is_particle_mass(property);
        let measured = Measured { pollutant, property: property.number, decimals: property.decimals, optical };
        (property.unit == pollutant.unit()).then_some(measured)
    };
    Pollutant::ALL.into_iter().filter_map(known).collect()
}

/// Some quarters of a device together.
fn blocks(snapshot: &Snapshot, device: DeviceNo, quarters: impl Iterator<Item = Quarter>) -> Result<Said, Error> {
    let doing = sqlite("read blocks");
    let sql = "SELECT revision, aggregates FROM block WHERE id = ?1";
    let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
    let mut said = Said::default();
    for quarter in quarters {
        if let Some(block) = snapshot.recent(quarter, device) {
            said.add(&block.aggregates, block.revision, block.open);
            continue;
        }
        let found = statement.query_row(params![block_id(quarter, device)], |row| {
            Ok((row.get(0)?, Aggregates::unpack(row.get_ref(1)?.as_blob()?)))
        });
        if let Some((revision, aggregates)) = found.optional().map_err(&doing)? {
            said.add(&aggregates.map_err(damaged("block"))?, revision, false);
        }
    }
    Ok(said)
}
