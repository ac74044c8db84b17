//! What profiles say of humidity, and by what their sensors count.

use expect_test::expect;
use smartpole_model::{
    Inputs,
    registry::{Humidity, Sensing},
};

use crate::fixture::{COUNTER, PROPERTIES, STATION, check, files, parse};

#[test]
fn humidity_sensing_and_assessment_are_read() {
    let station =
        format!("{STATION}sensing = \"camera\"\ndpia = \"Az. 10.2-17\"\n[humidity]\nkappa = 0.363\ncap = 95\n");
    let profiles = parse(&files(&[("profiles/station.toml", &station)])).registry.profiles;
    assert_eq!(profiles["station"].humidity, Some(Humidity { kappa_milli: 363, cap_percent: 95 }));
    assert_eq!(
        (profiles["station"].sensing, profiles["station"].dpia.as_deref()),
        (Sensing::Camera, Some("Az. 10.2-17"))
    );
    assert_eq!((profiles["counter"].humidity, profiles["counter"].sensing), (None, Sensing::None));
}

#[test]
fn the_edges_of_humidity_are_taken_and_what_is_beyond_is_refused() {
    let humidity = |kappa: &str, cap: u32| format!("{STATION}[humidity]\nkappa = {kappa}\ncap = {cap}\n");
    for (kappa, cap, milli) in [("0", 50, 0), ("2.0", 99, 2_000)] {
        let read = parse(&files(&[("profiles/station.toml", &humidity(kappa, cap))])).registry;
        assert_eq!(read.profiles["station"].humidity, Some(Humidity { kappa_milli: milli, cap_percent: cap }));
    }
    check(
        &[
            ("profiles/a.toml", &humidity("2.001", 49)),
            ("profiles/b.toml", &humidity("-0.1", 100)),
            ("profiles/c.toml", &humidity("0.3635", 95)),
            ("profiles/d.toml", &format!("{STATION}[humidity]\ncapp = 95\n")),
        ],
        &expect![[r#"
            profiles/a.toml:8: kappa: 2.001 is out of bounds
              hint: use 0 to 2 with at most three decimals; 0.3 to 0.4 is usual in European towns
            profiles/a.toml:9: cap: 49 is out of bounds
              hint: use 50 to 99
            profiles/b.toml:8: kappa: -0.1 is out of bounds
              hint: use 0 to 2 with at most three decimals; 0.3 to 0.4 is usual in European towns
            profiles/b.toml:9: cap: 100 is out of bounds
              hint: use 50 to 99
            profiles/c.toml:8: kappa: 0.3635 is out of bounds
              hint: use 0 to 2 with at most three decimals; 0.3 to 0.4 is usual in European towns
            profiles/d.toml:7: cap: `cap` is missing
              hint: add `cap = 1`
            profiles/d.toml:7: kappa: `kappa` is missing
              hint: add `kappa = 0.5`
            profiles/d.toml:8: capp: unknown key `capp`
              hint: did you mean `cap`?
        "#]],
    );
}

#[test]
fn humidity_is_taken_out_only_where_it_is_measured() {
    let humid = "[[property]]\nid = \"relative_humidity\"\nnumber = 92\nname_de = \"-\"\nname_en = \"-\"\nunit = \"%\"\n\
        kind = \"gauge\"\ndecimals = 1\nmin = 0\nmax = 100\ntheme = \"weather\"\n";
    let properties = format!("{PROPERTIES}{humid}");
    let station = format!("{STATION}[humidity]\nkappa = 0.4\ncap = 95\n");
    check(
        &[("properties.toml", &properties), ("profiles/station.toml", &station)],
        &expect![[r#"
            profiles/station.toml:7: humidity: it needs the humidity that the device measures, and the profile expects none
              hint: remove `[humidity]`, or add `relative_humidity` to `expected`
        "#]],
    );
    let station = station.replace("[\"pm2_5\"]", "[\"pm2_5\", \"relative_humidity\"]");
    parse(&files(&[("properties.toml", &properties), ("profiles/station.toml", &station)]));
}

#[test]
fn cameras_and_radio_need_an_assessment_and_nothing_else_does() {
    let sensing = |lines: &str| format!("{STATION}{lines}\n");
    check(
        &[
            ("profiles/a.toml", &sensing("sensing = \"camera\"")),
            ("profiles/b.toml", &sensing("sensing = \"wifi_ble\"\ndpia = \" \"")),
            ("profiles/c.toml", &sensing("sensing = \"radar\"")),
            ("profiles/d.toml", &sensing("sensing = \"lazer\"")),
        ],
        &expect![[r#"
            profiles/a.toml:1: dpia: `camera` needs a data-protection impact assessment (GDPR, art. 35)
              hint: add `dpia = "…"` with the file number or address of the assessment; without one such a sensor is not accepted
            profiles/b.toml:8: dpia: `wifi_ble` needs a data-protection impact assessment (GDPR, art. 35)
              hint: add `dpia = "…"` with the file number or address of the assessment; without one such a sensor is not accepted
            profiles/d.toml:7: sensing: unknown sensing `lazer`
              hint: did you mean `laser`?
        "#]],
    );
}

#[test]
fn a_profile_that_measures_persons_says_by_what() {
    let properties = PROPERTIES.replace("theme = \"footfall\"", "theme = \"footfall\"\npersonal = true");
    let counter = |lines: &str| COUNTER.replace("\n[counter]", &format!("{lines}\n\n[counter]"));
    let expecting = STATION.replace("\"pm2_5\"", "\"pm2_5\", \"people_in\"");
    let by_itself = STATION.replace("\"smartpole\"", "\"milesight_vs133\"");
    check(
        &[
            ("properties.toml", &properties),
            ("profiles/a.toml", &expecting),
            ("profiles/b.toml", &by_itself),
            ("profiles/c.toml", &by_itself.replace("milesight_vs133", "foreign")),
            ("profiles/counter.toml", &counter("sensing = \"none\"")),
        ],
        &expect![[r#"
            profiles/a.toml:1: sensing: `people_in` can be of single persons, and the profile does not say by what it senses them
              hint: write the line `sensing = "…"` above all tables, with what it works by, as the public sees it at each pole: laser, tof, infrared, radar, camera, wifi_ble, manual, loop, magnetic, meter; `camera` and `wifi_ble` need `dpia = "…"`, too
            profiles/b.toml:1: counter: totals come, and no `[counter]` says after how many bits they wrap
              hint: add `[counter]` with the device's `width_bits` and `max_per_minute`
            profiles/b.toml:1: sensing: what the codec gives can be of single persons, and the profile does not say by what it senses them
              hint: write the line `sensing = "…"` above all tables, with what it works by, as the public sees it at each pole: laser, tof, infrared, radar, camera, wifi_ble, manual, loop, magnetic, meter; `camera` and `wifi_ble` need `dpia = "…"`, too
            profiles/counter.toml:6: sensing: `people_in_total` can be of single persons, and the profile does not say by what it senses them
              hint: write the line `sensing = "…"` above all tables, with what it works by, as the public sees it at each pole: laser, tof, infrared, radar, camera, wifi_ble, manual, loop, magnetic, meter; `camera` and `wifi_ble` need `dpia = "…"`, too
        "#]],
    );
    for principle in ["laser", "magnetic", "meter"] {
        let counter = counter(&format!("sensing = \"{principle}\""));
        parse(&files(&[("properties.toml", &properties), ("profiles/counter.toml", &counter)]));
    }
}

#[test]
fn a_registry_that_came_into_force_without_sensing_stays_in_force() {
    let properties = PROPERTIES.replace("theme = \"footfall\"", "theme = \"footfall\"\npersonal = true");
    let former = files(&[("properties.toml", &properties)]);
    assert!(Inputs::parse(&former).is_err());
    assert_eq!(Inputs::parse_kept(former.clone()).unwrap().registry.profiles["counter"].sensing, Sensing::None);
    let flawed =
        files(&[("properties.toml", &properties), ("profiles/a.toml", &format!("{STATION}sensing = \"camera\""))]);
    assert_eq!(Inputs::parse_kept(flawed).unwrap_err().len(), 1, "what was refused then is refused still");
}
