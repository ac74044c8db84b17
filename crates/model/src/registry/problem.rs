//! A mistake in a file a person wrote.

use std::fmt;

/// What is wrong, where, and what to do. Problems order by file, then line, so that a list of them is stable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Problem {
    /// The file, relative to the registry or as given.
    pub file: String,
    /// Line from 1, where known.
    pub line: Option<usize>,
    /// Column of a CSV, key of a TOML, property of a GeoJSON feature.
    pub field: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// Whether a registry that came into force before anybody asked for this stays in force: only one that is handed in is refused.
    #[serde(skip)]
    pub(super) spares_kept: bool,
}

impl Problem {
    /// A problem of a file as a whole.
    pub fn new(file: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            field: None,
            message: message.into(),
            hint: hint.into(),
            spares_kept: false,
        }
    }

    /// The same, at a line (from 1).
    #[must_use]
    pub fn at_line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    /// The same, of files that are handed in alone: what is kept was accepted without it, and has to fold as it did.
    #[must_use]
    pub(super) fn sparing_kept(mut self) -> Self {
        self.spares_kept = true;
        self
    }

    /// The same, in a field.
    #[must_use]
    pub fn in_field(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ": {field}")?;
        }
        write!(f, ": {}\n  hint: {}", self.message, self.hint)
    }
}
