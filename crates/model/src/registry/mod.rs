//! What hangs where: files a city already knows how to edit.

use std::collections::{BTreeMap, HashMap};

use crate::{Catalogue, Eui, FoldSettings, Gateway, PropertyNo, Series};

mod alert_rules;
mod alert_sending;
mod alert_targets;
mod alerts;
mod areas;
mod calendar;
mod calibration;
mod calibrations;
mod codec;
mod contradictions;
mod counts;
mod crossings;
mod devices;
mod difference;
mod events;
mod fold;
mod foreign;
mod frame;
mod gateways;
mod installation;
mod instant;
mod keys;
mod lighting;
mod load;
mod names;
mod outline;
mod place;
mod poles;
mod polygon;
mod position;
mod problem;
mod profile;
mod profiles;
mod properties;
mod quality;
mod relations;
mod rows;
mod rules;
mod sensing;
mod spans;
mod table;
mod targets;
mod text;
mod toml_section;
mod zones;

pub use alert_rules::{
    AlertRule, AlertRules, AlertSeverity, Battery, ClockOff, CounterJump, DayTime, Disk, Drift, Flood, GatewaySilent,
    LimitValue, PowerOff, QuarantineShare, Silent, SourceLost, Stuck, SwitchPointSilent, TargetLag,
};
pub use alert_targets::{AlertTarget, AlertTargetKind, AlertTargets, Email, EmailTls, Login, SecretPlace, Webhook};
pub use calendar::SundayOpenings;
pub use calibration::{Calibration, Collocation};
pub use codec::Codec;
pub use counts::ManualCount;
pub use difference::{Difference, Move, Standing};
pub use events::{Event, EventKind, EventTime};
pub use fold::FILE as FOLD;
pub use installation::{Device, DeviceIndex, Installation, InstallationState};
pub use keys::FILE as KEYS;
pub use load::{INPUT_FILES, PROFILES, is_input, poles_and_zones};
pub use names::did_you_mean;
pub use place::{CountRule, Pole, Site, Zone};
pub use problem::Problem;
pub use profile::{Counter, Humidity, Mapping, Profile, Sensing};
pub use properties::FILE as PROPERTIES;
pub use quality::{Peer, QualityRules, RULES_LOOK_BACK_S, Spike};
pub use rows::{Merged, layout, merge};
pub use table::Layout;
pub use targets::Missed;

/// All of it, loaded and consistent.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    /// The catalogue.
    pub properties: Catalogue,
    /// Poles in file order.
    pub poles: Vec<Pole>,
    /// Devices in order of first appearance.
    pub devices: Vec<Device>,
    /// Zones in file order.
    pub zones: Vec<Zone>,
    /// Profiles by id.
    pub profiles: BTreeMap<String, Profile>,
    /// Gateways in file order.
    pub gateways: Vec<Gateway>,
    /// Quality rules by property and profile; those without a profile hold for all others.
    pub rules: BTreeMap<(PropertyNo, Option<String>), QualityRules>,
    /// Counts by hand, ordered by device, channel and time; none over another of its line. Nothing that is stored depends on them.
    pub counts: Vec<ManualCount>,
    /// Sundays on which shops may open. Nothing that is stored depends on them.
    pub sunday_openings: SundayOpenings,
    /// What happens on some days, in file order. Nothing that is stored depends on it.
    pub events: Vec<Event>,
    /// What an operator is told of. Nothing that is stored depends on it.
    pub alerts: AlertRules,
    device_by_id: HashMap<String, DeviceIndex>,
    gateway_by_eui: HashMap<Eui, usize>,
}

impl Registry {
    /// The index of a device's id.
    pub fn device_index(&self, id: &str) -> Option<DeviceIndex> {
        self.device_by_id.get(id).copied()
    }

    /// The quality rules for a property of devices of a profile. Rules for all profiles are for sensors: whoever publishes a
    /// foreign series has judged it, so that it has those alone that name its profile.
    pub fn quality_rules(&self, property: PropertyNo, profile: &str) -> QualityRules {
        let own = self.rules.get(&(property, Some(profile.to_owned())));
        let is_foreign = || self.profiles.get(profile).is_some_and(|profile| profile.codec == Codec::Foreign);
        let of_all = || self.rules.get(&(property, None)).filter(|_| !is_foreign());
        own.or_else(of_all).copied().unwrap_or_default()
    }

    /// Whether a device stands for a foreign series.
    pub fn is_foreign(&self, device: &Device) -> bool {
        self.profiles_of(device).any(|profile| profile.codec == Codec::Foreign)
    }

    /// Profiles that a device has or had.
    pub fn profiles_of(&self, device: &Device) -> impl Iterator<Item = &Profile> {
        device.installations.iter().filter_map(|installed| self.profiles.get(&installed.profile))
    }

    /// Whether something holds for each profile that a device has or had; not if one of them could not be read.
    fn holds_for_profiles(&self, device: &Device, holds: impl Fn(&Profile) -> bool) -> bool {
        let of = |installed: &Installation| self.profiles.get(&installed.profile);
        device.installations.iter().all(|installed| of(installed).is_some_and(&holds))
    }

    /// Whether a profile of a device says that values of a series come, or leaves open what comes.
    pub fn expects(&self, device: &Device, series: Series) -> bool {
        let property = self.properties.get(series.property);
        let is_it = |expected: &PropertyNo| property.is_some_and(|property| property.makes(*expected));
        self.profiles_of(device).any(|profile| match profile.codec.needs_mapping() {
            true => profile.maps(series),
            false => profile.expected.is_empty() || profile.expected.iter().any(is_it),
        })
    }

    /// Whether a device's profiles say that it measures what could be of single persons; a foreign series is made of sums that somebody else
    /// published.
    pub fn announces_persons(&self, device: &Device) -> bool {
        let ours = self.profiles_of(device).filter(|profile| profile.codec != Codec::Foreign);
        let mut announced = ours.flat_map(Profile::measured);
        announced.any(|number| self.properties.get(number).is_some_and(|property| property.personal))
    }

    /// The gateway of an EUI.
    pub fn gateway(&self, eui: Eui) -> Option<&Gateway> {
        self.gateway_by_eui.get(&eui).map(|index| &self.gateways[*index])
    }
}

/// What the fold's result depends on beside the messages: the registry and the fold's settings.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// What hangs where.
    pub registry: Registry,
    /// How messages are read and windows closed.
    pub settings: FoldSettings,
}

/// Files by name: `poles.csv`, `profiles/x.toml`, …, and `fold.toml` for the [`FoldSettings`].
pub type Files = BTreeMap<String, Vec<u8>>;
