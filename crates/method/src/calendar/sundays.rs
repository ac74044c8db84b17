//! Sundays on which shops may open (verkaufsoffene Sonntage; Ladenöffnungsgesetz NRW, § 6): each town decides its own.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use serde::Deserialize;

/// The dates of one town.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SundayOpenings(BTreeSet<Date>);

/// A list that cannot be used: every mistake of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SundaysError(pub Vec<String>);

impl std::fmt::Display for SundaysError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl std::error::Error for SundaysError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    sunday_openings: Vec<String>,
}

impl SundayOpenings {
    /// From TOML: `sunday_openings = ["2026-05-03", "2026-10-04"]`.
    ///
    /// # Errors
    /// All that is no date, no Sunday or there twice.
    pub fn parse(text: &str) -> Result<Self, SundaysError> {
        let file: File = toml::from_str(text).map_err(|error| SundaysError(vec![error.message().to_owned()]))?;
        let (mut dates, mut mistakes) = (BTreeSet::new(), Vec::new());
        for text in &file.sunday_openings {
            match sunday(text) {
                Ok(date) if dates.insert(date) => {}
                Ok(date) => mistakes.push(format!("{date} is there twice: leave one out")),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        if mistakes.is_empty() { Ok(Self(dates)) } else { Err(SundaysError(mistakes)) }
    }

    /// Whether shops may open on a date though it is a Sunday.
    pub fn holds(&self, date: Date) -> bool {
        self.0.contains(&date)
    }
}

fn sunday(text: &str) -> Result<Date, String> {
    let date: Date = text.parse().map_err(|_| format!("{text:?} is no date: write it as 2026-05-03"))?;
    match date.weekday() {
        Weekday::Sunday => Ok(date),
        weekday => Err(format!("{date} is a {weekday:?}, no Sunday")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_town_lists_its_sundays() {
        let openings = SundayOpenings::parse(r#"sunday_openings = ["2026-05-03", "2026-10-04"]"#).unwrap();
        let holds = |text: &str| openings.holds(text.parse().unwrap());
        assert!(holds("2026-05-03") && holds("2026-10-04") && !holds("2026-05-10"));
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let mistakes = |text| SundayOpenings::parse(text).unwrap_err().to_string();
        let text = r#"sunday_openings = ["2026-05-04", "3.5.2026", "2026-05-03", "2026-05-03"]"#;
        assert_eq!(
            mistakes(text),
            "2026-05-04 is a Monday, no Sunday; \"3.5.2026\" is no date: write it as 2026-05-03; \
             2026-05-03 is there twice: leave one out"
        );
        assert!(mistakes("openings = []").contains("unknown field `openings`"));
    }
}
