//! `calibrations.csv`: corrections of devices, and what they rest on.

use std::collections::BTreeMap;

use super::{
    Calibration, Collocation, Device, Problem, Profile, Registry, devices, instant,
    names::Names,
    properties::Properties,
    spans::{self, Overlap},
    table::{self, Layout, Row},
    targets,
};
use crate::{Decimal, Kind, Series, UtcMillis};

/// The file's name.
pub(super) const FILE: &str = "calibrations.csv";

pub(super) const LAYOUT: Layout = Layout {
    file: FILE,
    required: &["device", "property", "offset", "gain"],
    optional: &[
        "channel",
        "from",
        "to",
        "reference",
        "reference_from",
        "reference_to",
        "slope",
        "intercept",
        "r2",
        "rmse",
    ],
    key: &["device", "property", "channel", "from"],
    numbers: &["offset", "gain", "slope", "intercept", "r2", "rmse"],
    secret: false,
};

/// Columns of the comparison: all of them, or none.
const REPORT: [&str; 7] = ["reference", "reference_from", "reference_to", "slope", "intercept", "r2", "rmse"];

const ZERO: Decimal = Decimal { mantissa: 0, decimals: 0 };
const ONE: Decimal = Decimal { mantissa: 1, decimals: 0 };

/// Calibrations of each series of each device, with their lines.
type BySeries = BTreeMap<(usize, Series), Vec<(Calibration, usize)>>;

/// Reads the calibrations and gives them to their devices, whose ids are `ids`.
pub(super) fn read(
    text: &str,
    registry: &mut Registry,
    ids: &Names,
    properties: &Properties,
    problems: &mut Vec<Problem>,
) {
    let mut found = BySeries::new();
    table::rows(text, &LAYOUT, problems, |row, problems| {
        let device = device_id(row, ids, problems);
        let calibration = calibration(row, properties, problems);
        let index = registry.device_index(&device);
        if let (Some(index), Some(calibration)) = (index, calibration) {
            problems.extend(unmapped(row, registry, &registry.devices[index], calibration.series));
            found.entry((index, calibration.series)).or_default().push((calibration, row.line));
        }
    });
    for ((index, _), calibrations) in found {
        let device: &mut Device = &mut registry.devices[index];
        device.calibrations.extend(spans::in_order(calibrations, |overlap| {
            let Overlap { line, until, next_line, from } = overlap;
            let until = if until == instant::STILL { "on".to_owned() } else { format!("until {until}") };
            let begin = if from == instant::ALWAYS { "always".to_owned() } else { format!("from {from}") };
            let message = format!("line {line} holds {until}, and this one for the same series {begin}");
            let hint = format!("end line {line} when this one begins, or remove one of them");
            problems.push(Problem::new(FILE, message, hint).at_line(next_line).in_field("from"));
        }));
        device.calibrations.shrink_to_fit();
    }
}

/// What is wrong with a correction of a series that the mapping of none of the device's profiles gives, as nothing else does. A codec
/// that names properties itself may give more than is expected of it: there it is for [`Registry::expects`]. It was not asked for before.
fn unmapped(row: &Row<'_>, registry: &Registry, device: &Device, series: Series) -> Option<Problem> {
    let never = |profile: &Profile| profile.codec.needs_mapping() && !profile.maps(series);
    let message = || {
        let (id, property, channel) = (&device.id, row.get("property"), series.channel);
        format!(
            "no `[[mapping]]` of the profile of `{id}` gives `{property}` of channel {channel}, so that it never comes"
        )
    };
    let hint = "name a property and channel of a `[[mapping]]` of the device's profile, or add one there";
    let is_wrong = registry.holds_for_profiles(device, never);
    is_wrong.then(|| row.problem("property", message(), hint).sparing_kept())
}

fn device_id(row: &Row<'_>, ids: &Names, problems: &mut Vec<Problem>) -> String {
    let id = devices::bare_id(row.get("device"));
    if let Some(hint) = ids.missing(&id, devices::FILE) {
        problems.push(row.problem("device", format!("unknown device `{id}`"), hint));
    }
    id
}

fn calibration(row: &Row<'_>, properties: &Properties, problems: &mut Vec<Problem>) -> Option<Calibration> {
    let series = series(row, properties, problems);
    let span = instant::span(row, ["from", "to"], problems);
    let offset = number(row, "offset", Some(ZERO), problems);
    let gain = number(row, "gain", Some(ONE), problems);
    if let Some(gain) = gain.filter(|gain| gain.mantissa <= 0) {
        problems.push(row.problem("gain", format!("{gain} is not above 0"), "use the factor, 1 for none"));
    }
    let collocation = collocation(row, problems);
    let (from, to) = span?;
    Some(Calibration { series: series?, from, to, offset: offset?, gain: gain?, collocation: collocation? })
}

/// Only levels are corrected: a count that is multiplied is none any more.
fn series(row: &Row<'_>, properties: &Properties, problems: &mut Vec<Problem>) -> Option<Series> {
    let id = row.get("property");
    if let Some(hint) = properties.missing(id) {
        problems.push(row.problem("property", format!("unknown property `{id}`"), hint));
    }
    let property = properties.catalogue.by_id(id);
    if property.is_some_and(|property| !matches!(property.kind, Kind::Gauge | Kind::Index)) {
        let message = format!("`{id}` is no gauge and no index");
        problems.push(row.problem("property", message, "only these are calibrated; compare counts with manual ones"));
    }
    let channel = match row.get("channel") {
        "" => Some(0),
        channel => channel.parse().ok(),
    };
    if channel.is_none() {
        let message = format!("{:?} is no channel", row.get("channel"));
        problems.push(row.problem("channel", message, "use 0 to 255, or leave it empty for 0"));
    }
    Some(Series { property: property?.number, channel: channel? })
}

/// The number in a column; `empty` where nothing stands there.
fn number(row: &Row<'_>, column: &str, empty: Option<Decimal>, problems: &mut Vec<Problem>) -> Option<Decimal> {
    let cell = row.get(column);
    let number = if cell.is_empty() { empty } else { row.decimal(column) };
    if number.is_none() {
        problems.push(row.problem(column, format!("{cell:?} is no number"), "write a number like 1.07"));
    }
    number
}

/// The comparison, `Some(None)` if there is none; `None` if it is flawed.
fn collocation(row: &Row<'_>, problems: &mut Vec<Problem>) -> Option<Option<Collocation>> {
    let missing: Vec<&str> = REPORT.into_iter().filter(|column| row.get(column).is_empty()).collect();
    if missing.len() == REPORT.len() {
        return Some(None);
    }
    if let Some(first) = missing.first() {
        let message = format!("a comparison needs {} too", missing.join(", "));
        let hint = "fill in all columns from `reference` to `rmse`, or none of them";
        problems.push(row.problem(first, message, hint));
        return None;
    }
    let span = instant::span(row, ["reference_from", "reference_to"], problems);
    let [slope, intercept, r2, rmse] =
        ["slope", "intercept", "r2", "rmse"].map(|column| number(row, column, None, problems));
    let r2 = bounded(row, ("r2", r2), Some(ONE), problems);
    let rmse = bounded(row, ("rmse", rmse), None, problems);
    let (from, to): (UtcMillis, UtcMillis) = span?;
    let reference = row.get("reference").to_owned();
    Some(Some(Collocation { reference, from, to, slope: slope?, intercept: intercept?, r2: r2?, rmse: rmse? }))
}

/// The same number, if it is at least 0 and at most `most`.
fn bounded(
    row: &Row<'_>,
    (column, number): (&str, Option<Decimal>),
    most: Option<Decimal>,
    problems: &mut Vec<Problem>,
) -> Option<Decimal> {
    let number = number?;
    if number.mantissa < 0 || most.is_some_and(|most| targets::compare(number, most).is_gt()) {
        let range = most.map_or_else(|| "0 or more".to_owned(), |most| format!("0 to {most}"));
        problems.push(row.problem(column, format!("{number} is out of bounds"), format!("use {range}")));
        return None;
    }
    Some(number)
}
