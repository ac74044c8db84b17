//! What is odd about values, as a table.
#![allow(clippy::unwrap_used)]

use expect_test::expect;
use proptest::prelude::*;
use smartpole_model::{Catalogue, Flag, Flags, Kind, ObservedProperty, PropertyNo, Series};
use smartpole_validate::{Rules, value_flags};

fn property(number: u16, id: &str, decimals: u8, max: i64, sentinels: &[i64]) -> ObservedProperty {
    ObservedProperty {
        opposite: None,
        converts: None,
        mean: smartpole_model::Mean::Arithmetic,
        personal: false,
        number: PropertyNo(number),
        id: id.to_owned(),
        name_de: String::new(),
        name_en: String::new(),
        unit: "ug/m3".to_owned(),
        kind: Kind::Gauge,
        decimals,
        min: 0,
        max,
        sentinels: sentinels.to_vec(),
        theme: "air_quality".to_owned(),
        counts: None,
        public: true,
        excluded_by: Flags::NONE,
    }
}

fn catalogue() -> Catalogue {
    Catalogue::new([
        property(1, "pm1", 1, 10_000, &[65_535]),
        property(2, "pm2_5", 2, 100_000, &[-100, 655_350]),
        property(3, "pm10", 1, 10_000, &[65_535]),
        property(7, "humidity", 1, 1_000, &[]),
    ])
}

/// Flags of one sample of `id/channel=value` at the property's resolution.
fn flags(sample: &str) -> String {
    let catalogue = catalogue();
    let read = |text: &str| {
        let (name, value) = text.split_once('=').unwrap();
        let (id, channel) = name.split_once('/').unwrap_or((name, "0"));
        let property = catalogue.by_id(id).map_or(PropertyNo(99), |property| property.number);
        (Series { property, channel: channel.parse().unwrap() }, value.parse().unwrap())
    };
    let values: Vec<(Series, i64)> = sample.split_whitespace().map(read).collect();
    let mut flags = Vec::new();
    Rules::new(&catalogue).flags(&catalogue, values.iter().copied(), &mut flags);
    let lines = sample.split_whitespace().zip(flags).map(|(text, flags)| format!("{text} {flags:?}"));
    lines.collect::<Vec<_>>().join(", ")
}

#[test]
fn values_outside_the_range_or_with_a_word_for_none_are_flagged() {
    let catalogue = catalogue();
    let pm2_5 = catalogue.by_id("pm2_5").unwrap();
    for (value, expected) in [
        (0, Flags::NONE),
        (100_000, Flags::NONE),
        (100_001, Flags::NONE.with(Flag::OutOfRange)),
        (-1, Flags::NONE.with(Flag::OutOfRange)),
        (-100, Flags::NONE.with(Flag::Sentinel)),
        (655_350, Flags::NONE.with(Flag::Sentinel)),
        (i64::MAX, Flags::NONE.with(Flag::OutOfRange)),
    ] {
        assert_eq!(value_flags(pm2_5, value), expected, "{value}");
    }
}

#[test]
fn a_word_for_none_wins_over_the_range_it_lies_in() {
    let voltage = property(151, "voltage", 0, 100, &[0]);
    assert_eq!((value_flags(&voltage, 0), value_flags(&voltage, 1)), (Flags::NONE.with(Flag::Sentinel), Flags::NONE));
}

#[test]
fn smaller_particles_that_weigh_more_are_inconsistent_at_any_resolution() {
    let table = [
        "pm1=37 pm2_5=390 pm10=39 humidity=416",
        "pm1=39 pm2_5=390 pm10=39",
        "pm1=40 pm2_5=390 pm10=41 humidity=416",
        "pm10=38 pm2_5=390 pm1=37",
        "pm1=90 pm2_5=800 pm10=70",
        "pm1/1=90 pm2_5=100 pm2_5/1=100 pm10=20",
    ]
    .map(flags)
    .join("\n");
    expect![[r#"
        pm1=37 {}, pm2_5=390 {}, pm10=39 {}, humidity=416 {}
        pm1=39 {}, pm2_5=390 {}, pm10=39 {}
        pm1=40 {"inconsistent"}, pm2_5=390 {"inconsistent"}, pm10=41 {}, humidity=416 {}
        pm10=38 {"inconsistent"}, pm2_5=390 {"inconsistent"}, pm1=37 {}
        pm1=90 {"inconsistent"}, pm2_5=800 {"inconsistent"}, pm10=70 {"inconsistent"}
        pm1/1=90 {"inconsistent"}, pm2_5=100 {}, pm2_5/1=100 {"inconsistent"}, pm10=20 {}"#]]
    .assert_eq(&table);
}

#[test]
fn a_value_that_is_none_makes_no_other_inconsistent() {
    let table =
        ["pm1=65535 pm2_5=390", "pm1=20000 pm2_5=390", "pm2_5=390 pm10=-5", "unknown=5 pm1=1"].map(flags).join("\n");
    expect![[r#"
        pm1=65535 {"sentinel"}, pm2_5=390 {}
        pm1=20000 {"out_of_range"}, pm2_5=390 {}
        pm2_5=390 {}, pm10=-5 {"out_of_range"}
        unknown=5 {}, pm1=1 {}"#]]
    .assert_eq(&table);
}

proptest! {
    #[test]
    fn any_values_get_one_set_of_flags_each(sample in prop::collection::vec((0u16..9, 0u8..2, any::<i64>()), 0..20)) {
        let catalogue = catalogue();
        let values = sample.iter().map(|&(property, channel, value)| (Series { property: PropertyNo(property), channel }, value));
        let mut flags = vec![Flags::NONE.with(Flag::TimeDoubt)];
        Rules::new(&catalogue).flags(&catalogue, values, &mut flags);
        prop_assert_eq!(flags.len(), sample.len());
        prop_assert!(flags.iter().all(|flags| !flags.contains(Flag::TimeDoubt)));
    }
}
