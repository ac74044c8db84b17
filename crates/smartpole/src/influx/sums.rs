//! Counts and sums of points, to compare what is kept with what a server has.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
};

use smartpole_influx::{Cell, Field, Points, Series, Table, Value};
use smartpole_model::UtcMillis;

/// Measurement and tags, as the server shows them.
type Key = (String, BTreeMap<String, String>);

/// Count and sum of one field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) count: u64,
    /// At `decimals` digits; 0 for texts.
    pub(super) sum: i128,
    pub(super) decimals: u8,
}

/// Sums of the fields of each series.
#[derive(Debug, Default)]
pub(super) struct Sums {
    series: HashMap<Series, Vec<(String, Sum)>>,
    /// Extremes that a series may have there alone: a window whose values were all taken back keeps its former ones, as no
    /// field can be emptied.
    stale: HashSet<(Key, String)>,
    pub(super) readings: u64,
    pub(super) windows: u64,
}

/// What time or the order of messages changes without any reading being another: the newest of several messages about one
/// instant, readings that should have come by now, and means, which are rounded.
fn is_compared(key: &str) -> bool {
    !["received_at", "time_source", "state"].contains(&key) && !key.ends_with("_coverage") && !key.ends_with("_mean")
}

impl Points for Sums {
    fn point(&mut self, series: &Series, fields: &[Field<'_>], _: UtcMillis, readings: u32) {
        self.readings += u64::from(readings);
        self.windows += u64::from(readings == 0);
        if !self.series.contains_key(series) {
            self.series.insert(series.clone(), Vec::new());
        }
        self.note_stale(series, fields);
        let Some(known) = self.series.get_mut(series) else { return };
        for Field { key, value } in fields.iter().filter(|field| is_compared(field.key)) {
            let at = known.iter().position(|(of, _)| of == key).unwrap_or_else(|| {
                known.push(((*key).to_owned(), Sum::default()));
                known.len() - 1
            });
            known[at].1.add(*value);
        }
    }
}

impl Sum {
    fn add(&mut self, value: Value<'_>) {
        self.count += 1;
        match value {
            Value::Int(value) => self.sum += i128::from(value),
            Value::Decimal(decimal) => {
                self.sum += i128::from(decimal.mantissa);
                self.decimals = decimal.decimals;
            }
            Value::Text(_) => {}
        }
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = 10i128.pow(self.decimals.into());
        let (whole, rest) = (self.sum / scale, (self.sum % scale).unsigned_abs());
        let sign = if self.sum < 0 && whole == 0 { "-" } else { "" };
        match self.decimals {
            0 => write!(f, "{} with sum {whole}", self.count),
            decimals => {
                write!(f, "{} with sum {sign}{whole}.{rest:0width$}", self.count, width = usize::from(decimals))
            }
        }
    }
}

/// A field of a series of which not the same is there and here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    key: Key,
    field: String,
    here: Sum,
    there: Sum,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key: (measurement, tags), field, here, there } = self;
        write!(f, "{measurement} {field}")?;
        tags.iter().try_for_each(|(key, value)| write!(f, " {key}={value}"))?;
        write!(f, ": city.db {here}; InfluxDB {there}")
    }
}

/// Whether a field is the same on both sides; of remarks there may be more there, as those that were taken back are written as none.
fn same(field: &str, here: Sum, there: Sum) -> bool {
    let counts = if field.ends_with("_flags") { here.count <= there.count } else { here.count == there.count };
    counts && here.sum == there.sum
}

/// Measurement and tags of a series.
fn key(series: &Series) -> Key {
    let tags = series.tags().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    (series.measurement().to_owned(), tags)
}

impl Sums {
    pub(super) fn series(&self) -> usize {
        self.series.len()
    }

    fn note_stale(&mut self, series: &Series, fields: &[Field<'_>]) {
        let emptied = fields.iter().filter(|field| field.value == Value::Int(0));
        for of in emptied.filter_map(|field| field.key.strip_suffix("_count")) {
            self.stale.extend(["min", "max"].map(|extreme| (key(series), format!("{of}_{extreme}"))));
        }
    }

    fn is_stale(&self, key: &Key, field: &str) -> bool {
        !self.stale.is_empty() && self.stale.contains(&(key.clone(), field.to_owned()))
    }

    /// Where a server's counts and sums (`SELECT count(*), sum(*) … GROUP BY *`) are others, both ways.
    pub(super) fn differences(&self, tables: Vec<Table>) -> Vec<Difference> {
        let mut there: BTreeMap<Key, BTreeMap<String, Sum>> = BTreeMap::new();
        let mut here: BTreeMap<Key, BTreeMap<String, Sum>> = BTreeMap::new();
        for (series, fields) in &self.series {
            here.insert(key(series), fields.iter().cloned().collect());
        }
        for table in tables {
            let fields = of(&table, |key| self.decimals(&table.measurement, key));
            let tags = table.tags.into_iter().filter(|(_, value)| !value.is_empty()).collect();
            there.insert((table.measurement, tags), fields);
        }
        let none = BTreeMap::new();
        let mut differences = Vec::new();
        let keys = here.keys().chain(there.keys().filter(|key| !here.contains_key(*key)));
        for key in keys {
            let (ours, theirs) = (here.get(key).unwrap_or(&none), there.get(key).unwrap_or(&none));
            for field in ours.keys().chain(theirs.keys().filter(|field| !ours.contains_key(*field))) {
                let sum = |of: &BTreeMap<String, Sum>| of.get(field).copied().unwrap_or_default();
                let (here, there) = (sum(ours), sum(theirs));
                if !self.is_stale(key, field) && !same(field, here, there) {
                    differences.push(Difference { key: key.clone(), field: field.clone(), here, there });
                }
            }
        }
        differences
    }

    /// Decimals of a field, by any series of its measurement; of a field that is not here 3, which is enough to show it.
    fn decimals(&self, measurement: &str, field: &str) -> u8 {
        let of = self.series.iter().filter(|(series, _)| series.measurement() == measurement);
        of.flat_map(|(_, fields)| fields).find(|(key, _)| key == field).map_or(3, |(_, sum)| sum.decimals)
    }
}

/// Counts and sums of a table.
fn of(table: &Table, decimals: impl Fn(&str) -> u8) -> BTreeMap<String, Sum> {
    let mut fields: BTreeMap<String, Sum> = BTreeMap::new();
    for (column, cell) in table.rows.iter().flat_map(|row| table.columns.iter().zip(row)) {
        match (column.strip_prefix("count_"), column.strip_prefix("sum_"), cell) {
            (Some(key), _, Cell::Int(count)) if is_compared(key) && *count > 0 => {
                fields.entry(key.to_owned()).or_default().count += count.unsigned_abs();
            }
            (_, Some(key), cell) if is_compared(key) => {
                let decimals = decimals(key);
                if let Some(sum) = scaled(cell, decimals) {
                    let field = fields.entry(key.to_owned()).or_default();
                    (field.sum, field.decimals) = (field.sum + sum, decimals);
                }
            }
            _ => {}
        }
    }
    fields
}

/// A number at so many decimals. The server sums up floats: what they lack of an exact sum is far below a digit of ours.
fn scaled(cell: &Cell, decimals: u8) -> Option<i128> {
    match cell {
        Cell::Int(value) => Some(i128::from(*value) * 10i128.pow(decimals.into())),
        Cell::Decimal(text) => {
            let value: f64 = text.parse().ok()?;
            Some((value * 10f64.powi(decimals.into())).round() as i128)
        }
        Cell::Null | Cell::Text(_) | Cell::Bool(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use smartpole_model::Decimal;

    use super::*;

    const PM: Field<'_> = Field { key: "pm2_5", value: Value::Decimal(Decimal { mantissa: -710, decimals: 2 }) };
    const PEOPLE: Field<'_> = Field { key: "people_in", value: Value::Int(4) };
    const FLAGS: Field<'_> = Field { key: "pm2_5_flags", value: Value::Text("stuck") };
    const RECEIVED: Field<'_> = Field { key: "received_at", value: Value::Int(9) };

    fn sums(fields: &[Field<'_>], times: usize) -> Sums {
        let series = Series::new("air_quality", &[("device", "d 1"), ("zone", "")]);
        let mut sums = Sums::default();
        (0..times).for_each(|_| sums.point(&series, fields, UtcMillis(0), 1));
        sums
    }

    fn table(device: &str, columns: &[(&str, Cell)]) -> Table {
        let tags = [("device", device), ("zone", "")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        let (names, row) = columns.iter().cloned().map(|(name, cell)| (name.to_owned(), cell)).unzip();
        Table { measurement: "air_quality".to_owned(), tags: tags.into(), columns: names, rows: vec![row] }
    }

    fn said(sums: &Sums, tables: Vec<Table>) -> Vec<String> {
        sums.differences(tables).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn equal_counts_and_sums_are_no_difference_whatever_a_float_lacks() {
        let sums = sums(&[PM, PEOPLE, FLAGS, RECEIVED], 3);
        let columns = [
            ("time", Cell::Int(0)),
            ("count_people_in", Cell::Int(3)),
            ("count_pm2_5", Cell::Int(3)),
            ("count_pm2_5_flags", Cell::Int(3)),
            ("count_received_at", Cell::Int(1)),
            ("sum_people_in", Cell::Int(12)),
            ("sum_pm2_5", Cell::Decimal("-21.299999999999997".to_owned())),
            ("sum_received_at", Cell::Int(7)),
        ];
        assert_eq!(said(&sums, vec![table("d 1", &columns)]), [""; 0]);
        assert_eq!((sums.series(), sums.readings, sums.windows), (1, 3, 0));
    }

    #[test]
    fn what_cannot_be_taken_back_there_is_no_difference() {
        let window =
            [Field { key: "pm2_5_count", value: Value::Int(0) }, Field { key: "pm2_5_excluded", value: Value::Int(2) }];
        let count = |n| ("count_pm2_5_count", Cell::Int(n));
        let more = [("count_pm2_5_max", Cell::Int(1)), ("sum_pm2_5_max", Cell::Int(9))];
        let columns = |n, excluded| {
            let excluded = [("count_pm2_5_excluded", Cell::Int(1)), ("sum_pm2_5_excluded", Cell::Int(excluded))];
            [vec![count(n), ("sum_pm2_5_count", Cell::Int(0))], excluded.to_vec(), more.to_vec()].concat()
        };
        assert_eq!(said(&sums(&window, 1), vec![table("d 1", &columns(1, 2))]), [""; 0]);
        assert_eq!(said(&sums(&window, 1), vec![table("d 1", &columns(1, 3))]).len(), 1);
        let remarks = |n| vec![table("d 1", &[("count_pm2_5_flags", Cell::Int(n))])];
        assert_eq!(said(&sums(&[FLAGS], 2), remarks(5)), [""; 0], "those taken back are written as none");
        assert_eq!(said(&sums(&[FLAGS], 2), remarks(1)).len(), 1);
    }

    #[test]
    fn what_lacks_on_either_side_is_named() {
        let columns = [("count_pm2_5", Cell::Int(1)), ("sum_pm2_5", Cell::Decimal("-7.1".to_owned()))];
        let tables =
            || vec![table("d 1", &columns), table("x", &[("count_pm2_5", Cell::Int(1)), ("sum_pm2_5", Cell::Int(2))])];
        assert_eq!(
            said(&sums(&[PM, PEOPLE], 2), tables()),
            [
                "air_quality people_in device=d 1: city.db 2 with sum 8; InfluxDB 0 with sum 0",
                "air_quality pm2_5 device=d 1: city.db 2 with sum -14.20; InfluxDB 1 with sum -7.10",
                "air_quality pm2_5 device=x: city.db 0 with sum 0; InfluxDB 1 with sum 2.00",
            ]
        );
        assert_eq!(said(&sums(&[], 0), vec![]), [""; 0]);
    }

    #[test]
    fn a_sum_is_shown_with_its_decimals() {
        let show = |sum, decimals| Sum { count: 1, sum, decimals }.to_string();
        assert_eq!(
            [show(-5, 2), show(105, 2), show(-105, 1), show(7, 0)],
            ["1 with sum -0.05", "1 with sum 1.05", "1 with sum -10.5", "1 with sum 7"]
        );
    }
}
