//! The registry that is shipped.

use std::path::Path;

use smartpole_model::{
    Activation, Decimal, Flag, Inputs, Kind, UtcMillis,
    registry::{Collocation, CountRule, Files, Sensing, is_input},
};

pub(crate) fn shipped() -> Files {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/castrop-rauxel");
    let mut files = Files::new();
    for part in ["", "profiles/"] {
        for entry in std::fs::read_dir(folder.join(part)).unwrap().map(Result::unwrap) {
            let name = format!("{part}{}", entry.file_name().to_str().unwrap());
            if is_input(&name) {
                files.insert(name, std::fs::read(entry.path()).unwrap());
            }
        }
    }
    files
}

#[track_caller]
fn inputs() -> Inputs {
    Inputs::parse(&shipped()).unwrap_or_else(|problems| panic!("{}", listed(&problems)))
}

fn listed(problems: &[smartpole_model::Problem]) -> String {
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

#[test]
fn the_shipped_set_loads_clean_with_the_seven_pilot_places() {
    let registry = inputs().registry;
    assert_eq!((registry.poles.len(), registry.devices.len(), registry.zones.len()), (42, 93, 13));
    assert_eq!(registry.zones.iter().filter(|zone| zone.kind == "place").count(), 7);
}

#[test]
fn every_pole_lies_in_its_place_a_district_and_the_city() {
    let registry = inputs().registry;
    for pole in &registry.poles {
        let kinds: Vec<&str> = pole.zones.iter().map(|zone| registry.zones[*zone].kind.as_str()).collect();
        assert_eq!(kinds, ["city", "district", "place"], "{}", pole.id);
        assert_eq!(registry.zones[pole.zones[2]].name, pole.place, "{}", pole.id);
    }
}

#[test]
fn nothing_is_summed_over_the_whole_city() {
    let registry = inputs().registry;
    let rule = |id: &str| registry.zones.iter().find(|zone| zone.id == id).unwrap().count;
    assert_eq!((rule("castrop-rauxel"), rule("altstadt")), (CountRule::None, CountRule::CrossSection));
}

#[test]
fn totals_feed_the_interval_count_of_their_direction() {
    let catalogue = inputs().registry.properties;
    for total in catalogue.iter().filter(|property| property.kind == Kind::TotalCount) {
        let counts = catalogue.get(total.counts.unwrap()).unwrap();
        assert_eq!(format!("{}_total", counts.id), total.id);
    }
}

#[test]
fn every_place_has_poles_of_both_kinds_and_every_lorawan_pole_has_keys() {
    let registry = inputs().registry;
    let of_pole = |pole: usize| registry.devices.iter().filter(move |device| device.installations[0].pole == pole);
    let speaks_lorawan = |pole: &usize| of_pole(*pole).any(|device| device.credentials.is_some());
    for place in registry.zones.iter().filter(|zone| zone.kind == "place") {
        let (lorawan, mqtt): (Vec<usize>, Vec<usize>) =
            place.poles.iter().copied().partition(|pole| speaks_lorawan(pole));
        assert!(lorawan.len().abs_diff(mqtt.len()) <= 1, "{}", place.id);
    }
    let keyed: Vec<_> = registry.devices.iter().filter_map(|device| device.credentials).collect();
    let personalized = keyed.iter().filter(|keys| matches!(keys.activation, Activation::Abp { .. })).count();
    assert_eq!((registry.gateways.len(), keyed.len(), personalized), (4, 42, 2));
}

/// µg/m³ of 1 ppb at 293 K and 101.3 kPa: p·M/(R·T) with the molar masses of NO2, O3, SO2 and NO; of CO mg/m³
/// (39. BImSchV, annex 6 C; R = 8.314462618 J/(mol·K)).
#[test]
fn gases_are_converted_at_293_kelvin() {
    let catalogue = inputs().registry.properties;
    let molar = [
        ("no2", 46.0055, 1.0),
        ("o3", 47.9982, 1.0),
        ("so2", 64.0638, 1.0),
        ("no", 30.0061, 1.0),
        ("co", 28.0101, 1e-3),
    ];
    for (mass, grams, unit) in molar {
        let (target, factor) = catalogue.by_id(&format!("{mass}_ppb")).unwrap().converts.unwrap();
        assert_eq!(catalogue.get(target).unwrap().id, mass);
        let expected = unit * 101.3 * grams / (8.314_462_618 * 293.0);
        let factor: f64 = factor.to_string().parse().unwrap();
        assert!((factor / expected - 1.0).abs() < 5e-5, "{mass}: {factor} instead of {expected}");
    }
    let factor = |mass: &str| catalogue.by_id(&format!("{mass}_ppb")).unwrap().converts.unwrap().1.to_string();
    // to five digits; at 25 °C, as outside the EU, NO2 would be 1.8800
    let printed = ["no2", "o3", "so2", "no", "co"].map(factor);
    assert_eq!(printed, ["1.913", "1.9959", "2.6639", "1.2477", "0.0011647"]);
}

/// Measuring ranges and words for "no value", as sensors have them: mass of particles 0 to 1,000 µg/m³ (Sensirion, data sheet SPS30; its
/// driver says −1, a SEN5x 0xFFFF ÷ 10), humidity and temperature of a SEN5x (0x7FFF ÷ 100, ÷ 200), VOC and NOx index 1 to 500
/// (Sensirion/embedded-i2c-sen5x, sen5x_i2c.h: 0x7FFF ÷ 10). Gases from −20 ppb, as noise around zero is no mistake.
#[test]
fn ranges_and_sentinels_are_those_of_the_sensors() {
    let catalogue = inputs().registry.properties;
    let of = [
        "pm1",
        "pm2_5",
        "pm4",
        "pm10",
        "no2_ppb",
        "o3_ppb",
        "so2_ppb",
        "relative_humidity",
        "temperature",
        "pressure",
        "voc_index",
        "nox_index",
        "noise_laeq",
    ];
    let line = |id: &str| {
        let property = catalogue.by_id(id).unwrap();
        let [min, max] = [property.min, property.max].map(|value| property.decimal(value).to_string());
        let sentinels: Vec<String> =
            property.sentinels.iter().map(|value| property.decimal(*value).to_string()).collect();
        format!("{id} {min} to {max} {}, none: {}\n", property.unit, sentinels.join(" "))
    };
    expect_test::expect![[r#"
        pm1 0 to 1000 ug/m3, none: -1 6553.5
        pm2_5 0 to 1000 ug/m3, none: -1 6553.5
        pm4 0 to 1000 ug/m3, none: -1 6553.5
        pm10 0 to 1000 ug/m3, none: -1 6553.5
        no2_ppb -20 to 500 [ppb], none: 6553.5
        o3_ppb -20 to 500 [ppb], none: 6553.5
        so2_ppb -20 to 1000 [ppb], none: 6553.5
        relative_humidity 0 to 100 %, none: 327.7
        temperature -40 to 60 Cel, none: 163.84 327.67
        pressure 850 to 1100 hPa, none: 0 6553.5
        voc_index 1 to 500 1, none: 0 3276.7
        nox_index 1 to 500 1, none: 0 3276.7
        noise_laeq 20 to 140 dB, none: -1 0
    "#]]
    .assert_eq(&of.map(line).concat());
}

/// A sensor that says ppb and one that says µg/m³ are held against one target.
#[test]
fn a_gas_as_mass_must_agree_as_well_as_in_parts_per_billion() {
    let catalogue = inputs().registry.properties;
    for gas in ["o3", "no2", "no", "so2"] {
        let (_, factor) = catalogue.by_id(&format!("{gas}_ppb")).unwrap().converts.unwrap();
        let most = factor.times(Decimal { mantissa: 5, decimals: 0 }).unwrap();
        let perfect = Decimal { mantissa: 1, decimals: 0 };
        let above = |decimal: Decimal| Decimal { mantissa: decimal.mantissa + 1, ..decimal };
        let with = |rmse| Collocation {
            reference: String::new(),
            from: UtcMillis(0),
            to: UtcMillis(1),
            slope: perfect,
            intercept: Decimal { mantissa: 0, decimals: 0 },
            r2: perfect,
            rmse,
        };
        assert_eq!((with(most).missed(gas).len(), with(above(most)).missed(gas).len()), (0, 1), "{gas}");
    }
}

#[test]
fn in_and_out_are_opposites_of_each_other_and_of_single_persons() {
    let catalogue = inputs().registry.properties;
    let mut directed = 0;
    for property in catalogue.iter().filter(|property| property.id.contains("_in") && property.opposite.is_some()) {
        let opposite = catalogue.get(property.opposite.unwrap()).unwrap();
        assert_eq!(property.id.replacen("_in", "_out", 1), opposite.id);
        assert!(property.personal && opposite.personal, "{}", property.id);
        directed += 1;
    }
    assert_eq!(directed, 6);
}

/// What is left out of the defaults silently, because it does not suit a catalogue, would be missed by nobody.
#[test]
fn the_default_rules_suit_the_shipped_catalogue_whole() {
    let mut files = shipped();
    assert!(!files.contains_key("rules.toml"));
    let defaults = inputs().registry.rules;
    files.insert("rules.toml".to_owned(), include_bytes!("../../src/registry/rules.toml").to_vec());
    let written = Inputs::parse(&files).unwrap_or_else(|problems| panic!("{}", listed(&problems))).registry.rules;
    assert_eq!(written, defaults);
    assert!(defaults.len() >= 20);
}

#[test]
fn optical_particle_sensors_are_freed_of_water_and_counters_say_how_they_sense() {
    let registry = inputs().registry;
    let particles = registry.properties.by_id("pm2_5").unwrap();
    let people: Vec<_> =
        ["people_in", "people_in_total"].map(|id| registry.properties.by_id(id).unwrap().number).into();
    assert!(particles.excluded_by.contains(Flag::Humid));
    for profile in registry.profiles.values() {
        assert_eq!(profile.humidity.is_some(), profile.expected.contains(&particles.number), "{}", profile.id);
        let counts = profile.expected.iter().any(|property| people.contains(property));
        let senses_no_persons = matches!(profile.sensing, Sensing::None | Sensing::Loop | Sensing::ReferenceStation);
        assert_eq!(!senses_no_persons, counts, "{}", profile.id);
    }
}

/// Stored values know their property by its number and their value by its resolution: neither may ever change.
#[test]
fn numbers_and_resolutions_of_the_catalogue_stay_as_they_are() {
    let catalogue = inputs().registry.properties;
    let lines: Vec<String> =
        catalogue.iter().map(|p| format!("{} {} {} {}", p.number.0, p.id, p.unit, p.decimals)).collect();
    expect_test::expect_file!["catalogue.txt"].assert_eq(&(lines.join("\n") + "\n"));
}

#[test]
fn every_device_reports_what_the_catalogue_knows_and_hangs_on_a_pole() {
    let registry = inputs().registry;
    for device in &registry.devices {
        let installation = &device.installations[0];
        let dev_eui = device.id.len() == 16 && device.id.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(
            dev_eui || device.id.starts_with(&registry.poles[installation.pole].id.to_lowercase()),
            "{}",
            device.id
        );
        assert!(!registry.profiles[&installation.profile].expected.is_empty(), "{}", device.id);
    }
}

#[test]
fn the_shipped_alerts_show_the_defaults() {
    let defaults = inputs().registry.alerts;
    let mut files = shipped();
    let text = String::from_utf8(files["alerts.toml"].clone()).unwrap();
    let set = text
        .lines()
        .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ') && !rest.is_empty()).unwrap_or(line));
    let set: String = set.map(|line| format!("{line}\n")).collect();
    files.insert("alerts.toml".to_owned(), set.into_bytes());
    let mut shown = Inputs::parse(&files).unwrap_or_else(|problems| panic!("{}", listed(&problems))).registry.alerts;
    assert_eq!(std::mem::take(&mut shown.power_off).len(), 1, "an example");
    assert_eq!(std::mem::take(&mut shown.targets).all().count(), 2, "an example of each");
    assert_eq!(shown, defaults);
}
