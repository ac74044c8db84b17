//! The threat model names tests; each of them has to be there.

use std::{collections::BTreeSet, fs, path::Path};

use smartpole_tests::repository;

/// Everything that is said of tests in Rust and JavaScript.
fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder of the repository").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(&path).expect("a source"));
        }
    }
}

#[test]
fn every_threat_names_a_test_that_is_there_or_says_why_there_is_none() {
    let model = fs::read_to_string(repository().join("deploy/SECURITY.md")).expect("the threat model");
    let mut text = String::new();
    for folder in ["crates", "tests", "firmware-sim"] {
        sources(&repository().join(folder), &mut text);
    }
    let rows: Vec<&str> =
        model.lines().filter(|line| line.starts_with("| ") && !line.contains("what stands")).collect();
    assert!(rows.len() > 20, "the table is read");
    let mut missing = BTreeSet::new();
    for row in rows {
        let shown = row.trim_end_matches('|').rsplit('|').next().expect("a last column").trim();
        let names: Vec<&str> = shown.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty() || shown == "–", "{row}");
        let is_there = |name: &&str| match name.contains('/') {
            true => repository().join(name).is_file(),
            false => text.contains(&format!("fn {name}(")),
        };
        missing.extend(names.into_iter().filter(|name| !is_there(name)));
    }
    assert_eq!(missing, BTreeSet::new());
}
