//! A table as CSV.

use super::{Column, Encoder, Place};
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
    fn row(&mut self, row: &[Cell<'_>], _: Option<Place>) -> Result<(), Problem> {
        self.0.row(row);
        Ok(())
    }

    fn take(&mut self, _: bool) -> Result<Vec<u8>, Problem> {
        Ok(self.0.take())
    }
}
