//! Exact decimals: what a sensor printed, never a float.

use std::fmt;

/// A decimal number `mantissa × 10^-decimals`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// The digits as an integer.
    pub mantissa: i64,
    /// Digits after the point.
    pub decimals: u8,
}

/// Why a text is no value we can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Not a finite decimal number (JSON grammar).
    #[error("not a number")]
    NotANumber,
    /// More than 18 significant digits at the wanted resolution.
    #[error("number too large")]
    Overflow,
}

impl Decimal {
    /// Reads a JSON number (`-12.5e-1`). Exponents are bounded: a value beyond 18 digits is [`DecimalError::Overflow`],
    /// digits beyond the 18th after the point are rounded half away from zero when the value is scaled.
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        let (digits, exponent) = split_exponent(text)?;
        let (negative, digits) = match digits.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, digits),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() || (digits.contains('.') && fraction.is_empty()) {
            return Err(DecimalError::NotANumber);
        }
        let mut mantissa: i128 = 0;
        let mut decimals = -i64::from(exponent);
        for byte in whole.bytes().chain(fraction.bytes()) {
            if !byte.is_ascii_digit() {
                return Err(DecimalError::NotANumber);
            }
            if mantissa < 10i128.pow(36) {
                mantissa = mantissa * 10 + i128::from(byte - b'0');
            } else {
                decimals -= 1; // beyond any resolution kept: only its place counts
            }
        }
        decimals += fraction.len() as i64;
        from_parts(if negative { -mantissa } else { mantissa }, decimals)
    }

    /// The value as an integer at `decimals` digits, rounded half away from zero.
    pub fn at(self, decimals: u8) -> Result<i64, DecimalError> {
        rescale(i128::from(self.mantissa), i64::from(self.decimals), i64::from(decimals))
    }

    /// This decimal times `factor`, exact.
    pub fn times(self, factor: Decimal) -> Result<Self, DecimalError> {
        let mantissa = i128::from(self.mantissa) * i128::from(factor.mantissa);
        from_parts(mantissa, i64::from(self.decimals) + i64::from(factor.decimals))
    }
}

fn split_exponent(text: &str) -> Result<(&str, i32), DecimalError> {
    let Some(at) = text.find(['e', 'E']) else { return Ok((text, 0)) };
    let (digits, exponent) = (&text[..at], &text[at + 1..]);
    let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(DecimalError::NotANumber);
    }
    let magnitude = unsigned.parse::<i32>().unwrap_or(10_000).min(10_000);
    Ok((digits, if exponent.starts_with('-') { -magnitude } else { magnitude }))
}

/// Normalises to 0..=18 decimals and an `i64` mantissa.
fn from_parts(mantissa: i128, decimals: i64) -> Result<Decimal, DecimalError> {
    let mut decimals = decimals;
    let mut mantissa = mantissa;
    while decimals > 0 && mantissa % 10 == 0 && mantissa != 0 {
        mantissa /= 10;
        decimals -= 1;
    }
    let kept = if mantissa == 0 { 0 } else { decimals.clamp(0, 18) };
    Ok(Decimal { mantissa: rescale(mantissa, decimals, kept)?, decimals: kept as u8 })
}

fn rescale(mantissa: i128, from: i64, to: i64) -> Result<i64, DecimalError> {
    if mantissa == 0 {
        return Ok(0);
    }
    let shift = to - from;
    let scaled = if shift >= 0 {
        let power = 10i128.checked_pow(u32::try_from(shift).unwrap_or(u32::MAX)).ok_or(DecimalError::Overflow)?;
        mantissa.checked_mul(power).ok_or(DecimalError::Overflow)?
    } else {
        match 10i128.checked_pow(u32::try_from(-shift).unwrap_or(u32::MAX)) {
            Some(power) => (mantissa.abs() + power / 2) / power * mantissa.signum(),
            None => 0, // smaller than any resolution
        }
    };
    i64::try_from(scaled).map_err(|_| DecimalError::Overflow)
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn at(text: &str, decimals: u8) -> Result<i64, DecimalError> {
        Decimal::parse(text)?.at(decimals)
    }

    #[test]
    fn numbers_are_read_exactly_and_rounded_half_away_from_zero() {
        assert_eq!(at("7.3", 2), Ok(730));
        assert_eq!(at("-7.345", 2), Ok(-735));
        assert_eq!(at("0.125", 2), Ok(13));
        assert_eq!(at("1e3", 0), Ok(1000));
        assert_eq!(at("12.5e-1", 2), Ok(125));
        assert_eq!(at("41.63221740722656", 2), Ok(4163));
        assert_eq!(at("0e999", 2), Ok(0));
        assert_eq!(at("1e-999", 2), Ok(0));
    }

    #[test]
    fn what_is_no_number_or_too_large_is_refused() {
        for text in ["", "-", ".5", "1.", "NaN", "Infinity", "1e", "0x10", "1,5", "--1", "1.-5"] {
            assert_eq!(at(text, 2), Err(DecimalError::NotANumber), "{text}");
        }
        assert_eq!(at("1e999", 2), Err(DecimalError::Overflow));
        assert_eq!(at(&"9".repeat(400), 2), Err(DecimalError::Overflow));
    }

    #[test]
    fn printing_gives_what_was_read() {
        for text in ["0", "7.3", "-0.05", "123456.789", "-40"] {
            assert_eq!(Decimal::parse(text).unwrap().to_string(), text);
        }
    }
}
