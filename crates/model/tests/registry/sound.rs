//! Registries that are in order.

use expect_test::expect;
use smartpole_model::{
    FoldSettings, Inputs, Retention, UtcMillis,
    registry::{Counter, Site, is_input},
};

use crate::{
    fixture,
    fixture::{files, parse},
};

#[test]
fn a_sound_registry_is_linked() {
    let inputs = parse(&files(&[]));
    let registry = &inputs.registry;
    let counter = &registry.devices[registry.device_index("70b3d5cd00011fb1").unwrap()].installations[0];
    assert_eq!((counter.pole, counter.from), (1, "2026-02-28T23:00:00Z".parse::<UtcMillis>().unwrap()));
    assert_eq!(registry.poles[1].name, "AM-02");
    // AM-02 stands in the hole of the city's area, and in the list of the place.
    assert_eq!((&registry.zones[0].poles, &registry.zones[1].poles), (&vec![0], &vec![1]));
    assert_eq!((&registry.poles[0].zones, &registry.poles[1].zones), (&vec![0], &vec![1]));
    assert_eq!(registry.properties.by_id("pm2_5").unwrap().sentinels, [-100, 655_350]);
    assert_eq!(registry.profiles["counter"].counter, Counter::new(16, 500));
    assert_eq!(inputs.settings, FoldSettings::default());
}

#[test]
fn a_counter_begins_at_zero_when_its_profile_says_so() {
    let counter = fixture::COUNTER.replace("width_bits = 16", "width_bits = 16\nresets_at = \"03:30\"");
    let registry = parse(&files(&[("profiles/counter.toml", &counter)])).registry;
    assert_eq!(registry.profiles["counter"].counter, Counter { resets_at: Some(210), ..Counter::new(16, 500) });
}

#[test]
fn german_excel_saves_semicolons_decimal_commas_and_a_byte_order_mark() {
    let poles = "\u{feff}id;name;place;lat;lon\r\nAM-01;\"Markt; Ecke\";Am Markt;51,5476;7,3115\r\nAM-02;;;51,5478;7,3118\r\n;;;;\r\n";
    let registry = parse(&files(&[("poles.csv", poles)])).registry;
    assert_eq!((registry.poles.len(), registry.poles[0].name.as_str()), (2, "Markt; Ecke"));
    assert_eq!(registry.poles[0].position.lat, 51.5476);
}

#[test]
fn a_pole_stands_close_to_a_major_road_only_where_that_is_said() {
    let sites = |poles: &str| {
        let registry = parse(&files(&[("poles.csv", poles)])).registry;
        registry.poles.iter().map(|pole| pole.site).collect::<Vec<_>>()
    };
    let said = "id,name,place,lat,lon,site\nAM-01,,,51.5476,7.3115,traffic\nAM-02,,,51.5478,7.3118,\n";
    assert_eq!(sites(said), [Site::Traffic, Site::Elsewhere]);
    let unsaid = "id,name,place,lat,lon\nAM-01,,,51.5476,7.3115\nAM-02,,,51.5478,7.3118\n";
    assert_eq!(sites(unsaid), [Site::Elsewhere; 2]);
}

#[test]
fn a_device_that_moved_stands_on_several_lines() {
    let devices = "id,pole,profile,from\na,AM-02,station,2026-05-01T00:00:00Z\na,AM-01,station,\n";
    let registry = parse(&files(&[("devices.csv", devices)])).registry;
    let pole_at = |time: &str| registry.devices[0].at(time.parse().unwrap()).pole;
    assert_eq!((pole_at("2026-04-30T23:59:59Z"), pole_at("2026-05-01T00:00:00Z")), (0, 1));
}

#[test]
fn settings_that_are_written_are_read_back() {
    let settings = FoldSettings { lateness_s: 60, ..FoldSettings::default() };
    let text = toml::to_string(&settings).unwrap();
    assert_eq!(parse(&files(&[("fold.toml", &text)])).settings, settings);
    assert_eq!(parse(&files(&[("fold.toml", "lateness_s = 60\n")])).settings, settings);
}

#[test]
fn a_copy_of_a_former_program_means_what_it_meant() {
    let kept = |text: &str| Inputs::parse_kept(files(&[("fold.toml", text)])).unwrap().settings;
    let Retention { raw_days, raw_personal_days, quarter_days } =
        kept("lateness_s = 60\nretention_days = 90\n").retention;
    assert_eq!([raw_days, raw_personal_days, quarter_days], [90; 3]);
    let today = "lateness_s = 60\n[retention]\nraw_days = 90\n";
    assert_eq!(kept(today), parse(&files(&[("fold.toml", today)])).settings);
}

#[test]
fn the_hash_names_inputs_and_the_version_of_the_fold_and_nothing_else() {
    let mut some = files(&[]);
    let hash = Inputs::hash(&some, 1);
    expect!["ddf7ee0b916b7b8fa85195a28cd063f434469fc2cc69f67136f41b0e3634570c"].assert_eq(&hash);
    some.insert("README.md".to_owned(), b"read me".to_vec());
    assert_eq!(Inputs::hash(&some, 1), hash);
    assert_ne!(Inputs::hash(&some, 2), hash);
    some.get_mut("poles.csv").unwrap().push(b'\n');
    assert_ne!(Inputs::hash(&some, 1), hash);
    assert!(!is_input("profiles/old/station.toml") && is_input("profiles/station.toml"));
}
