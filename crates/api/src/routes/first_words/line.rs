//! The line under the first sentence: of which hour it speaks, what is measured, and that it is not official.

use smartpole_model::UtcMillis;

use super::{super::catalog::pages::Language, Facts};
use crate::csv::berlin_hour;

/// Ids, and what they are called together.
const GROUPS: [(&[&str], &str, &str); 3] = [
    (&["pm2_5", "pm10"], "Feinstaub", "particles"),
    (&["no2"], "Stickstoffdioxid", "nitrogen dioxide"),
    (&["o3"], "Ozon", "ozone"),
];

/// "Stundenmittel seit 14 Uhr · Feinstaub gemessen, Stickstoffdioxid und Ozon hier nicht · Sensordaten, nicht amtlich".
pub(super) fn line(facts: &Facts, language: Language) -> String {
    let honest = language.pick("Sensordaten, nicht amtlich", "sensor data, not official");
    [Some(hour(facts.hour, language)), measured(&facts.measured, language), Some(honest.to_owned())]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ")
}

fn hour(hour: Option<(UtcMillis, bool)>, language: Language) -> String {
    let Some((start, is_running)) = hour else {
        return language.pick("noch kein Stundenmittel", "no hourly mean yet").to_owned();
    };
    let (from, to) = (berlin_hour(start), berlin_hour(start.plus(3_600_000)));
    match (language, is_running) {
        (Language::De, true) => format!("Stundenmittel seit {from} Uhr"),
        (Language::De, false) => format!("Stundenmittel {from}–{to} Uhr"),
        (Language::En, true) => format!("Hourly means since {from}:00"),
        (Language::En, false) => format!("Hourly means {from}:00–{to}:00"),
    }
}

/// What is measured and what is not; `None` if nothing has a class yet.
pub(super) fn measured(ids: &[&str], language: Language) -> Option<String> {
    let named = |wanted: bool| -> Vec<&str> {
        let of = GROUPS.iter().filter(|(group, ..)| group.iter().any(|id| ids.contains(id)) == wanted);
        of.map(|(_, de, en)| language.pick(de, en)).collect()
    };
    let (has, lacks) = (named(true), named(false));
    if ids.is_empty() {
        return None;
    }
    Some(match (language, has.is_empty(), lacks.is_empty()) {
        (Language::De, true, _) => "Luft wird hier nicht gemessen".to_owned(),
        (Language::En, true, _) => "air is not measured here".to_owned(),
        (Language::De, _, true) => format!("{} gemessen", listed(&has, " und ")),
        (Language::De, ..) => format!("{} gemessen, {} hier nicht", listed(&has, " und "), listed(&lacks, " und ")),
        (Language::En, _, true) => format!("{} measured", listed(&has, english(&has, true))),
        (Language::En, ..) => {
            format!("{} measured, not {}", listed(&has, english(&has, true)), listed(&lacks, english(&lacks, false)))
        }
    })
}

/// A comma stands before the word between the last two of three (CLDR, `en`).
fn english(names: &[&str], is_and: bool) -> &'static str {
    match (names.len() > 2, is_and) {
        (true, true) => ", and ",
        (false, true) => " and ",
        (true, false) => ", or ",
        (false, false) => " or ",
    }
}

fn listed(names: &[&str], between: &str) -> String {
    match names {
        [before @ .., last] if !before.is_empty() => format!("{}{between}{last}", before.join(", ")),
        _ => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_which_hour_and_that_nothing_is_official() {
        let running = Facts { hour: Some((UtcMillis(1_764_468_000_000), true)), ..Facts::default() };
        assert_eq!(line(&running, Language::De), "Stundenmittel seit 3 Uhr · Sensordaten, nicht amtlich");
        let over =
            Facts { hour: Some((UtcMillis(1_764_454_500_000), false)), measured: vec!["pm10"], ..Facts::default() };
        let said =
            "Hourly means 23:00–0:00 · particles measured, not nitrogen dioxide or ozone · sensor data, not official";
        assert_eq!(line(&over, Language::En), said);
        assert_eq!(line(&Facts::default(), Language::De), "noch kein Stundenmittel · Sensordaten, nicht amtlich");
    }
}
