use std::{path::Path, sync::Arc};

use expect_test::{Expect, expect};
use smartpole_model::{
    DeviceNo, Flag, Flags, Inputs, PoleNo, PropertyNo, Series as Of, TimeSource, UtcMillis, ZoneNo, registry::Files,
};
use smartpole_store::{Grain, KeptValue, KeptWindow, State, WindowKey};
use smartpole_window::{Aggregate, Level, NewRow, RowValue};

use super::*;
use crate::{Lines, Resolution};

const POLES: &str = "id,name,place,lat,lon\nSP1,One,Am Markt,51.55,7.31\nSP2,Two,Two,51.56,7.32\n";

/// The project's own catalogue, with two poles in nested zones.
fn inputs() -> Arc<Inputs> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/castrop-rauxel");
    let mut files = Files::new();
    files.insert("properties.toml".to_owned(), std::fs::read(folder.join("properties.toml")).unwrap());
    let devices = "id,pole,profile,from,line,direction\n\
                   d1,SP1,pole,,,\nd1,SP2,pole,2026-11-02T00:00:00Z,,\n";
    let zone = |id: &str, kind: &str, parent: &str, poles: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{"id":"{id}","name":"{id}","kind":"{kind}","parent":{parent},"count":"cross_section","poles":[{poles}]}},"geometry":null}}"#
        )
    };
    let both = r#""SP1","SP2""#;
    let zones = [
        zone("city", "city", "null", both),
        zone("altstadt", "district", "\"city\"", both),
        zone("am-markt", "place", "\"altstadt\"", "\"SP1\""),
    ];
    let zones = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, zones.join(","));
    let texts = [
        ("poles.csv", POLES.to_owned()),
        ("devices.csv", devices.to_owned()),
        ("zones.geojson", zones),
        (
            "profiles/pole.toml",
            "name = \"Pole\"\ncodec = \"smartpole\"\ninterval_s = 60\npayload_time = true\n".to_owned(),
        ),
        ("fold.toml", "city = \"Castrop, =Rauxel\"".to_owned()),
    ];
    files.extend(texts.map(|(name, text)| (name.to_owned(), text.into_bytes())));
    Arc::new(Inputs::parse(&files).unwrap_or_else(|problems| panic!("{problems:#?}")))
}

fn schema(options: &Options) -> Schema {
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    let (devices, poles, zones) = (ids(&["d1", "gone"]), ids(&["SP1", "SP2"]), ids(&["city", "altstadt", "am-markt"]));
    Schema::new(&inputs(), Names { devices, poles, zones }, options)
}

fn value(id: &str, channel: u8, value: i64, flags: Flags) -> RowValue {
    let property = inputs().registry.properties.by_id(id).unwrap().number;
    RowValue { series: Of { property, channel }, value, flags }
}

const AT: &str = "2026-11-01T12:00:00Z";

fn row(values: &[RowValue], at: &str) -> (Lines, Left) {
    of(DeviceNo(0), values, at, &Options::default())
}

fn of(device: DeviceNo, values: &[RowValue], at: &str, options: &Options) -> (Lines, Left) {
    let event_time: UtcMillis = at.parse().unwrap();
    let row = NewRow { event_time, received_at: event_time.plus(1_500), time_source: TimeSource::Payload, values };
    let mut lines = Lines::default();
    let left = schema(options).reading(device, &row, &mut lines);
    (lines, left)
}

#[track_caller]
fn says(lines: &Lines, expected: &Expect) {
    expected.assert_eq(std::str::from_utf8(lines.bytes()).unwrap());
}

#[test]
fn a_sample_is_a_point_a_theme_and_channel() {
    let stuck = Flags::NONE.with(Flag::Stuck).with(Flag::OutOfRange);
    let values = [
        value("pm2_5", 0, 730, Flags::NONE),
        value("people_in", 0, 4, Flags::NONE),
        value("people_in", 1, 2, Flags::NONE),
        value("pm10", 0, 1_200, stuck),
        value("temperature", 0, -5, Flags::NONE),
    ];
    let (lines, left) = row(&values, AT);
    says(
        &lines,
        &expect![[r#"
            air_quality,city=Castrop\,\ \=Rauxel,device=d1,line=0,pole=SP1,zone=am-markt pm2_5=7.3,pm10=12,pm10_flags="out_of_range,stuck",received_at=1793534401500i,time_source="payload" 1793534400000
            footfall,city=Castrop\,\ \=Rauxel,device=d1,line=0,pole=SP1,zone=am-markt people_in=4i,received_at=1793534401500i,time_source="payload" 1793534400000
            footfall,city=Castrop\,\ \=Rauxel,device=d1,line=1,pole=SP1,zone=am-markt people_in=2i,received_at=1793534401500i,time_source="payload" 1793534400000
            weather,city=Castrop\,\ \=Rauxel,device=d1,line=0,pole=SP1,zone=am-markt temperature=-0.05,received_at=1793534401500i,time_source="payload" 1793534400000
        "#]],
    );
    assert_eq!((lines.readings_total(), lines.readings(0), left), (5, 2, Left::default()));
}

#[test]
fn a_device_that_moved_leaves_its_history_behind_in_the_smallest_zone() {
    let values = [value("people_in", 0, 4, Flags::NONE)];
    let (lines, _) = row(&values, "2026-11-03T12:00:00Z");
    assert!(lines.line(0).starts_with(br"footfall,city=Castrop\,\ \=Rauxel,device=d1,line=0,pole=SP2,zone=altstadt "));
}

#[test]
fn a_device_that_left_the_registry_keeps_its_name() {
    let (lines, _) = of(DeviceNo(1), &[value("people_in", 0, 4, Flags::NONE)], AT, &Options::default());
    assert!(lines.line(0).starts_with(br"footfall,city=Castrop\,\ \=Rauxel,device=gone,line=0 people_in=4i,"));
}

#[test]
fn what_the_target_does_not_want_and_what_nobody_knows_is_counted() {
    let unknown = RowValue { series: Of { property: PropertyNo(60_000), channel: 0 }, value: 1, flags: Flags::NONE };
    let values = [value("pm2_5", 0, 730, Flags::NONE), value("people_in", 0, 4, Flags::NONE), unknown];
    let options = Options { themes: vec!["footfall".to_owned()], ..Options::default() };
    let (lines, left) = of(DeviceNo(0), &values, AT, &options);
    assert_eq!((lines.readings_total(), left), (1, Left { filtered: 1, unknown: 1 }));
}

fn window(scope: Scope, grain: Grain, revisions: i32, state: State, mut values: Vec<KeptValue>) -> KeptWindow {
    values.iter_mut().for_each(|value| (value.aggregate.revisions, value.state) = (revisions, state));
    KeptWindow { key: WindowKey { scope, grain, start: AT.parse().unwrap() }, values }
}

fn kept(id: &str, channel: u8, aggregate: Aggregate, expected: i64) -> KeptValue {
    let mean = (aggregate.count > 0).then(|| aggregate.sum as f64 / aggregate.count as f64);
    KeptValue { series: value(id, channel, 0, Flags::NONE).series, aggregate, state: State::Open, mean, expected }
}

fn points(window: &KeptWindow, options: &Options) -> Lines {
    let mut lines = Lines::default();
    schema(options).window(window, &mut lines);
    lines
}

#[test]
fn windows_of_devices_poles_and_zones_are_measurements_of_their_own() {
    let pm = Aggregate {
        count: 14,
        sum: 10_225,
        min: 700,
        max: 810,
        excluded: 1,
        flags: Flags::NONE.with(Flag::OutOfRange),
        ..Aggregate::default()
    };
    let people = Aggregate { count: 15, sum: 61, interpolated: 1, ..Aggregate::default() };
    let values = || vec![kept("people_in", 0, people, 15), kept("pm2_5", 0, pm, 15)];
    let device = window(Scope::Device(DeviceNo(0)), Grain::Quarter, 0, State::Provisional, values());
    says(
        &points(&device, &Options::default()),
        &expect![[r#"
            air_quality_15m,city=Castrop\,\ \=Rauxel,device=d1,line=0,pole=SP1,zone=am-markt pm2_5_count=14i,pm2_5_sum=102.25,pm2_5_min=7,pm2_5_max=8.1,pm2_5_mean=7.304,pm2_5_coverage=93.3,pm2_5_excluded=1i,pm2_5_flags="out_of_range",revision=0i,state="provisional" 1793534400000
            footfall_15m,city=Castrop\,\ \=Rauxel,device=d1,line=0,pole=SP1,zone=am-markt people_in_count=15i,people_in_sum=61i,people_in_coverage=100,people_in_flags="interpolated",revision=0i,state="provisional" 1793534400000
        "#]],
    );
    let only = Options { themes: vec!["footfall".to_owned()], ..Options::default() };
    let pole = window(Scope::Pole(PoleNo(1)), Grain::Level(Level::Hour), 2, State::Corrected, values());
    let zone = window(Scope::Zone(ZoneNo(2)), Grain::Level(Level::Day), 0, State::Open, values());
    let mut lines = points(&pole, &only);
    schema(&only).window(&zone, &mut lines);
    says(
        &lines,
        &expect![[r#"
            footfall_1h_pole,city=Castrop\,\ \=Rauxel,pole=SP2,zone=altstadt people_in_count=15i,people_in_sum=61i,people_in_coverage=100,people_in_excluded=0i,people_in_flags="interpolated",revision=2i,state="corrected" 1793534400000
            footfall_1d_zone,city=Castrop\,\ \=Rauxel,zone=am-markt people_in_count=15i,people_in_sum=61i,people_in_coverage=100,people_in_flags="interpolated",revision=0i,state="open" 1793534400000
        "#]],
    );
}

#[test]
fn a_point_is_revised_when_one_of_its_properties_was() {
    let passed = Aggregate { count: 15, sum: 61, ..Aggregate::default() };
    let values =
        || vec![kept("people_in", 0, passed, 15), kept("people_out", 0, passed, 15), kept("pm2_5", 0, passed, 15)];
    let mut one = window(Scope::Pole(PoleNo(1)), Grain::Level(Level::Hour), 0, State::Final, values());
    (one.values[1].aggregate.revisions, one.values[1].state) = (2, State::Corrected);
    let lines = points(&one, &Options::default());
    let states: Vec<String> = (0..2).map(|at| String::from_utf8_lossy(lines.line(at)).into_owned()).collect();
    assert!(states[0].contains("revision=0i,state=\"final\""), "{states:?}");
    assert!(states[1].contains("people_out_flags=\"\",revision=2i,state=\"corrected\""), "{states:?}");
}

#[test]
fn a_correction_takes_remarks_back_and_an_empty_window_has_no_mean() {
    let none = Aggregate { excluded: 3, ..Aggregate::default() };
    let empty =
        window(Scope::Device(DeviceNo(0)), Grain::Quarter, 1, State::Corrected, vec![kept("pm2_5", 0, none, 0)]);
    says(
        &points(&empty, &Options::default()),
        &expect![[r#"
            air_quality_15m,city=Castrop\,\ \=Rauxel,device=d1,line=0,pole=SP1,zone=am-markt pm2_5_count=0i,pm2_5_sum=0,pm2_5_excluded=3i,pm2_5_flags="",revision=1i,state="corrected" 1793534400000
        "#]],
    );
    let back = Aggregate { count: 3, sum: 30, min: 10, max: 10, ..Aggregate::default() };
    let hour = window(
        Scope::Device(DeviceNo(0)),
        Grain::Level(Level::Hour),
        2,
        State::Corrected,
        vec![kept("pm2_5", 0, back, 1)],
    );
    says(
        &points(&hour, &Options::default()),
        &expect![[r#"
        air_quality_1h,city=Castrop\,\ \=Rauxel,device=d1,line=0,pole=SP1,zone=am-markt pm2_5_count=3i,pm2_5_sum=0.3,pm2_5_min=0.1,pm2_5_max=0.1,pm2_5_mean=0.1,pm2_5_coverage=100,pm2_5_excluded=0i,pm2_5_flags="",revision=2i,state="corrected" 1793534400000
    "#]],
    );
}

#[test]
fn the_measurements_of_a_schema_are_known_beforehand() {
    let footfall = Options { themes: vec!["footfall".to_owned()], ..Options::default() };
    expect![[r#"
        [
            "footfall",
            "footfall_15m",
            "footfall_1h",
            "footfall_1d",
            "footfall_1h_pole",
            "footfall_1d_pole",
            "footfall_1h_zone",
            "footfall_1d_zone",
        ]
    "#]]
    .assert_debug_eq(&schema(&footfall).measurements());
    let readings = Options { resolution: vec![Resolution::Raw], ..footfall };
    assert_eq!(schema(&readings).measurements(), ["footfall"]);
    let days =
        Options { properties: vec!["people_in".to_owned()], resolution: vec![Resolution::Day], ..Options::default() };
    assert_eq!(schema(&days).measurements(), ["footfall_1d", "footfall_1d_pole", "footfall_1d_zone"]);
}

/// Which of the points of readings and windows a target gets, by the start of their lines.
fn gets(options: &Options) -> (Vec<String>, Left) {
    let values = [value("pm2_5", 0, 730, Flags::NONE), value("people_in", 0, 4, Flags::NONE)];
    let mut left = Left::default();
    let mut lines = Lines::default();
    let mut schema = schema(options);
    for (device, at) in [(0, AT), (0, "2026-11-03T12:00:00Z"), (1, AT)] {
        let event_time: UtcMillis = at.parse().unwrap();
        let row = NewRow { event_time, received_at: event_time, time_source: TimeSource::Payload, values: &values };
        left.add(schema.reading(DeviceNo(device), &row, &mut lines));
        schema.mended(DeviceNo(device), &row, &mut lines);
    }
    let people = Aggregate { count: 15, sum: 61, ..Aggregate::default() };
    let device = (Scope::Device(DeviceNo(0)), Grain::Quarter);
    let [pole_1, pole_2] = [0, 1].map(|pole| (Scope::Pole(PoleNo(pole)), Grain::Level(Level::Hour)));
    let zones = [0, 1, 2].map(|zone| (Scope::Zone(ZoneNo(zone)), Grain::Level(Level::Day)));
    for (scope, grain) in [device, pole_1, pole_2].into_iter().chain(zones) {
        schema.window(&window(scope, grain, 0, State::Final, vec![kept("people_in", 0, people, 15)]), &mut lines);
    }
    let line = |at: usize| {
        let text = String::from_utf8(lines.line(at).to_vec()).unwrap();
        let (_, rest) = text.split_once("Rauxel,").unwrap();
        format!("{} {}", text.split(',').next().unwrap(), rest.split(' ').next().unwrap())
    };
    let mut all: Vec<String> = (0..lines.len()).map(line).collect();
    all.sort_unstable();
    all.dedup();
    (all, left)
}

#[test]
fn a_zone_lets_pass_what_hung_on_its_poles_then_and_what_lies_within_it() {
    let options = Options { zones: vec!["am-markt".to_owned()], ..Options::default() };
    let (points, left) = gets(&options);
    expect![[r#"
        [
            "air_quality device=d1,line=0,pole=SP1,zone=am-markt",
            "footfall device=d1,line=0,pole=SP1,zone=am-markt",
            "footfall_15m device=d1,line=0,pole=SP1,zone=am-markt",
            "footfall_1d_zone zone=am-markt",
            "footfall_1h_pole pole=SP1,zone=am-markt",
        ]
    "#]]
    .assert_debug_eq(&points);
    assert_eq!(left, Left { filtered: 4, unknown: 0 });
    let around =
        Options { zones: vec!["altstadt".to_owned()], resolution: vec![Resolution::Day], ..Options::default() };
    let (points, left) = gets(&around);
    assert_eq!(points, ["footfall_1d_zone zone=altstadt", "footfall_1d_zone zone=am-markt"]);
    assert_eq!(left, Left { filtered: 6, unknown: 0 });
}

#[test]
fn properties_and_resolution_let_pass_what_both_want() {
    let options = Options {
        properties: vec!["people_in".to_owned()],
        resolution: vec![Resolution::Raw, Resolution::Hour],
        ..Options::default()
    };
    let (points, left) = gets(&options);
    expect![[r#"
        [
            "footfall device=d1,line=0,pole=SP1,zone=am-markt",
            "footfall device=d1,line=0,pole=SP2,zone=altstadt",
            "footfall device=gone,line=0",
            "footfall_1h_pole pole=SP1,zone=am-markt",
            "footfall_1h_pole pole=SP2,zone=altstadt",
        ]
    "#]]
    .assert_debug_eq(&points);
    assert_eq!(left, Left { filtered: 3, unknown: 0 });
    let other_theme = Options { themes: vec!["noise".to_owned()], ..options };
    assert_eq!(gets(&other_theme).0, [""; 0]);
}

#[test]
fn a_reading_that_a_replay_took_out_of_its_windows_says_so_in_its_place() {
    let event_time: UtcMillis = AT.parse().unwrap();
    let values = [value("pm2_5", 0, 730, Flags::NONE.with(Flag::Superseded))];
    let row = NewRow { event_time, received_at: event_time, time_source: TimeSource::Payload, values: &values };
    let mut lines = Lines::default();
    schema(&Options::default()).mended(DeviceNo(0), &row, &mut lines);
    let text = String::from_utf8(lines.bytes().to_vec()).unwrap();
    assert!(text.contains(r#" pm2_5=7.3,pm2_5_flags="superseded","#), "{text}");
}
