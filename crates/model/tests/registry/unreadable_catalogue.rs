//! A catalogue that cannot be read, in part or at all, is reported once.

use expect_test::expect;
use smartpole_model::Inputs;

use crate::{castrop_rauxel::shipped, fixture::listed};

/// Counts and corrections that need to know what devices measure.
const COUNTS: &str = "device,from,to,in,out,counted_by\nam-01-people,2026-05-05T10:00:00Z,2026-05-05T10:15:00Z,1,2,A\n";
const CALIBRATIONS: &str = "device,property,offset,gain\nam-01-air,pm2_5,0.5,1\nam-01-air,no2,0.5,1\n";

/// Files with mistakes in the shipped registry with this catalogue, and all that is said.
fn mistaken(catalogue: &[u8]) -> (Vec<String>, String) {
    let mut files = shipped();
    files.insert("properties.toml".to_owned(), catalogue.to_owned());
    files.insert("counts.csv".to_owned(), COUNTS.as_bytes().to_owned());
    files.insert("calibrations.csv".to_owned(), CALIBRATIONS.as_bytes().to_owned());
    let problems = Inputs::parse(&files).err().unwrap_or_default();
    let mut of: Vec<String> = problems.iter().map(|problem| problem.file.clone()).collect();
    of.dedup();
    (of, listed(&problems))
}

#[test]
fn no_other_file_is_blamed_for_a_catalogue_that_cannot_be_read() {
    for catalogue in [&b""[..], b"[[property]\n", b"\xff", b"[[property]]\nid = \n"] {
        let (of, said) = mistaken(catalogue);
        assert_eq!(of, ["properties.toml"], "{said}");
    }
    let mut files = shipped();
    files.remove("properties.toml");
    expect![[r#"
        properties.toml: the file is missing
          hint: put it beside the other registry files
    "#]]
    .assert_eq(&listed(&Inputs::parse(&files).unwrap_err()));
}

#[test]
fn no_other_file_is_blamed_for_an_entry_of_the_catalogue_that_is_flawed() {
    let sound = String::from_utf8(shipped().remove("properties.toml").unwrap()).unwrap();
    assert_eq!(mistaken(sound.as_bytes()).0, [""; 0]);
    for (at, _) in sound.match_indices("\nkind = \"") {
        let flawed = format!("{}\nkind = \"un{}", &sound[..at], &sound[at + "\nkind = \"".len()..]);
        let (of, said) = mistaken(flawed.as_bytes());
        assert_eq!(of, ["properties.toml"], "{said}");
    }
}
