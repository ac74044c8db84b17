//! What is said of themes.

/// The same in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) de: String,
    pub(super) en: String,
}

impl Words {
    pub(super) fn new(de: impl Into<String>, en: impl Into<String>) -> Self {
        Self { de: de.into(), en: en.into() }
    }
}

/// What the catalogue says of a theme of `properties.toml`.
pub(super) struct Theme {
    /// The theme.
    pub(super) id: &'static str,
    /// German and English title.
    pub(super) title: (&'static str, &'static str),
    /// What it is, before the names of what is measured.
    pub(super) description: (&'static str, &'static str),
    /// Themes of the EU's list `data-theme`.
    pub(super) eu: &'static [&'static str],
    /// The EU's word of `frequency` for how often something new comes.
    pub(super) frequency: &'static str,
}

/// The theme of counts, which the public gets by rules of their own.
pub(super) const FOOTFALL: &str = "footfall";
/// The theme of air.
pub(super) const AIR: &str = "air_quality";
/// The theme of sound levels.
pub(super) const NOISE: &str = "noise";

/// Themes that have words of their own.
const THEMES: [Theme; 6] = [
    Theme {
        id: AIR,
        title: ("Luftqualität", "Air quality"),
        description: (
            "Stundenwerte und Indizes der Luft an Straßenlaternen. Sensordaten, nicht amtlich. Gemessen werden",
            "Hourly values and indices of the air at street lamps. Sensor data, not official. Measured are",
        ),
        eu: &["ENVI", "HEAL"],
        frequency: "UPDATE_CONT",
    },
    Theme {
        id: FOOTFALL,
        title: ("Passantenfrequenz", "Footfall"),
        description: (
            "Querungen von Zähllinien, in Vielfachen von 5, eine Stunde nach dem Ende jedes Zeitraums. Zähler zählen Querungen, \
             keine Personen. Gezählt werden",
            "Crossings of counting lines, in multiples of 5, an hour after the end of each period. Counters count crossings, not \
             people. Counted are",
        ),
        eu: &["TRAN", "ECON"],
        frequency: "HOURLY",
    },
    Theme {
        id: NOISE,
        title: ("Geräuschpegel", "Sound levels"),
        description: (
            "Mittelungspegel von Tag, Abend und Nacht an Straßenlaternen und ein Tageswert, kein Kartierungs-LDEN. Es werden nur \
             Pegel gemessen, nie Ton. Gemessen werden",
            "Levels of day, evening and night at street lamps and a figure for each day, which is no LDEN of a noise map. Only \
             levels are measured, never sound. Measured are",
        ),
        eu: &["ENVI", "HEAL"],
        frequency: "UPDATE_CONT",
    },
    measured("weather", ("Wetter an Straßenlaternen", "Weather at street lamps"), &["ENVI"]),
    measured("soil", ("Boden", "Soil"), &["ENVI"]),
    measured("water", ("Wasserstände", "Water levels"), &["ENVI"]),
];

/// A theme of a city's own.
static OTHER: Theme = measured("", ("Messwerte an Straßenlaternen", "Measurements at street lamps"), &["REGI"]);

const fn measured(id: &'static str, title: (&'static str, &'static str), eu: &'static [&'static str]) -> Theme {
    let description = (
        "Stundenwerte an Straßenlaternen. Sensordaten, nicht amtlich. Gemessen werden",
        "Hourly values at street lamps. Sensor data, not official. Measured are",
    );
    Theme { id, title, description, eu, frequency: "UPDATE_CONT" }
}

/// The words of a theme.
pub(super) fn of(theme: &str) -> &'static Theme {
    static ALL: [Theme; 6] = THEMES;
    ALL.iter().find(|known| known.id == theme).unwrap_or(&OTHER)
}
