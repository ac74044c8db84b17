use std::path::Path;

use expect_test::expect;
use proptest::prelude::*;
use smartpole_model::{Flag, Flags, Inputs, TimeSource, registry::Files};

use super::*;
use crate::Cell;

fn property(id: &str) -> ObservedProperty {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/castrop-rauxel");
    let read = |name: &str| (name.to_owned(), std::fs::read(folder.join(name)).unwrap());
    let mut files = Files::from(["properties.toml", "poles.csv", "zones.geojson"].map(read));
    files.insert("devices.csv".to_owned(), b"id,pole,profile,from,line,direction\n".to_vec());
    let inputs = Inputs::parse(&files).unwrap_or_else(|problems| panic!("{problems:#?}"));
    inputs.registry.properties.by_id(id).unwrap().clone()
}

fn devices(ids: &[&str]) -> Vec<(String, DeviceNo)> {
    ids.iter().zip(0..).map(|(id, number)| ((*id).to_owned(), DeviceNo(number))).collect()
}

fn asked(ids: &[&str], channel: Option<u8>) -> String {
    let (devices, property) = (devices(ids), property("pm2_5"));
    let (from, to) = (UtcMillis(1_000), UtcMillis(2_000));
    statement(&Wanted { devices: &devices, property: &property, channel, from, to, limit: 7 }, Some(7))
}

#[test]
fn rows_are_asked_for_in_the_order_of_time_by_device_and_channel() {
    expect![[r#"SELECT "pm2_5", "pm2_5_flags", "received_at", "time_source", "device"::tag, "line"::tag FROM "air_quality" WHERE ("device" = 'a' OR "device" = 'O\'Neill, b') AND "line" = '1' AND time >= 1000ms AND time < 2000ms AND "pm2_5" >= -9300000000000000000.0 LIMIT 7"#]]
        .assert_eq(&asked(&["a", "O'Neill, b"], Some(1)));
}

#[test]
fn many_devices_are_asked_for_among_all_if_there_is_no_limit() {
    let (property, ids) = (property("pm2_5"), (0..=NAMED).map(|n| format!("d{n}")).collect::<Vec<_>>());
    let devices = devices(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    let (from, to) = (UtcMillis(1_000), UtcMillis(2_000));
    let asked = |limit: Option<usize>, channel| {
        let limited = limit.unwrap_or(usize::MAX);
        statement(&Wanted { devices: &devices, property: &property, channel, from, to, limit: limited }, limit)
    };
    assert!(asked(None, None).contains(r#"FROM "air_quality" WHERE time >= 1000ms"#), "{}", asked(None, None));
    assert!(asked(None, Some(2)).contains(r#"WHERE "line" = '2' AND time >="#), "{}", asked(None, Some(2)));
    assert!(asked(Some(9), None).contains(r#"OR "device" = 'd100') AND time >="#), "{}", asked(Some(9), None));
}

/// What InfluxQL reads of a text in quotation marks, and what is left behind it (`ScanString` in influxql's `scanner.go`).
fn scanned(text: &str) -> Option<(String, &str)> {
    let mut characters = text.char_indices();
    let (_, end) = characters.next()?;
    let mut read = String::new();
    while let Some((at, character)) = characters.next() {
        match character {
            '\n' => return None,
            '\\' => match characters.next()?.1 {
                'n' => read.push('\n'),
                escaped @ ('\\' | '"' | '\'') => read.push(escaped),
                _ => return None,
            },
            character if character == end => return Some((read, &text[at + 1..])),
            character => read.push(character),
        }
    }
    None
}

proptest! {
    #[test]
    fn no_id_ends_its_quotation_marks(id in r#"(\PC|[\\'"\n;=, ]){0,40}"#) {
        let tag = as_tag(&id);
        for quoted in [Queries::text(&tag), Queries::quoted(&tag)] {
            let statement = quoted + " OR";
            prop_assert_eq!(scanned(&statement), Some((tag.clone(), " OR")));
        }
    }
}

fn row(time: i64, value: Cell, flags: Cell, received_at: i64, device: &str) -> Vec<Cell> {
    let text = |text: &str| Cell::Text(text.to_owned());
    vec![Cell::Int(time), value, flags, Cell::Int(received_at), text("gateway"), text(device), text("1")]
}

fn read(rows: &[Vec<Cell>]) -> Result<Vec<Option<Reading>>, QueryError> {
    let names = ["time", "pm2_5", "pm2_5_flags", "received_at", "time_source", "device", "line"];
    let table = crate::Table {
        measurement: "air_quality".to_owned(),
        tags: std::collections::BTreeMap::new(),
        columns: names.map(str::to_owned).to_vec(),
        rows: Vec::new(),
    };
    let (property, devices) = (property("pm2_5"), devices(&["a"]).into_iter().collect());
    let columns = Columns::of(&table, &property)?;
    rows.iter().map(|row| columns.reading(row, &devices)).collect()
}

#[test]
fn a_row_is_the_reading_that_was_sent() {
    let decimal = |text: &str| Cell::Decimal(text.to_owned());
    let flags = Cell::Text("out_of_range,stuck".to_owned());
    let rows = [
        row(5, decimal("7.31"), flags, 9, "a"),
        row(6, Cell::Int(-2), Cell::Null, 9, "a"),
        row(7, Cell::Null, Cell::Null, 9, "a"),
        row(8, Cell::Int(1), Cell::Null, 9, "another"),
    ];
    let found = read(&rows).unwrap();
    let first = Reading {
        device: DeviceNo(0),
        series: smartpole_model::Series { property: property("pm2_5").number, channel: 1 },
        event_time: UtcMillis(5),
        received_at: UtcMillis(9),
        value: 731,
        flags: Flags::NONE.with(Flag::OutOfRange).with(Flag::Stuck),
        time_source: TimeSource::Gateway,
    };
    let second = Reading { event_time: UtcMillis(6), value: -200, flags: Flags::NONE, ..first };
    assert_eq!(found, [Some(first), Some(second), None, None]);
}

#[test]
fn a_point_that_is_none_of_ours_is_an_error_and_no_reading() {
    let mut foreign = row(5, Cell::Int(7), Cell::Null, 9, "a");
    foreign[4] = Cell::Text("sundial".to_owned());
    let error = read(&[foreign]).unwrap_err().to_string();
    assert!(error.contains("the point at 5 ms was not written by this program"), "{error}");
}
