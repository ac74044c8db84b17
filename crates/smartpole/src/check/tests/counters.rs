//! Notes on profiles of counters.

use super::*;

#[test]
fn counters_that_can_count_all_they_can_show_between_two_reports_are_a_note() {
    let note = |interval_s: u32| {
        let copy = Copy::new();
        let profile = format!("interval_s = {interval_s}");
        copy.replace("castrop-rauxel/profiles/imbuildings-people-counter.toml", "interval_s = 600", &profile);
        let notes = Report::of_registry(&copy.0.path().join("castrop-rauxel")).notes;
        let note = notes.into_iter().find(|note| note.contains(": counter: "));
        note.map(|note| note.replace(&format!("{}/", copy.0.path().display()), ""))
    };
    assert_eq!(note(131 * 60), None);
    let said = "castrop-rauxel/profiles/imbuildings-people-counter.toml:11: counter: profile imbuildings-people-counter reports each 7861 s, \
                and by max_per_minute 66000 can pass between: as many as 16 bits can show, so that each smaller total is taken for a reset\n  \
                hint: set the `width_bits`, `max_per_minute` and `interval_s` that are the device's";
    assert_eq!(note(131 * 60 + 1).as_deref(), Some(said));
}

#[test]
fn counters_that_do_not_say_by_what_they_count_are_a_mistake() {
    let copy = Copy::new();
    copy.replace("castrop-rauxel/profiles/people-counter.toml", "sensing = \"laser\"\n", "");
    copy.reports(&[], &expect![[r#"
        castrop-rauxel/profiles/people-counter.toml:1: sensing: `people_in_total`, `people_out_total` can be of single persons, and the profile does not say by what it senses them
          hint: write the line `sensing = "…"` above all tables, with what it works by, as the public sees it at each pole: laser, tof, infrared, radar, camera, wifi_ble, manual, loop, magnetic, meter; `camera` and `wifi_ble` need `dpia = "…"`, too
        1 mistake"#]]);
}
