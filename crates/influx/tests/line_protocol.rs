//! What we write, a parser of InfluxData's reads.
#![allow(clippy::unwrap_used)]

use influxdb_line_protocol::{FieldValue, parse_lines};
use proptest::prelude::*;
use smartpole_influx::{Field, Lines, Points, Series, Value};
use smartpole_model::{Decimal, UtcMillis};

/// A text of what is special, what is not, and what is rare.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z]{1,3}",
        prop::sample::select(vec![
            "\\", "\\\\", ",", "=", " ", "\"", "'", "#", "\n", "\r", "\t", "\0", "ü", "日", "\u{a0}", "𝄞"
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

#[derive(Clone, Debug)]
enum Wanted {
    Int(i64),
    Decimal(i64, u8),
    Text(String),
}

fn value() -> impl Strategy<Value = Wanted> {
    prop_oneof![
        any::<i64>().prop_map(Wanted::Int),
        (any::<i64>(), 0u8..=18).prop_map(|(mantissa, decimals)| Wanted::Decimal(mantissa, decimals)),
        text().prop_map(Wanted::Text),
    ]
}

fn field<'a>((key, value): (&'a &'static str, &'a Wanted)) -> Field<'a> {
    let value = match value {
        Wanted::Int(value) => Value::Int(*value),
        Wanted::Decimal(mantissa, decimals) => Value::Decimal(Decimal { mantissa: *mantissa, decimals: *decimals }),
        Wanted::Text(text) => Value::Text(text),
    };
    Field { key, value }
}

fn is_read_as(wanted: &Wanted, read: &FieldValue<'_>) -> bool {
    match (wanted, read) {
        (Wanted::Int(wanted), FieldValue::I64(read)) => wanted == read,
        (Wanted::Decimal(mantissa, decimals), FieldValue::F64(read)) => {
            let exact = Decimal { mantissa: *mantissa, decimals: *decimals }.to_string();
            exact.parse::<f64>().is_ok_and(|wanted| wanted.to_bits() == read.to_bits())
        }
        (Wanted::Text(wanted), FieldValue::String(read)) => wanted == read.as_str(),
        _ => false,
    }
}

const KEYS: [&str; 4] = ["a", "b_1", "c", "dd"];

proptest! {
    #[test]
    fn every_line_is_read_as_it_was_meant(
        points in prop::collection::vec((text(), text(), text(), prop::collection::vec(value(), 1..4), any::<i64>()), 1..5)
    ) {
        let mut lines = Lines::default();
        let series: Vec<Series> = points.iter().map(|(m, t, u, ..)| Series::new(m, &[("u", u), ("t", t)])).collect();
        for (series, (.., values, time)) in series.iter().zip(&points) {
            let fields: Vec<Field<'_>> = KEYS.iter().zip(values).map(field).collect();
            lines.point(series, &fields, UtcMillis(*time), 1);
        }
        let written = std::str::from_utf8(lines.bytes()).unwrap();
        let read: Vec<_> = parse_lines(written).collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(read.len(), points.len());
        for ((read, series), (.., values, time)) in read.iter().zip(&series).zip(&points) {
            prop_assert_eq!(read.series.measurement.as_str(), series.measurement());
            let tags: Vec<_> = read.series.tag_set.iter().flatten().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            prop_assert_eq!(tags, series.tags().collect::<Vec<_>>());
            prop_assert_eq!(read.timestamp, Some(*time));
            prop_assert_eq!(read.field_set.len(), values.len());
            for ((key, wanted), (read_key, read)) in KEYS.iter().zip(values).zip(&read.field_set) {
                prop_assert_eq!(read_key.as_str(), *key);
                prop_assert!(is_read_as(wanted, read), "{:?} was read as {:?}", wanted, read);
            }
        }
    }

    #[test]
    fn names_without_what_line_protocol_cannot_hold_stay_as_they_are(name in "[a-zäöüß0-9 ,='\"()/+-]{1,40}") {
        let series = Series::new(&name, &[("pole", &name)]);
        prop_assert_eq!(series.measurement(), &*name);
        prop_assert_eq!(series.tags().collect::<Vec<_>>(), [("pole", &*name)]);
    }
}
