//! `fold.toml`: how messages are read and windows closed.

use super::{Problem, text};
use crate::{FoldSettings, UtcMillis, settings::FORMER_DAYS};

/// File of the fold's settings; without it the defaults hold.
pub const FILE: &str = "fold.toml";

/// Reads the settings; the defaults if they cannot be read.
pub(super) fn read(text: &str, problems: &mut Vec<Problem>) -> FoldSettings {
    match toml::from_str::<FoldSettings>(text) {
        Ok(settings) => {
            problems.extend(unmeant(text, &settings));
            settings
        }
        Err(error) => {
            let line = text::line_of(text, error.span().map_or(0, |span| span.start));
            let hint = match error.message().contains(&format!("`{FORMER_DAYS}`")) {
                true => "write a table [retention] with raw_days, raw_personal_days and quarter_days instead",
                false => "correct the key or value of this line",
            };
            problems.push(Problem::new(FILE, error.message().trim(), hint).at_line(line));
            FoldSettings::default()
        }
    }
}

/// Values that cannot be meant.
fn unmeant(text: &str, settings: &FoldSettings) -> impl Iterator<Item = Problem> {
    let days = settings.retention.mistakes().map(|(key, message)| {
        let hint = "give raw_personal_days <= raw_days <= quarter_days, or leave out what the default fits";
        of_key(text, key, message, hint)
    });
    // nobody asked for it before
    let nameless = settings.city.trim().is_empty().then(|| {
        let hint = "write the city's name as a word, like `city = \"castrop-rauxel\"`";
        of_key(text, "city", "it names no city", hint).sparing_kept()
    });
    days.chain(nameless)
}

/// An epoch later than `now`, before which no message could have been sent.
pub(super) fn premature(text: &str, now: UtcMillis) -> Option<Problem> {
    let epoch = toml::from_str::<FoldSettings>(text).ok()?.epoch;
    let message = || format!("{epoch} lies in the future: until then each message would be refused as older");
    let hint =
        "write an instant before the first pole, or leave the line out; if this machine's clock is behind, set it";
    (epoch > now).then(|| of_key(text, "epoch", message(), hint))
}

fn of_key(text: &str, key: &str, message: impl Into<String>, hint: &str) -> Problem {
    let line = text.lines().position(|line| line.trim_start().starts_with(key)).map_or(1, |at| at + 1);
    Problem::new(FILE, message, hint).at_line(line).in_field(key)
}
