//! What another registry has otherwise.

use expect_test::{Expect, expect};
use smartpole_model::registry::{Difference, Move, Standing};

use crate::fixture::{DEVICES, POLES, ZONES, files, parse};

#[track_caller]
fn check(was: &[(&str, &str)], is: &[(&str, &str)], expect: &Expect) {
    let (was, is) = (parse(&files(was)).registry, parse(&files(is)).registry);
    let mut text = String::new();
    for Difference { kind, added, removed, changed } in was.differences(&is) {
        text += &format!("{kind}: +{added:?} -{removed:?} ~{changed:?}\n");
    }
    for Move { device, from, to, former, now } in was.moves(&is) {
        let time = |time: smartpole_model::UtcMillis| match time.0 {
            i64::MIN | i64::MAX => "…".to_owned(),
            _ => time.to_string(),
        };
        let standing = |of: Option<Standing>| {
            of.map_or("nowhere".to_owned(), |of| format!("{} as {} {:?}", of.pole, of.profile, of.state))
        };
        text += &format!("{device} {} to {}: {} → {}\n", time(from), time(to), standing(former), standing(now));
    }
    expect.assert_eq(&text);
}

#[test]
fn nothing_differs_by_order_or_by_a_pole_that_comes_before_the_others() {
    check(&[], &[], &expect![""]);
    let (header, rows) = POLES.split_once('\n').unwrap();
    let swapped: String = rows.lines().rev().map(|row| format!("{row}\n")).collect();
    check(&[], &[("poles.csv", &format!("{header}\n{swapped}"))], &expect![""]);
    let before = format!("{header}\nAM-00,,Am Markt,51.5474,7.3110\n{rows}");
    check(
        &[],
        &[("poles.csv", &before)],
        &expect![[r#"
        poles: +["AM-00"] -[] ~[]
        zones: +[] -[] ~["city"]
    "#]],
    );
}

#[test]
fn what_is_changed_is_named_and_a_zone_is_as_its_poles_are() {
    let moved = POLES.replace("51.5476,7.3115", "51.5476,7.5");
    let zones = ZONES.replace("\"count\":\"cross_section\"", "\"count\":\"none\"");
    let zones = zones.replace("[\"AM-02\"]", "[\"AM-01\",\"AM-02\"]");
    check(
        &[],
        &[("poles.csv", &moved), ("zones.geojson", &zones)],
        &expect![[r#"
        poles: +[] -[] ~["AM-01"]
        zones: +[] -[] ~["city", "markt"]
    "#]],
    );
}

#[test]
fn a_device_that_moves_is_named_with_the_time_from_when_it_hangs_elsewhere() {
    let moved = format!("{DEVICES}am-01-air,AM-02,station,2026-05-01,,\n");
    check(
        &[],
        &[("devices.csv", &moved)],
        &expect![[r#"
        devices: +[] -[] ~["am-01-air"]
        am-01-air 2026-04-30T22:00:00Z to …: AM-01 as station Active → AM-02 as station Active
    "#]],
    );
    let gone = DEVICES.lines().take(2).map(|line| format!("{line}\n")).collect::<String>();
    check(
        &[],
        &[("devices.csv", &gone)],
        &expect![[r#"
        devices: +[] -["70b3d5cd00011fb1"] ~[]
        70b3d5cd00011fb1 2026-02-28T23:00:00Z to …: AM-02 as counter Active → nowhere
    "#]],
    );
    let earlier = DEVICES.replace("2026-03-01", "2026-02-01");
    check(
        &[],
        &[("devices.csv", &earlier)],
        &expect![[r#"
        devices: +[] -[] ~["70b3d5cd00011fb1"]
        70b3d5cd00011fb1 2026-01-31T23:00:00Z to 2026-02-28T23:00:00Z: nowhere → AM-02 as counter Active
    "#]],
    );
}
