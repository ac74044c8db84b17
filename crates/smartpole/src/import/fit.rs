//! Whether a mapping fits the service: its properties, their units, and the devices that the values are for.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, de::DeserializeOwned};

use super::{
    command::Error,
    mapping::{Mapping, Series},
};
use crate::client::{Client, ClientError, escaped};

/// What `/api/v1/properties` answers.
#[derive(Debug, Deserialize)]
struct Properties {
    items: Vec<Property>,
}

#[derive(Debug, Deserialize)]
struct Property {
    id: String,
    unit: String,
    theme: String,
}

/// What `/api/v1/devices/{id}` answers.
#[derive(Debug, Deserialize)]
struct Device {
    profile: String,
    interval_s: Option<u32>,
    expected: Vec<String>,
}

type Catalogue = BTreeMap<String, Property>;

/// Asks the service whether a mapping fits, and returns what may be a mistake of it.
///
/// # Errors
/// [`Error::Unfit`] with all that does not fit and what to do; what the service says if it knows no such device.
pub(super) fn check(client: &Client, mapping: &Mapping) -> Result<BTreeSet<String>, Error> {
    let Properties { items } = get(client, "/api/v1/properties")?;
    let catalogue: Catalogue = items.into_iter().map(|property| (property.id.clone(), property)).collect();
    let unfit = |wrong: BTreeSet<String>| match wrong.len() {
        0 => Ok(()),
        _ => Err(Error::Unfit { name: mapping.name.clone(), why: wrong.into_iter().collect::<Vec<_>>().join("; ") }),
    };
    unfit(mapping.series.iter().filter_map(|series| not_kept(&catalogue, series)).collect())?;
    let (mut wrong, mut warnings) = (BTreeSet::new(), BTreeSet::new());
    for series in &mapping.series {
        let device: Device = get(client, &format!("/api/v1/devices/{}", escaped(&series.device)))?;
        wrong.extend(device.counts_otherwise(mapping.time.interval_s, series));
        match device.unexpected(&catalogue, series) {
            Some(Unexpected { said, is_of_its_theme: true }) => drop(warnings.insert(said)),
            Some(Unexpected { said, .. }) => drop(wrong.insert(said)),
            None => {}
        }
    }
    unfit(wrong).map(|()| warnings)
}

fn get<T: DeserializeOwned>(client: &Client, path: &str) -> Result<T, ClientError> {
    serde_json::from_value(client.get(path)?).map_err(|_| client.foreign())
}

/// Why the service does not keep values of a series, if it does not.
fn not_kept(catalogue: &Catalogue, series: &Series) -> Option<String> {
    let Series { property, unit, .. } = series;
    match catalogue.get(property) {
        None => Some(format!("there is no property `{property}`")),
        Some(known) if known.unit != *unit => Some(format!(
            "`{property}` is kept in `{}`, not in `{unit}`: set `scale` to the factor between them",
            known.unit
        )),
        Some(_) => None,
    }
}

/// A property that a device is not expected to report.
#[derive(Debug, PartialEq, Eq)]
struct Unexpected {
    said: String,
    /// Whether it is expected to report others of the same theme.
    is_of_its_theme: bool,
}

impl Device {
    /// Why intervals of that length would not make its windows, if they would not: each would be a part of one that the service takes
    /// for whole, or several of them.
    fn counts_otherwise(&self, interval_s: u32, Series { device, .. }: &Series) -> Option<String> {
        let expected = self.interval_s.filter(|expected| *expected != interval_s)?;
        Some(format!(
            "an interval has {interval_s} s, and {expected} s by the profile `{}` of `{device}`: correct `time.interval_s`, or give the \
            device a profile with `interval_s = {interval_s}`",
            self.profile
        ))
    }

    fn unexpected(&self, catalogue: &Catalogue, Series { device, property, .. }: &Series) -> Option<Unexpected> {
        if self.expected.is_empty() || self.expected.contains(property) {
            return None;
        }
        let theme = |id: &String| catalogue.get(id).map(|property| &property.theme);
        let said = format!(
            "the profile `{}` of `{device}` expects {}, not `{property}`: name another device, or add `{property}` to `expected` of its \
            profile",
            self.profile,
            self.expected.join(", ")
        );
        Some(Unexpected { said, is_of_its_theme: self.expected.iter().any(|id| theme(id) == theme(property)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(interval_s: Option<u32>, expected: &[&str]) -> Device {
        let expected = expected.iter().map(ToString::to_string).collect();
        Device { profile: "station".to_owned(), interval_s, expected }
    }

    fn series(property: &str) -> Series {
        toml::from_str(&format!("column = \"a\"\ndevice = \"eving\"\nproperty = \"{property}\"\nunit = \"1\"")).unwrap()
    }

    fn catalogue() -> Catalogue {
        let of = |(id, theme): (&str, &str)| {
            (id.to_owned(), Property { id: id.to_owned(), unit: "1".to_owned(), theme: theme.to_owned() })
        };
        [("no2", "air_quality"), ("o3", "air_quality"), ("people_in", "footfall")].into_iter().map(of).collect()
    }

    #[test]
    fn intervals_of_another_length_than_the_profiles_are_refused_with_what_to_do() {
        assert_eq!(
            device(Some(3600), &[]).counts_otherwise(1800, &series("no2")).as_deref(),
            Some(
                "an interval has 1800 s, and 3600 s by the profile `station` of `eving`: correct `time.interval_s`, or give the device a \
                profile with `interval_s = 1800`"
            )
        );
        assert_eq!(device(Some(3600), &[]).counts_otherwise(3600, &series("no2")), None);
        assert_eq!(device(None, &[]).counts_otherwise(3600, &series("no2")), None, "the profile says none");
    }

    #[test]
    fn a_property_of_another_theme_does_not_fit_and_one_of_the_same_may_be_a_mistake() {
        let of_its_theme = |expected: &[&str], property: &str| {
            let unexpected = device(None, expected).unexpected(&catalogue(), &series(property));
            unexpected.map(|unexpected| unexpected.is_of_its_theme)
        };
        assert_eq!(of_its_theme(&["no2"], "people_in"), Some(false));
        assert_eq!(of_its_theme(&["no2"], "o3"), Some(true));
        assert_eq!(of_its_theme(&["no2"], "no2"), None);
        assert_eq!(of_its_theme(&[], "people_in"), None, "the profile says nothing");
    }
}
