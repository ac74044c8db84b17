//! Mistakes in TOML files.

use expect_test::{Expect, expect};
use smartpole_model::{Flag, Flags};

use crate::fixture::{COUNTER, PROPERTIES, check};

const BROKEN_PROPERTIES: &str = r#"
[[property]]
id = "pm2_5"
number = 2
name_de = "Feinstaub"
name_en = 25
unit = "ug/m3"
kind = "guage"
decimals = 7
min = 10
max = 1
sentinel = [-1]
theme = "air_quality"

[[property]]
id = "people_in"
number = 2
name_de = "Hinein"
name_en = "In"
unit = "1"
kind = "gauge"
decimals = 0
min = 5
max = 1
theme = "footfall"
counts = "pm2_5"
excluded_by = ["stuk"]

[[property]]
id = "people_in_total"
number = 2
name_de = "Hinein, gesamt"
name_en = "In, total"
unit = "1"
kind = "total_count"
decimals = 0
min = 0
max = 1e30
theme = "footfall"

[[property]]
id = "pm2_5"
number = 0
name_de = "Hinein, gesamt"
unit = "1"
kind = "total_count"
decimals = 0
min = 0
max = 3
sentinels = [inf]
theme = "footfall"
"#;

#[test]
fn mistakes_in_the_catalogue_are_reported_together() {
    check(
        &[("properties.toml", BROKEN_PROPERTIES)],
        &expect![[r#"
            properties.toml:6: name_en: expected a text, found the integer 25
              hint: write it like `name_en = "…"`
            properties.toml:8: kind: unknown kind `guage`
              hint: did you mean `gauge`?
            properties.toml:9: decimals: 7 is out of bounds
              hint: use 0 to 6
            properties.toml:12: sentinel: unknown key `sentinel`
              hint: did you mean `sentinels`?
            properties.toml:17: number: the number is taken by the property of line 2
              hint: take a number that was never used: stored values know their property by it
            properties.toml:23: min: `min` is greater than `max`
              hint: swap them
            properties.toml:26: counts: only a total_count counts something
              hint: remove it, or change `kind`
            properties.toml:27: excluded_by: unknown flag `stuk`
              hint: did you mean `stuck`?
            properties.toml:31: number: the number is taken by the property of line 2
              hint: take a number that was never used: stored values know their property by it
            properties.toml:38: max: expected a number of at most 18 digits, found the number 1e30
              hint: write it like `max = 0.5`
            properties.toml:41: name_en: `name_en` is missing
              hint: add `name_en = "…"`
            properties.toml:42: id: the id is taken by the property of line 2
              hint: give each property its own id
            properties.toml:43: number: 0 is out of bounds
              hint: use 1 to 999
            properties.toml:50: sentinels: expected a list of numbers, found another list
              hint: write it like `sentinels = [-1, 6553.5]`
        "#]],
    );
}

#[test]
fn a_total_feeds_an_interval_count_of_its_own_unit() {
    let properties = PROPERTIES.replace("counts = \"people_in\"", "counts = \"pm2_5\"");
    check(
        &[("properties.toml", &properties)],
        &expect![[r#"
        properties.toml:38: counts: `pm2_5` is no interval_count
          hint: name an interval_count
    "#]],
    );
    let properties =
        PROPERTIES.replace("kind = \"interval_count\"\ndecimals = 0", "kind = \"interval_count\"\ndecimals = 1");
    check(
        &[("properties.toml", &properties)],
        &expect![[r#"
        properties.toml:38: counts: `people_in` has another unit or other decimals
          hint: give both the same unit and decimals
    "#]],
    );
}

#[test]
fn a_number_or_id_is_given_once() {
    let properties = PROPERTIES.replace("number = 103", "number = 101").replace("\"people_in_total\"", "\"people_in\"");
    check(
        &[("properties.toml", &properties)],
        &expect![[r#"
        profiles/counter.toml:12: property: unknown property `people_in_total`
          hint: add it to properties.toml, or correct the id
        properties.toml:28: id: the id is taken by the property of line 15
          hint: give each property its own id
        properties.toml:29: number: the number is taken by the property of line 15
          hint: take a number that was never used: stored values know their property by it
        properties.toml:38: counts: `people_in` is no interval_count
          hint: name an interval_count
    "#]],
    );
}

#[test]
fn mistakes_in_profiles_are_reported_together() {
    let counter = r#"
name = "Zähler"
codec = "objekt"
interval_s = 0
payload_tme = true
expected = ["pm25"]

[counter]
width_bits = 4
resets_at_power_up = true
resets_at = "24:00"

[[mapping]]
path = "air..temp"
property = "pm2_5"
unit = "mg/m3"
scale = "1000"
"#;
    let station = "name = \"S\"\ncodec = \"object\"\ninterval_s = 600\npayload_time = true\n";
    check(
        &[("profiles/counter.toml", counter), ("profiles/station.toml", station)],
        &expect![[r#"
            profiles/counter.toml:1: payload_time: `payload_time` is missing
              hint: add `payload_time = true`
            profiles/counter.toml:3: codec: unknown codec `objekt`
              hint: did you mean `object`?
            profiles/counter.toml:4: interval_s: 0 is out of bounds
              hint: use 1 to 86400
            profiles/counter.toml:5: payload_tme: unknown key `payload_tme`
              hint: did you mean `payload_time`?
            profiles/counter.toml:6: expected: unknown property `pm25`
              hint: did you mean `pm2_5`?
            profiles/counter.toml:9: width_bits: 4 is out of bounds
              hint: use 8 to 62
            profiles/counter.toml:10: resets_at_power_up: no property says when a device was switched on
              hint: add `power_up` to properties.toml, or remove this line
            profiles/counter.toml:11: resets_at: `24:00` is no time of day
              hint: write hours and minutes of the local day, "00:00" to "23:59"
            profiles/counter.toml:14: path: a part of the path is empty
              hint: write names or indices with dots between, like `lines.0.in`
            profiles/counter.toml:16: unit: `pm2_5` is kept in `ug/m3`, not in `mg/m3`
              hint: set `scale` so that value × scale is in `ug/m3`, and `unit = "ug/m3"`
            profiles/counter.toml:17: scale: expected a number of at most 18 digits, found the text "1000"
              hint: write it like `scale = 0.5`
            profiles/station.toml:1: mapping: the codec needs a mapping
              hint: add a `[[mapping]]` for each value
        "#]],
    );
}

#[test]
fn codecs_of_sensors_are_known_by_name_and_say_what_they_need() {
    let profile = |codec: &str, payload_time: bool| {
        format!(
            "name = \"S\"\ncodec = \"{codec}\"\ninterval_s = 600\npayload_time = {payload_time}\nsensing = \"tof\"\n"
        )
    };
    let mapping = "[[mapping]]\npath = \"x\"\nproperty = \"pm2_5\"\nunit = \"ug/m3\"\n";
    check(
        &[
            ("profiles/a.toml", &profile("milesight_vs131", true)),
            ("profiles/b.toml", &profile("milesight_vs121", false)),
            ("profiles/c.toml", &profile("cayenne_lpp", false)),
            ("profiles/d.toml", &(profile("decentlab_dl_pm", false) + mapping)),
            ("profiles/e.toml", &profile("sensor", false)),
        ],
        &expect![[r#"
            profiles/a.toml:2: codec: unknown codec `milesight_vs131`
              hint: did you mean `milesight_vs121`?
            profiles/b.toml:1: counter: totals come, and no `[counter]` says after how many bits they wrap
              hint: add `[counter]` with the device's `width_bits` and `max_per_minute`
            profiles/b.toml:4: payload_time: the codec gives records of former instants, each with its own time
              hint: set `payload_time = true`, or use the codec `object`
            profiles/c.toml:1: mapping: the codec needs a mapping
              hint: add a `[[mapping]]` for each value
            profiles/d.toml:6: mapping: the codec names properties itself
              hint: remove it, or use the codec `object`
            profiles/e.toml:2: codec: unknown codec `sensor`
              hint: use one of smartpole, object, cayenne_lpp, decentlab_dl_pm, imbuildings_people_counter, milesight_vs121, milesight_vs133, foreign
        "#]],
    );
}

#[test]
fn a_value_is_mapped_once() {
    let again = "\n[[mapping]]\npath = \"line.0.total\"\nproperty = \"people_in_total\"\nunit = \"1\"\nscale = 0\n";
    check(
        &[("profiles/counter.toml", &format!("{COUNTER}{again}"))],
        &expect![[r#"
        profiles/counter.toml:16: path: the path is mapped on line 10 already
          hint: map each value once
        profiles/counter.toml:17: property: line 10 maps to the same property and channel
          hint: give one of them another `channel`
        profiles/counter.toml:19: scale: a scale of 0 makes every value 0
          hint: use the factor to the property's unit
    "#]],
    );
}

#[test]
fn every_syntax_error_of_a_toml_file_is_reported_and_nothing_that_follows_from_it() {
    check(
        &[("properties.toml", "[[property]]\nid = \nnumber = 1 2\n"), ("fold.toml", "lateness = 3\n")],
        &expect![[r#"
            fold.toml:1: unknown field `lateness`, expected one of `city`, `routes`, `lateness_s`, `future_drift_s`, `retention`, `epoch`, `max_payload`, `net_id`
              hint: correct the key or value of this line
            properties.toml:2: string values must be quoted, expected literal string
              hint: mend the TOML syntax of this line
            properties.toml:3: string values must be quoted, expected literal string
              hint: mend the TOML syntax of this line
        "#]],
    );
}

#[test]
fn what_is_kept_for_persons_is_not_kept_for_longer_than_what_is_kept_of_things() {
    let check_fold = |text: &str, expected: &Expect| check(&[("fold.toml", text)], expected);
    check_fold(
        "lateness_s = 60\nretention_days = 90\n",
        &expect![[r#"
        fold.toml:2: unknown field `retention_days`, expected one of `city`, `routes`, `lateness_s`, `future_drift_s`, `retention`, `epoch`, `max_payload`, `net_id`
          hint: write a table [retention] with raw_days, raw_personal_days and quarter_days instead
    "#]],
    );
    check_fold(
        "[retention]\nraw_days = 30\nraw_personal_days = 31\nquarter_days = 29\n",
        &expect![[r#"
        fold.toml:3: raw_personal_days: 31 is more than raw_days, which is 30
          hint: give raw_personal_days <= raw_days <= quarter_days, or leave out what the default fits
        fold.toml:4: quarter_days: 29 is less than raw_days, which is 30: readings would outlive their windows
          hint: give raw_personal_days <= raw_days <= quarter_days, or leave out what the default fits
    "#]],
    );
    check_fold(
        "[retention]\nraw_personal_days = 0\n",
        &expect![[r#"
        fold.toml:2: raw_personal_days: nothing would be taken: the least is 1
          hint: give raw_personal_days <= raw_days <= quarter_days, or leave out what the default fits
    "#]],
    );
    check_fold(
        "[retention]\nraw_days = 7\n",
        &expect![[r#"
        fold.toml:1: raw_personal_days: 14 is more than raw_days, which is 7
          hint: give raw_personal_days <= raw_days <= quarter_days, or leave out what the default fits
    "#]],
    );
}

#[test]
fn what_was_superseded_never_counts_and_a_word_of_former_programs_is_passed_over() {
    let excluded_by = |more: &str| {
        let properties = PROPERTIES.replacen("id = \"pm2_5\"\n", &format!("id = \"pm2_5\"\n{more}"), 1);
        let files = crate::fixture::files(&[("properties.toml", &properties)]);
        crate::fixture::parse(&files).registry.properties.by_id("pm2_5").unwrap().excluded_by
    };
    let flags = |flags: &[Flag]| flags.iter().copied().collect::<Flags>();
    assert_eq!(excluded_by("excluded_by = [\"stuck\", \"late\"]\n"), flags(&[Flag::Stuck, Flag::Superseded]));
    assert!(excluded_by("").contains(Flag::Superseded));
}
