//! Ids and words: which are known, which were meant, which are taken.

use std::collections::{BTreeSet, HashMap, hash_map::Entry};

/// The ids that a file defines. Flawed entries count too, so that one mistake is reported once and not at every reference.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: BTreeSet<String>,
    /// The file could not be read: nothing can be said about a reference into it.
    unreadable: bool,
}

impl Names {
    pub(super) fn unreadable() -> Self {
        Self { known: BTreeSet::new(), unreadable: true }
    }

    pub(super) fn new(ids: impl IntoIterator<Item = String>) -> Self {
        Self { known: ids.into_iter().collect(), unreadable: false }
    }

    /// What to do about a reference to `id`, if it leads nowhere.
    pub(super) fn missing(&self, id: &str, file: &str) -> Option<String> {
        if self.unreadable || self.known.contains(id) {
            return None;
        }
        let known = self.known.iter().map(String::as_str);
        Some(did_you_mean(id, known).unwrap_or_else(|| format!("add it to {file}, or correct the id")))
    }
}

/// Where each id was first seen.
#[derive(Debug)]
pub(super) struct FirstLines<K = String>(HashMap<K, usize>);

impl<K> Default for FirstLines<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl From<FirstLines> for Names {
    fn from(lines: FirstLines) -> Self {
        Self::new(lines.0.into_keys())
    }
}

impl<K: std::hash::Hash + Eq> FirstLines<K> {
    /// Notes `key`; the line of the first one if it is there already.
    pub(super) fn taken(&mut self, key: K, line: usize) -> Option<usize> {
        match self.0.entry(key) {
            Entry::Occupied(first) => Some(*first.get()),
            Entry::Vacant(free) => {
                free.insert(line);
                None
            }
        }
    }
}

/// The word of `known` nearest to `word`, as a question, if one is near.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let word = word.to_lowercase();
    let limit = (word.chars().count() / 3).clamp(1, 3);
    // The distance is dear and at least the difference in length; a character has up to 4 bytes.
    let comparable = |other: &&str| word.len() <= 64 && other.len().abs_diff(word.len()) <= 4 * limit;
    let distances =
        known.into_iter().filter(comparable).map(|other| (strsim::osa_distance(&word, &other.to_lowercase()), other));
    let (_, best) = distances.filter(|(distance, _)| *distance <= limit).min_by_key(|(distance, _)| *distance)?;
    Some(format!("did you mean `{best}`?"))
}

/// The value of a code word, or what to do.
pub(super) fn choose<T: Copy>(word: &str, choices: &[(&str, T)]) -> Result<T, String> {
    if let Some((_, value)) = choices.iter().find(|(code, _)| *code == word) {
        return Ok(*value);
    }
    let codes = || choices.iter().map(|(code, _)| *code);
    Err(did_you_mean(word, codes()).unwrap_or_else(|| one_of(codes())))
}

/// "use one of a, b, c".
pub(super) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    format!("use one of {}", words.into_iter().collect::<Vec<_>>().join(", "))
}

/// Why `id` cannot be an id, if so: ids stand in MQTT topics, addresses and file names.
pub(super) fn bad_id(id: &str) -> Option<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    match id.chars().find(|c| !allowed(*c)) {
        _ if id.is_empty() => Some("is empty".to_owned()),
        _ if id.len() > 64 => Some("is longer than 64 characters".to_owned()),
        Some(c) => Some(format!("{c:?} cannot stand in an id")),
        None => None,
    }
}

/// What to do about a [`bad_id`].
pub(super) const ID_HINT: &str = "ids are 1 to 64 letters a–z, A–Z, digits, -, _ and .";
