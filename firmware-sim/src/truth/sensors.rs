//! Reads sensors' own bytes, by their makers' descriptions: each value is a fraction, rounded once to its property's
//! resolution, half away from zero.

use smartpole_model::{Catalogue, Profile, Reason, Series, registry::Codec};

/// Property, numerator and denominator.
type Fraction = (&'static str, i128, i128);

/// The readings of a payload that is as the fleet's sensors make it.
pub(super) fn read(catalogue: &Catalogue, profile: &Profile, payload: &[u8]) -> Vec<Result<(Series, i64), Reason>> {
    let totals = ["people_in_total", "people_out_total"];
    let counts_totals =
        totals.iter().filter_map(|id| catalogue.by_id(id)).any(|p| profile.expected.contains(&p.number));
    let values = match profile.codec {
        Codec::DecentlabDlPm => dl_pm(payload),
        Codec::ImbuildingsPeopleCounter => imbuildings(payload, counts_totals),
        _ => vs133(payload),
    };
    let reading = |(id, numerator, denominator): Fraction| {
        let property = catalogue.by_id(id).ok_or(Reason::UnknownProperty)?;
        let value = rounded(numerator * 10i128.pow(property.decimals.into()), denominator);
        Ok((Series { property: property.number, channel: 0 }, value as i64))
    };
    values.into_iter().map(reading).collect()
}

fn rounded(numerator: i128, denominator: i128) -> i128 {
    numerator.signum() * ((2 * numerator.abs() + denominator) / (2 * denominator))
}

/// An unsigned number at a byte, most significant byte first.
fn u16_at(bytes: &[u8], at: usize) -> i128 {
    i128::from(bytes[at]) << 8 | i128::from(bytes[at + 1])
}

/// Version, id, flags, battery mV; PM1, PM2.5, PM4, PM10 in tenths and six more; temperature, humidity, pressure in 2 Pa.
fn dl_pm(bytes: &[u8]) -> Vec<Fraction> {
    let word = |index: usize| u16_at(bytes, 5 + 2 * index);
    let temperature = word(11) * 17_572 - 4685 * 65_536; // 175.72 t / 2¹⁶ − 46.85, times 100 · 2¹⁶
    let humidity = word(12) * 125 - 6 * 65_536;
    vec![
        ("battery_voltage", word(0), 1000),
        ("pm1", word(1), 10),
        ("pm2_5", word(2), 10),
        ("pm4", word(3), 10),
        ("pm10", word(4), 10),
        ("temperature", temperature, 100 * 65_536),
        ("relative_humidity", humidity, 65_536),
        ("pressure", word(13) * 2, 100),
    ]
}

/// Status, battery in 10 mV, in and out of the period, status, in and out in total, number.
fn imbuildings(bytes: &[u8], totals: bool) -> Vec<Fraction> {
    let counts = match totals {
        true => [("people_in_total", u16_at(bytes, 8), 1), ("people_out_total", u16_at(bytes, 10), 1)],
        false => [("people_in", u16_at(bytes, 3), 1), ("people_out", u16_at(bytes, 5), 1)],
    };
    [vec![("battery_voltage", u16_at(bytes, 1), 100)], counts.to_vec()].concat()
}

/// Two totals of 32 bits, each behind two bytes of type, least significant byte first.
fn vs133(bytes: &[u8]) -> Vec<Fraction> {
    let total = |at: usize| bytes[at..at + 4].iter().rev().fold(0, |total, byte| total << 8 | i128::from(*byte));
    vec![("people_in_total", total(2), 1), ("people_out_total", total(8), 1)]
}
