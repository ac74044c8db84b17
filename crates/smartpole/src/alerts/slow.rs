//! What takes questions to the file: a few poles and devices each minute, all of them within an hour.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError},
};

use smartpole_alert::{BatteryFacts, DriftFacts, HourFacts, JumpFacts, days_left};
use smartpole_model::{DeviceNo, Inputs, Kind, PoleNo, PropertyNo, UtcMillis, registry::AlertRules};
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
    jumps: HashMap<String, Vec<JumpFacts>>,
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

    pub(super) fn jumps(&self, device: &str) -> Vec<JumpFacts> {
        self.jumps.get(device).cloned().unwrap_or_default()
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
            self.jumps.insert(device.id.clone(), jumps(queries, &inputs, &device.id, now)?);
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

fn jumps(queries: &Queries, inputs: &Inputs, device: &str, now: UtcMillis) -> Result<Vec<JumpFacts>, Error> {
    let (Some(rule), Some(no)) = (&inputs.registry.alerts.counter_jump, counter(queries, device)) else {
        return Ok(Vec::new());
    };
    let mut facts: BTreeMap<PropertyNo, JumpFacts> = BTreeMap::new();
    for jump in queries.left_out(no, (now.plus(-rule.when.hours * HOUR_MS), now))? {
        let Some(property) = inputs.registry.properties.get(jump.totals.property) else { continue };
        let first = || JumpFacts { property: property.id.clone(), at: jump.at, jumps: 0, left_out: 0 };
        let known = facts.entry(property.number).or_insert_with(first);
        known.at = known.at.max(jump.at);
        known.jumps += 1;
        known.left_out = known.left_out.saturating_add(jump.crossings);
    }
    Ok(facts.into_values().collect())
}

/// A device that has told totals.
fn counter(queries: &Queries, device: &str) -> Option<DeviceNo> {
    let fold = queries.fold().read().unwrap_or_else(PoisonError::into_inner);
    let (no, catalogue) = (fold.device_no(device)?, &fold.inputs().registry.properties);
    let is_total = |number| catalogue.get(number).is_some_and(|property| property.counts.is_some());
    fold.latest(no).iter().any(|latest| is_total(latest.series.property)).then_some(no)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::RwLock};

    use smartpole_model::{RawMessage, RecordRef, Seq};
    use smartpole_pipeline::{Env, Fold, LoadError, LoadInputs, Restore};
    use smartpole_store::Store;

    use super::*;

    struct Known(Arc<Inputs>);

    impl LoadInputs for Known {
        fn load(&self, _: &str) -> Result<Arc<Inputs>, LoadError> {
            Ok(Arc::clone(&self.0))
        }
    }

    fn inputs() -> Inputs {
        let property = |id: &str, number, kind: &str, more: &str| {
            format!(
                "[[property]]\nid = \"{id}\"\nnumber = {number}\nname_de = \"{id}\"\nname_en = \"{id}\"\nunit = \"1\"\nkind = \"{kind}\"\n\
                 decimals = 0\nmin = 0\nmax = 4294967295\ntheme = \"footfall\"\n{more}\n"
            )
        };
        let properties = property("people_in", 1, "interval_count", "")
            + &property("people_in_total", 2, "total_count", "counts = \"people_in\"");
        let zones = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"stadt","name":"Stadt","kind":"city","parent":null,"count":"none","poles":["P1"]},"geometry":null}]}"#;
        let files = [
            ("properties.toml", properties.as_str()),
            ("poles.csv", "id,name,place,lat,lon\nP1,P1,Markt,51.55,7.31\n"),
            ("devices.csv", "id,pole,profile,from,line,direction\nd1,P1,counter,,,\n"),
            ("zones.geojson", zones),
            ("profiles/counter.toml", "name = \"C\"\ncodec = \"smartpole\"\ninterval_s = 600\npayload_time = true\n"),
        ];
        let files: BTreeMap<_, _> = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).into();
        Inputs::parse(&files).unwrap()
    }

    #[test]
    fn a_counter_that_jumped_within_the_hours_of_the_rule_is_told_with_what_does_not_count() {
        let (dir, known) = (tempfile::tempdir().unwrap(), Known(Arc::new(inputs())));
        let store = Store::open(dir.path()).unwrap();
        let env = Env { stored: &store, inputs: &known };
        let mut fold = Fold::restore(Restore::default(), &env).unwrap();
        let from: UtcMillis = "2026-11-25T10:00:00Z".parse().unwrap();
        fold.apply(Seq(1), &RecordRef::Inputs { received_at: from, hash: "one" }, false, &env).unwrap();
        let totals = [(0, 100), (10, 130), (20, 130 + (1i64 << 31)), (30, 140 + (1 << 31))];
        for (seq, (minute, total)) in (2..).zip(totals) {
            let received_at = from.plus(minute * 60_000);
            let payload = format!("{{\"time\":\"{received_at}\",\"values\":{{\"people_in_total\":{total}}}}}");
            let topic = "smartpole/castrop-rauxel/P1/d1/up".to_owned();
            let source = "broker".to_owned();
            let message =
                RawMessage { source, topic, payload: payload.into(), received_at, qos: 1, ..RawMessage::default() };
            fold.apply(Seq(seq), &RecordRef::Message(message.as_ref()), false, &env).unwrap();
        }
        let queries = Queries::new(&store, Arc::new(RwLock::new(fold)));
        let told = |now| {
            let mut slow = Slow::default();
            slow.look(&queries, now).unwrap();
            let jumps = slow.jumps("d1").into_iter();
            jumps.map(|jump| (jump.property, jump.at, jump.jumps, jump.left_out)).collect::<Vec<_>>()
        };
        let jump = ("people_in_total".to_owned(), from.plus(20 * 60_000), 1, 1 << 31);
        assert_eq!(told(from.plus(HOUR_MS)), [jump]);
        assert_eq!(told(from.plus(26 * HOUR_MS)), [], "a day after it is well");
    }
}
