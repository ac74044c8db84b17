//! `alerts.toml`.

use expect_test::expect;
use smartpole_model::registry::{AlertRules, AlertSeverity, DayTime};

use crate::fixture::{check, files, parse};

const POLES: &str =
    "id,name,place,lat,lon,switch_point\nAM-01,,Am Markt,51.5476,7.3115,S-1\nAM-02,,Am Markt,51.5478,7.3118,\n";

fn rules(text: &str) -> AlertRules {
    parse(&files(&[("poles.csv", POLES), ("alerts.toml", text)])).registry.alerts
}

#[test]
fn what_a_file_does_not_say_is_as_without_one() {
    let without = parse(&files(&[("poles.csv", POLES)])).registry.alerts;
    assert_eq!(rules("# nothing\n"), without);
    let mut changed = rules("[silent]\nintervals = 6\nseverity = \"note\"\n[flood]\nenabled = false\n");
    let silent = changed.silent.as_mut().unwrap();
    assert_eq!((silent.when.intervals, silent.when.least_s, silent.severity), (6, 900, AlertSeverity::Note));
    assert_eq!(changed.flood.take(), None);
    (changed.silent, changed.flood) = (without.silent.clone(), without.flood.clone());
    assert_eq!(changed, without);
}

#[test]
fn hours_without_power_are_of_the_clock_or_of_the_sun() {
    let text = "[[power_off]]\nfrom = \"sunrise\"\nto = \"sunset\"\nswitch_points = [\"S-1\"]\n[[power_off]]\nfrom = \"22:30\"\nto = \"05:00\"\nmargin_min = 5\n";
    let off = rules(text).power_off;
    assert_eq!((off[0].from, off[0].to, off[0].margin_min), (DayTime::Sunrise, DayTime::Sunset, 30));
    assert_eq!((off[1].from, off[1].to, off[1].margin_min), (DayTime::Minute(1_350), DayTime::Minute(300), 5));
}

#[test]
fn every_mistake_is_named_at_once() {
    let text = r#"
[silent]
intervals = 1
severity = "urgent"
[batery]
[[battery]]
property = "pm2_5"
[[limit_value]]
property = "pm25"
above = 50
[[limit_value]]
property = "pm2_5"
above = 50.001
[[power_off]]
switch_points = ["S-2"]
from = "noon"
to = "sunset"
[disk]
free = 3
"#;
    check(
        &[("poles.csv", POLES), ("alerts.toml", text)],
        &expect![[r#"
        alerts.toml:3: intervals: 1 is out of bounds
          hint: use 2 to 1000
        alerts.toml:4: severity: unknown severity `urgent`
          hint: use one of act, watch, note
        alerts.toml:5: batery: unknown key `batery`
          hint: did you mean `battery`?
        alerts.toml:6: empty: `empty` is missing
          hint: add `empty = 0.5`
        alerts.toml:9: property: unknown property `pm25`
          hint: did you mean `pm2_5`?
        alerts.toml:13: above: 50.001 does not fit `pm2_5`, which has 2 decimals
          hint: use fewer decimals or a smaller number
        alerts.toml:15: switch_points: no pole hangs on the switch point `S-2`
          hint: did you mean `S-1`?
        alerts.toml:16: from: `noon` is no time of day
          hint: write "sunrise", "sunset", or hours and minutes of the local day like "07:30"
        alerts.toml:19: free: unknown key `free`
          hint: remove it
    "#]],
    );
}
