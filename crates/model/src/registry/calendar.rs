//! `calendar.toml`: days that the town decides itself.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};

use super::{Problem, names::FirstLines, toml_section::Document};

/// The file's name.
pub(super) const FILE: &str = "calendar.toml";

/// Sundays on which shops may open (verkaufsoffene Sonntage; Ladenöffnungsgesetz NRW, § 6): each town decides its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SundayOpenings(BTreeSet<Date>);

impl SundayOpenings {
    /// Whether shops may open on a date though it is a Sunday.
    pub fn holds(&self, date: Date) -> bool {
        self.0.contains(&date)
    }
}

impl FromIterator<Date> for SundayOpenings {
    fn from_iter<T: IntoIterator<Item = Date>>(dates: T) -> Self {
        Self(dates.into_iter().collect())
    }
}

/// Reads the calendar.
pub(super) fn read(text: &str, problems: &mut Vec<Problem>) -> SundayOpenings {
    const KEY: &str = "sunday_openings";
    let Some(document) = Document::parse(FILE, text, problems) else { return SundayOpenings::default() };
    let mut root = document.section();
    let (mut dates, mut lines) = (BTreeSet::new(), FirstLines::default());
    for (text, line) in root.texts(KEY) {
        let (message, hint) = match sunday(&text) {
            Ok(date) => match lines.taken(date, line) {
                Some(first) => (format!("{date} is on line {first} already"), "leave one out"),
                None => {
                    dates.insert(date);
                    continue;
                }
            },
            Err(mistake) => mistake,
        };
        root.problem_at(line, KEY, message, hint);
    }
    root.finish(problems);
    SundayOpenings(dates)
}

/// The Sunday that a text names, or what is wrong with it and what to do.
fn sunday(text: &str) -> Result<Date, (String, &'static str)> {
    let shown: String = text.chars().take(40).collect();
    let date: Date = text.parse().map_err(|_| (format!("{shown:?} is no date"), "write it as \"2026-05-03\""))?;
    match date.weekday() {
        Weekday::Sunday => Ok(date),
        weekday => {
            Err((format!("{date} is a {weekday:?}, no Sunday"), "shops open on weekdays anyway: remove or correct it"))
        }
    }
}
