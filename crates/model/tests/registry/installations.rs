//! Where devices hang, from when to when, and in which state.

use expect_test::expect;
use smartpole_model::{
    UtcMillis,
    registry::{Device, InstallationState},
};

use crate::fixture::{check, files, parse};

const HEADER: &str = "id,pole,profile,from,to,state,reversed,height_m,width_m\n";

#[track_caller]
fn device(rows: &str) -> Device {
    parse(&files(&[("devices.csv", &format!("{HEADER}{rows}"))])).registry.devices.remove(0)
}

fn at(time: &str) -> UtcMillis {
    time.parse().unwrap()
}

#[test]
fn what_a_row_says_of_an_installation_is_read() {
    let device = device("a,AM-01,counter,2026-05-01,2026-06-01,maintenance,2;0;2,3.55,4\n");
    let installation = &device.installations[0];
    // midnights of Europe/Berlin, in summer
    assert_eq!((installation.from, installation.to), (at("2026-04-30T22:00:00Z"), at("2026-05-31T22:00:00Z")));
    assert_eq!((installation.state, &installation.reversed), (InstallationState::Maintenance, &vec![0, 2]));
    assert_eq!((installation.height_cm, installation.width_cm), (Some(355), Some(400)));
}

#[test]
fn what_is_not_said_is_an_active_installation_for_ever() {
    let device = device("a,AM-01,counter,,,,,,\n");
    let installation = &device.installations[0];
    assert_eq!((installation.from, installation.to), (UtcMillis(i64::MIN), UtcMillis(i64::MAX)));
    assert_eq!((installation.state, installation.reversed.len()), (InstallationState::Active, 0));
    assert_eq!((installation.height_cm, installation.width_cm), (None, None));
}

#[test]
fn an_open_end_is_the_next_begin_and_a_written_one_leaves_a_gap() {
    let rows = "a,AM-02,station,2026-05-01T00:00:00Z,2026-06-01T00:00:00Z,,,,\na,AM-01,station,,,,,,\n\
        a,AM-01,station,2026-07-01T00:00:00Z,,stock,,,\n";
    let device = device(rows);
    let ends: Vec<UtcMillis> = device.installations.iter().map(|installation| installation.to).collect();
    assert_eq!(ends, [at("2026-05-01T00:00:00Z"), at("2026-06-01T00:00:00Z"), UtcMillis(i64::MAX)]);
    let pole = |time: &str| Some(device.active_at(at(time))?.pole);
    assert_eq!(pole("2026-04-30T23:59:59.999Z"), Some(0));
    assert_eq!(pole("2026-05-31T23:59:59.999Z"), Some(1));
    assert_eq!((pole("2026-06-01T00:00:00Z"), pole("2026-07-01T00:00:00Z")), (None, None));
}

#[test]
fn installations_that_meet_do_not_overlap_and_those_that_do_are_named_with_both_lines() {
    let meeting = "a,AM-01,station,,2026-05-01,,,,\na,AM-02,station,2026-05-01,,,,,\n";
    assert_eq!(device(meeting).installations.len(), 2);
    let overlapping = meeting.replacen("2026-05-01", "2026-05-02", 1);
    check(
        &[("devices.csv", &format!("{HEADER}{overlapping}"))],
        &expect![[r#"
            devices.csv:3: from: device `a` stands on line 2 until 2026-05-01T22:00:00Z, and here from 2026-04-30T22:00:00Z
              hint: end line 2 when this one begins, or leave its `to` empty
        "#]],
    );
}

#[test]
fn mistakes_in_installations_are_reported_together() {
    let rows = "a,AM-01,station,2026-05-01,2026-05-01,,,,\nb,AM-01,station,,bald,aktiv,1;x,100.01,0\n\
        c,AM-01,station,2026-06-01,2026-05-01,stok,256,-1,-0.5\nd,AM-01,station,,,,,100,0.01\n";
    check(
        &[("devices.csv", &format!("{HEADER}{rows}"))],
        &expect![[r#"
            devices.csv:2: to: the end is not after the begin, 2026-04-30T22:00:00Z
              hint: write in `to` the first day or instant after the span
            devices.csv:3: height_m: "100.01" is no length of at most 100 m
              hint: write metres like 3.5, or leave it empty
            devices.csv:3: reversed: "1;x" is no list of channels
              hint: write channels from 0 to 255 with `;` between, like "0" or "0;2", or leave it empty
            devices.csv:3: state: unknown state `aktiv`
              hint: use one of stock, commissioning, active, maintenance, retired
            devices.csv:3: to: "bald" is no date
              hint: write a date like 2026-01-31 or a time like 2026-01-31T08:00:00Z, or leave it empty for "still"
            devices.csv:3: width_m: "0" is no length of at most 100 m
              hint: write metres like 3.5, or leave it empty
            devices.csv:4: height_m: "-1" is no length of at most 100 m
              hint: write metres like 3.5, or leave it empty
            devices.csv:4: reversed: "256" is no list of channels
              hint: write channels from 0 to 255 with `;` between, like "0" or "0;2", or leave it empty
            devices.csv:4: state: unknown state `stok`
              hint: did you mean `stock`?
            devices.csv:4: to: the end is not after the begin, 2026-05-31T22:00:00Z
              hint: write in `to` the first day or instant after the span
            devices.csv:4: width_m: "-0.5" is no length of at most 100 m
              hint: write metres like 3.5, or leave it empty
        "#]],
    );
}
