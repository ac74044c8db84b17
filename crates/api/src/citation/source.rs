//! What figures are made of: sensors of ours, or a series of somebody else's.

use axum::{extract::Query, http::Uri};
use smartpole_model::{Registry, UtcMillis, registry::Sensing};

/// Whose series an answer is about and how it was made; none of what is ours, or of a zone, which has sums of ours.
pub(super) fn foreign(registry: &Registry, uri: &Uri, now: UtcMillis) -> Option<String> {
    let Query(asked) = Query::<Vec<(String, String)>>::try_from_uri(uri).ok()?;
    let named = |wanted: &str| asked.iter().find(|(name, _)| name == wanted).map(|(_, id)| id.as_str());
    let device = named("device").and_then(|id| registry.devices.get(registry.device_index(id)?));
    let pole = match device {
        Some(device) => device.at(now).pole,
        None => registry.poles.iter().position(|pole| Some(pole.id.as_str()) == named("pole"))?,
    };
    let provider = registry.poles.get(pole)?.provider.as_ref()?;
    let stands = |other: &&smartpole_model::Device| match device {
        Some(device) => device.id == other.id,
        None => other.at(now).pole == pole,
    };
    let profiles =
        registry.devices.iter().filter(stands).filter_map(|device| registry.profiles.get(&device.at(now).profile));
    let mut how: Vec<&str> = profiles.map(|profile| words(profile.sensing)).collect();
    how.sort_unstable();
    how.dedup();
    Some(format!("{provider}, {}", how.join(", ")))
}

fn words(sensing: Sensing) -> &'static str {
    match sensing {
        Sensing::None => "method not told",
        Sensing::Laser => "counted by laser",
        Sensing::Tof => "counted by time of flight",
        Sensing::Infrared => "counted by infrared",
        Sensing::Radar => "counted by radar",
        Sensing::Camera => "counted by camera",
        Sensing::WifiBle => "counted by radio",
        Sensing::Manual => "counted by hand",
        Sensing::Loop => "counted by loops",
        Sensing::Magnetic => "counted by magnetic field",
        Sensing::Meter => "metered",
        Sensing::ReferenceStation => "official station, preliminary",
    }
}
