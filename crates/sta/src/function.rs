//! Functions of expressions (OGC 18-088, 9.3.3.5.2).

use geo::{CoordsIter, Distance, Euclidean, Geometry, Intersects, Length, Relate, relate::IntersectionMatrix};
use jiff::{
    civil::{DateTime, Time},
    tz::Offset,
};
use smartpole_model::UtcMillis;

use crate::{Refusal, Value};

/// Why a matrix of a relation is refused.
const MATRIX: &str = "st_relate: the third argument is no pattern of nine of T, F, *, 0, 1, 2";

macro_rules! functions {
    ($($variant:ident $name:literal $least:literal..=$most:literal)*) => {
        /// A function.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Function {
            $($variant,)*
        }

        impl Function {
            const ALL: &[(Self, &'static str, usize, usize)] = &[$((Self::$variant, $name, $least, $most)),*];
        }
    };
}

functions! {
    SubstringOf "substringof" 2..=2
    EndsWith "endswith" 2..=2
    StartsWith "startswith" 2..=2
    Length "length" 1..=1
    IndexOf "indexof" 2..=2
    Substring "substring" 2..=3
    ToLower "tolower" 1..=1
    ToUpper "toupper" 1..=1
    Trim "trim" 1..=1
    Concat "concat" 2..=2
    Year "year" 1..=1
    Month "month" 1..=1
    Day "day" 1..=1
    Hour "hour" 1..=1
    Minute "minute" 1..=1
    Second "second" 1..=1
    FractionalSeconds "fractionalseconds" 1..=1
    Date "date" 1..=1
    Time "time" 1..=1
    TotalOffsetMinutes "totaloffsetminutes" 1..=1
    Now "now" 0..=0
    MinDateTime "mindatetime" 0..=0
    MaxDateTime "maxdatetime" 0..=0
    Round "round" 1..=1
    Floor "floor" 1..=1
    Ceiling "ceiling" 1..=1
    GeoDistance "geo.distance" 2..=2
    GeoLength "geo.length" 1..=1
    GeoIntersects "geo.intersects" 2..=2
    StEquals "st_equals" 2..=2
    StDisjoint "st_disjoint" 2..=2
    StTouches "st_touches" 2..=2
    StWithin "st_within" 2..=2
    StOverlaps "st_overlaps" 2..=2
    StCrosses "st_crosses" 2..=2
    StIntersects "st_intersects" 2..=2
    StContains "st_contains" 2..=2
    StRelate "st_relate" 3..=3
}

impl Function {
    /// The function of a name.
    pub(crate) fn of(name: &str) -> Result<Self, Refusal> {
        let found = Self::ALL.iter().find(|(_, known, ..)| *known == name);
        let known = || Self::ALL.iter().map(|(_, known, ..)| *known);
        found.map(|(function, ..)| *function).ok_or_else(|| Refusal::unknown("function", name, known()))
    }

    /// Refuses another number of arguments than it takes.
    pub(crate) fn check(self, given: &usize) -> Result<(), Refusal> {
        match Self::ALL.iter().find(|(function, ..)| *function == self) {
            Some((_, name, least, most)) if !(least..=most).contains(&given) => {
                let detail = format!("{name} has {given} arguments, it takes {most}");
                Err(Refusal::invalid(detail, "give as many as it takes"))
            }
            _ => Ok(()),
        }
    }

    /// What it costs with these arguments, in values looked at: shapes are gone along.
    pub(crate) fn work(arguments: &[Value]) -> usize {
        let corners = arguments.iter().map(|argument| match argument {
            Value::Geometry(geometry) => 50 + 2 * geometry.coords_count(),
            _ => 1,
        });
        corners.sum()
    }

    /// What it comes to; nothing of values that it is not made for.
    pub(crate) fn of_values(self, arguments: &[Value], now: UtcMillis) -> Result<Value, Refusal> {
        if let Self::StRelate = self {
            return relate(arguments);
        }
        let found = match arguments {
            [] => self.constant(now),
            [Value::Text(text)] => self.of_text(text).or_else(|| self.of_number(&arguments[0])),
            [Value::Instant(instant)] => self.of_instant(*instant),
            [Value::Date(date)] => self.of_date_time(date.at(0, 0, 0, 0)),
            [Value::TimeOfDay(time)] => self.of_time(*time),
            [one] => self.of_number(one).or_else(|| self.of_geometry(&one.geometry()?)),
            [Value::Text(left), Value::Text(right)] => self.of_texts(left, right),
            [Value::Text(text), from @ Value::Whole(_)] => self.part(text, from, &Value::Whole(i64::MAX)),
            [Value::Text(text), from, length] => self.part(text, from, length),
            [left, right] => match (left.geometry(), right.geometry()) {
                (Some(left), Some(right)) => self.of_geometries(&left, &right),
                _ => None,
            },
            _ => None,
        };
        Ok(found.unwrap_or(Value::Null))
    }

    fn constant(self, now: UtcMillis) -> Option<Value> {
        let at = |timestamp: jiff::Timestamp| UtcMillis(timestamp.as_millisecond());
        Some(Value::Instant(match self {
            Self::Now => now,
            Self::MinDateTime => at(jiff::Timestamp::MIN),
            Self::MaxDateTime => at(jiff::Timestamp::MAX),
            _ => return None,
        }))
    }

    fn of_text(self, text: &str) -> Option<Value> {
        Some(match self {
            Self::Length => Value::Whole(text.chars().count() as i64),
            Self::ToLower => Value::text(text.to_lowercase()),
            Self::ToUpper => Value::text(text.to_uppercase()),
            Self::Trim => Value::text(text.trim().to_owned()),
            _ => return None,
        })
    }

    /// Of `substringof` the first is sought in the second, of all others the second in the first.
    fn of_texts(self, left: &str, right: &str) -> Option<Value> {
        Some(match self {
            Self::SubstringOf => Value::Bool(right.contains(left)),
            Self::StartsWith => Value::Bool(left.starts_with(right)),
            Self::EndsWith => Value::Bool(left.ends_with(right)),
            Self::IndexOf => {
                let at = left.find(right).map(|at| left[..at].chars().count() as i64);
                Value::Whole(at.unwrap_or(-1))
            }
            Self::Concat => Value::text(format!("{left}{right}")),
            _ => return None,
        })
    }

    /// Of `substring`: characters from one on, counted from 0.
    fn part(self, text: &str, from: &Value, length: &Value) -> Option<Value> {
        let (Value::Whole(from), Value::Whole(length), Self::Substring) = (from, length, self) else { return None };
        let whole = |number: &i64| usize::try_from(*number).unwrap_or(0);
        Some(Value::text(text.chars().skip(whole(from)).take(whole(length)).collect::<String>()))
    }

    fn of_number(self, value: &Value) -> Option<Value> {
        let number = value.number()?;
        Some(Value::Computed(match self {
            Self::Round => number.round(),
            Self::Floor => number.floor(),
            Self::Ceiling => number.ceil(),
            _ => return None,
        }))
    }

    /// All instants are told in UTC.
    fn of_instant(self, instant: UtcMillis) -> Option<Value> {
        let timestamp = jiff::Timestamp::from_millisecond(instant.0).ok()?;
        self.of_date_time(Offset::UTC.to_datetime(timestamp))
    }

    fn of_date_time(self, at: DateTime) -> Option<Value> {
        Some(match self {
            Self::Year => Value::Whole(at.year().into()),
            Self::Month => Value::Whole(at.month().into()),
            Self::Day => Value::Whole(at.day().into()),
            Self::Date => Value::Date(at.date()),
            Self::TotalOffsetMinutes => Value::Whole(0),
            _ => return self.of_time(at.time()),
        })
    }

    fn of_time(self, time: Time) -> Option<Value> {
        Some(match self {
            Self::Hour => Value::Whole(time.hour().into()),
            Self::Minute => Value::Whole(time.minute().into()),
            Self::Second => Value::Whole(time.second().into()),
            Self::FractionalSeconds => Value::Computed(f64::from(time.subsec_nanosecond()) / 1e9),
            Self::Time => Value::TimeOfDay(time),
            _ => return None,
        })
    }

    /// Lengths are in degrees, the unit of the coordinates.
    fn of_geometry(self, geometry: &Geometry) -> Option<Value> {
        let length = match geometry {
            Geometry::Line(line) => Euclidean.length(line),
            Geometry::LineString(line) => Euclidean.length(line),
            Geometry::MultiLineString(lines) => Euclidean.length(lines),
            _ => 0.0,
        };
        (self == Self::GeoLength).then_some(Value::Computed(length))
    }

    fn of_geometries(self, left: &Geometry, right: &Geometry) -> Option<Value> {
        match self {
            Self::GeoDistance => return Some(Value::Computed(Euclidean.distance(left, right))),
            Self::GeoIntersects => return Some(Value::Bool(left.intersects(right))),
            _ => {}
        }
        let relation: fn(&IntersectionMatrix) -> bool = match self {
            Self::StEquals => IntersectionMatrix::is_equal_topo,
            Self::StDisjoint => IntersectionMatrix::is_disjoint,
            Self::StTouches => IntersectionMatrix::is_touches,
            Self::StWithin => IntersectionMatrix::is_within,
            Self::StOverlaps => IntersectionMatrix::is_overlaps,
            Self::StCrosses => IntersectionMatrix::is_crosses,
            Self::StIntersects => IntersectionMatrix::is_intersects,
            Self::StContains => IntersectionMatrix::is_contains,
            _ => return None,
        };
        Some(Value::Bool(relation(&left.relate(right))))
    }
}

/// Whether two geometries relate as a pattern of the DE-9IM says (OGC 06-103r4, 6.1.15).
fn relate(arguments: &[Value]) -> Result<Value, Refusal> {
    let [left, right, Value::Text(pattern)] = arguments else { return Ok(Value::Null) };
    let (Some(left), Some(right)) = (left.geometry(), right.geometry()) else { return Ok(Value::Null) };
    let wrong =
        || Refusal::invalid(MATRIX, "write it like st_relate(location, geography'POINT(7.31 51.55)', 'T********')");
    left.relate(&right).matches(pattern).map(Value::Bool).map_err(|_| wrong())
}
