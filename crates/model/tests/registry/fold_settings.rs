//! What cannot be meant in `fold.toml`, or not at this time.

use expect_test::expect;
use smartpole_model::{Inputs, UtcMillis};

use crate::fixture::{check, files, listed, parse};

/// What is said of this epoch and the counts by hand of these rows at this time.
fn premature(epoch: &str, counts: &str, now: UtcMillis) -> String {
    let fold = format!("lateness_s = 900\nepoch = \"{epoch}\"\n");
    let counts = format!("device,from,to,in,out,counted_by\n{counts}");
    let files = files(&[("fold.toml", &fold), ("counts.csv", &counts)]);
    parse(&files);
    listed(&Inputs::premature(&files, now))
}

fn at(time: &str) -> UtcMillis {
    time.parse().unwrap()
}

const COUNTED: &str = "70B3D5CD00011FB1,2026-05-05T10:00:00Z,2026-05-05T10:15:00Z,1,2,A\n\
    70B3D5CD00011FB1,2036-05-05T10:00:00Z,2036-05-05T10:15:00Z,1,2,A\n";

#[test]
fn a_city_without_a_name_is_refused_and_one_in_force_stays() {
    for city in ["", " "] {
        let fold = format!("lateness_s = 900\ncity = \"{city}\"\n");
        check(
            &[("fold.toml", &fold)],
            &expect![[r#"
                fold.toml:2: city: it names no city
                  hint: write the city's name as a word, like `city = "castrop-rauxel"`
            "#]],
        );
        assert_eq!(Inputs::parse_kept(files(&[("fold.toml", &fold)])).unwrap().settings.city, city);
    }
    assert_eq!(parse(&files(&[("fold.toml", "city = \"x\"\n")])).settings.city, "x");
}

#[test]
fn an_epoch_that_has_not_come_is_premature_and_one_of_this_instant_is_not() {
    let now = at("2026-05-05T10:15:00Z");
    assert_eq!(premature("2026-05-05T10:15:00Z", "", now), "");
    expect![[r#"
        fold.toml:2: epoch: 2026-05-05T10:15:00.001Z lies in the future: until then each message would be refused as older
          hint: write an instant before the first pole, or leave the line out; if this machine's clock is behind, set it
    "#]]
    .assert_eq(&premature("2026-05-05T10:15:00.001Z", "", now));
}

#[test]
fn a_count_that_has_not_ended_is_premature_and_one_that_ends_now_is_not() {
    let [ends, before] = [at("2026-05-05T10:15:00Z"), at("2026-05-05T10:14:59.999Z")];
    let (first, _) = COUNTED.split_at(COUNTED.find('\n').unwrap() + 1);
    assert_eq!(premature("2020-01-01T00:00:00Z", first, ends), "");
    expect![[r#"
        counts.csv:2: to: 2026-05-05T10:15:00Z lies in the future
          hint: correct the date: a count is written down when it has ended; if this machine's clock is behind, set it
    "#]]
    .assert_eq(&premature("2020-01-01T00:00:00Z", first, before));
    let said = premature("2020-01-01T00:00:00Z", COUNTED, ends);
    assert!(said.starts_with("counts.csv:3: to: 2036-05-05T10:15:00Z lies in the future"), "{said}");
}

#[test]
fn nothing_of_what_cannot_be_read_is_premature() {
    let (now, long_ago) = (at("2026-05-05T10:15:00Z"), at("1970-01-01T00:00:00Z"));
    assert_eq!(Inputs::premature(&files(&[]), long_ago), [], "without the two files");
    let broken = [("fold.toml", "epoch = \n"), ("counts.csv", "device,from\nx,2036-05-05T10:00:00Z\n")];
    assert_eq!(Inputs::premature(&files(&broken), now), []);
}
