//! What is wrong in a configuration, all of it.

use std::{error::Error, fmt, path::Path};

use smartpole_model::Problem;

/// Where a setting was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A line of the file, from 1.
    Line(usize),
    /// A variable of the environment.
    Variable(String),
}

/// Every mistake in a file and in what overrides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistakes {
    file: String,
    problems: Vec<Problem>,
}

impl Mistakes {
    /// None yet.
    pub(crate) fn new(file: &Path) -> Self {
        Self { file: file.display().to_string(), problems: Vec::new() }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Notes one about the file as a whole.
    pub(super) fn of_file(&mut self, message: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(Problem::new(&self.file, message, hint));
    }

    /// Notes one at a line of the file, where no key is known.
    pub(super) fn at_line(&mut self, line: usize, message: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(Problem::new(&self.file, message, hint).at_line(line));
    }

    /// Notes one about a key (`mqtt.0.host`).
    pub(super) fn of_key(&mut self, place: &Place, key: &str, message: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(match place {
            Place::Line(line) => Problem::new(&self.file, message, hint).at_line(*line).in_field(key),
            Place::Variable(name) => Problem::new("environment", message, hint).in_field(name),
        });
    }

    /// Adds what was found elsewhere.
    pub(crate) fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        self.problems.extend(problems);
    }
}

/// The configuration's own mistakes first, by line; then the rest by file and line.
impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut problems: Vec<&Problem> = self.problems.iter().collect();
        problems.sort_by_key(|problem| (problem.file != self.file, *problem));
        for problem in &problems {
            writeln!(f, "{problem}")?;
        }
        match problems.len() {
            1 => f.write_str("1 mistake"),
            count => write!(f, "{count} mistakes"),
        }
    }
}

impl Error for Mistakes {}
