//! Which days count.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use serde::Deserialize;
use smartpole_method::calendar::{Span, day};
use smartpole_model::{WEEKDAYS, registry::did_you_mean};

/// Most words of a list.
const MOST: usize = 400;

/// Weekdays and dates, by the calendar of Europe/Berlin.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct OnDays {
    weekdays: Vec<Weekday>,
    dates: BTreeSet<Date>,
}

impl OnDays {
    /// Whether a date is one of them.
    pub(super) fn hold(&self, date: Date) -> bool {
        self.dates.contains(&date) || self.weekdays.contains(&date.weekday())
    }

    /// From the first to the last, if they are all dates.
    pub(super) fn span(&self) -> Option<Span> {
        let (first, last) = (self.dates.first()?, self.dates.last()?);
        self.weekdays.is_empty().then(|| Span { from: day(*first).from, to: day(*last).to })
    }
}

impl TryFrom<String> for OnDays {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut days = Self { weekdays: Vec::new(), dates: BTreeSet::new() };
        if text.split(',').count() > MOST {
            return Err(format!("days: more than {MOST}"));
        }
        for word in text.split(',').map(str::trim) {
            let weekday = WEEKDAYS.iter().find(|(known, _)| *known == word.strip_suffix('s').unwrap_or(word));
            match (weekday, word.parse()) {
                (Some((_, weekday)), _) => days.weekdays.push(*weekday),
                (None, Ok(date)) if is_date(word) => {
                    days.dates.insert(date);
                }
                _ => return Err(no_day(word)),
            }
        }
        Ok(days)
    }
}

/// A date is written in one way.
fn is_date(word: &str) -> bool {
    word.len() == "2026-11-28".len()
}

fn no_day(word: &str) -> String {
    let shown: String = word.chars().take(40).collect();
    let hint = did_you_mean(&shown, WEEKDAYS.iter().map(|(word, _)| *word));
    let hint = hint.unwrap_or_else(|| "write saturday, 2026-11-28, or several with commas between".to_owned());
    format!("days: {shown:?} is no day: {hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(text: &str) -> Vec<&str> {
        let days = OnDays::try_from(text.to_owned()).unwrap();
        ["2026-11-27", "2026-11-28", "2026-12-05"].into_iter().filter(|date| days.hold(date.parse().unwrap())).collect()
    }

    #[test]
    fn days_are_weekdays_and_dates() {
        assert_eq!(held("saturday"), ["2026-11-28", "2026-12-05"]);
        assert_eq!(held("saturdays, fridays"), ["2026-11-27", "2026-11-28", "2026-12-05"]);
        assert_eq!(held("2026-12-05,friday"), ["2026-11-27", "2026-12-05"]);
    }

    #[test]
    fn dates_alone_say_their_span() {
        let span = |text: &str| OnDays::try_from(text.to_owned()).unwrap().span().map(|span| span.millis() / 3_600_000);
        assert_eq!((span("2026-12-05,2026-11-28"), span("2026-12-05,friday")), (Some(8 * 24), None));
    }

    #[test]
    fn what_is_no_day_is_told_what_was_meant() {
        let refused = |text: &str| OnDays::try_from(text.to_owned()).unwrap_err();
        assert_eq!(refused("saturdy"), "days: \"saturdy\" is no day: did you mean `saturday`?");
        for text in ["", "28.11.2026", "2026-11-31", "saturday,", "2026-11-28T00:00:00Z", "-002026-11-28"] {
            assert!(refused(text).contains("write saturday, 2026-11-28"), "{text}");
        }
        assert_eq!(refused(&"monday,".repeat(400)), "days: more than 400");
    }
}
