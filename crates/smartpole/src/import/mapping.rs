//! The mapping: how a file is written, and what its columns mean.

use std::collections::BTreeMap;

use serde::Deserialize;
use smartpole_model::Decimal;

use super::when::Zone;

/// A mapping file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mapping {
    /// What it is for.
    pub(crate) name: String,
    /// How the file is written.
    #[serde(default)]
    pub(crate) file: Written,
    /// When a row is of.
    pub(crate) time: Time,
    /// What the columns mean.
    pub(crate) series: Vec<Series>,
}

/// How a file is written.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Written {
    pub(crate) encoding: Encoding,
    /// What separates cells.
    pub(crate) delimiter: char,
    /// What separates the digits of a fraction: `.` or `,`.
    pub(crate) decimal: char,
    /// Lines before the line that names the columns.
    pub(crate) skip_lines: u64,
    /// Beginnings of lines that are none of the table, as those of a footnote.
    pub(crate) pass_over: Vec<String>,
    /// Cells that say that there is no value.
    pub(crate) missing: Vec<String>,
    /// Beginnings of cells that say so, as `<` of a value below what can be detected.
    pub(crate) missing_prefixes: Vec<String>,
}

/// How characters are written.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// With or without a byte order mark.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// ISO 8859-1.
    #[serde(rename = "latin-1")]
    Latin1,
}

impl Default for Written {
    fn default() -> Self {
        Self {
            encoding: Encoding::default(),
            delimiter: ',',
            decimal: '.',
            skip_lines: 0,
            pass_over: Vec::new(),
            missing: vec![String::new()],
            missing_prefixes: Vec::new(),
        }
    }
}

/// When a row is of.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Time {
    /// Columns that say so together, joined by a space.
    pub(crate) columns: Vec<String>,
    /// How: `%d.%m.%Y %H:%M`, as of C's `strptime`; 24:00 is the midnight after.
    pub(crate) format: String,
    /// Characters around each cell that are no part of it.
    #[serde(default)]
    pub(crate) trim: String,
    /// `Europe/Berlin`, `UTC`, an offset as `+01:00`, or `written`, if the text has its offset.
    pub(crate) zone: Zone,
    /// Whether the time is the first instant of the interval or the first after it.
    pub(crate) label: Label,
    /// How long an interval is, in seconds.
    pub(crate) interval_s: u32,
    /// What to do with a time that the clock shows twice, as summer time ends.
    #[serde(default)]
    pub(crate) twice: Twice,
    /// What to do with a time that the clock never shows, as summer time begins.
    #[serde(default)]
    pub(crate) never: Never,
}

/// Which end of its interval a time names.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Label {
    Begin,
    End,
}

/// A time that the clock shows twice.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Twice {
    /// A mistake: nothing says which one it is.
    #[default]
    Refuse,
    /// The rows ascend, so that the first one is of summer time.
    InOrder,
}

/// A time that the clock never shows.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Never {
    /// A mistake.
    #[default]
    Refuse,
    /// The provider fills the gap with a row of nothing: it is passed over.
    PassOver,
}

/// What a column means.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Series {
    /// Its name in the file.
    pub(crate) column: String,
    /// Id of the device in devices.csv.
    pub(crate) device: String,
    /// Id of the property.
    pub(crate) property: String,
    #[serde(default)]
    pub(crate) channel: u8,
    /// The property's unit, which value × scale is in.
    pub(crate) unit: String,
    /// Factor to that unit, as a text so that it is exact: `"0.001"`.
    #[serde(default = "one", deserialize_with = "exact")]
    pub(crate) scale: Decimal,
    /// Cells of other columns that a row must have.
    #[serde(default, rename = "where")]
    pub(crate) only: BTreeMap<String, String>,
}

fn one() -> Decimal {
    Decimal { mantissa: 1, decimals: 0 }
}

fn exact<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
    let text = String::deserialize(from)?;
    Decimal::parse(&text).map_err(|_| serde::de::Error::custom(format!("{text:?} is no number like \"0.001\"")))
}

impl Series {
    /// Property, and channel, as messages name it.
    pub(crate) fn name(&self) -> String {
        match self.channel {
            0 => self.property.clone(),
            channel => format!("{}/{channel}", self.property),
        }
    }
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// What is wrong with it, with the line where that is known.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mapping: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let (file, time) = (&mapping.file, &mapping.time);
        let checks = [
            (!file.delimiter.is_ascii(), "file.delimiter: write one ASCII character, as \";\" or \"\\t\""),
            (!matches!(file.decimal, '.' | ','), "file.decimal: write \".\" or \",\""),
            (file.decimal == file.delimiter, "file.decimal: it is the delimiter, too"),
            (time.columns.is_empty(), "time.columns: name at least one column"),
            (!(1..=86_400).contains(&time.interval_s), "time.interval_s: an interval has 1 to 86400 seconds"),
            (mapping.series.is_empty(), "series: write a [[series]] for at least one column"),
            (mapping.series.iter().any(|series| series.scale.mantissa == 0), "series.scale: 0 makes every value 0"),
        ];
        let mistakes: Vec<&str> = checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, text)| text).collect();
        if mistakes.is_empty() { Ok(mapping) } else { Err(mistakes.join("\n")) }
    }

    /// Whether a cell says that there is no value.
    pub(crate) fn is_missing(&self, cell: &str) -> bool {
        let Written { missing, missing_prefixes, .. } = &self.file;
        missing.iter().any(|word| word == cell) || missing_prefixes.iter().any(|prefix| cell.starts_with(prefix))
    }
}
