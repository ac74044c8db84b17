//! In which form a file is written.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{Column, Geometry, delimited::Delimited, geojson::GeoJson};
use crate::{
    citation::Citation,
    csv::{Cell, Dialect},
    history::Missing,
    problem::Problem,
};

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// `text/csv`.
    Csv,
    /// `application/geo+json` (RFC 7946): a feature a row, at its pole.
    Geojson,
    /// `application/vnd.apache.parquet`.
    Parquet,
}

/// A file that is written row by row and taken piece by piece.
pub(crate) trait Encoder: Send {
    /// Adds a row, a cell a column.
    ///
    /// # Errors
    /// 500 if it cannot be written.
    fn row(&mut self, row: &[Cell<'_>], geometry: Option<Geometry<'_>>) -> Result<(), Problem>;

    /// What can be sent by now.
    ///
    /// # Errors
    /// 500 if it cannot be written.
    fn take(&mut self) -> Result<Vec<u8>, Problem>;

    /// The rest of the file, and what is said of it where the form has a place for that.
    ///
    /// # Errors
    /// 500 if it cannot be written.
    fn end(&mut self, footer: &Footer<'_>) -> Result<Vec<u8>, Problem>;
}

/// What is said of a file at its end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Footer<'a> {
    /// What it is cited with.
    pub(crate) citation: Option<&'a Citation>,
    /// Readings that it lacks.
    pub(crate) missing: Option<&'a Missing>,
}

impl Format {
    /// All forms, the one that is given if nothing is said first.
    pub(crate) const ALL: [(&'static str, Self); 3] = [
        ("text/csv", Self::Csv),
        ("application/geo+json", Self::Geojson),
        ("application/vnd.apache.parquet", Self::Parquet),
    ];

    /// As which media type it is sent.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Geojson => "application/geo+json",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// How a file's name ends.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Geojson => "geojson",
            Self::Parquet => "parquet",
        }
    }

    /// A file of these columns.
    ///
    /// # Errors
    /// 400 if this program has not got the form.
    pub(crate) fn encoder(self, columns: &'static [Column], dialect: Dialect) -> Result<Box<dyn Encoder>, Problem> {
        match self {
            Self::Csv => Ok(Box::new(Delimited::new(columns, dialect))),
            Self::Geojson => Ok(Box::new(GeoJson::new(columns))),
            #[cfg(feature = "parquet")]
            Self::Parquet => Ok(Box::new(super::parquet::Parquet::new(columns)?)),
            #[cfg(not(feature = "parquet"))]
            Self::Parquet => {
                let detail = "format: this program was built without Parquet";
                Err(Problem::parameter(detail, "ask for format=csv, or build it with the feature `parquet`"))
            }
        }
    }
}
