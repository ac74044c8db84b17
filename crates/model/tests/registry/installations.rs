//! Where devices hang, from when to when, and in which state.

use expect_test::expect;
use smartpole_model::{
    Inputs, UtcMillis,
    registry::{Device, InstallationState},
};

use crate::fixture::{COUNTER, STATION, check, files, parse};

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
    let device = device("a,AM-01,station,2026-05-01,2026-06-01,maintenance,2;0;2,3.55,4\n");
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

const LINES: &str = "[[mapping]]\npath = \"b\"\nproperty = \"people_in\"\nunit = \"1\"\nchannel = 2\n";

#[test]
fn a_reversed_channel_is_a_line_of_the_profile_as_far_as_its_lines_are_known_and_one_in_force_stays() {
    let native = |codec: &str| {
        let counts = codec != "decentlab_dl_pm";
        let sensing = if counts { "sensing = \"tof\"\n" } else { "" };
        let counter = if counts { "[counter]\nwidth_bits = 32\n" } else { "" };
        format!("name = \"S\"\ncodec = \"{codec}\"\ninterval_s = 600\npayload_time = true\n{sensing}{counter}")
    };
    let refused = |profile: &str, channel: u8| {
        let devices = format!("{HEADER}a,AM-01,counter,,,,{channel},,\n");
        let files = files(&[("devices.csv", &devices), ("profiles/counter.toml", profile)]);
        assert_eq!(Inputs::parse_kept(files.clone()).unwrap().registry.devices[0].installations[0].reversed, [channel]);
        let problems = Inputs::parse(&files).err().unwrap_or_default();
        assert!(problems.iter().all(|problem| problem.field.as_deref() == Some("reversed")), "{problems:?}");
        !problems.is_empty()
    };
    let two_lines = format!("{COUNTER}{LINES}");
    assert_eq!([0, 1, 2, 3].map(|channel| refused(&two_lines, channel)), [false, true, false, true]);
    assert_eq!([0, 1].map(|channel| refused(&native("imbuildings_people_counter"), channel)), [false, true]);
    assert_eq!([0, 1].map(|channel| refused(&native("milesight_vs121"), channel)), [false, true]);
    assert_eq!([3, 4].map(|channel| refused(&native("milesight_vs133"), channel)), [false, true]);
    assert!(refused(&native("decentlab_dl_pm"), 0), "it counts nothing");
    assert!(!refused(STATION, 255), "nobody knows how many lines it has");
}

#[test]
fn a_reversed_channel_without_a_line_is_told_with_those_that_have_one() {
    let devices = format!("{HEADER}a,AM-01,counter,,,,0;9,,\n");
    check(
        &[("devices.csv", &devices)],
        &expect![[r#"
            devices.csv:2: reversed: devices of the profile `counter` have no line on channel 9
              hint: name lines that are mounted the wrong way round by their channels: 0
        "#]],
    );
}

#[test]
fn no_reversed_channel_is_blamed_for_a_mapping_that_is_flawed() {
    let devices = format!("{HEADER}a,AM-01,counter,,,,2,,\n");
    for flawed in
        [COUNTER.replace("[[mapping]]", "[[mappin]]"), COUNTER.to_owned() + &LINES.replace("people_in", "persons")]
    {
        let files = files(&[("devices.csv", &devices), ("profiles/counter.toml", &flawed)]);
        let problems = Inputs::parse(&files).unwrap_err();
        assert!(problems.iter().all(|problem| problem.file == "profiles/counter.toml"), "{problems:?}");
    }
}
