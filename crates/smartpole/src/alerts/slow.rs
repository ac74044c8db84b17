//! What takes questions to the file: a few poles and devices each minute, all of them within an hour.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
};

use smartpole_alert::{BatteryFacts, DriftFacts, HourFacts, days_left};
use smartpole_model::{Inputs, Kind, PoleNo, PropertyNo, UtcMillis, registry::AlertRules};
use smartpole_pipeline::{NameKind, Scope};
use smartpole_store::{Error, Queries, Step, Wanted, WantedHours};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// At least so many poles, and devices, each minute.
const LEAST: usize = 20;

/// An hour counts as the newest for so long.
const NEWEST_HOURS: i64 = 3;

/// What was found last.
#[derive(Default)]
pub(super) struct Slow {
    drift: HashMap<String, Vec<DriftFacts>>,
    hours: HashMap<String, Vec<HourFacts>>,
    batteries: HashMap<String, Vec<BatteryFacts>>,
    next_pole: usize,
    next_device: usize,
}

/// Some of `all`, from `next` on and round again, so that all come within an hour.
fn some(next: &mut usize, all: usize) -> Vec<usize> {
    let n = LEAST.max(all.div_ceil(60)).min(all);
    let taken: Vec<usize> = (0..n).map(|more| (*next + more) % all.max(1)).collect();
    *next = (*next + n) % all.max(1);
    taken
}

impl Slow {
    pub(super) fn drift(&self, pole: &str) -> Vec<DriftFacts> {
        self.drift.get(pole).cloned().unwrap_or_default()
    }

    pub(super) fn hours(&self, pole: &str) -> Vec<HourFacts> {
        self.hours.get(pole).cloned().unwrap_or_default()
    }

    pub(super) fn batteries(&self, device: &str) -> Vec<BatteryFacts> {
        self.batteries.get(device).cloned().unwrap_or_default()
    }

    /// Looks at the next few poles and devices.
    pub(super) fn look(&mut self, queries: &Queries, now: UtcMillis) -> Result<(), Error> {
        let inputs = Arc::clone(queries.fold().read().unwrap_or_else(PoisonError::into_inner).inputs());
        let rules = &inputs.registry.alerts;
        for at in some(&mut self.next_pole, inputs.registry.poles.len()) {
            let Some(pole) = inputs.registry.poles.get(at).filter(|pole| pole.provider.is_none()) else { continue };
            let Some(no) = queries.number(NameKind::Pole, &pole.id).map(PoleNo) else { continue };
            self.drift.insert(pole.id.clone(), drift(queries, &inputs, rules, no, now)?);
            self.hours.insert(pole.id.clone(), hours(queries, &inputs, rules, no, now)?);
        }
        for at in some(&mut self.next_device, inputs.registry.devices.len()) {
            let Some(device) = inputs.registry.devices.get(at) else { continue };
            self.batteries.insert(device.id.clone(), batteries(queries, &inputs, rules, &device.id, now)?);
        }
        Ok(())
    }
}

fn drift(
    queries: &Queries,
    inputs: &Inputs,
    rules: &AlertRules,
    pole: PoleNo,
    now: UtcMillis,
) -> Result<Vec<DriftFacts>, Error> {
    let Some(rule) = &rules.drift else { return Ok(Vec::new()) };
    let with_peers = inputs.registry.rules.iter().filter(|(_, rules)| rules.peer.is_some());
    let mut properties: Vec<PropertyNo> = with_peers.map(|((property, _), _)| *property).collect();
    properties.dedup();
    let span = (now.plus(-rule.when.hours * HOUR_MS), now);
    let found = queries.peers(pole, &properties, span, None)?.into_iter().zip(&properties);
    let facts = found.filter_map(|(peers, property)| {
        let hours = peers?.hours;
        let property = inputs.registry.properties.get(*property)?.id.clone();
        let judged = hours.iter().filter(|hour| hour.compared.is_some());
        let (valid, marked) =
            judged.fold((0, 0), |(valid, marked), hour| (valid + 1, marked + i64::from(hour.is_marked)));
        Some(DriftFacts { property, valid, marked })
    });
    Ok(facts.collect())
}

fn hours(
    queries: &Queries,
    inputs: &Inputs,
    rules: &AlertRules,
    pole: PoleNo,
    now: UtcMillis,
) -> Result<Vec<HourFacts>, Error> {
    let properties: Vec<PropertyNo> = rules.limit_value.iter().map(|rule| rule.when.property).collect();
    if properties.is_empty() {
        return Ok(Vec::new());
    }
    let running = UtcMillis(i64::from(now.utc_hour()) * HOUR_MS);
    let (from, poles) = (running.plus(-NEWEST_HOURS * HOUR_MS), [pole]);
    let wanted = WantedHours { poles: &poles, properties: &properties, from, to: running, as_of: None };
    let found = queries.pole_hours(&wanted, |_, hours| hours)?.into_iter().next().unwrap_or_default();
    let facts = found.into_iter().zip(&properties).filter_map(|(hours, property)| {
        let known = inputs.registry.properties.get(*property)?;
        let (start, mean) = hours.iter().rev().find_map(|(start, hour)| Some((*start, hour.mean?)))?;
        let (id, decimals) = (known.id.clone(), known.decimals);
        Some(HourFacts { property: *property, id, start, value: mean.at(decimals), decimals })
    });
    Ok(facts.collect())
}

fn batteries(
    queries: &Queries,
    inputs: &Inputs,
    rules: &AlertRules,
    device: &str,
    now: UtcMillis,
) -> Result<Vec<BatteryFacts>, Error> {
    let (no, has) = {
        let fold = queries.fold().read().unwrap_or_else(PoisonError::into_inner);
        let Some(no) = fold.device_no(device) else { return Ok(Vec::new()) };
        (no, fold.latest(no).iter().map(|latest| latest.series.property).collect::<Vec<_>>())
    };
    let mut facts = Vec::new();
    for rule in rules.battery.iter().filter(|rule| has.contains(&rule.when.property)) {
        let Some(property) = inputs.registry.properties.get(rule.when.property) else { continue };
        if property.kind != Kind::Gauge {
            continue;
        }
        let (scope, step) = (Scope::Device(no), Step::Day);
        let from = now.plus(-rule.when.weeks * 7 * DAY_MS);
        let wanted = Wanted { scope, property: property.number, channel: None, from, to: now, step, as_of: None };
        let windows = queries.windows(&wanted)?;
        let day = |window: &smartpole_store::Window| {
            Some((window.start.plus(DAY_MS / 2).utc_day(), window.mean?.round() as i64))
        };
        let days: Vec<(i32, i64)> = windows.iter().filter_map(day).collect();
        let Some((left, (_, level))) = days_left(&days, rule.when.empty).zip(days.last().copied()) else { continue };
        let (id, decimals) = (property.id.clone(), property.decimals);
        facts.push(BatteryFacts { property: property.number, id, level, decimals, days_left: left });
    }
    Ok(facts)
}
