//! What there is for the public: a data set a theme, and the addresses that answer about it.

use std::collections::{BTreeMap, BTreeSet};

use smartpole_method::air::Pollutant;
use smartpole_model::{DeviceNo, Kind, ObservedProperty, PropertyNo, Registry, Zone};
use smartpole_pipeline::{Fold, NameKind};
use smartpole_window::day_of;

use super::{
    pages::Language,
    words::{self, AIR, FOOTFALL, NOISE, Theme, Words},
};
use crate::{
    Parts,
    asker::Asker,
    problem::Problem,
    routes::footfall::{IN, OUT, no_sum},
    scope::{ScopeKind, ScopeName},
};

/// What is measured of one theme, as the public may have it.
pub(super) struct DataSet {
    /// Its theme, which is its name within the catalogue.
    pub(super) theme: String,
    /// What is said of the theme.
    pub(super) words: &'static Theme,
    /// Names of its properties.
    pub(super) properties: Vec<Words>,
    /// The date of its first value, by the calendar of Europe/Berlin; none before the first day is committed.
    pub(super) since: Option<String>,
    /// Where its values are; one at least.
    pub(super) distributions: Vec<Distribution>,
}

/// An address that answers everybody.
pub(super) struct Distribution {
    /// Its name within the catalogue.
    pub(super) name: String,
    /// Whose values, and of what.
    pub(super) title: Words,
    /// Path and query.
    pub(super) path: String,
}

impl DataSet {
    /// The path of its page.
    pub(super) fn page(&self) -> String {
        format!("/datasets/{}", encoded(&self.theme))
    }

    /// What it is, and the names of what is measured.
    pub(super) fn description(&self, language: Language) -> String {
        let names: Vec<&str> = self.properties.iter().map(|words| language.of_words(words)).collect();
        let (de, en) = self.words.description;
        format!("{}: {}.", language.pick(de, en), names.join(", "))
    }
}

/// Devices with the properties they measure.
type Measured = Vec<(DeviceNo, Vec<PropertyNo>)>;

/// Data sets of which something was measured, by theme.
pub(super) fn all(parts: &Parts) -> Result<Vec<DataSet>, Problem> {
    let (measured, mut data_sets) = {
        let fold = parts.fold();
        let measured = measured(&fold);
        let data_sets = of_themes(&fold, &measured);
        (measured, data_sets)
    };
    let firsts = parts.queries.first_days(&measured)?;
    for (data_set, properties) in &mut data_sets {
        let first = properties.iter().filter_map(|property| firsts.get(property)).min();
        data_set.since = first.map(|first| day_of(*first).to_string());
    }
    Ok(data_sets.into_iter().map(|(data_set, _)| data_set).collect())
}

/// What every device measures of what is for the public.
fn measured(fold: &Fold) -> Measured {
    let catalogue = &fold.inputs().registry.properties;
    let made = |property: &ObservedProperty| match (property.counts, property.converts) {
        (Some(counted), _) => counted,
        (_, Some((mass, _))) => mass,
        _ => property.number,
    };
    let of_device = |device: DeviceNo| {
        let latest = fold.latest(device).iter().filter_map(|latest| catalogue.get(latest.series.property));
        let made = latest.map(made).filter(|number| catalogue.get(*number).is_some_and(is_published));
        (device, made.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>())
    };
    let devices = (0..fold.count(NameKind::Device)).map(DeviceNo).map(of_device);
    devices.filter(|(_, properties)| !properties.is_empty()).collect()
}

/// Whether the public may have values of a property, those of crossings by rules of their own.
fn is_published(property: &ObservedProperty) -> bool {
    let by_rules = [IN, OUT].contains(&property.id.as_str());
    property.public && property.kind != Kind::TotalCount && (by_rules || Asker::PUBLIC.may_see(property))
}

fn of_themes(fold: &Fold, measured: &Measured) -> Vec<(DataSet, Vec<PropertyNo>)> {
    let registry = &fold.inputs().registry;
    let numbers: BTreeSet<PropertyNo> = measured.iter().flat_map(|(_, properties)| properties).copied().collect();
    let mut themes: BTreeMap<&str, Vec<&ObservedProperty>> = BTreeMap::new();
    for property in numbers.iter().filter_map(|number| registry.properties.get(*number)) {
        themes.entry(&property.theme).or_default().push(property);
    }
    let with_addresses = themes.into_iter().map(|(theme, properties)| {
        let distributions = distributions(fold, theme, &properties);
        let names = properties.iter().map(|property| Words::new(&property.name_de, &property.name_en)).collect();
        let data_set =
            DataSet { theme: theme.to_owned(), words: words::of(theme), properties: names, since: None, distributions };
        (data_set, properties.iter().map(|property| property.number).collect())
    });
    with_addresses.filter(|(data_set, _)| !data_set.distributions.is_empty()).collect()
}

/// Where the values of a theme are: an address that gives what belongs together, and one for each property that it leaves out.
fn distributions(fold: &Fold, theme: &str, properties: &[&ObservedProperty]) -> Vec<Distribution> {
    let registry = &fold.inputs().registry;
    let allowed = |zone: &Zone, property: &ObservedProperty| {
        let scope = ScopeName { kind: ScopeKind::Zone, id: zone.id.clone() };
        Asker::PUBLIC.check((fold, registry), &scope, property).is_ok()
    };
    let whole = |path: &'static str, answers: &dyn Fn(&Zone) -> bool| {
        let of_zone = |zone: &Zone| {
            let path = format!("/api/v1/{path}?zone={}", encoded(&zone.id));
            Distribution { name: format!("{theme}-{}", zone.id), title: Words::new(&zone.name, &zone.name), path }
        };
        outermost(registry, answers).into_iter().map(of_zone).collect::<Vec<_>>()
    };
    let of_property = |property: &&ObservedProperty| -> Vec<Distribution> {
        let zones = outermost(registry, &|zone| allowed(zone, property)).into_iter();
        zones.map(|zone| series(theme, property, zone)).collect()
    };
    match theme {
        FOOTFALL => whole("footfall", &|zone| no_sum(zone).is_none()),
        AIR => {
            let others = properties.iter().filter(|property| Pollutant::from_id(&property.id).is_none());
            whole("air", &|_| true).into_iter().chain(others.flat_map(of_property)).collect()
        }
        NOISE => whole("noise", &|zone| properties.iter().all(|property| allowed(zone, property))),
        _ => properties.iter().flat_map(of_property).collect(),
    }
}

fn series(theme: &str, property: &ObservedProperty, zone: &Zone) -> Distribution {
    let (id, path) = (&property.id, encoded(&zone.id));
    Distribution {
        name: format!("{theme}-{id}-{}", zone.id),
        title: Words::new(
            format!("{}, {}", property.name_de, zone.name),
            format!("{}, {}", property.name_en, zone.name),
        ),
        path: format!("/api/v1/series?zone={path}&property={}&step=1h", encoded(id)),
    }
}

/// Zones with poles that have an answer and lie within no other such zone.
fn outermost<'a>(registry: &'a Registry, answers: &dyn Fn(&Zone) -> bool) -> Vec<&'a Zone> {
    let has_answer = |zone: &Zone| !zone.poles.is_empty() && answers(zone);
    let all: BTreeMap<&str, &Zone> = registry.zones.iter().map(|zone| (zone.id.as_str(), zone)).collect();
    let around = |zone: &Zone| zone.parent.as_deref().and_then(|parent| all.get(parent)).copied();
    let is_within = |zone: &Zone| std::iter::successors(around(zone), |zone| around(zone)).any(has_answer);
    registry.zones.iter().filter(|zone| has_answer(zone) && !is_within(zone)).collect()
}

/// A value of a query (RFC 3986, unreserved characters as they are).
fn encoded(id: &str) -> String {
    let encode = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    id.bytes().map(encode).collect()
}
