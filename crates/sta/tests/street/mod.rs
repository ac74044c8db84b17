//! Three lamps with a particle sensor and a microphone each, and an hour of observations, one a minute.
#![allow(missing_docs, dead_code, unreachable_pub, clippy::unwrap_used, reason = "helpers of tests")]

use std::{cell::Cell, ops::ControlFlow};

use smartpole_model::{Decimal, Position, UtcMillis};
use smartpole_sta::{Answer, Kind, Observation, Refusal, Source, SourceError, Value, Walk, Wanted, answer};

pub const MINUTE: i64 = 60_000;
/// 2026-11-29T10:00:00Z.
pub const START: i64 = 1_795_946_400_000;
const PROPERTIES: [&str; 2] = ["pm2_5", "noise"];

/// Lamp `n` has the datastreams `n1` and `n2`, the observations of datastream `d` are `d × 10,000 + minute`.
pub struct Street {
    /// Observations that were shown.
    pub walked: Cell<usize>,
    /// How many blocks are looked for to show one.
    pub blocks_an_observation: usize,
}

impl Default for Street {
    fn default() -> Self {
        Self { walked: Cell::new(0), blocks_an_observation: 1 }
    }
}

/// The answer to a path with a query that is not encoded, but for spaces.
pub fn ask(street: &Street, uri: &str) -> Result<Answer, Refusal> {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.to_owned(), value.replace("%20", " "))
    });
    answer(street, "http://sta", path, pairs.collect())
}

fn at(minute: i64) -> UtcMillis {
    UtcMillis(START + minute * MINUTE)
}

/// An hour of values 0 to 10, of which 5 are left out.
fn observation(datastream: i64, minute: i64) -> Observation {
    let value = minute % 11;
    Observation {
        id: datastream * 10_000 + minute,
        datastream,
        feature_of_interest: datastream / 10,
        time: at(minute),
        result: if minute == 5 { Value::Null } else { Value::Decimal(Decimal { mantissa: value * 10, decimals: 1 }) },
        quality: if minute == 5 { Value::List(vec![Value::text("spike")]) } else { Value::Null },
        parameters: Value::Null,
    }
}

impl Source for Street {
    fn now(&self) -> UtcMillis {
        at(120)
    }

    fn ids(&self, kind: Kind) -> Vec<i64> {
        match kind {
            Kind::Datastream | Kind::Sensor => vec![11, 12, 21, 22, 31, 32],
            Kind::ObservedProperty => vec![1, 2],
            _ => vec![1, 2, 3],
        }
    }

    fn property(&self, kind: Kind, id: i64, name: &'static str) -> Value {
        match (kind, name) {
            (Kind::Thing, "name") => Value::text(format!("lamp {id}")),
            (Kind::Thing, "properties") => {
                let zone = Value::text(if id == 1 { "north" } else { "south" });
                let zones = Value::List(vec![Value::text("all"), zone]);
                Value::object([("pole", Value::text(format!("P{id}"))), ("zones", zones)])
            }
            (Kind::Location, "location") => Value::Point(Position { lat: 51.55, lon: 7.3 + id as f64 / 100.0 }),
            (Kind::HistoricalLocation, "time") => Value::Instant(UtcMillis(START - (29 - id) * 24 * 60 * MINUTE)),
            (Kind::ObservedProperty, "name") => Value::text(PROPERTIES[id as usize - 1]),
            (Kind::Datastream, "name") => Value::text(format!("{} of {}", PROPERTIES[id as usize % 10 - 1], id / 10)),
            (Kind::Datastream, "unitOfMeasurement") => Value::object([("name", Value::text("ug/m3"))]),
            (_, "description") => Value::text("a test"),
            _ => Value::Null,
        }
    }

    fn related(&self, kind: Kind, id: i64, to: Kind) -> Vec<i64> {
        match (kind, to) {
            (Kind::Datastream, Kind::Thing) => vec![id / 10],
            (Kind::Datastream, Kind::ObservedProperty) => vec![id % 10],
            (Kind::Datastream | Kind::Sensor, _) => vec![id],
            (Kind::ObservedProperty, _) => vec![10 + id, 20 + id, 30 + id],
            (_, Kind::Datastream) => vec![10 * id + 1, 10 * id + 2],
            _ => vec![id],
        }
    }

    fn observation(&self, id: i64) -> Result<Option<Observation>, SourceError> {
        let (datastream, minute) = (id / 10_000, id % 10_000);
        let known = self.ids(Kind::Datastream).contains(&datastream) && minute < 60;
        Ok(known.then(|| observation(datastream, minute)))
    }

    fn observations(
        &self,
        wanted: &Wanted<'_>,
        visit: &mut dyn FnMut(Observation) -> ControlFlow<()>,
    ) -> Result<Walk, SourceError> {
        let all = (0..60).flat_map(|minute| wanted.datastreams.iter().map(move |id| observation(*id, minute)));
        let mut all: Vec<_> = all.filter(|found| wanted.from <= found.time && found.time < wanted.to).collect();
        if wanted.newest_first {
            all.reverse();
        }
        let mut blocks = 0;
        for found in all {
            if blocks >= wanted.blocks {
                return Ok(Walk { blocks, cut: true });
            }
            blocks += self.blocks_an_observation;
            self.walked.set(self.walked.get() + 1);
            if visit(found).is_break() {
                break;
            }
        }
        Ok(Walk { blocks, cut: false })
    }
}
