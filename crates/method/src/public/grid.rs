//! The grid of time on which counts are public.

use smartpole_model::{Quarter, UtcMillis};

use super::Figure;
use crate::calendar::{Span, date_and_hour};

/// How long after its end a step is shown, with what was known then: four times the usual bound of lateness.
pub const SHOWN_AFTER_MS: i64 = 3_600_000;

/// Local hours in which fewer people pass: a step is one hour from here …
const NIGHT_FROM: i8 = 22;
/// … to here.
const NIGHT_TO: i8 = 6;

/// A closed period and its count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// First instant, and the first after it.
    pub span: Span,
    /// `None`: nothing was measured, which is not zero.
    pub figure: Option<Figure>,
}

impl Step {
    /// As of when the counts of this step are to be taken; from then on it is shown.
    pub fn known_at(&self) -> UtcMillis {
        shown_from(self.span)
    }
}

/// The step that holds a quarter: the quarter itself, or from 22 to 6 in Europe/Berlin its hour.
///
/// The clock is always whole hours ahead of UTC, so hours are those of UTC, on nights of 9 and of 7 hours too.
fn step_of(quarter: Quarter) -> Span {
    let (_, hour) = date_and_hour(quarter.start());
    let is_night = !(NIGHT_TO..NIGHT_FROM).contains(&hour);
    let first = if is_night { Quarter(quarter.utc_hour().saturating_mul(4)) } else { quarter };
    Span { from: first.start(), to: first.start().plus(if is_night { 4 } else { 1 } * Quarter::MILLIS) }
}

/// As of when the count of a quarter is to be taken, for the figure of its step and for every sum over it.
pub fn known_at(quarter: Quarter) -> UtcMillis {
    shown_from(step_of(quarter))
}

fn shown_from(span: Span) -> UtcMillis {
    span.to.plus(SHOWN_AFTER_MS)
}

/// The steps of one counter, pole, zone or direction that are shown at `now`.
///
/// `counts` are exact, from the earliest quarter on, each as known when its step is first shown; `None`: nothing was measured. An
/// hour of night is the sum of what was measured of it, and is left out if `counts` begin or end within it.
pub fn steps(counts: &[(Quarter, Option<i64>)], now: UtcMillis) -> Vec<Step> {
    let same_step = |(a, _): &(Quarter, Option<i64>), (b, _): &(Quarter, Option<i64>)| step_of(*a) == step_of(*b);
    counts.chunk_by(same_step).filter_map(|quarters| step(quarters, now)).collect()
}

fn step(quarters: &[(Quarter, Option<i64>)], now: UtcMillis) -> Option<Step> {
    let span = step_of(quarters.first()?.0);
    let is_whole = fills(span, quarters.iter().map(|(quarter, _)| Span { from: quarter.start(), to: quarter.end() }));
    if !is_whole || now < shown_from(span) {
        return None;
    }
    let sum = quarters.iter().filter_map(|(_, count)| *count).reduce(i64::saturating_add);
    Some(Step { span, figure: sum.map(Figure::of) })
}

/// A longer period, rounded from its own exact sum: of steps, or of shorter periods that are shown as well.
///
/// `None` as long as the parts do not fill it. Parts in which nothing was measured add nothing.
pub fn period(span: Span, parts: &[Step]) -> Option<Step> {
    let is_whole = fills(span, parts.iter().map(|part| part.span));
    is_whole.then(|| sum(span, parts))
}

/// The sum of one step over directions, poles or zones that are shown as well.
///
/// `None` if there are no parts, or not all of the same time. Parts in which nothing was measured add nothing.
pub fn together(parts: &[Step]) -> Option<Step> {
    let span = parts.first()?.span;
    let is_one_time = parts.iter().all(|part| part.span == span);
    is_one_time.then(|| sum(span, parts))
}

fn sum(span: Span, parts: &[Step]) -> Step {
    Step { span, figure: Figure::of_parts(parts.iter().filter_map(|part| part.figure.as_ref())) }
}

/// Whether parts follow one another from the first instant of a span to its last.
fn fills(span: Span, mut parts: impl Iterator<Item = Span>) -> bool {
    parts.try_fold(span.from, |end, part| (part.from == end).then_some(part.to)) == Some(span.to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::local_hour;

    const QUARTERS_OF_HOUR: i32 = 4;

    fn time(text: &str) -> UtcMillis {
        text.parse().unwrap()
    }

    fn span(from: &str, to: &str) -> Span {
        Span { from: time(from), to: time(to) }
    }

    fn counts(span: Span, count: i64) -> Vec<(Quarter, Option<i64>)> {
        (span.from.quarter().0..span.to.quarter().0).map(|n| (Quarter(n), Some(count))).collect()
    }

    fn day(date: &str) -> Span {
        let date: jiff::civil::Date = date.parse().unwrap();
        Span { from: local_hour(date, 0), to: local_hour(date.tomorrow().unwrap(), 0) }
    }

    fn shown(steps: &[Step]) -> Vec<Option<i64>> {
        steps.iter().map(|step| step.figure.as_ref().map(Figure::shown)).collect()
    }

    const LATER: UtcMillis = UtcMillis(i64::MAX);

    #[test]
    fn a_step_is_a_quarter_by_day_and_an_hour_from_22_to_6() {
        // 21:30 to 23:00 and 05:00 to 06:30 in Castrop-Rauxel, in winter and in summer
        for (evening, morning) in [
            (
                span("2026-01-10T20:30:00Z", "2026-01-10T22:00:00Z"),
                span("2026-01-11T04:00:00Z", "2026-01-11T05:30:00Z"),
            ),
            (
                span("2026-07-10T19:30:00Z", "2026-07-10T21:00:00Z"),
                span("2026-07-11T03:00:00Z", "2026-07-11T04:30:00Z"),
            ),
        ] {
            let minutes = |part| -> Vec<_> {
                steps(&counts(part, 3), LATER).iter().map(|step| step.span.millis() / 60_000).collect()
            };
            assert_eq!((minutes(evening), minutes(morning)), (vec![15, 15, 60], vec![60, 15, 15]));
        }
    }

    #[test]
    fn a_night_has_an_hour_more_or_less_when_the_clocks_change() {
        for (date, hours, expected) in [("2026-11-10", 24, 72), ("2026-10-25", 25, 73), ("2026-03-29", 23, 71)] {
            let quarters = counts(day(date), 3);
            assert_eq!(quarters.len(), 4 * hours);
            assert_eq!(steps(&quarters, LATER).len(), expected, "64 quarters and the hours of night");
        }
    }

    #[test]
    fn steps_are_shown_an_hour_after_their_end() {
        let quarters = counts(span("2026-11-10T10:00:00Z", "2026-11-10T11:00:00Z"), 3);
        assert_eq!(steps(&quarters, time("2026-11-10T11:29:59Z")).len(), 1);
        assert_eq!(steps(&quarters, time("2026-11-10T11:30:00Z")).len(), 2);
        let night = counts(span("2026-11-10T23:00:00Z", "2026-11-11T00:00:00Z"), 3);
        assert_eq!(steps(&night, time("2026-11-11T00:59:59Z")), []);
        let steps = steps(&night, time("2026-11-11T01:00:00Z"));
        assert_eq!((shown(&steps), steps[0].known_at()), (vec![Some(10)], time("2026-11-11T01:00:00Z")));
    }

    #[test]
    fn missing_is_not_zero() {
        let hour = span("2026-11-10T10:00:00Z", "2026-11-10T11:00:00Z");
        let mut quarters = counts(hour, 0);
        quarters[1].1 = None;
        let steps = steps(&quarters, LATER);
        assert_eq!(shown(&steps), [Some(0), None, Some(0), Some(0)]);
        assert_eq!(shown(&[period(hour, &steps).unwrap()]), [Some(0)]);
        let nothing: Vec<_> = steps.iter().map(|step| Step { figure: None, ..step.clone() }).collect();
        assert_eq!(shown(&[period(hour, &nothing).unwrap()]), [None]);
    }

    #[test]
    fn an_hour_of_night_that_is_not_all_there_is_no_step() {
        let quarters = counts(span("2026-11-10T23:00:00Z", "2026-11-11T00:00:00Z"), 9);
        assert_eq!(shown(&steps(&quarters, LATER)), [Some(35)]);
        assert_eq!((steps(&quarters[1..], LATER), steps(&quarters[..3], LATER)), (vec![], vec![]));
    }

    #[test]
    fn a_period_is_shown_once_its_parts_fill_it() {
        let day = day("2026-11-10");
        let steps = steps(&counts(day, 1), LATER);
        assert_eq!(shown(&[period(day, &steps).unwrap()]), [Some(95)], "96 in all, each step shown as 0 or 5");
        assert_eq!((period(day, &steps[1..]), period(day, &steps[..71])), (None, None));
        let mut gap = steps;
        gap.remove(usize::try_from(9 * QUARTERS_OF_HOUR).unwrap());
        assert_eq!(period(day, &gap), None);
    }

    #[test]
    fn a_sum_over_places_is_of_one_time() {
        let hour = span("2026-11-10T10:00:00Z", "2026-11-10T11:00:00Z");
        let (here, there) = (steps(&counts(hour, 2), LATER), steps(&counts(hour, 1), LATER));
        let both = [here[0].clone(), there[0].clone(), there[0].clone()];
        assert_eq!(shown(&[together(&both).unwrap()]), [Some(5)], "4 of three parts, each shown as 0");
        assert_eq!((together(&here), together(&[])), (None, None));
    }
}
