//! A table as CSV.

use super::{Column, Encoder, Footer, Geometry};
use crate::{
    csv::{Cell, Dialect, ongoing::Ongoing},
    problem::Problem,
};

/// A table under way.
pub(super) struct Delimited(Ongoing);

impl Delimited {
    pub(super) fn new(columns: &[Column], dialect: Dialect) -> Self {
        Self(Ongoing::new(dialect, columns.iter().map(|column| column.name)))
    }
}

impl Encoder for Delimited {
    fn row(&mut self, row: &[Cell<'_>], _: Option<Geometry<'_>>) -> Result<(), Problem> {
        self.0.row(row);
        Ok(())
    }

    fn take(&mut self) -> Result<Vec<u8>, Problem> {
        Ok(self.0.take())
    }

    /// RFC 4180 has rows alone, so all else is said beside the file.
    fn end(&mut self, _: &Footer<'_>) -> Result<Vec<u8>, Problem> {
        self.take()
    }
}
