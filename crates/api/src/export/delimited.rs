//! A table as CSV.

use super::{Column, Encoder, Place};
use crate::{
    csv::{Cell, Dialect, ongoing::Ongoing},
    problem::Problem,
};

/// A table under way.
pub(super) struct Delimited(Ongoing);

impl Delimited {
    pub(super) fn new(columns: &[Column], dialect: Dialect) -> Result<Self, Problem> {
        let table = Ongoing::new(dialect, columns.iter().map(|column| column.name));
        table.map(Self).map_err(|error| Problem::internal(&error))
    }
}

impl Encoder for Delimited {
    fn row(&mut self, row: &[Cell<'_>], _: Option<Place>) -> Result<(), Problem> {
        self.0.row(row).map_err(|error| Problem::internal(&error))
    }

    fn take(&mut self, _: bool) -> Result<Vec<u8>, Problem> {
        self.0.take().map_err(|error| Problem::internal(&error))
    }
}
