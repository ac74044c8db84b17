//! Numbers as they were measured: exact decimals in JSON, never by way of a float.

use serde::{Serialize, Serializer, ser::Error};
use serde_json::value::RawValue;
use smartpole_model::{Decimal, ObservedProperty};

/// A decimal that is written as a JSON number digit by digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exact(Decimal);

impl Exact {
    /// A value at its property's resolution.
    pub(crate) fn value(property: &ObservedProperty, value: i64) -> Self {
        Self(property.decimal(value))
    }

    /// `sum ÷ count`, rounded half away from zero at one decimal more than the property has; `None` of nothing.
    pub(crate) fn mean(property: &ObservedProperty, sum: i64, count: i64) -> Option<Self> {
        let at = |decimals: u8, power: i128| {
            let sum = i128::from(sum) * power;
            let count = i128::from(count);
            let magnitude = (2 * sum.abs() + count) / (2 * count);
            let mantissa = i64::try_from(magnitude * sum.signum()).ok()?;
            Some(Self(Decimal { mantissa, decimals }))
        };
        if count <= 0 {
            return None;
        }
        at(property.decimals.saturating_add(1), 10).or_else(|| at(property.decimals, 1))
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// A part of a whole, 0 to 1, as a number with at most three decimals.
pub(crate) fn share(part: u64, whole: u64) -> Exact {
    let thousandths = (u128::from(part) * 2_000 + u128::from(whole)).checked_div(2 * u128::from(whole)).unwrap_or(0);
    Exact(Decimal { mantissa: thousandths.min(1_000) as i64, decimals: 3 })
}

#[cfg(test)]
pub(crate) mod tests {
    use expect_test::{Expect, expect};
    use smartpole_model::{Flags, Kind, PropertyNo};

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
        check(&Exact::mean(&property(2), 1_000, 3), &expect!["3.333"]);
        check(&Exact::mean(&property(0), 5, 20), &expect!["0.3"]);
        check(&Exact::mean(&property(0), -5, 20), &expect!["-0.3"]);
        check(&Exact::mean(&property(2), i64::MAX, 1), &expect!["92233720368547758.07"]);
        check(&Exact::mean(&property(2), 0, 0), &expect!["null"]);
    }

    #[test]
    fn a_share_is_at_most_one() {
        check(&share(1, 3), &expect!["0.333"]);
        check(&share(16, 15), &expect!["1"]);
        check(&share(0, 0), &expect!["0"]);
    }
}
