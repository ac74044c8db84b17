//! A table of the configuration: its values, where each was written, and what was asked of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{
    Deserialize,
    de::{DeserializeOwned, IntoDeserializer},
};
use smartpole_model::registry::did_you_mean;
use toml::{
    Value,
    de::{DeTable, DeValue},
};

use super::{
    fields,
    mistakes::{Mistakes, Place},
    wording,
};

/// A table.
#[derive(Debug)]
pub(super) struct Section {
    /// Its key path with a dot behind, empty for the root.
    path: String,
    /// Where it begins.
    pub(super) place: Place,
    entries: BTreeMap<String, (Place, Node)>,
    /// Keys whose mistake was named, and keys that a misspelt one was meant to be; no more is said about them.
    flawed: BTreeSet<String>,
}

/// What stands behind a key.
#[derive(Debug)]
pub(super) enum Node {
    /// A value of the file, or why TOML's data model has no room for it (an integer beyond 64 bits).
    Value(Result<Value, String>),
    /// Text of the environment: read as TOML where that suits the option, else as it is.
    Text(String),
    /// A table.
    Section(Section),
    /// A list of tables.
    List(Vec<Section>),
}

impl Section {
    fn empty(path: String, place: Place) -> Self {
        Self { path, place, entries: BTreeMap::new(), flawed: BTreeSet::new() }
    }

    /// The root of a text; `None` if there are syntax errors, for what follows them cannot be trusted.
    pub(super) fn parse(text: &str, mistakes: &mut Mistakes) -> Option<Self> {
        let line =
            |offset: usize| 1 + text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count();
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let at = line(error.span().map_or(0, |span| span.start));
            mistakes.at_line(at, error.message().trim(), "mend the TOML syntax of this line");
        }
        errors.is_empty().then(|| Self::from_table(String::new(), Place::Line(1), table.get_ref(), &line))
    }

    fn from_table(path: String, place: Place, table: &DeTable<'_>, line: &dyn Fn(usize) -> usize) -> Self {
        let mut section = Self::empty(path, place);
        for (key, value) in table {
            let place = Place::Line(line(key.span().start));
            let path = format!("{}{}.", section.path, key.get_ref());
            let node = Node::new(path, place.clone(), value, line);
            section.entries.insert(key.get_ref().to_string(), (place, node));
        }
        section
    }

    /// Sets a key.
    pub(super) fn set(&mut self, key: &str, place: Place, node: Node) {
        self.entries.insert(key.to_owned(), (place, node));
    }

    /// The table of a key, made if there is nothing; `None` if something else is there.
    pub(super) fn subsection(&mut self, key: &str, place: &Place) -> Option<&mut Self> {
        let path = format!("{}{key}.", self.path);
        let new = || (place.clone(), Node::Section(Self::empty(path, place.clone())));
        match &mut self.entries.entry(key.to_owned()).or_insert_with(new).1 {
            Node::Section(section) => Some(section),
            _ => None,
        }
    }

    /// An entry of a list of tables; the one behind the last is made.
    pub(super) fn entry_of_list(&mut self, key: &str, index: usize, place: &Place) -> Option<&mut Self> {
        let path = format!("{}{key}.{index}.", self.path);
        let list = || (place.clone(), Node::List(Vec::new()));
        let Node::List(list) = &mut self.entries.entry(key.to_owned()).or_insert_with(list).1 else { return None };
        if index == list.len() {
            list.push(Self::empty(path, place.clone()));
        }
        list.get_mut(index)
    }

    /// Takes out the table of a key.
    pub(super) fn take_section(&mut self, key: &str, mistakes: &mut Mistakes) -> Option<Self> {
        match self.entries.remove(key)? {
            (_, Node::Section(section)) => Some(section),
            (place, _) => {
                mistakes.of_key(&place, key, "expected a table", format!("write it as `[{key}]`"));
                None
            }
        }
    }

    /// Takes out the list of tables of a key.
    pub(super) fn take_list(&mut self, key: &str, mistakes: &mut Mistakes) -> Vec<Self> {
        match self.entries.remove(key) {
            None => Vec::new(),
            Some((_, Node::List(list))) => list,
            Some((place, _)) => {
                let hint = format!("write each entry as `[[{key}]]`");
                mistakes.of_key(&place, key, "expected a list of tables", hint);
                Vec::new()
            }
        }
    }

    /// Whether nothing is here.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes out all that is here.
    pub(super) fn take_all(&mut self) -> BTreeMap<String, (Place, Node)> {
        std::mem::take(&mut self.entries)
    }

    /// Reads the keys into `T`, each by itself: one that is unknown or does not fit is a mistake and keeps its default,
    /// and the others are read all the same. `tables` are keys that may stand here beside those of `T`.
    pub(super) fn read<T: Default + DeserializeOwned>(&mut self, tables: &[&str], mistakes: &mut Mistakes) -> T {
        let known = fields::of::<T>();
        let mut sound = toml::Table::new();
        for (key, (place, node)) in &self.entries {
            let read = match known.contains(&key.as_str()) {
                true => node.fit::<T>(key).map_err(|message| wording::of(key, &message)),
                false => Err(unknown(key, &[known, tables].concat())),
            };
            match read {
                Ok(value) => {
                    sound.insert(key.clone(), value);
                }
                Err((message, hint)) => {
                    mistakes.of_key(place, &format!("{}{key}", self.path), message, &hint);
                    let meant = known.iter().find(|known| hint == format!("did you mean `{known}`?"));
                    self.flawed.extend(meant.map(|meant| (*meant).to_owned()));
                    self.flawed.insert(key.clone());
                }
            }
        }
        sound.try_into().unwrap_or_else(|error: toml::de::Error| {
            let path = self.path.trim_end_matches('.');
            mistakes.of_key(&self.place, path, error.message(), "correct what does not go together");
            T::default()
        })
    }

    /// Notes a mistake of a key, unless one is known: what follows from the first is no news.
    pub(super) fn mistake(&mut self, key: &str, message: &str, hint: &str, mistakes: &mut Mistakes) {
        if self.flawed.insert(key.to_owned()) {
            let place = self.entries.get(key).map_or(&self.place, |(place, _)| place);
            mistakes.of_key(place, &format!("{}{key}", self.path), message, hint);
        }
    }

    /// Whether a mistake of a key is known.
    pub(super) fn is_flawed(&self, key: &str) -> bool {
        self.flawed.contains(key)
    }

    /// Whether mistakes of any key are known.
    pub(super) fn has_flaws(&self) -> bool {
        !self.flawed.is_empty()
    }
}

fn unknown(key: &str, known: &[&str]) -> (String, String) {
    let hint = match key {
        "password" if known.contains(&"password_file") => {
            "a password stands in a file of its own: name it by `password_file`".to_owned()
        }
        "token" if known.contains(&"token_file") => {
            "a token stands in a file of its own: name it by `token_file`".to_owned()
        }
        "client_secret" if known.contains(&"client_secret_file") => {
            "a secret stands in a file of its own: name it by `client_secret_file`".to_owned()
        }
        "windows" if known.contains(&"resolution") => {
            "write resolution = [\"raw\"] for windows = false; true is the default, remove it".to_owned()
        }
        _ => did_you_mean(key, known.iter().copied())
            .unwrap_or_else(|| format!("remove it, or use one of {}", known.join(", "))),
    };
    (format!("unknown key `{key}`"), hint)
}

impl Node {
    fn new(path: String, place: Place, value: &toml::Spanned<DeValue<'_>>, line: &dyn Fn(usize) -> usize) -> Self {
        match value.get_ref() {
            DeValue::Table(table) => Self::Section(Section::from_table(path, place, table, line)),
            DeValue::Array(array) if !array.is_empty() && array.iter().all(|entry| entry.get_ref().is_table()) => {
                let entry = |(index, entry): (usize, &toml::Spanned<DeValue<'_>>)| {
                    let place = Place::Line(line(entry.span().start));
                    let table = entry.get_ref().as_table()?;
                    Some(Section::from_table(format!("{path}{index}."), place, table, line))
                };
                Self::List(array.iter().enumerate().filter_map(entry).collect())
            }
            _ => Self::Value(
                Value::deserialize(value.clone().into_deserializer()).map_err(|error| error.message().to_owned()),
            ),
        }
    }

    /// The value as the field `key` of `T` takes it, or what serde says against it.
    fn fit<T: DeserializeOwned>(&self, key: &str) -> Result<Value, String> {
        let fits = |value: Value| {
            let table = toml::Table::from_iter([(key.to_owned(), value.clone())]);
            table.try_into::<T>().map(|_| value).map_err(|error| error.message().trim().to_owned())
        };
        match self {
            Self::Value(value) => value.clone().and_then(fits),
            Self::Text(text) => match text.parse::<Value>() {
                Ok(value) => fits(value).or_else(|message| fits(Value::String(text.clone())).map_err(|_| message)),
                Err(_) => fits(Value::String(text.clone())),
            },
            Self::Section(_) | Self::List(_) => Err("is a single value, not a table".to_owned()),
        }
    }
}
