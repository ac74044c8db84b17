//! Numbers and instants as text, without memory of their own: tables and answers have millions of them.

use crate::{Decimal, UtcMillis};

/// The text of a decimal (a sign, the digits of 64 bits and a point, or a zero before it) or of an instant.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    bytes: [u8; 24],
    first: usize,
}

impl Text {
    const EMPTY: Self = Self { bytes: [0; 24], first: 24 };

    /// Puts a byte before the others.
    fn put(&mut self, byte: u8) {
        self.first -= 1;
        self.bytes[self.first] = byte;
    }

    /// Puts the last digits of a number before the others, and returns the rest of it.
    fn put_digits(&mut self, mut number: u64, digits: u8) -> u64 {
        for _ in 0..digits {
            self.put(b'0' + (number % 10) as u8);
            number /= 10;
        }
        number
    }

    /// ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[self.first..]
    }

    /// The same as words.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

impl Decimal {
    /// Its digits as they are shown, without zeros at the end of a fraction; of at most 18 decimals.
    pub fn text(self) -> Text {
        let mut text = Text::EMPTY;
        let (mut rest, mut decimals) = (self.mantissa.unsigned_abs(), self.decimals.min(18));
        while decimals > 0 && rest.is_multiple_of(10) {
            (rest, decimals) = (rest / 10, decimals - 1);
        }
        if decimals > 0 {
            rest = text.put_digits(rest, decimals);
            text.put(b'.');
        }
        rest = text.put_digits(rest, 1);
        while rest > 0 {
            rest = text.put_digits(rest, 1);
        }
        if self.mantissa < 0 {
            text.put(b'-');
        }
        text
    }
}

impl UtcMillis {
    const FIRST: Self = Self(-62_167_219_200_000);
    /// 9999-12-30T22:00:00Z, the last instant that has a date by every clock (jiff's range).
    const LAST: Self = Self(253_402_207_200_000);

    /// RFC 3339 in UTC, as `2026-11-28T13:00:00.5Z`; none before the year 0, and beyond what clocks know.
    pub fn text(self) -> Option<Text> {
        if !(Self::FIRST..=Self::LAST).contains(&self) {
            return None;
        }
        let (mut text, of_day) = (Text::EMPTY, self.0.rem_euclid(86_400_000).unsigned_abs());
        text.put(b'Z');
        let (mut fraction, mut digits) = (of_day % 1_000, 3);
        while digits > 0 && fraction.is_multiple_of(10) {
            (fraction, digits) = (fraction / 10, digits - 1);
        }
        if digits > 0 {
            text.put_digits(fraction, digits);
            text.put(b'.');
        }
        let (year, month, day) = civil(self.utc_day());
        let parts = [of_day / 1_000 % 60, of_day / 60_000 % 60, of_day / 3_600_000, day, month];
        for (part, before) in parts.into_iter().zip([b':', b':', b'T', b'-', b'-']) {
            text.put_digits(part, 2);
            text.put(before);
        }
        text.put_digits(year, 4);
        Some(text)
    }
}

/// Year, month and day of a day of the years 0 to 9999, numbered from 1970-01-01 (E. G. Richards, Explanatory Supplement to the
/// Astronomical Almanac, 3rd ed., 15.11, with years that begin in March).
fn civil(day: i32) -> (u64, u64, u64) {
    // from 1 March of the year −400 on
    let day = (i64::from(day) + 719_468 + 146_097).unsigned_abs();
    let (era, of_era) = (day / 146_097, day % 146_097);
    let of_years = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * of_years + of_years / 4 - of_years / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + of_years + u64::from(month <= 2);
    (year - 400, month, of_year - (153 * from_march + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn digits_are_shown_as_they_are_without_zeros_at_the_end() {
        for (mantissa, decimals, shown) in [
            (730, 2, "7.3"),
            (-5, 2, "-0.05"),
            (0, 3, "0"),
            (-1_200, 2, "-12"),
            (1_200, 0, "1200"),
            (10, 18, "0.00000000000000001"),
            (i64::MAX, 0, "9223372036854775807"),
            (i64::MIN, 18, "-9.223372036854775808"),
            (i64::MIN, 1, "-922337203685477580.8"),
        ] {
            assert_eq!(Decimal { mantissa, decimals }.to_string(), shown);
        }
    }

    #[test]
    fn instants_are_written_as_the_library_of_times_writes_them() {
        let ends = [UtcMillis::FIRST.0, UtcMillis::LAST.0, -1, 0, 951_782_399_999, 951_782_400_000, 951_868_800_000];
        let any = UtcMillis::FIRST.0..=UtcMillis::LAST.0;
        let now = 1_700_000_000_000..1_900_000_000_000_i64;
        let times = prop_oneof![
            any,
            now.clone().prop_map(|time| time / 1_000 * 1_000),
            now,
            prop::sample::select(ends.to_vec())
        ];
        proptest!(|(time in times)| {
            let shown = UtcMillis(time).text().map(|text| text.as_str().to_owned());
            prop_assert_eq!(shown, Some(jiff::Timestamp::from_millisecond(time).unwrap().to_string()));
        });
        assert!([UtcMillis::FIRST.plus(-1), UtcMillis::LAST.plus(1)].iter().all(|time| time.text().is_none()));
    }
}
