//! Keys and values in words.

use rusqlite::types::Value;
use smartpole_model::{Mean, Outcome, PropertyNo, Quarter, Series, UtcMillis, Verdict};
use smartpole_pipeline::{Entry, Fold, NameKind};
use smartpole_window::{Aggregate, Aggregates, Block, Row, RowValue};

/// Series that are shown of a row that differs in many.
const SERIES: usize = 2;

/// Names things as the fold does.
pub(super) struct Words<'a>(pub(super) &'a Fold);

impl Words<'_> {
    fn name(&self, kind: NameKind, number: i64, what: &str) -> String {
        let id = u32::try_from(number).ok().and_then(|number| self.0.name(kind, number));
        id.map_or_else(|| format!("{what} number {number}"), |id| format!("{what} {id}"))
    }

    pub(super) fn device(&self, number: i64) -> String {
        self.name(NameKind::Device, number, "device")
    }

    pub(super) fn source(&self, number: i64) -> String {
        self.name(NameKind::Source, number, "source")
    }

    /// Key: quarter, device.
    pub(super) fn block(&self, key: &[Value]) -> String {
        format!("{}, quarter from {}", self.device(int(key, 1)), quarter(int(key, 0)))
    }

    pub(super) fn revision(&self, key: &[Value]) -> String {
        format!("{}, revision {}", self.block(key), int(key, 2))
    }

    pub(super) fn rollup(&self, key: &[Value]) -> String {
        let level = match int(key, 0) {
            1 => "hour",
            2 => "day",
            _ => "CET day",
        };
        let (kind, what) = match int(key, 1) {
            1 => (NameKind::Device, "device"),
            2 => (NameKind::Pole, "pole"),
            _ => (NameKind::Zone, "zone"),
        };
        format!("{}, {level} from {}", self.name(kind, int(key, 2), what), UtcMillis(int(key, 3)))
    }

    pub(super) fn hour_of_source(&self, key: &[Value]) -> String {
        let hour = UtcMillis(int(key, 0).saturating_mul(3_600_000));
        format!("{}, hour from {hour}, {}", self.source(int(key, 1)), entry(int(key, 2)))
    }

    pub(super) fn day_of_device(&self, key: &[Value]) -> String {
        format!("{}, {}", self.device(int(key, 1)), day(int(key, 0)))
    }

    fn series(&self, series: Series) -> String {
        let property = self.0.inputs().registry.properties.get(series.property);
        let id = property.map_or_else(|| format!("property {}", series.property.0), |property| property.id.clone());
        if series.channel == 0 { id } else { format!("{id}/{}", series.channel) }
    }

    /// Key: device, property, channel, minute.
    pub(super) fn heard(&self, key: &[Value]) -> String {
        let number = |at| u16::try_from(int(key, at)).unwrap_or(u16::MAX);
        let series = Series { property: PropertyNo(number(1)), channel: number(2).to_le_bytes()[0] };
        let at = UtcMillis(int(key, 3).saturating_mul(60_000));
        format!("{}, {} from {at}", self.device(int(key, 0)), self.series(series))
    }

    /// A stored integer of a series as what was measured.
    fn decimal(&self, series: Series, value: i64) -> String {
        let property = self.0.inputs().registry.properties.get(series.property);
        property.map_or_else(|| value.to_string(), |property| property.decimal(value).to_string())
    }

    /// A sum; that of sound levels is of energies, which have no resolution.
    fn sum(&self, series: Series, sum: i64) -> String {
        let property = self.0.inputs().registry.properties.get(series.property);
        match property.map(|property| property.mean) {
            Some(Mean::Energy) => format!("energy {sum}"),
            _ => format!("sum {}", self.decimal(series, sum)),
        }
    }

    /// A row of readings.
    pub(super) fn reading(&self, time: UtcMillis, values: &[RowValue]) -> String {
        let value =
            |value: &RowValue| format!("{} {}", self.series(value.series), self.decimal(value.series, value.value));
        format!("{time} {}", values.iter().map(value).collect::<Vec<_>>().join(", "))
    }

    fn aggregate(&self, series: Series, of: Option<&Aggregate>) -> String {
        let name = self.series(series);
        let Some(Aggregate { count, sum, min, max, excluded, flags, revisions, .. }) = of else {
            return format!("no {name}");
        };
        let [min, max] = [min, max].map(|value| self.decimal(series, *value));
        let excluded = if *excluded == 0 { String::new() } else { format!(", {excluded} excluded") };
        let flags = if flags.is_empty() { String::new() } else { format!(", flags {:#x}", flags.0) };
        let revisions = if *revisions == 0 { String::new() } else { format!(", {revisions} revisions") };
        format!("{name} count {count}, {}, {min} to {max}{excluded}{flags}{revisions}", self.sum(series, *sum))
    }

    /// The series in which two aggregates differ.
    pub(super) fn aggregates(&self, stored: Option<&Value>, folded: Option<&Value>) -> (Vec<String>, Vec<String>) {
        let (Some(stored), Some(folded)) = (stored, folded) else { return Default::default() };
        let read = |value: &Value| Aggregates::unpack(blob(value)).ok();
        let (Some(kept), Some(made)) = (read(stored), read(folded)) else {
            return one(bytes(blob(stored), blob(folded)), bytes(blob(folded), blob(stored)));
        };
        let all = kept.0.iter().chain(&made.0).map(|(series, _)| *series);
        let all: std::collections::BTreeSet<Series> = all.collect();
        let differ: Vec<Series> = all.into_iter().filter(|series| kept.get(*series) != made.get(*series)).collect();
        let text = |of: &Aggregates| {
            let shown = differ.iter().take(SERIES).map(|series| self.aggregate(*series, of.get(*series)));
            let more = differ.len().checked_sub(SERIES).filter(|more| *more > 0);
            shown.chain(more.map(|more| format!("{more} more series"))).collect()
        };
        (text(&kept), text(&made))
    }

    /// The first row in which two blocks differ.
    pub(super) fn rows(&self, stored: &Value, folded: &Value) -> (Vec<String>, Vec<String>) {
        let read = |value: &Value| Block::unpack(Quarter(0), blob(value)).map(|block| block.rows()).ok();
        let packed = || one(bytes(blob(stored), blob(folded)), bytes(blob(folded), blob(stored)));
        let (Some(kept), Some(made)) = (read(stored), read(folded)) else { return packed() };
        let same = kept.iter().zip(&made).take_while(|(kept, made)| kept == made).count();
        let text = |row: Option<&Row>, n: usize| row.map_or_else(|| format!("{n} readings"), |row| self.offset(row));
        match (kept.get(same), made.get(same)) {
            (None, None) => packed(), // totals next to it
            (row, other) => one(text(row, kept.len()), text(other, made.len())),
        }
    }

    fn offset(&self, row: &Row) -> String {
        let values = row.values.iter().map(|value| {
            let flags = if value.flags.is_empty() { String::new() } else { format!(" flags {:#x}", value.flags.0) };
            format!("{} {}{flags}", self.series(value.series), self.decimal(value.series, value.value))
        });
        let (at, lag) = (row.event_time.0, row.received_at.since(row.event_time));
        format!("at +{} s, {lag} ms late: {}", at / 1_000, values.collect::<Vec<_>>().join(", "))
    }
}

fn one(stored: String, folded: String) -> (Vec<String>, Vec<String>) {
    (vec![stored], vec![folded])
}

pub(super) fn int(row: &[Value], column: usize) -> i64 {
    match row.get(column) {
        Some(Value::Integer(n)) => *n,
        _ => 0,
    }
}

pub(super) fn blob(value: &Value) -> &[u8] {
    if let Value::Blob(bytes) = value { bytes } else { &[] }
}

pub(super) fn quarter(number: i64) -> String {
    if number == i64::from(i32::MIN) {
        return "never".to_owned();
    }
    i32::try_from(number).map_or_else(|_| number.to_string(), |number| Quarter(number).start().to_string())
}

pub(super) fn day(number: i64) -> String {
    let text = UtcMillis(number.saturating_mul(86_400_000)).to_string();
    format!("day {}", text.get(..10).unwrap_or(&text))
}

/// Key: kind, number.
pub(super) fn numbered(key: &[Value]) -> String {
    format!("{} number {}", kind(int(key, 0)), int(key, 1))
}

fn kind(number: i64) -> &'static str {
    match number {
        1 => "device",
        2 => "pole",
        3 => "zone",
        _ => "source",
    }
}

/// An entry of the ledger.
pub(super) fn entry(number: i64) -> String {
    let found = u16::try_from(number).ok().and_then(Entry::from_number);
    match found {
        None => format!("entry {number}"),
        Some(Entry::Journalled) => "messages journalled".to_owned(),
        Some(Entry::Message(Outcome::Uplink)) => "messages uplink".to_owned(),
        Some(Entry::Message(Outcome::Control)) => "messages control".to_owned(),
        Some(Entry::Message(Outcome::Duplicate)) => "messages duplicate".to_owned(),
        Some(Entry::Message(Outcome::Quarantined(reason))) => format!("messages quarantined: {}", reason.code()),
        Some(Entry::Decoded) => "readings decoded".to_owned(),
        Some(Entry::Reading(Verdict::Accepted)) => "readings accepted".to_owned(),
        Some(Entry::Reading(Verdict::Duplicate)) => "readings duplicate".to_owned(),
        Some(Entry::Reading(Verdict::Quarantined(reason))) => format!("readings quarantined: {}", reason.code()),
        Some(Entry::Aggregatable) => "readings for windows".to_owned(),
        Some(Entry::OnTime) => "readings on time".to_owned(),
        Some(Entry::Late) => "readings late".to_owned(),
        Some(Entry::Expired) => "readings expired".to_owned(),
        Some(Entry::Replaced) => "readings replaced".to_owned(),
        Some(Entry::Superseded) => "readings superseded".to_owned(),
        Some(Entry::Excluded(flag)) => format!("readings excluded: {}", flag.code()),
    }
}

/// Bytes from where they differ from others.
pub(super) fn bytes(of: &[u8], other: &[u8]) -> String {
    let same = of.iter().zip(other).take_while(|(one, other)| one == other).count();
    let next: String = of.iter().skip(same).take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{} bytes, from byte {same} {next}", of.len())
}
