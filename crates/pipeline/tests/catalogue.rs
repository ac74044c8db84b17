//! A catalogue that would make something else of stored numbers is refused; one that only adds or renames is not.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{Memory, START, files, fold, inputs, library, message};
use expect_test::{Expect, expect};
use smartpole_model::Inputs;

/// One device's fine dust and total are stored.
fn stored() -> Memory {
    let said = message("d1", START, START + 1_000, &[("pm2_5", 700), ("people_in_total", 5)]);
    fold(&[inputs("first", START), said], 10, |_| false)
}

/// What is wrong with the catalogue in which `from` is `to`, in a fold that was restored.
#[track_caller]
fn check(memory: &Memory, changes: &[(&str, &str)], expected: &Expect) {
    let mut files = files(false);
    let mut text = String::from_utf8(files["properties.toml"].clone()).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    files.insert("properties.toml".to_owned(), text.into_bytes());
    // nothing in it that names a property
    files.retain(|name, _| !["profiles/radio.toml", "keys.csv"].contains(&name.as_str()));
    files.insert("devices.csv".to_owned(), b"id,pole,profile\nd1,P1,station\n".to_vec());
    let next = Inputs::parse(&files).unwrap().registry.properties;
    let found: Vec<String> = memory.restored(&library()).misfits(&next).iter().map(ToString::to_string).collect();
    expected.assert_eq(&found.join("\n"));
}

#[test]
fn stored_numbers_keep_their_meaning() {
    let memory = stored();
    check(
        &memory,
        &[("number = 1\n", "number = 11\n")],
        &expect![[r#"
        properties.toml: pm2_5: readings of it are stored under the number 1, which is 11 now
          hint: put the entry back as it was (number 1), and give what is new an id and a number of its own; a property that is no longer measured stays in the catalogue"#]],
    );
    check(
        &memory,
        &[("id = \"pm2_5\"\nnumber = 1", "id = \"pm10\"\nnumber = 11")],
        &expect![[r#"
        properties.toml: pm2_5: readings of it are stored, and the entry is gone
          hint: put the entry back as it was (number 1), and give what is new an id and a number of its own; a property that is no longer measured stays in the catalogue"#]],
    );
    check(
        &memory,
        &[("decimals = 2", "decimals = 3")],
        &expect![[r#"
        properties.toml: pm2_5: readings of it are stored with `decimals = 2`, which is 3 now
          hint: put the entry back as it was (number 1), and give what is new an id and a number of its own; a property that is no longer measured stays in the catalogue"#]],
    );
    check(
        &memory,
        &[("unit = \"ug/m3\"", "unit = \"mg/m3\"")],
        &expect![[r#"
        properties.toml: pm2_5: readings of it are stored with `unit = "ug/m3"`, which is "mg/m3" now
          hint: put the entry back as it was (number 1), and give what is new an id and a number of its own; a property that is no longer measured stays in the catalogue"#]],
    );
    check(
        &memory,
        &[("kind = \"gauge\"", "kind = \"index\"")],
        &expect![[r#"
        properties.toml: pm2_5: readings of it are stored with `kind = "gauge"`, which is "index" now
          hint: put the entry back as it was (number 1), and give what is new an id and a number of its own; a property that is no longer measured stays in the catalogue"#]],
    );
    // two of one kind exchange their numbers
    check(
        &memory,
        &[("number = 2\n", "number = 77\n"), ("number = 5\n", "number = 2\n"), ("number = 77\n", "number = 5\n")],
        &expect![[r#"
            properties.toml: people_in: readings of it are stored under the number 2, which is 5 now
              hint: put the entry back as it was (number 2), and give what is new an id and a number of its own; a property that is no longer measured stays in the catalogue"#]],
    );
    // no reading of `people_in` is stored, but the total counts for it
    check(
        &memory,
        &[("number = 2\n", "number = 12\n")],
        &expect![[r#"
        properties.toml: people_in: readings of it are stored under the number 2, which is 12 now
          hint: put the entry back as it was (number 2), and give what is new an id and a number of its own; a property that is no longer measured stays in the catalogue"#]],
    );
}

#[test]
fn what_is_not_stored_and_what_is_only_said_may_change() {
    let memory = stored();
    check(&memory, &[("id = \"power_up\"\nnumber = 4", "id = \"switched_on\"\nnumber = 14")], &expect![""]);
    check(&memory, &[("id = \"pm2_5\"", "id = \"fine_dust\"")], &expect![""]);
    check(&memory, &[("Feinstaub PM2,5", "Feinstaub"), ("max = 1000\n", "max = 500\n")], &expect![""]);
    check(&fold(&[inputs("first", START)], 10, |_| false), &[("unit = \"ug/m3\"", "unit = \"mg/m3\"")], &expect![""]);
}
