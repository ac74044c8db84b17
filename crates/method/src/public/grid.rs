//! The steps of a day: quarters of an hour by day, hours from 22 to 6.

use jiff::civil::Date;
use smartpole_model::{Quarter, UtcMillis};

use crate::calendar::{Span, date_and_hour, day};

const HOUR_MS: i64 = 4 * Quarter::MILLIS;

/// The step that holds an instant.
pub fn step_of(time: UtcMillis) -> Span {
    let (_, hour) = date_and_hour(time);
    let length = if (6..22).contains(&hour) { Quarter::MILLIS } else { HOUR_MS };
    let from = UtcMillis(time.0.div_euclid(length).saturating_mul(length));
    Span { from, to: from.plus(length) }
}

/// The steps of a Europe/Berlin day, in order: 64 quarters and 7, 8 or 9 hours.
pub fn steps(date: Date) -> Vec<Span> {
    let whole = day(date);
    let first = step_of(whole.from);
    let next = |step: &Span| Some(step_of(step.to)).filter(|next| next.from < whole.to);
    std::iter::successors(Some(first), next).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_quarters_by_day_and_hours_at_night() {
        let step = |text: &str| {
            let step = step_of(text.parse().unwrap());
            format!("{} {}", step.from, step.to)
        };
        assert_eq!(step("2026-07-10T19:59:59Z"), "2026-07-10T19:45:00Z 2026-07-10T20:00:00Z", "21:59 in Berlin");
        assert_eq!(step("2026-07-10T20:59:59Z"), "2026-07-10T20:00:00Z 2026-07-10T21:00:00Z", "22:59");
        assert_eq!(step("2026-07-11T03:59:59Z"), "2026-07-11T03:00:00Z 2026-07-11T04:00:00Z", "5:59");
        assert_eq!(step("2026-07-11T04:00:00Z"), "2026-07-11T04:00:00Z 2026-07-11T04:15:00Z", "6:00");
    }

    #[test]
    fn steps_fill_days_of_23_24_and_25_hours() {
        for (date, hours) in [("2026-03-29", 7), ("2026-07-10", 8), ("2026-10-25", 9)] {
            let date = date.parse().unwrap();
            let steps = steps(date);
            assert!(steps.windows(2).all(|two| two[0].to == two[1].from));
            assert_eq!((steps[0].from, steps[steps.len() - 1].to), (day(date).from, day(date).to));
            assert_eq!(steps.iter().filter(|step| step.millis() == HOUR_MS).count(), hours);
            assert_eq!(steps.len(), 64 + hours);
        }
    }
}
