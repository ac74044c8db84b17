//! What is wrong in a configuration.

use std::fmt;

/// One mistake in the options of a source.
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
pub(crate) struct Mistakes(pub(crate) Vec<Mistake>);

impl Mistakes {
    /// Notes a mistake unless `right`.
    pub(crate) fn unless(&mut self, right: bool, key: &'static str, message: impl Into<String>, hint: &'static str) {
        if !right {
            self.0.push(Mistake { key, message: message.into(), hint });
        }
    }

    /// Notes that a named file does not exist.
    pub(crate) fn file(&mut self, key: &'static str, path: Option<&std::path::Path>) {
        if let Some(path) = path {
            let message = format!("no file {}", path.display());
            self.unless(path.is_file(), key, message, "give the path of a readable file");
        }
    }
}
