//! In which forms an answer can be given, and which one is wanted.

use axum::http::HeaderMap;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{accept::most_wanted, bounded::Bounded};
use crate::{
    citation::Citation,
    csv::{self, Dialect, Tabular},
    export::{Footer, Format},
    problem::Problem,
};

/// Names and media types of forms, as `format` and `Accept` call them.
type Offer = (&'static str, &'static str, Form);

const JSON: Offer = ("json", "application/json", Form::Json);
const CSV: Offer = ("csv", "text/csv", Form::Table(Dialect::Rfc4180));
const GEOJSON: Offer = ("geojson", "application/geo+json", Form::File(Format::Geojson));
const PARQUET: Offer = ("parquet", "application/vnd.apache.parquet", Form::File(Format::Parquet));

/// What an answer is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// JSON.
    Json,
    /// A table.
    Table(Dialect),
    /// Features, or Parquet.
    File(Format),
}

/// In which form.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// The form of the answer, whatever `Accept` says.
    format: Option<String>,
    /// How a table is written: `rfc4180`, or `excel_de` (semicolon, decimal comma, byte order mark, local times as 28.11.2026 13:00).
    /// Makes it a table.
    #[param(inline)]
    csv: Option<Dialect>,
}

/// The forms of the answers of an address; the one that is given if nothing is said first.
pub(super) fn offered(path: &str) -> &'static [Offer] {
    match path {
        "/api/v1/poles" | "/api/v1/zones" | "/api/v1/latest" => &[JSON, CSV, GEOJSON],
        "/api/v1/series" => &[JSON, CSV, PARQUET],
        _ => &[JSON, CSV],
    }
}

impl Wanted {
    /// The form that is wanted of an address: by `format`, by `csv`, or else by `Accept`.
    ///
    /// # Errors
    /// 400 if there is no such form, or no such table; 406 if `Accept` names none that there is.
    pub(super) fn form(&self, path: &str, headers: &HeaderMap) -> Result<Form, Problem> {
        let offers = offered(path);
        let form = match (&self.format, self.csv) {
            (Some(format), _) => named(offers, format)?,
            (None, Some(dialect)) => Form::Table(dialect),
            (None, None) => {
                let types: Vec<(&str, Form)> =
                    offers.iter().map(|(_, media_type, form)| (*media_type, *form)).collect();
                most_wanted(headers, &types).ok_or_else(|| not_acceptable(offers))?
            }
        };
        match (form, self.csv) {
            (Form::Table(_), Some(dialect)) => Ok(Form::Table(dialect)),
            (form, None) => Ok(form),
            (_, Some(_)) => {
                let detail = "csv, format: only a table has a dialect";
                Err(Problem::parameter(detail, "leave one of the two out, or give format=csv"))
            }
        }
    }
}

fn named(offers: &[Offer], format: &str) -> Result<Form, Problem> {
    let found = offers.iter().find(|(name, ..)| *name == format).map(|(.., form)| *form);
    found.ok_or_else(|| {
        let shown: String = format.chars().take(40).collect();
        let names: Vec<&str> = offers.iter().map(|(name, ..)| *name).collect();
        Problem::parameter(
            format!("format: there is no {shown:?} of this answer"),
            format!("give {}", names.join(" or ")),
        )
    })
}

fn not_acceptable(offers: &[Offer]) -> Problem {
    let types: Vec<&str> = offers.iter().map(|(_, media_type, _)| *media_type).collect();
    let names: Vec<&str> = offers.iter().map(|(name, ..)| *name).collect();
    Problem::not_acceptable(&types, &names)
}

impl Form {
    /// As which media type it is sent.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Table(_) => Format::Csv.content_type(),
            Self::File(format) => format.content_type(),
        }
    }

    /// How the name of its file ends; none of JSON, which is no file.
    pub(super) fn extension(self) -> Option<&'static str> {
        match self {
            Self::Json => None,
            Self::Table(_) => Some(Format::Csv.extension()),
            Self::File(format) => Some(format.extension()),
        }
    }

    /// An answer in this form, features and Parquet with its citation.
    ///
    /// # Errors
    /// 400 if it is too long, 500 if it cannot be written.
    pub(super) fn body(self, answer: &impl Tabular, citation: Option<&Citation>) -> Result<Vec<u8>, Problem> {
        let mut body = Bounded::new(super::MOST_BYTES);
        match self {
            Self::Json => body.json(answer)?,
            Self::Table(dialect) => body.add(&csv::bytes(answer, dialect)?)?,
            Self::File(format) => {
                let mut encoder = format.encoder(answer.columns(), Dialect::default())?;
                answer.encode(&mut *encoder)?;
                body.add(&encoder.end(&Footer { citation, missing: None })?)?;
            }
        }
        Ok(body.bytes())
    }
}
