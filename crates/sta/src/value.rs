//! What properties say and expressions come to.

use std::borrow::Cow;

use geo::Geometry;
use jiff::civil::{Date, Time};
use serde::{
    Serialize, Serializer,
    ser::{Error, SerializeMap},
};
use smartpole_model::{Decimal, Position, UtcMillis};

/// A value. The last five are made by expressions alone and are in no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing is known.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Whole(i64),
    /// A number as it was measured.
    Decimal(Decimal),
    /// Text.
    Text(Cow<'static, str>),
    /// An instant.
    Instant(UtcMillis),
    /// A place, as a GeoJSON point (RFC 7946, 3.1.2).
    Point(Position),
    /// Values by name, in order.
    Object(Vec<(Cow<'static, str>, Value)>),
    /// Values in order.
    List(Vec<Value>),
    /// A number that was computed.
    Computed(f64),
    /// A length of time in milliseconds.
    Duration(i64),
    /// A date.
    Date(Date),
    /// A time of day.
    TimeOfDay(Time),
    /// A geometry that was written in a filter.
    Geometry(Box<Geometry>),
}

impl Value {
    /// Text that stands in the program or was made.
    pub fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Text(text.into())
    }

    /// Values by their names.
    pub fn object<const N: usize>(entries: [(&'static str, Self); N]) -> Self {
        Self::Object(entries.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect())
    }

    /// The value of a name within an object.
    pub fn within(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(entries) => entries.iter().find(|(known, _)| known == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// As a number, also of text that is one: standard's examples compare `result gt '3'`.
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Whole(whole) => Some(*whole as f64),
            // both are exact up to 2^53 and 10^22, so this is the float that the same digits in a filter are read as
            Self::Decimal(Decimal { mantissa, decimals }) => Some(*mantissa as f64 / 10f64.powi(i32::from(*decimals))),
            Self::Computed(number) => Some(*number),
            Self::Text(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    /// As a geometry.
    pub(crate) fn geometry(&self) -> Option<Geometry> {
        match self {
            Self::Point(Position { lat, lon }) => Some(Geometry::Point(geo::Point::new(*lon, *lat))),
            Self::Geometry(geometry) => Some(geometry.as_ref().clone()),
            _ => None,
        }
    }

    /// As plain text, as `$value` gives it; none of what is nothing or has parts.
    pub fn plain(&self) -> Option<String> {
        match self {
            Self::Bool(bool) => Some(bool.to_string()),
            Self::Whole(whole) => Some(whole.to_string()),
            Self::Decimal(decimal) => Some(decimal.to_string()),
            Self::Text(text) => Some(text.to_string()),
            Self::Instant(instant) => Some(instant.to_string()),
            _ => None,
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Bool(bool) => serializer.serialize_bool(*bool),
            Self::Whole(whole) => serializer.serialize_i64(*whole),
            Self::Decimal(decimal) => digits(*decimal).map_err(S::Error::custom)?.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Instant(instant) => serializer.collect_str(instant),
            Self::Point(Position { lat, lon }) => {
                let mut point = serializer.serialize_map(Some(2))?;
                point.serialize_entry("type", "Point")?;
                point.serialize_entry("coordinates", &[lon, lat])?;
                point.end()
            }
            Self::Object(entries) => serializer.collect_map(entries.iter().map(|(name, value)| (name, value))),
            Self::List(values) => serializer.collect_seq(values),
            Self::Computed(_) | Self::Duration(_) | Self::Date(_) | Self::TimeOfDay(_) | Self::Geometry(_) => {
                Err(S::Error::custom("a value of expressions alone"))
            }
        }
    }
}

/// A decimal as the JSON number of its digits, never by way of a float.
fn digits(decimal: Decimal) -> serde_json::Result<Box<serde_json::value::RawValue>> {
    serde_json::value::RawValue::from_string(decimal.to_string())
}
