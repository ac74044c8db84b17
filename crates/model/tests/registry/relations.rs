//! What properties have to do with each other, and how their values make a window.

use expect_test::{Expect, expect};
use smartpole_model::{Decimal, Mean, PropertyNo};

use crate::fixture::{PROPERTIES, check, files, parse};

/// The fixture's catalogue and entries of these ids, numbered from 201, with what is said of each.
fn catalogue(entries: &[(&str, &str)]) -> String {
    let mut text = PROPERTIES.to_owned();
    for (number, (id, more)) in (201..).zip(entries) {
        let kind = if more.contains("kind") { "" } else { "kind = \"gauge\"\n" };
        text += &format!(
            "[[property]]\nid = \"{id}\"\nnumber = {number}\nname_de = \"-\"\nname_en = \"-\"\nunit = \"1\"\ndecimals = 1\n\
            min = 0\nmax = 100\ntheme = \"t\"\n{kind}{more}\n"
        );
    }
    text
}

#[track_caller]
fn check_entries(entries: &[(&str, &str)], expected: &Expect) {
    check(&[("properties.toml", &catalogue(entries))], expected);
}

#[test]
fn relations_means_and_what_is_personal_are_read() {
    let text = catalogue(&[
        ("in", "kind = \"interval_count\"\nopposite = \"out\"\npersonal = true"),
        ("out", "kind = \"interval_count\"\nopposite = \"in\""),
        ("co_ppb", "converts_to = \"co\"\nfactor = 0.0011647"),
        ("co", "mean = \"arithmetic\""),
        ("noise", "mean = \"energy\""),
    ]);
    let properties = parse(&files(&[("properties.toml", &text)])).registry.properties;
    let of = |id: &str| properties.by_id(id).unwrap();
    assert_eq!((of("in").opposite, of("out").opposite), (Some(PropertyNo(202)), Some(PropertyNo(201))));
    assert_eq!((of("in").personal, of("out").personal), (true, false));
    assert_eq!(of("co_ppb").converts, Some((PropertyNo(204), Decimal { mantissa: 11_647, decimals: 7 })));
    assert_eq!((of("co").mean, of("noise").mean), (Mean::Arithmetic, Mean::Energy));
    assert_eq!((of("co").opposite, of("co").converts), (None, None));
}

#[test]
fn opposites_name_each_other_and_mean_the_same() {
    check_entries(
        &[
            ("self", "opposite = \"self\""),
            ("one_way", "opposite = \"pair_a\""),
            ("pair_a", "opposite = \"pair_b\""),
            ("pair_b", "opposite = \"pair_a\"\nkind = \"index\""),
            ("lost", "opposite = \"pair_c\""),
        ],
        &expect![[r#"
            properties.toml:50: opposite: a property is not its own opposite
              hint: name the other direction
            properties.toml:62: opposite: `pair_a` does not name `one_way` as its opposite
              hint: write `opposite = "one_way"` there, or remove it here
            properties.toml:74: opposite: `pair_b` has another kind, another unit or other decimals
              hint: give both the same kind, unit and decimals
            properties.toml:85: opposite: `pair_a` has another kind, another unit or other decimals
              hint: give both the same kind, unit and decimals
            properties.toml:98: opposite: unknown property `pair_c`
              hint: did you mean `pair_a`?
        "#]],
    );
}

#[test]
fn a_gauge_is_converted_to_a_gauge_in_one_step() {
    check_entries(
        &[
            ("self", "converts_to = \"self\"\nfactor = 2"),
            ("chain", "converts_to = \"self\"\nfactor = 2"),
            ("count", "kind = \"interval_count\"\nconverts_to = \"pm2_5\"\nfactor = -1"),
            ("no_factor", "converts_to = \"pm2_5\""),
            ("no_target", "factor = 1"),
            ("zero", "converts_to = \"pm2_55\"\nfactor = 0.0"),
        ],
        &expect![[r#"
            properties.toml:50: converts_to: a property is not converted to itself
              hint: name the other property
            properties.toml:63: converts_to: `self` is converted itself
              hint: name what it is converted to
            properties.toml:76: converts_to: `pm2_5` and this one are not both gauges
              hint: convert gauges only
            properties.toml:77: factor: -1 is not above 0
              hint: use the factor to the other's unit
            properties.toml:78: factor: `factor` is missing
              hint: add the factor to the other's unit
            properties.toml:90: converts_to: `converts_to` is missing
              hint: name the property it is converted to
            properties.toml:113: converts_to: unknown property `pm2_55`
              hint: did you mean `pm2_5`?
        "#]],
    );
}

#[test]
fn only_levels_have_an_energy_mean() {
    check_entries(
        &[("a", "kind = \"index\"\nmean = \"energy\""), ("b", "mean = \"energetic\""), ("c", "personal = 1")],
        &expect![[r#"
            properties.toml:50: mean: only a gauge has an energy mean
              hint: remove it, or change `kind`
            properties.toml:62: mean: unknown mean `energetic`
              hint: use one of arithmetic, energy
            properties.toml:74: personal: expected true or false, found the integer 1
              hint: write it like `personal = true`
        "#]],
    );
}

#[test]
fn an_energy_mean_is_made_of_levels_from_0_to_140() {
    let all = catalogue(&[("a", "mean = \"energy\""), ("b", "mean = \"energy\"")]);
    let (a, b) = all.split_at(all.rfind("[[property]]").unwrap());
    let (a, b) = (
        a.replace("max = 100\ntheme = \"t\"", "max = 140\ntheme = \"t\""),
        b.replace("min = 0\nmax = 100", "min = -0.1\nmax = 140.1"),
    );
    check(
        &[("properties.toml", &(a + &b))],
        &expect![[r#"
        properties.toml:58: min: an energy mean is made of levels from 0 to 140 dB
          hint: set `min` and `max` within 0 and 140, or let `mean` be "arithmetic"
        properties.toml:59: max: an energy mean is made of levels from 0 to 140 dB
          hint: set `min` and `max` within 0 and 140, or let `mean` be "arithmetic"
    "#]],
    );
}
