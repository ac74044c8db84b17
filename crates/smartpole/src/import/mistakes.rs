//! What is wrong with a file: all of it counted, the first ones told.

use std::fmt;

/// Most mistakes that are told; all are counted.
const TOLD: usize = 20;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// Line of the file, from 1.
    pub(crate) line: u64,
    /// The column's name; empty if it is the line's.
    pub(crate) column: String,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do.
    pub(crate) remedy: String,
}

impl Mistake {
    pub(crate) fn new(line: u64, column: &str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { line, column: column.to_owned(), message: message.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, message, remedy } = self;
        let column = if column.is_empty() { String::new() } else { format!(", {column}") };
        write!(f, "line {line}{column}: {message}\n  hint: {remedy}")
    }
}

/// Mistakes and how many there are.
#[derive(Debug, Default)]
pub(crate) struct Mistakes {
    first: Vec<Mistake>,
    n: u64,
}

impl Mistakes {
    pub(crate) fn add(&mut self, mistake: Mistake) {
        self.n += 1;
        if self.first.len() < TOLD {
            self.first.push(mistake);
        }
    }

    pub(crate) fn len(&self) -> u64 {
        self.n
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.iter().try_for_each(|mistake| writeln!(f, "{mistake}"))?;
        match self.n - self.first.len() as u64 {
            0 => Ok(()),
            more => writeln!(f, "… and {more} more"),
        }
    }
}
