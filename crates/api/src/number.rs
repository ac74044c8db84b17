//! Numbers as they were measured: exact decimals in JSON, digit by digit.

use serde::{Serialize, Serializer, ser::Error};
use serde_json::value::RawValue;
use smartpole_model::{Decimal, Kind, ObservedProperty};

/// A decimal that is written as a JSON number digit by digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exact(pub(crate) Decimal);

impl Exact {
    /// A value at its property's resolution.
    pub(crate) fn value(property: &ObservedProperty, value: i64) -> Self {
        Self(property.decimal(value))
    }

    /// A mean, in units of the property's resolution, rounded half away from zero at one decimal more than the property has, of a
    /// state, whose mean is a share, at three. What is a half to the sixth digit is one: sums of binary fractions miss it by less.
    pub(crate) fn mean(property: &ObservedProperty, mean: f64) -> Self {
        let more = if property.kind == Kind::State { 3 } else { 1 };
        let digits = mean * 10_f64.powi(more.into());
        let mantissa = ((digits * 1_000_000.0).round() / 1_000_000.0).round() as i64;
        Self(Decimal { mantissa, decimals: property.decimals.saturating_add(more) })
    }
}

impl Exact {
    /// How many thousandths it is, rounded down.
    pub(crate) fn thousandths(self) -> i64 {
        let Decimal { mantissa, decimals } = self.0;
        let thousandths = i128::from(mantissa) * 1_000 / 10_i128.pow(u32::from(decimals.min(18)));
        i64::try_from(thousandths).unwrap_or(i64::MAX)
    }
}

/// So many digits come back from a double as they were (IEEE 754: 15 decimal digits of binary64), and none of these is so small that it
/// is written with an exponent.
const MOST_OF_DOUBLE: (i64, u8) = (999_999_999_999_999, 4);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Decimal { mantissa, decimals } = self.0;
        let (most, places) = MOST_OF_DOUBLE;
        if decimals <= places && mantissa.unsigned_abs() <= most.unsigned_abs() {
            let power = 10_i64.pow(decimals.into());
            // both are doubles without rounding, so the quotient is the nearest one, whose shortest text are these digits
            return match mantissa % power {
                0 => serializer.serialize_i64(mantissa / power),
                _ => serializer.serialize_f64(mantissa as f64 / power as f64),
            };
        }
        RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// A decimal of so many digits after the point.
pub(crate) fn decimal(mantissa: i64, decimals: u8) -> Exact {
    Exact(Decimal { mantissa, decimals })
}

/// A part of a whole, 0 to 1, as a number with at most three decimals; anything is all of nothing.
pub(crate) fn share(part: i64, whole: i64) -> Exact {
    let (part, whole) = (i128::from(part.max(0)), i128::from(whole.max(0)));
    let thousandths = (part * 2_000 + whole).checked_div(2 * whole).unwrap_or(part * 1_000);
    Exact(Decimal { mantissa: thousandths.min(1_000) as i64, decimals: 3 })
}

/// A part of a whole, 0 to 1, that was worked out elsewhere, as a number with at most three decimals.
pub(crate) fn fraction(part: f64) -> Exact {
    Exact(Decimal { mantissa: (part.clamp(0.0, 1.0) * 1_000.0).round() as i64, decimals: 3 })
}

#[cfg(test)]
pub(crate) mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;
    use smartpole_model::{Flags, PropertyNo};

    use super::*;

    pub(crate) fn property(decimals: u8) -> ObservedProperty {
        ObservedProperty {
            number: PropertyNo(2),
            id: "pm2_5".to_owned(),
            name_de: String::new(),
            name_en: String::new(),
            unit: "ug/m3".to_owned(),
            kind: Kind::Gauge,
            decimals,
            min: 0,
            max: 100_000,
            sentinels: Vec::new(),
            theme: "air_quality".to_owned(),
            counts: None,
            opposite: None,
            converts: None,
            mean: smartpole_model::Mean::Arithmetic,
            personal: false,
            public: true,
            excluded_by: Flags::NONE,
        }
    }

    #[track_caller]
    fn check(number: &impl Serialize, expect: &Expect) {
        expect.assert_eq(&serde_json::to_string(number).unwrap());
    }

    #[test]
    fn values_are_written_digit_by_digit() {
        check(&Exact::value(&property(2), 730), &expect!["7.3"]);
        check(&Exact::value(&property(2), -5), &expect!["-0.05"]);
        check(&Exact::value(&property(0), i64::MAX), &expect!["9223372036854775807"]);
    }

    #[test]
    fn means_have_one_decimal_more_and_are_rounded_half_away_from_zero() {
        check(&Exact::mean(&property(2), 1_000.0 / 3.0), &expect!["3.333"]);
        check(&Exact::mean(&property(0), 0.25), &expect!["0.3"]);
        check(&Exact::mean(&property(0), -0.25), &expect!["-0.3"]);
        check(&Exact::mean(&property(2), 730.0), &expect!["7.3"]);
    }

    #[test]
    fn numbers_that_go_by_way_of_a_double_have_the_digits_of_the_decimal() {
        let near = |most: i64| prop_oneof![-most..=most, most - 1_000..=most, -1_000..=1_000_i64];
        proptest!(|(mantissa in prop_oneof![near(MOST_OF_DOUBLE.0), near(1_000_000), any::<i64>()], decimals in 0..=18_u8)| {
            let decimal = Decimal { mantissa, decimals };
            prop_assert_eq!(serde_json::to_string(&Exact(decimal)).unwrap(), decimal.to_string());
        });
    }

    #[test]
    fn a_share_is_at_most_one() {
        check(&share(1, 3), &expect!["0.333"]);
        check(&share(16, 15), &expect!["1"]);
        check(&share(0, 0), &expect!["0"]);
        check(&share(1, 0), &expect!["1"]);
    }
}
