//! JSON numbers, read as decimal text and never as floats.

use serde_json::value::RawValue;
use smartpole_model::Decimal;

use crate::Malformed;

/// The number as an integer at so many decimals, rounded half away from zero.
pub(super) fn read<T: TryFrom<i64>>(raw: &RawValue, decimals: u8, field: &'static str) -> Result<T, Malformed> {
    let wrong = |problem| Malformed::Value { field, problem };
    let value = Decimal::parse(raw.get()).map_err(|_| wrong("not a number"))?;
    let scaled = value.at(decimals).map_err(|_| wrong("out of range"))?;
    T::try_from(scaled).map_err(|_| wrong("out of range"))
}
