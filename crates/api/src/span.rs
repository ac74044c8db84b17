//! Spans of time and steps through them.

use serde::{Deserialize, Serialize};
use smartpole_model::UtcMillis;
use smartpole_pipeline::Fold;
use utoipa::ToSchema;

use crate::{
    list::{Cursor, Limit},
    problem::Problem,
};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Longest span of raw readings.
const MAX_RAW_DAYS: i64 = 31;
/// More items than one instant can have: each device and channel has one.
const MAX_GIVEN: usize = 1_000_000;
/// Longest span of one page: windows of weeks and longer are made of days, of which a page has no more than of days themselves.
const MAX_PAGE_MS: i64 = 10_000 * DAY_MS;
/// Span of short steps if no `from` is given.
const DEFAULT_MS: i64 = DAY_MS;

/// How finely a span is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) enum Step {
    /// Each reading.
    #[serde(rename = "raw")]
    Raw,
    /// Windows of a quarter of an hour.
    #[default]
    #[serde(rename = "15m")]
    Quarter,
    /// Windows of an hour.
    #[serde(rename = "1h")]
    Hour,
    /// Windows of a day: Europe/Berlin days, for air CET days.
    #[serde(rename = "1d")]
    Day,
    /// Windows of a week by ISO 8601, of such days.
    #[serde(rename = "1w")]
    Week,
    /// Windows of a month, of such days.
    #[serde(rename = "1mo")]
    Month,
    /// Windows of a year, of such days.
    #[serde(rename = "1y")]
    Year,
}

/// `from` ≤ start < `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: UtcMillis,
    pub(crate) to: UtcMillis,
}

impl Step {
    /// How long the windows are; none of raw readings.
    pub(crate) fn windows(self) -> Option<smartpole_store::Step> {
        match self {
            Self::Raw => None,
            Self::Quarter => Some(smartpole_store::Step::Quarter),
            Self::Hour => Some(smartpole_store::Step::Hour),
            Self::Day => Some(smartpole_store::Step::Day),
            Self::Week => Some(smartpole_store::Step::Week),
            Self::Month => Some(smartpole_store::Step::Month),
            Self::Year => Some(smartpole_store::Step::Year),
        }
    }

    /// How long a span is if no `from` is given.
    fn default_ms(self) -> i64 {
        match self {
            Self::Raw | Self::Quarter | Self::Hour | Self::Day => DEFAULT_MS,
            Self::Week => 12 * 7 * DAY_MS,
            Self::Month => 366 * DAY_MS,
            Self::Year => 12 * 366 * DAY_MS,
        }
    }
}

/// Shortest time from one window to the next.
fn shortest(step: smartpole_store::Step) -> i64 {
    match step {
        smartpole_store::Step::Quarter => 900_000,
        smartpole_store::Step::Hour => HOUR_MS,
        // The day on which the clocks go forward.
        smartpole_store::Step::Day => 23 * HOUR_MS,
        smartpole_store::Step::Week => 7 * DAY_MS - HOUR_MS,
        smartpole_store::Step::Month => 28 * DAY_MS,
        smartpole_store::Step::Year => 365 * DAY_MS,
    }
}

impl Span {
    /// The span asked for, up to `now` and a day long by default, of longer steps twelve of them; a `cursor` moves its beginning.
    pub(crate) fn new(
        from: Option<UtcMillis>,
        to: Option<UtcMillis>,
        now: UtcMillis,
        step: Step,
    ) -> Result<Self, Problem> {
        let to = to.unwrap_or(now.plus(1));
        let from = from.unwrap_or(to.plus(-step.default_ms()));
        if from >= to {
            let detail = format!("from: {from} is not before `to`, {to}");
            return Err(Problem::parameter(detail, "give a `from` that is earlier than `to`"));
        }
        if step == Step::Raw && to.since(from) > MAX_RAW_DAYS * DAY_MS {
            let detail = format!("from, to: {from} to {to} is longer than {MAX_RAW_DAYS} days, the most for step raw");
            return Err(Problem::parameter(detail, "ask for a shorter span, or for a longer step"));
        }
        Ok(Self { from, to })
    }

    /// The span asked for; what is left open is `default_ms` up to `now`.
    pub(crate) fn of(
        (from, to): (Option<UtcMillis>, Option<UtcMillis>),
        now: UtcMillis,
        default_ms: i64,
    ) -> Result<Self, Problem> {
        let to = to.unwrap_or(now);
        Self::new(Some(from.unwrap_or(to.plus(-default_ms))), Some(to), now, Step::Day)
    }

    /// Whether it is no longer than so many days.
    ///
    /// # Errors
    /// If it is.
    pub(crate) fn at_most(self, days: i64) -> Result<(), Problem> {
        if self.to.since(self.from) <= days * DAY_MS {
            return Ok(());
        }
        let detail = format!("from, to: {} to {} is longer than {days} days", self.from, self.to);
        Err(Problem::parameter(detail, "ask for a shorter span, or for longer steps if there are any"))
    }

    /// Whether windows of a span are kept, hours and longer ones for ever.
    ///
    /// # Errors
    /// 410 if all of them are quarters of an hour that have passed retention.
    pub(crate) fn kept(self, fold: &Fold, step: Step) -> Result<Self, Problem> {
        let kept_from = fold.cuts().quarters.start();
        if step == Step::Quarter && self.to <= kept_from {
            return Err(Problem::quarters_gone(kept_from));
        }
        Ok(self)
    }

    /// The span from a cursor on, and how many items at its first instant were given already.
    pub(crate) fn after(self, cursor: Option<&Cursor>) -> Result<(Self, usize), Problem> {
        let Some(Cursor(text)) = cursor else { return Ok((self, 0)) };
        let (instant, given) = text.split_once('+').unwrap_or((text, "0"));
        let from = instant.parse().ok().map(UtcMillis).filter(|from| (self.from..self.to).contains(from));
        let given = given.parse().ok().filter(|given| *given <= MAX_GIVEN);
        let (Some(from), Some(given)) = (from, given) else {
            let detail = "cursor: not a `next` of an answer to this question";
            return Err(Problem::parameter(detail, "repeat the question that gave it"));
        };
        Ok((Self { from, ..self }, given))
    }

    /// The first part of the span that has no more than `limit` windows and is no longer than a page of days, and where the next one
    /// begins.
    pub(crate) fn page(self, step: smartpole_store::Step, limit: Limit) -> (Self, Option<Cursor>) {
        let length = shortest(step).saturating_mul(limit.0 as i64).min(MAX_PAGE_MS);
        let end = self.from.plus(length);
        if end >= self.to {
            return (self, None);
        }
        (Self { to: end, ..self }, Some(Cursor(end.0.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::Number;

    fn at(text: &str) -> UtcMillis {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_up_to_now_is_the_default_and_now_is_in_it() {
        let now = at("2026-11-25T10:00:00Z");
        let span = Span::new(None, None, now, Step::Quarter).unwrap();
        assert!(span.from > at("2026-11-24T10:00:00Z") && span.to > now);
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_overlap() {
        let (from, to) = (at("2026-03-01T00:00:00Z"), at("2026-04-01T00:00:00Z"));
        let whole = Span::new(Some(from), Some(to), to, Step::Day).unwrap();
        let (mut pages, mut cursor) = (Vec::new(), None);
        loop {
            let (page, next) = whole.after(cursor.as_ref()).unwrap().0.page(smartpole_store::Step::Day, Number(10));
            pages.push(page);
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!((pages[0].from, pages.last().unwrap().to), (from, to));
        assert!(pages.windows(2).all(|pair| pair[0].to == pair[1].from));
        assert_eq!(pages.len(), 4);
    }

    #[test]
    fn a_page_of_years_is_no_longer_than_one_of_days() {
        let (from, to) = (at("0001-01-01T00:00:00Z"), at("9999-01-01T00:00:00Z"));
        let years = Span::new(Some(from), Some(to), to, Step::Year).unwrap();
        let (page, next) = years.page(smartpole_store::Step::Year, Limit::default());
        assert_eq!((page.to.since(page.from), next.is_some()), (10_000 * DAY_MS, true));
        let short =
            Span::new(Some(at("2020-01-01T00:00:00Z")), Some(at("2047-01-01T00:00:00Z")), to, Step::Year).unwrap();
        assert!(short.page(smartpole_store::Step::Year, Limit::default()).1.is_none());
    }

    #[test]
    fn a_foreign_cursor_and_too_long_a_span_are_refused() {
        let (from, to) = (at("2026-03-01T00:00:00Z"), at("2026-04-02T00:00:00Z"));
        assert!(Span::new(Some(from), Some(to), to, Step::Raw).is_err());
        assert!(Span::new(Some(to), Some(from), to, Step::Day).is_err());
        let span = Span::new(Some(from), Some(to), to, Step::Day).unwrap();
        for text in ["", "x", "0", "99999999999999", "1772323200000+x"] {
            assert!(span.after(Some(&Cursor(text.to_owned()))).is_err(), "{text}");
        }
    }
}
