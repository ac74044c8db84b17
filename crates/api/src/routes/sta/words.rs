//! What is said of poles, devices and properties, in the words of SensorThings (OGC 18-088, 8.2).

use serde::Serialize;
use smartpole_model::{Device, Inputs, Kind, ObservedProperty, Pole, Registry, UtcMillis, registry::InstallationState};
use smartpole_sta::Value;

use super::city::{City, Datastream};

/// Names of observation types (OGC 10-025r1, OM-XML).
const TYPES: &str = "http://www.opengis.net/def/observationType/OGC-OM/2.0";
const GEOJSON: &str = "application/geo+json";

fn text(text: &str) -> Value {
    Value::text(text.to_owned())
}

pub(super) fn thing(registry: &Registry, pole: &Pole, name: &str) -> Option<Value> {
    Some(match name {
        "name" => text(&pole.name),
        "description" => Value::text(format!("street lamp at {}", pole.place)),
        "properties" => {
            let zones = pole.zones.iter().map(|zone| text(&registry.zones[*zone].id)).collect();
            Value::object([("pole", text(&pole.id)), ("place", text(&pole.place)), ("zones", Value::List(zones))])
        }
        _ => return None,
    })
}

pub(super) fn location(pole: &Pole, name: &str) -> Option<Value> {
    Some(match name {
        "name" => text(&pole.name),
        "description" => Value::text(format!("where the street lamp {} stands", pole.id)),
        "encodingType" => Value::text(GEOJSON),
        "location" => Value::Point(pole.position),
        _ => return None,
    })
}

pub(super) fn feature(pole: &Pole, name: &str) -> Option<Value> {
    Some(match name {
        "name" => text(&pole.name),
        "description" => Value::text(format!("around the street lamp {}", pole.id)),
        "encodingType" => Value::text(GEOJSON),
        "feature" => Value::Point(pole.position),
        _ => return None,
    })
}

/// Since when something works at a pole, by its index; of what was always there since the first instant of which readings are taken.
pub(super) fn since(inputs: &Inputs, pole: usize) -> Value {
    let installations = inputs.registry.devices.iter().flat_map(|device| &device.installations);
    let there = installations.filter(|there| there.pole == pole && there.state == InstallationState::Active);
    let first = there.map(|installation| installation.from).min();
    first.map_or(Value::Null, |first| Value::Instant(first.max(inputs.settings.epoch)))
}

pub(super) fn sensor(registry: &Registry, device: &Device, base: &str, name: &str) -> Option<Value> {
    let installation = device.installations.last()?;
    let profile = registry.profiles.get(&installation.profile)?;
    Some(match name {
        "name" => text(&device.id),
        "description" => {
            Value::text(format!("{}, one report in {} s; sensor data, not official", profile.name, profile.interval_s))
        }
        "encodingType" => Value::text("text/html"),
        "metadata" => Value::text(format!("{base}/#methode")),
        "properties" => Value::object([("profile", text(&profile.id)), ("sensing", word(profile.sensing))]),
        _ => return None,
    })
}

/// The word that serde has for it.
pub(super) fn word(of: impl Serialize) -> Value {
    let word = serde_json::to_value(of).ok();
    word.and_then(|word| word.as_str().map(text)).unwrap_or(Value::Null)
}

pub(super) fn property(property: &ObservedProperty, base: &str, name: &str) -> Option<Value> {
    Some(match name {
        "name" => text(&property.name_en),
        "definition" => Value::text(format!("{base}/api/v1/properties#{}", property.id)),
        "description" => text(&property.name_de),
        "properties" => Value::object([("property", text(&property.id)), ("theme", text(&property.theme))]),
        _ => return None,
    })
}

pub(super) fn datastream(city: &City<'_>, datastream: &Datastream, name: &str) -> Option<Value> {
    let registry = &city.inputs.registry;
    let (pole, device) = (&registry.poles[datastream.pole], city.device(datastream));
    let property = city.property(datastream.series)?;
    Some(match name {
        "name" => Value::text(format!("{}, {}{}", property.name_en, pole.name, channel(datastream.series.channel))),
        "description" => Value::text(format!(
            "readings of the device {} at the street lamp {}, as they count; sensor data, not official",
            device.id, pole.id
        )),
        "unitOfMeasurement" => unit(&property.unit),
        "observationType" => Value::text(format!("{TYPES}/{}", observation_type(property.kind))),
        "properties" => Value::object([
            ("pole", text(&pole.id)),
            ("device", text(&device.id)),
            ("property", text(&property.id)),
            ("channel", Value::Whole(datastream.series.channel.into())),
            ("kind", Value::text(property.kind.code())),
            ("installations", installations(device, datastream.pole)),
        ]),
        _ => return None,
    })
}

fn channel(channel: u8) -> String {
    if channel == 0 { String::new() } else { format!(", channel {channel}") }
}

/// When the device worked at the pole; null is always, or still.
fn installations(device: &Device, pole: usize) -> Value {
    let there = device.installations.iter();
    let there = there.filter(|there| there.pole == pole && there.state == InstallationState::Active);
    let instant = |at: UtcMillis| if at.0 == i64::MIN || at.0 == i64::MAX { Value::Null } else { Value::Instant(at) };
    let span = |from, to| Value::object([("from", instant(from)), ("to", instant(to))]);
    Value::List(there.map(|installation| span(installation.from, installation.to)).collect())
}

/// A unit by its UCUM code, with its name in OGC's register.
fn unit(code: &str) -> Value {
    let encode = |char: char| match char {
        '%' | '[' | ']' | '{' | '}' => format!("%{:02X}", u32::from(char)),
        _ => char.to_string(),
    };
    let definition: String = code.chars().map(encode).collect();
    Value::object([
        ("name", text(code)),
        ("symbol", Value::text(symbol(code).to_owned())),
        ("definition", Value::text(format!("http://www.opengis.net/def/uom/UCUM/{definition}"))),
    ])
}

/// What is printed for a UCUM code (UCUM 2.2, column "print"), where that differs.
pub(in crate::routes) fn symbol(code: &str) -> &str {
    match code {
        "ug/m3" => "µg/m³",
        "mg/m3" => "mg/m³",
        "Cel" => "°C",
        "dB[SPL]" => "dB",
        "[ppb]" => "ppb",
        "[ppm]" => "ppm",
        other => other,
    }
}

fn observation_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Gauge | Kind::Index => "OM_Measurement",
        Kind::IntervalCount | Kind::TotalCount => "OM_CountObservation",
        Kind::State => "OM_CategoryObservation",
    }
}
