//! Values of a device that are sent together.

use std::collections::{BTreeMap, btree_map::Entry};

use serde::Serialize;
use serde_json::value::RawValue;
use smartpole_model::{Decimal, UtcMillis};

use super::{mapping::Mapping, mistakes::Mistake, table::Value};

/// Instants of a part, the most that the service takes at once.
const MOST: usize = 500;

/// Digits at which two numbers are compared: no property has more.
const DIGITS: u8 = 6;

/// A value and where it is from.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) line: u64,
    pub(crate) column: String,
    number: Decimal,
}

/// Values of one device, by instant and name, ascending.
#[derive(Clone, Debug, Default)]
pub(crate) struct Part(BTreeMap<UtcMillis, BTreeMap<String, Cell>>);

/// What the service takes.
#[derive(Debug, Serialize)]
pub(crate) struct Body<'a> {
    device: &'a str,
    samples: Vec<Sample<'a>>,
    pub(crate) dry_run: bool,
}

#[derive(Debug, Serialize)]
struct Sample<'a> {
    time: UtcMillis,
    values: BTreeMap<&'a str, Box<RawValue>>,
}

impl Part {
    /// Adds a value.
    ///
    /// # Errors
    /// If the file says something else of the same interval before.
    pub(crate) fn add(&mut self, mapping: &Mapping, line: u64, value: &Value) -> Result<(), Mistake> {
        let Some(meant) = mapping.series.get(value.series) else { return Ok(()) };
        let cell = Cell { line, column: meant.column.clone(), number: value.number };
        match self.0.entry(value.time).or_default().entry(meant.name()) {
            Entry::Vacant(free) => drop(free.insert(cell)),
            Entry::Occupied(known) => {
                let Cell { line: first, number, .. } = known.get();
                if number.at(DIGITS) != cell.number.at(DIGITS) {
                    let message = format!("{} here, and {number} on line {first} for the same time", cell.number);
                    return Err(Mistake::new(line, &meant.column, message, "remove one of the two lines"));
                }
            }
        }
        Ok(())
    }

    pub(crate) fn is_full(&self) -> bool {
        self.0.len() >= MOST
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where a value of a sample is from; without a name the sample's first one.
    pub(crate) fn cell(&self, sample: usize, name: Option<&str>) -> Option<&Cell> {
        let cells = self.0.values().nth(sample)?;
        name.map_or_else(|| cells.values().next(), |name| cells.get(name))
    }

    /// Leaves samples out; of those with a name only that value.
    pub(crate) fn leave_out(&mut self, unfit: &[(usize, Option<String>)]) {
        let times: Vec<UtcMillis> = self.0.keys().copied().collect();
        for (sample, name) in unfit {
            let Some(time) = times.get(*sample) else { continue };
            match name {
                Some(name) => drop(self.0.get_mut(time).and_then(|cells| cells.remove(name))),
                None => drop(self.0.remove(time)),
            }
        }
        self.0.retain(|_, cells| !cells.is_empty());
    }

    /// The body that the service takes.
    ///
    /// # Errors
    /// None: a decimal is a JSON number.
    pub(crate) fn body<'a>(&'a self, device: &'a str, dry_run: bool) -> serde_json::Result<Body<'a>> {
        let number =
            |(name, cell): (&'a String, &Cell)| Ok((name.as_str(), RawValue::from_string(cell.number.to_string())?));
        let sample = |(time, cells): (&UtcMillis, &'a BTreeMap<String, Cell>)| {
            let values = cells.iter().map(number).collect::<serde_json::Result<_>>()?;
            Ok(Sample { time: *time, values })
        };
        Ok(Body { device, samples: self.0.iter().map(sample).collect::<serde_json::Result<_>>()?, dry_run })
    }
}
