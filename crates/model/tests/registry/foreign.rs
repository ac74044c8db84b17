//! Places and profiles of what somebody else counted or measured.

use expect_test::expect;
use smartpole_model::{PropertyNo, registry::Sensing};

use crate::fixture::{POLES, STATION, check, files, parse};

const FOREIGN: &str = "name = \"Amtlich\"\ncodec = \"foreign\"\ninterval_s = 3600\npayload_time = true\n\
    sensing = \"reference_station\"\nexpected = [\"pm2_5\"]\n";

/// A pole of ours and a place of the Umweltbundesamt within the city's outline.
fn poles() -> String {
    let mut lines = POLES.lines();
    let header = lines.next().unwrap_or_default();
    let rest: String = lines.map(|line| format!("{line},\n")).collect();
    format!("{header},provider\n{rest}UBA-1,Eving,Dortmund,51.5479,7.3125,Umweltbundesamt\n")
}

fn devices(foreign: &str) -> String {
    format!("id,pole,profile\nam-01-air,AM-01,station\nuba-1,UBA-1,{foreign}\n")
}

#[test]
fn a_place_with_a_provider_is_foreign_and_in_no_zone_that_does_not_list_it() {
    let (poles, devices) = (poles(), devices("foreign"));
    let all = [("poles.csv", &*poles), ("devices.csv", &devices), ("profiles/foreign.toml", FOREIGN)];
    let registry = parse(&files(&all)).registry;
    let providers: Vec<_> = registry.poles.iter().map(|pole| (pole.provider.as_deref(), pole.zones.len())).collect();
    assert_eq!(providers, [(None, 1), (None, 1), (Some("Umweltbundesamt"), 0)]);
    assert_eq!(registry.profiles["foreign"].sensing, Sensing::ReferenceStation);
}

#[test]
fn default_rules_are_for_sensors_and_not_for_what_a_provider_has_judged() {
    let rules = "[[rule]]\nproperties = [\"pm2_5\"]\nuncalibrated = true\n";
    let of = |rules: &str| {
        let (poles, devices) = (poles(), devices("foreign"));
        let texts = [("poles.csv", &*poles), ("devices.csv", &devices), ("profiles/foreign.toml", FOREIGN)];
        let registry = parse(&files(&[&texts[..], &[("rules.toml", rules)]].concat())).registry;
        ["station", "foreign"].map(|profile| registry.quality_rules(PropertyNo(2), profile).uncalibrated)
    };
    assert_eq!(of(rules), [true, false]);
    let own = format!("{rules}[[rule]]\nproperties = [\"pm2_5\"]\nprofiles = [\"foreign\"]\nuncalibrated = true\n");
    assert_eq!(of(&own), [true, true]);
}

#[test]
fn foreign_series_and_sensors_of_our_own_do_not_share_a_place() {
    let camera = FOREIGN.replace("reference_station", "camera");
    check(
        &[
            ("poles.csv", &poles()),
            ("devices.csv", &(devices("station") + "ihk,AM-02,camera,\n").replace(",\n", "\n")),
            ("profiles/camera.toml", &camera),
        ],
        &expect![[r#"
            devices.csv:3: profile: `UBA-1` has a provider, and the profile `station` is one of our own sensors
              hint: choose a profile with `codec = "foreign"`, or leave the pole's `provider` empty
            devices.csv:4: pole: `camera` is a profile of foreign series, and `AM-02` is a pole of our own
              hint: add a place with a `provider` to poles.csv and put the device there
        "#]],
    );
}

#[test]
fn a_foreign_series_has_times_of_its_own_and_no_zone_lists_an_official_station() {
    let zones = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"z","name":"Z","kind":"place","parent":null,"count":"none","poles":["AM-01","AM-02","UBA-1"]},"geometry":null}]}"#;
    let untimed = FOREIGN.replace("payload_time = true", "payload_time = false");
    check(
        &[
            ("poles.csv", &poles()),
            ("devices.csv", &devices("foreign")),
            ("profiles/foreign.toml", FOREIGN),
            ("profiles/untimed.toml", &untimed),
            ("zones.geojson", zones),
        ],
        &expect![[r#"
            profiles/untimed.toml:4: payload_time: the codec gives records of former instants, each with its own time
              hint: set `payload_time = true`, or use the codec `object`
            zones.geojson: poles: zone `z` lists the official station `UBA-1`
              hint: take it out of `poles`: it stands beside the poles around it, and is never mixed with them
        "#]],
    );
    let provider = poles().replace("Umweltbundesamt", &"x".repeat(81));
    check(
        &[("poles.csv", &provider), ("profiles/station.toml", STATION)],
        &expect![[r#"
        poles.csv:4: provider: no name of at most 80 characters
          hint: write whose numbers these are, as it is to be cited
    "#]],
    );
}
