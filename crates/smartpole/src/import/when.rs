//! Cells → the interval that a row is of.

use jiff::{
    Timestamp,
    civil::DateTime,
    fmt::strtime,
    tz::{AmbiguousOffset, Offset, TimeZone},
};
use serde::Deserialize;
use smartpole_model::UtcMillis;

use super::mapping::{Label, Never, Time, Twice};

/// What the times of a file are shown by.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Zone {
    /// Each text has its offset.
    Written,
    /// All are of one zone.
    Of(TimeZone),
}

impl TryFrom<String> for Zone {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let known = match text.as_str() {
            "written" => return Ok(Self::Written),
            "UTC" => Ok(TimeZone::UTC),
            offset if offset.starts_with(['+', '-']) => fixed(offset),
            name => TimeZone::get(name).map_err(drop),
        };
        let hint = "write Europe/Berlin, UTC, an offset as +01:00, or written if each time has its offset";
        known.map(Self::Of).map_err(|()| format!("there is no time zone {text:?}; {hint}"))
    }
}

fn fixed(text: &str) -> Result<TimeZone, ()> {
    let offset: Option<Offset> = strtime::parse("%:z", text).map_err(drop)?.offset();
    offset.map(TimeZone::fixed).ok_or(())
}

const HOUR_MS: i64 = 3_600_000;

/// The instant that stands for an interval: its last millisecond, so that it counts in the quarter and hour it belongs to; of one over
/// the border of two hours its middle, so that it counts in the hour that has more of it.
fn stands(begin_ms: i64, interval_s: u32) -> UtcMillis {
    let length_ms = i64::from(interval_s) * 1_000;
    let last = begin_ms.saturating_add(length_ms - 1);
    let is_over_border = length_ms <= HOUR_MS && begin_ms.div_euclid(HOUR_MS) != last.div_euclid(HOUR_MS);
    UtcMillis(if is_over_border { begin_ms.saturating_add(length_ms / 2 - 1) } else { last })
}

/// What a row's time comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// The instant that stands for its interval.
    At(UtcMillis),
    /// The clock never shows it, and the mapping says to pass it over.
    Never,
}

/// Why a time is none: what is wrong, and what to do.
pub(crate) type Wrong = (String, &'static str);

/// Reads a time. `after` is the interval before in the file of the same series, by the instant that stands for it: by it a time that
/// the clock shows twice is told.
pub(crate) fn when(time: &Time, text: &str, after: Option<UtcMillis>) -> Result<When, Wrong> {
    let stands = |instant: Timestamp| {
        let before_ms = if time.label == Label::End { i64::from(time.interval_s) * 1_000 } else { 0 };
        self::stands(instant.as_millisecond().saturating_sub(before_ms), time.interval_s)
    };
    let wrong = || (format!("{text:?} is no time like {:?}", time.format), "correct the cell, or the mapping's format");
    let Zone::Of(zone) = &time.zone else {
        let instant = strtime::parse(&time.format, text).and_then(|parts| parts.to_timestamp());
        return instant.map(|instant| When::At(stands(instant))).map_err(|_| wrong());
    };
    let local = local(&time.format, text).ok_or_else(wrong)?;
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => {
            offset.to_timestamp(local).map(|instant| When::At(stands(instant))).map_err(|_| wrong())
        }
        AmbiguousOffset::Gap { .. } if time.never == Never::PassOver => Ok(When::Never),
        AmbiguousOffset::Gap { .. } => Err((
            format!("the clock never shows {text}: summer time begins then"),
            "correct the cell, or set `never = \"pass_over\"` if the provider fills the gap",
        )),
        AmbiguousOffset::Fold { .. } if time.twice == Twice::Refuse => Err((
            format!("the clock shows {text} twice: summer time ends then"),
            "set `twice = \"in_order\"` if the file's rows ascend, or use times with their offset",
        )),
        AmbiguousOffset::Fold { before, after: then } => {
            let both = [before, then].into_iter().filter_map(|offset| offset.to_timestamp(local).ok()).map(stands);
            let next = both.into_iter().find(|instant| after.is_none_or(|after| *instant > after));
            next.map(When::At).ok_or_else(|| {
                let message = format!("the clock shows {text} twice, and this row is behind a later one");
                (message, "sort the file by time, or use times with their offset")
            })
        }
    }
}

/// A local time; 24:00 is the midnight after.
fn local(format: &str, text: &str) -> Option<DateTime> {
    if let Ok(local) = DateTime::strptime(format, text) {
        return Some(local);
    }
    let midnight = DateTime::strptime(format, text.replacen("24:00", "00:00", 1)).ok()?;
    let is_midnight = text.contains("24:00") && midnight.time() == jiff::civil::Time::midnight();
    is_midnight.then(|| midnight.tomorrow().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn time(zone: &str, label: Label) -> Time {
        Time {
            columns: vec!["t".to_owned()],
            format: "%d.%m.%Y %H:%M".to_owned(),
            trim: String::new(),
            zone: zone.to_owned().try_into().unwrap(),
            label,
            interval_s: 3_600,
            twice: Twice::InOrder,
            never: Never::Refuse,
        }
    }

    /// What the rows of a file come to, one after the other.
    fn rows(time: &Time, texts: &[&str]) -> String {
        let mut after = None;
        let mut one = |text: &&str| match when(time, text, after) {
            Ok(When::At(instant)) => {
                after = Some(instant);
                format!("{text} → {instant}\n")
            }
            Ok(When::Never) => format!("{text} → passed over\n"),
            Err((message, hint)) => format!("{text} → {message}; {hint}\n"),
        };
        texts.iter().map(&mut one).collect()
    }

    #[track_caller]
    fn check(time: &Time, texts: &[&str], expected: &Expect) {
        expected.assert_eq(&rows(time, texts));
    }

    #[test]
    fn a_label_at_either_end_names_the_same_hour() {
        let texts = ["28.11.2026 10:00"];
        let over = ["29.10.2026 10:15"];
        assert_eq!(rows(&time("UTC", Label::Begin), &over), "29.10.2026 10:15 → 2026-10-29T10:44:59.999Z\n");
        assert_eq!(rows(&time("UTC", Label::Begin), &texts), "28.11.2026 10:00 → 2026-11-28T10:59:59.999Z\n");
        assert_eq!(rows(&time("UTC", Label::End), &texts), "28.11.2026 10:00 → 2026-11-28T09:59:59.999Z\n");
    }

    #[test]
    fn as_summer_time_ends_rows_in_order_are_told_apart() {
        let begin = time("Europe/Berlin", Label::Begin);
        check(
            &begin,
            &["25.10.2026 01:00", "25.10.2026 02:00", "25.10.2026 02:00", "25.10.2026 03:00", "25.10.2026 02:00"],
            &expect![[r#"
                25.10.2026 01:00 → 2026-10-24T23:59:59.999Z
                25.10.2026 02:00 → 2026-10-25T00:59:59.999Z
                25.10.2026 02:00 → 2026-10-25T01:59:59.999Z
                25.10.2026 03:00 → 2026-10-25T02:59:59.999Z
                25.10.2026 02:00 → the clock shows 25.10.2026 02:00 twice, and this row is behind a later one; sort the file by time, or use times with their offset
            "#]],
        );
        let refused = Time { twice: Twice::Refuse, ..begin };
        check(
            &refused,
            &["25.10.2026 02:00"],
            &expect![[r#"
                25.10.2026 02:00 → the clock shows 25.10.2026 02:00 twice: summer time ends then; set `twice = "in_order"` if the file's rows ascend, or use times with their offset
            "#]],
        );
    }

    #[test]
    fn a_time_that_the_clock_never_shows_is_a_mistake_unless_the_mapping_says_otherwise() {
        let begin = time("Europe/Berlin", Label::Begin);
        check(
            &begin,
            &["29.03.2026 01:00", "29.03.2026 02:00", "29.03.2026 03:00"],
            &expect![[r#"
                29.03.2026 01:00 → 2026-03-29T00:59:59.999Z
                29.03.2026 02:00 → the clock never shows 29.03.2026 02:00: summer time begins then; correct the cell, or set `never = "pass_over"` if the provider fills the gap
                29.03.2026 03:00 → 2026-03-29T01:59:59.999Z
            "#]],
        );
        let passed = Time { never: Never::PassOver, ..begin };
        assert_eq!(rows(&passed, &["29.03.2026 02:00"]), "29.03.2026 02:00 → passed over\n");
    }

    #[test]
    fn central_european_time_without_summer_time_has_24_00_and_no_gap() {
        check(
            &time("+01:00", Label::End),
            &["29.03.2026 02:00", "29.03.2026 24:00", "30.03.2026 24:30"],
            &expect![[r#"
                29.03.2026 02:00 → 2026-03-29T00:59:59.999Z
                29.03.2026 24:00 → 2026-03-29T22:59:59.999Z
                30.03.2026 24:30 → "30.03.2026 24:30" is no time like "%d.%m.%Y %H:%M"; correct the cell, or the mapping's format
            "#]],
        );
    }

    #[test]
    fn a_text_may_have_its_offset() {
        let written = Time { format: "%Y-%m-%d %H:%M:%S %z".to_owned(), ..time("written", Label::Begin) };
        check(
            &written,
            &["2022-10-30 02:00:00 +0200", "2022-10-30 02:00:00 +0100", "2022-10-30 02:00:00"],
            &expect![[r#"
                2022-10-30 02:00:00 +0200 → 2022-10-30T00:59:59.999Z
                2022-10-30 02:00:00 +0100 → 2022-10-30T01:59:59.999Z
                2022-10-30 02:00:00 → "2022-10-30 02:00:00" is no time like "%Y-%m-%d %H:%M:%S %z"; correct the cell, or the mapping's format
            "#]],
        );
    }

    #[test]
    fn an_unknown_zone_says_what_can_be_written() {
        let error = Zone::try_from("Berlin".to_owned()).unwrap_err();
        assert!(error.contains("\"Berlin\"; write Europe/Berlin"), "{error}");
    }
}
