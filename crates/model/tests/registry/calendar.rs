//! Days that the town decides itself.

use expect_test::expect;
use smartpole_model::registry::is_input;

use crate::fixture::{check, files, parse};

#[test]
fn a_town_lists_the_sundays_on_which_shops_open() {
    assert!(is_input("calendar.toml"));
    let text = "sunday_openings = [\"2026-05-03\", \"2026-10-04\"]\n";
    let openings = parse(&files(&[("calendar.toml", text)])).registry.sunday_openings;
    let holds = |text: &str| openings.holds(text.parse().unwrap());
    assert!(holds("2026-05-03") && holds("2026-10-04") && !holds("2026-05-10"));
    assert_eq!(parse(&files(&[])).registry.sunday_openings, Default::default(), "it may be left out");
}

#[test]
fn every_mistake_of_a_calendar_has_its_line() {
    let text = "sunday_openings = [\n  \"2026-05-04\",\n  \"3.5.2026\",\n  \"2026-05-03\", \"2026-05-03\",\n]\nholidays = []\n";
    check(
        &[("calendar.toml", text)],
        &expect![[r#"
            calendar.toml:2: sunday_openings: 2026-05-04 is a Monday, no Sunday
              hint: shops open on weekdays anyway: remove or correct it
            calendar.toml:3: sunday_openings: "3.5.2026" is no date
              hint: write it as "2026-05-03"
            calendar.toml:4: sunday_openings: 2026-05-03 is on line 4 already
              hint: leave one out
            calendar.toml:6: holidays: unknown key `holidays`
              hint: remove it
        "#]],
    );
    check(
        &[("calendar.toml", "")],
        &expect![[r#"
            calendar.toml: the file is empty
              hint: restore it, or remove it if it is optional
        "#]],
    );
}
