//! Overrides from the environment: `SMARTPOLE__HTTP__LISTEN`, `SMARTPOLE__MQTT__0__HOST`.

use std::env;

use super::{
    mistakes::{Mistakes, Place},
    section::{Node, Section},
};

const PREFIX: &str = "SMARTPOLE__";

/// The variables of this process's environment. Bytes that are not UTF-8 become U+FFFD, which no option accepts
/// unnoticed: paths and names that hold it do not exist.
pub(crate) fn variables() -> Vec<(String, String)> {
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    env::vars_os().map(|(name, value)| (text(name), text(value))).collect()
}

/// Puts the variables that are overrides into the sections they name.
pub(super) fn apply(root: &mut Section, mut variables: Vec<(String, String)>, mistakes: &mut Mistakes) {
    variables.sort(); // so that lists grow from the front
    for (name, value) in variables {
        let Some(path) = name.strip_prefix(PREFIX) else { continue };
        let path = path.to_lowercase();
        let keys: Vec<&str> = path.split("__").collect();
        let place = Place::Variable(name.clone());
        if put(root, &keys, &place, value).is_none() {
            let hint = "write SMARTPOLE__SECTION__KEY; entries of a list have numbers from 0, without gaps";
            mistakes.of_key(&place, &path, "leads to no option", hint);
        }
    }
}

fn put(section: &mut Section, keys: &[&str], place: &Place, value: String) -> Option<()> {
    match keys {
        [] | ["", ..] => None,
        [key] => {
            section.set(key, place.clone(), Node::Text(value));
            Some(())
        }
        [key, index, rest @ ..] if !rest.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()) => {
            put(section.entry_of_list(key, index.parse().ok()?, place)?, rest, place, value)
        }
        [key, rest @ ..] => put(section.subsection(key, place)?, rest, place, value),
    }
}
