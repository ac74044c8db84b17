//! What is wrong in a configuration.

use std::{fmt, path::Path};

/// One mistake in the options of a part of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The option's name.
    pub key: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: &'static str,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.key, self.message, self.hint)
    }
}

/// Collects mistakes.
#[derive(Debug, Default)]
pub struct Mistakes(pub Vec<Mistake>);

impl Mistakes {
    /// Notes a mistake unless `right`.
    pub fn unless(&mut self, right: bool, key: &'static str, message: impl Into<String>, hint: &'static str) {
        if !right {
            self.0.push(Mistake { key, message: message.into(), hint });
        }
    }

    /// Notes that a named file does not exist; `exists` looks, as this crate does no I/O.
    pub fn file(&mut self, key: &'static str, path: Option<&Path>, exists: fn(&Path) -> bool) {
        if let Some(path) = path {
            let message = format!("no file {}", path.display());
            self.unless(exists(path), key, message, "give the path of a readable file");
        }
    }
}
