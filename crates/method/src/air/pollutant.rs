//! The pollutants that methods speak of.

use serde::Deserialize;

/// A pollutant with an index or a limit value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pollutant {
    /// Particles up to 2.5 µm.
    Pm2_5,
    /// Particles up to 10 µm.
    Pm10,
    /// Nitrogen dioxide.
    No2,
    /// Ozone.
    O3,
    /// Sulphur dioxide.
    So2,
    /// Carbon monoxide.
    Co,
}

impl Pollutant {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Pm2_5, Self::Pm10, Self::No2, Self::O3, Self::So2, Self::Co];

    /// The property's id in the catalogue.
    pub fn id(self) -> &'static str {
        match self {
            Self::Pm2_5 => "pm2_5",
            Self::Pm10 => "pm10",
            Self::No2 => "no2",
            Self::O3 => "o3",
            Self::So2 => "so2",
            Self::Co => "co",
        }
    }

    /// The pollutant of a property's id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pollutant| pollutant.id() == id)
    }

    /// UCUM code of the unit that bands and limit values are in; means in another unit must not meet them.
    pub fn unit(self) -> &'static str {
        if self == Self::Co { "mg/m3" } else { "ug/m3" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_pollutants_name_each_other() {
        assert!(Pollutant::ALL.iter().all(|pollutant| Pollutant::from_id(pollutant.id()) == Some(*pollutant)));
        assert_eq!(Pollutant::from_id("no2_ppb"), None, "no mass per volume");
    }
}
