//! What is new in a part of a foreign series, what is known, and what cannot be taken.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use serde_json::value::RawValue;
use smartpole_codec::{Decoded, decode, import_topic};
use smartpole_model::{
    Decimal, DeviceNo, Flag, Format, Inputs, Kind, ObservedProperty, Profile, Reason, Series, UtcMillis,
    registry::Codec,
};
use smartpole_validate::value_flags;

use super::{Conflict, Import, Imported, Sample, Unfit};
use crate::{
    Parts,
    history::Gone,
    number::Exact,
    problem::{Named, Problem},
};

/// What the device is by the registry in force.
struct Known {
    inputs: Arc<Inputs>,
    device: DeviceNo,
    profile: Profile,
}

/// A number of a sample, read.
struct Number {
    name: String,
    raw: Box<RawValue>,
    series: Series,
    value: i64,
}

/// What would become of a part, and its samples without what is known.
pub(super) fn weigh(parts: &Parts, import: Import) -> Result<(Imported, Vec<Sample>), Problem> {
    let known = Known::new(parts, &import.device)?;
    let times: Vec<UtcMillis> = import.samples.iter().map(|sample| sample.time).collect();
    let stored = known.stored(parts, &times)?;
    let (mut imported, mut fresh) = (Imported::default(), Vec::new());
    for (at, sample) in import.samples.into_iter().enumerate() {
        if let Err((detail, remedy)) = known.takes(parts, sample.time) {
            imported.refused.push(Unfit { sample: at, name: None, detail, remedy });
            continue;
        }
        let time = sample.time;
        let mut values = BTreeMap::new();
        for number in known.numbers(&import.device, at, sample, &mut imported.refused) {
            match stored.get(&(time, number.series)) {
                None => drop(values.insert(number.name, number.raw)),
                Some(value) if *value == number.value => imported.known += 1,
                Some(value) => imported.conflicts.extend(known.conflict(at, &number, *value)),
            }
        }
        imported.new += values.len();
        if !values.is_empty() {
            fresh.push(Sample { time, values });
        }
    }
    Ok((imported, fresh))
}

impl Known {
    fn new(parts: &Parts, id: &str) -> Result<Self, Problem> {
        let fold = parts.fold();
        let inputs = Arc::clone(fold.inputs());
        let registry = &inputs.registry;
        let index = registry.device_index(id).zip(fold.device_no(id));
        let Some((index, device)) = index else {
            let ids = registry.devices.iter().map(|device| device.id.as_str());
            return Err(Problem::unknown(&Named::DEVICE, id, ids));
        };
        let profile = registry.profiles.get(&registry.devices[index].at(fold.position().1).profile);
        let foreign = profile.filter(|profile| profile.codec == Codec::Foreign).cloned();
        let wrong = || {
            let remedy =
                "import into a device whose profile has `codec = \"foreign\"`; our own sensors send for themselves";
            Problem::field("device", &format!("{id:?} is no device of foreign series"), remedy)
        };
        let profile = foreign.ok_or_else(wrong)?;
        drop(fold);
        Ok(Self { inputs, device, profile })
    }

    /// What is known of instants, in ascending order, here or by the history.
    fn stored(&self, parts: &Parts, times: &[UtcMillis]) -> Result<HashMap<(UtcMillis, Series), i64>, Problem> {
        let here = parts.queries.known_values(self.device, times)?;
        let mut stored: HashMap<_, _> =
            here.into_iter().map(|(time, value)| ((time, value.series), value.value)).collect();
        let sealed_to = parts.fold().sealed_to(self.device).start();
        let gone = &times[..times.partition_point(|time| *time < sealed_to)];
        if let (Some(first), Some(last)) = (gone.first(), gone.last()) {
            let properties: Vec<_> =
                parts.fold().latest(self.device).iter().map(|latest| latest.series.property).collect();
            let (devices, span) = (&[self.device], (*first, last.plus(1)));
            let rows = Gone { parts, devices, properties: &properties, span }.rows()?;
            for row in rows.into_values().flatten().filter(|row| gone.binary_search(&row.event_time).is_ok()) {
                stored.extend(row.values.iter().map(|value| ((row.event_time, value.series), value.value)));
            }
        }
        Ok(stored)
    }

    /// Whether a reading of that instant would be kept.
    fn takes(&self, parts: &Parts, time: UtcMillis) -> Result<(), (String, &'static str)> {
        let (now, settings) = ((parts.clock)(), &self.inputs.settings);
        if time < settings.epoch {
            return Err((format!("{time} is before {}", settings.epoch), "set an earlier `epoch` in fold.toml"));
        }
        if time > now.plus(i64::from(settings.future_drift_s) * 1_000) {
            return Err((format!("{time} is yet to come"), "check zone and format of the time; leave forecasts out"));
        }
        if !parts.fold().keeps_foreign(time, now) {
            let remedy = "leave earlier hours out, or raise raw_days in fold.toml";
            return Err((format!("{time} is longer ago than readings are kept"), remedy));
        }
        Ok(())
    }

    /// The numbers of a sample; what is none is refused.
    fn numbers(&self, device: &str, at: usize, sample: Sample, refused: &mut Vec<Unfit>) -> Vec<Number> {
        let mut numbers = Vec::new();
        for (name, raw) in sample.values.into_iter().filter(|(_, raw)| raw.get() != "null") {
            match self.number(device, &name, &raw) {
                Ok((series, value)) => numbers.push(Number { name, raw, series, value }),
                Err((detail, remedy)) => refused.push(Unfit { sample: at, name: Some(name), detail, remedy }),
            }
        }
        numbers
    }

    /// Reads a number as the fold will.
    fn number(&self, device: &str, name: &str, raw: &RawValue) -> Result<(Series, i64), (String, &'static str)> {
        let payload = format!("{{\"values\":{{{}:{}}}}}", serde_json::Value::from(name), raw.get());
        let catalogue = &self.inputs.registry.properties;
        let decoded = decode(Format::Smartpole, &self.profile, catalogue, &import_topic(device), payload.as_bytes());
        let sample = match decoded {
            Ok(Decoded::Samples(samples)) => samples.into_iter().next().unwrap_or_default(),
            Ok(Decoded::Control(_)) => smartpole_codec::Sample::default(),
            Err(refusal) => return Err((refusal.detail, "send a JSON number")),
        };
        if let Some(value) = sample.values.first() {
            let unfit = self.inputs.registry.properties.get(value.series.property);
            let unfit = unfit.and_then(|property| not_as_sent(property, name, raw.get(), value.value));
            return unfit.map_or(Ok((value.series, value.value)), Err);
        }
        Err(match sample.faults.first().map(|fault| fault.reason) {
            Some(Reason::UnknownProperty) => {
                (format!("there is no property {name:?}"), "GET /api/v1/properties lists all")
            }
            Some(Reason::Overflow) => (format!("{} is too large", raw.get()), "check the unit and the scale"),
            _ => (format!("{} is no number", raw.get()), "send a JSON number"),
        })
    }

    fn conflict(&self, sample: usize, number: &Number, known: i64) -> Option<Conflict> {
        let property: &ObservedProperty = self.inputs.registry.properties.get(number.series.property)?;
        let exact = |value| Exact::value(property, value);
        Some(Conflict { sample, name: number.name.clone(), known: exact(known), sent: exact(number.value) })
    }
}

/// Why a value would count for nothing, or as another one, if it would: as the first one counts for ever, it is not taken.
fn not_as_sent(property: &ObservedProperty, name: &str, sent: &str, value: i64) -> Option<(String, &'static str)> {
    let flags = value_flags(property, value);
    if flags.contains(Flag::Sentinel) {
        return Some((format!("{sent} means that there is none"), "leave it out, by `missing` of a mapping file"));
    }
    if flags.contains(Flag::OutOfRange) {
        let (least, most) = (property.decimal(property.min), property.decimal(property.max));
        let detail = format!("{sent} is not within {least} to {most}, the range of {}", property.id);
        return Some((detail, "check the unit and the scale; leave out what was not measured"));
    }
    let is_count = matches!(property.kind, Kind::IntervalCount | Kind::TotalCount);
    let is_scaled = name.split('/').next() != Some(&property.id);
    let is_finer = Decimal::parse(sent).is_ok_and(|number| number.decimals > property.decimals);
    let remedy = "counts are whole; check the scale and what separates the fraction, and leave out what is estimated";
    (is_count && is_finer && !is_scaled).then(|| (format!("{sent} is no whole count of {}", property.id), remedy))
}
