//! Readings as observations, in the order of time.

use std::{cmp::Reverse, collections::BTreeMap, ops::ControlFlow};

use smartpole_model::{DeviceNo, Flag, Quarter, Series, UtcMillis};
use smartpole_sta::{Observation, Value, Walk, Wanted};
use smartpole_store::{Visited, WantedBlocks};
use smartpole_window::{Row, RowValue};

use super::{
    super::trace,
    city::{City, Datastream},
    id,
    past::Past,
    words::word,
};
use crate::problem::Problem;

/// Datastreams of a device that are wanted.
type OfDevice<'a> = Vec<(i64, &'a Datastream)>;

/// The observation of a number.
pub(super) fn one(city: &City<'_>, id: i64) -> Result<Option<Observation>, Problem> {
    let Some((course, time)) = id::observed(id) else { return Ok(None) };
    let Some(device) = city.device_of(course.device) else { return Ok(None) };
    let Some(pole) = pole_at(city, device, time.quarter()) else { return Ok(None) };
    let Some((datastream, found)) = city.datastream_of(course, pole) else { return Ok(None) };
    let kept = trace::kept(city.parts, course.device, found.series, time)?;
    Ok(kept.and_then(|kept| observation(city, (datastream, found), &kept.row, &kept.row.values, kept.value)))
}

/// Visits the observations of datastreams.
pub(super) fn walk(
    city: &City<'_>,
    wanted: &Wanted<'_>,
    visit: &mut dyn FnMut(Observation) -> ControlFlow<()>,
) -> Result<Walk, Problem> {
    let mut by_device: BTreeMap<DeviceNo, OfDevice<'_>> = BTreeMap::new();
    for id in wanted.datastreams {
        if let Some(datastream) = city.datastream(*id) {
            by_device.entry(datastream.course.device).or_default().push((*id, datastream));
        }
    }
    let devices: Vec<DeviceNo> = by_device.keys().copied().collect();
    let (from, to) = span(city, &by_device, wanted);
    let is_wanted = |device: DeviceNo, quarter: Quarter| {
        let own = by_device.get(&device).and_then(|own| own.first()).map(|(_, datastream)| datastream.device);
        let pole = own.and_then(|device| pole_at(city, device, quarter));
        pole.is_some_and(|pole| by_device[&device].iter().any(|(_, datastream)| datastream.pole == pole))
    };
    let blocks = WantedBlocks {
        devices: &devices,
        is_wanted: &is_wanted,
        from,
        to,
        newest_first: wanted.newest_first,
        sealed: city.parts.history.is_some(),
        most: wanted.blocks,
    };
    let properties = by_device.values().flatten().map(|(_, datastream)| datastream.series.property).collect();
    let mut past = Past::new(city.parts, &devices, properties);
    let mut away = None;
    let walk = city.parts.queries.walk(&blocks, |quarter, blocks| {
        let mut found = Vec::new();
        for (device, block) in blocks {
            match past.rows(*device, block) {
                Ok(rows) => {
                    let wanted = here(city, &by_device[device], quarter);
                    if let Visited::Sealed(block) = block {
                        city.note_missing(wanted.keys().copied(), block, &rows);
                    }
                    found.extend(of_block(city, &wanted, &rows));
                }
                Err(problem) => {
                    away = Some(problem);
                    return ControlFlow::Break(());
                }
            }
        }
        found.retain(|observation| observation.time >= from && observation.time < to);
        if wanted.newest_first {
            found.sort_by_key(|observation| Reverse((observation.time, observation.id)));
        } else {
            found.sort_by_key(|observation| (observation.time, observation.id));
        }
        found.into_iter().try_for_each(&mut *visit)
    })?;
    away.map_or(Ok(Walk { blocks: walk.looked_for, cut: walk.cut }), Err)
}

/// The part of the wanted span in which one of the devices worked at its pole.
fn span(city: &City<'_>, by_device: &BTreeMap<DeviceNo, OfDevice<'_>>, wanted: &Wanted<'_>) -> (UtcMillis, UtcMillis) {
    let datastreams = || by_device.values().flatten().map(|(_, datastream)| *datastream);
    let there = || {
        datastreams().flat_map(|datastream| {
            let installations = city.device(datastream).installations.iter();
            installations.filter(|installation| installation.pole == datastream.pole)
        })
    };
    let (first, last) = (there().map(|there| there.from).min(), there().map(|there| there.to).max());
    // a block belongs to where its device hung when it began
    let end = last.map_or(wanted.to, |last| last.plus(Quarter::MILLIS).min(wanted.to));
    (first.map_or(wanted.from, |first| first.max(wanted.from)), end)
}

/// Index of the pole at which a device, by its index, worked as a quarter began.
fn pole_at(city: &City<'_>, device: usize, quarter: Quarter) -> Option<usize> {
    city.inputs.registry.devices.get(device)?.active_at(quarter.start()).map(|installation| installation.pole)
}

/// Datastreams of a device at the pole where it worked as a quarter began, by series.
fn here<'a>(city: &City<'_>, wanted: &OfDevice<'a>, quarter: Quarter) -> BTreeMap<Series, (i64, &'a Datastream)> {
    let pole = wanted.first().and_then(|(_, datastream)| pole_at(city, datastream.device, quarter));
    let here = wanted.iter().filter(|(_, datastream)| Some(datastream.pole) == pole);
    here.map(|(id, datastream)| (datastream.series, (*id, *datastream))).collect()
}

fn of_block(city: &City<'_>, here: &BTreeMap<Series, (i64, &Datastream)>, rows: &[Row]) -> Vec<Observation> {
    let mut together: BTreeMap<UtcMillis, Vec<RowValue>> = BTreeMap::new();
    for row in rows {
        together.entry(row.event_time).or_default().extend(&row.values);
    }
    let mut found = Vec::new();
    for row in rows {
        for value in &row.values {
            let of = here.get(&value.series);
            found.extend(of.and_then(|of| observation(city, *of, row, &together[&row.event_time], *value)));
        }
    }
    found
}

fn observation(
    city: &City<'_>,
    (id, datastream): (i64, &Datastream),
    row: &Row,
    together: &[RowValue],
    value: RowValue,
) -> Option<Observation> {
    let property = city.property(datastream.series)?;
    let counted = city.parts.fold().counted(datastream.course.device, row.event_time, together, value);
    let counts = !counted.flags.intersects(property.excluded_by);
    let remarks: Vec<Value> = Flag::ALL
        .into_iter()
        .filter(|flag| counted.flags.contains(*flag))
        .map(|flag| Value::text(flag.code()))
        .collect();
    Some(Observation {
        id: id::observation(datastream.course, row.event_time)?,
        datastream: id,
        feature_of_interest: datastream.thing,
        time: row.event_time,
        result: if counts { Value::Decimal(property.decimal(counted.value)) } else { Value::Null },
        quality: if remarks.is_empty() { Value::Null } else { Value::List(remarks) },
        parameters: Value::object([
            ("measured", Value::Decimal(property.decimal(value.value))),
            ("received_at", Value::Instant(row.received_at)),
            ("time_source", word(row.time_source)),
        ]),
    })
}
