//! Settings that the fold's result depends on; they are journalled with the registry.

use serde::{Deserialize, Serialize};

use crate::{NetId, UtcMillis};

/// How the bytes of a topic are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// `smartpole.v1` protobuf or JSON; the device is the last but one level of the topic.
    Smartpole,
    /// ChirpStack v4 integration events, JSON or protobuf; the device is `deviceInfo.devEui`.
    Chirpstack,
    /// What a gateway heard, as ChirpStack's Gateway Bridge v4 and MQTT Forwarder publish it; the device is in the frame.
    GatewayBridge,
    /// What a gateway heard, by Semtech's UDP protocol v2; the device is in the frame.
    Semtech,
}

/// Which format a topic has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// MQTT topic filter (`+` one level, `#` the rest).
    pub filter: String,
    /// How its bytes are read.
    pub format: Format,
}

/// How long readings and quarters of an hour are kept, in days; hours and days are kept for ever.
///
/// What could be of single persons is kept no longer than its purpose takes (Art. 5 (1) e GDPR): two weeks, to find out why a figure
/// is odd. Two years of other readings hold a year and the one before it, ten years of quarters a planner's decade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// How long after it was measured a reading is taken and kept.
    pub raw_days: u32,
    /// The same of devices that measure what could be of single persons.
    pub raw_personal_days: u32,
    /// How long quarters of an hour are kept, with their revisions.
    pub quarter_days: u32,
}

impl Retention {
    /// What cannot be meant: the key and why not.
    pub(crate) fn mistakes(self) -> impl Iterator<Item = (&'static str, String)> {
        let Self { raw_days, raw_personal_days, quarter_days } = self;
        let least = [("raw_days", raw_days), ("raw_personal_days", raw_personal_days), ("quarter_days", quarter_days)];
        let none = least.into_iter().filter(|(_, days)| *days == 0);
        let none = none.map(|(key, _)| (key, "nothing would be taken: the least is 1".to_owned()));
        let longer = (raw_personal_days > raw_days).then(|| {
            let text = format!("{raw_personal_days} is more than raw_days, which is {raw_days}");
            ("raw_personal_days", text)
        });
        let shorter = (quarter_days < raw_days).then(|| {
            let text = format!(
                "{quarter_days} is less than raw_days, which is {raw_days}: readings would outlive their windows"
            );
            ("quarter_days", text)
        });
        none.chain(longer).chain(shorter)
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self { raw_days: 730, raw_personal_days: 14, quarter_days: 3_650 }
    }
}

/// Everything outside the registry that the fold's result depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FoldSettings {
    /// Id of the city.
    pub city: String,
    /// Topic → format; the first that fits wins.
    pub routes: Vec<Route>,
    /// How long after its end a window stays open for a device that goes on reporting, in seconds.
    pub lateness_s: u32,
    /// How far ahead of receipt an event time may lie, in seconds.
    pub future_drift_s: u32,
    /// How long readings are kept and windows corrected.
    pub retention: Retention,
    /// No event can be older: what claims to be is a wrong clock.
    pub epoch: UtcMillis,
    /// Largest payload that is decoded, in bytes.
    pub max_payload: u32,
    /// The network that join accepts name, 6 hex digits: the LoRa Alliance's, or 000000 or 000001 for a private one.
    pub net_id: NetId,
}

impl FoldSettings {
    /// [`FoldSettings::lateness_s`], in milliseconds.
    pub fn lateness_ms(&self) -> i64 {
        i64::from(self.lateness_s) * 1_000
    }
}

impl Default for FoldSettings {
    fn default() -> Self {
        let route = |filter: &str, format| Route { filter: filter.to_owned(), format };
        Self {
            city: "castrop-rauxel".to_owned(),
            routes: vec![
                route("smartpole/+/+/+/up", Format::Smartpole),
                route("application/+/device/+/event/+", Format::Chirpstack),
                route("gateway/+/event/+", Format::GatewayBridge),
                route("+/gateway/+/event/+", Format::GatewayBridge),
                route("semtech/+/+", Format::Semtech),
            ],
            lateness_s: 900,
            future_drift_s: 120,
            retention: Retention::default(),
            epoch: UtcMillis(1_577_836_800_000), // 2020-01-01, before the first pole
            max_payload: 256 * 1024,
            net_id: NetId::default(),
        }
    }
}

/// Settings as a former program understood them: readings of all devices and quarters of an hour were kept for as many days.
pub(crate) fn of_former(text: &str) -> Option<String> {
    let mut table: toml::Table = text.parse().ok()?;
    let days = table.remove(FORMER_DAYS)?;
    let keys = ["raw_days", "raw_personal_days", "quarter_days"];
    let retention: toml::Table = keys.into_iter().map(|key| (key.to_owned(), days.clone())).collect();
    table.insert("retention".to_owned(), retention.into());
    toml::to_string(&table).ok()
}

/// The key that [`Retention`] took the place of.
pub(crate) const FORMER_DAYS: &str = "retention_days";
