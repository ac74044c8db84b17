//! The file of the numbers.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;
use smartpole_model::Decimal;

use super::{Averaging, Kind, Limit};
use crate::air::{Pollutant, Regime};

pub(super) static LIMITS: LazyLock<Vec<Limit>> =
    LazyLock::new(|| read(include_str!("limits.toml")).expect("the file is compiled in, and tests read it"));

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    group: Vec<Group>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    regime: Regime,
    kind: Kind,
    from: String,
    to: Option<String>,
    source: String,
    limits: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    pollutant: Pollutant,
    averaging: Averaging,
    value: String,
    #[serde(default)]
    allowed: u16,
    #[serde(default = "one")]
    years: u8,
    uncertainty: u8,
}

fn one() -> u8 {
    1
}

/// The numbers of a file, or what is wrong with it.
fn read(text: &str) -> Result<Vec<Limit>, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    file.group.iter().flat_map(|group| group.limits.iter().map(|row| limit(group, row))).collect()
}

fn limit(group: &Group, row: &Row) -> Result<Limit, String> {
    let date = |text: &String| text.parse::<Date>().map_err(|error| format!("{text:?}: {error}"));
    Ok(Limit {
        regime: group.regime,
        kind: group.kind,
        pollutant: row.pollutant,
        averaging: row.averaging,
        value: Decimal::parse(&row.value).map_err(|error| format!("{:?}: {error}", row.value))?,
        allowed: row.allowed,
        years: row.years,
        from: date(&group.from)?,
        to: group.to.as_ref().map(date).transpose()?,
        uncertainty_percent: row.uncertainty,
        source: group.source.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: &str = r#"[[group]]
        regime = "who2021"
        kind = "guideline"
        from = "2021-09-22"
        source = "somewhere"
        limits = [{ pollutant = "pm10", averaging = "day", value = "45", uncertainty = 50 }]"#;

    #[test]
    fn what_is_not_said_is_no_day_and_one_year() {
        let limits = read(GROUP).unwrap();
        assert_eq!((limits.len(), limits[0].allowed, limits[0].years, limits[0].to), (1, 0, 1, None));
    }

    #[test]
    fn a_file_with_a_mistake_is_refused() {
        for (right, wrong) in [
            ("2021-09-22", "2021-02-30"),
            ("\"45\"", "\"4,5\""),
            ("who2021", "who2005"),
            ("\"day\"", "\"24h\""),
            ("uncertainty = 50", "allowed = 3"),
            ("source", "origin"),
        ] {
            assert!(read(&GROUP.replace(right, wrong)).is_err(), "{wrong}");
        }
    }
}
