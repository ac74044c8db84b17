//! Points of eight values, as air sensors send them.

use smartpole_influx::{Field, Lines, Points, Series, Value};
use smartpole_model::{Decimal, UtcMillis};

const FIELDS: [(&str, u8); 8] =
    [("pm1", 1), ("pm2_5", 1), ("pm4", 1), ("pm10", 1), ("temp", 2), ("humidity", 1), ("no2", 1), ("people_in", 0)];

/// The series of `n` devices.
pub(crate) fn series(n: usize) -> Vec<Series> {
    let tags = |i: usize| (format!("70b3d57ba{i:07x}"), format!("CR-{:04}", i / 3));
    let series = |(device, pole): (String, String)| Series::new("air_quality", &[("device", &device), ("pole", &pole)]);
    (0..n).map(|i| series(tags(i))).collect()
}

/// Appends a point of each series.
pub(crate) fn write(lines: &mut Lines, series: &[Series], time: i64) {
    for (i, series) in series.iter().enumerate() {
        let mut seed = (i as i64).wrapping_mul(0x9e37_79b9).wrapping_add(time).wrapping_mul(0x85eb_ca6b);
        let fields = FIELDS.map(|(key, decimals)| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let digits = (seed >> 33).rem_euclid(1000);
            let value = match decimals {
                0 => Value::Int(digits),
                _ => Value::Decimal(Decimal { mantissa: digits, decimals }),
            };
            Field { key, value }
        });
        lines.point(series, &fields, UtcMillis(time), 8);
    }
}
