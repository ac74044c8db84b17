//! In which form an answer is given: JSON, or a table (`csv`), by `format=` or else by `Accept` (RFC 9110, 12.5.1).
//!
//! What JSON is cited with stands in its `citation` ([`crate::citation`]), and what a table is cited with in headers:
//! `smartpole-as-of` (the `as_of` asked for; to operators, else the first whole minute after the newest receipt),
//! `smartpole-method` (id/version), `smartpole-missing` (readings that were counted and can be had no more), and `Link` (RFC 8288):
//! `next` where more rows are, `describedby` the methods, and to the public
//! `license`, that of `[publish]`. Exact counts of operators have no open licence, so answers to operators name none.

use axum::{
    Json,
    extract::{FromRequestParts, Query},
    http::{HeaderMap, HeaderName, HeaderValue, Uri, header, request},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, de::DeserializeOwned};
use smartpole_model::UtcMillis;
use utoipa::{IntoParams, ToSchema};

use crate::{
    Parts,
    asker::Asker,
    citation::{Citation, Cited, whole_minute},
    csv::{self, Dialect, Tabular},
    list::Cursor,
    problem::Problem,
    query,
};

mod accept;
mod described;

pub(crate) use accept::most_wanted;
pub(crate) use described::describe;

const CSV: &str = "text/csv; charset=utf-8; header=present";
pub(crate) const METHODS: &str = "</api/v1/methods>; rel=\"describedby\"";
pub(crate) const AS_OF: HeaderName = HeaderName::from_static("smartpole-as-of");
pub(crate) const METHOD: HeaderName = HeaderName::from_static("smartpole-method");

/// What answers can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// `application/json`.
    Json,
    /// `text/csv`.
    Csv,
}

const MISSING: HeaderName = HeaderName::from_static("smartpole-missing");

/// In which form.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// `json` or `csv`, whatever `Accept` says.
    #[param(inline)]
    format: Option<Format>,
    /// How a table is written: `rfc4180`, or `excel_de` (semicolon, decimal comma, byte order mark, local times as 28.11.2026 13:00).
    /// Makes it a table.
    #[param(inline)]
    csv: Option<Dialect>,
}

/// Until when something was known.
#[derive(Deserialize)]
struct Past {
    as_of: Option<UtcMillis>,
}

/// In which form the answer to a request is wanted.
#[derive(Debug)]
pub(crate) struct Representation {
    uri: Uri,
    is_public: bool,
    /// None is JSON.
    dialect: Option<Dialect>,
}

/// The parameters of a request, and in which form its answer is wanted.
pub(crate) struct Question<T>(pub(crate) T, pub(crate) Representation);

impl<S: Sync> FromRequestParts<S> for Representation {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Problem> {
        let wanted = query::read(&only(&parts.uri, is_form))?;
        let is_public = parts.extensions.get() != Some(&Asker::Operator);
        Ok(Self { uri: parts.uri.clone(), is_public, dialect: dialect(&wanted, &parts.headers)? })
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Question<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, state: &S) -> Result<Self, Problem> {
        let form = Representation::from_request_parts(parts, state).await?;
        Ok(Self(query::read(&only(&form.uri, |name| !is_form(name)))?, form))
    }
}

impl Representation {
    /// The answer in this form. It may take a while: ask on a thread that may block.
    ///
    /// # Errors
    /// 500 if it cannot be written.
    pub(crate) fn give(&self, parts: &Parts, answer: &impl Tabular) -> Result<Response, Problem> {
        let Some(dialect) = self.dialect else {
            let mut response = self.json(parts, answer);
            response.headers_mut().insert(header::VARY, HeaderValue::from_name(header::ACCEPT));
            return Ok(response);
        };
        let mut response = csv::bytes(answer, dialect)?.into_response();
        let methods: Vec<String> = answer.methods().iter().map(ToString::to_string).collect();
        let mut headers = vec![
            (header::CONTENT_TYPE, CSV.to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.csv\"", self.name())),
            (header::VARY, "Accept".to_owned()),
            (header::LINK, self.links(parts, answer.next())?),
        ];
        headers.extend(self.as_of(parts).filter(|_| answer.is_as_of()).map(|as_of| (AS_OF, as_of.to_string())));
        if !methods.is_empty() {
            headers.push((METHOD, methods.join(", ")));
        }
        if answer.missing() > 0 {
            headers.push((MISSING, answer.missing().to_string()));
        }
        for (name, value) in headers {
            let value = HeaderValue::from_str(&value).map_err(|error| Problem::internal(&error))?;
            response.headers_mut().insert(name, value);
        }
        Ok(response)
    }

    fn json(&self, parts: &Parts, answer: &impl Tabular) -> Response {
        if answer.methods().is_empty() {
            return Json(answer).into_response();
        }
        let citation = Citation::new(parts, &self.uri, answer, self.as_of(parts), self.is_public);
        Json(Cited { answer, citation }).into_response()
    }

    /// Until when the answer knows what was received. When something was received last could tell the public when somebody passed.
    fn as_of(&self, parts: &Parts) -> Option<UtcMillis> {
        let asked = Query::<Past>::try_from_uri(&self.uri).ok().and_then(|Query(past)| past.as_of);
        if self.is_public || asked.is_some() { asked } else { Some(whole_minute(parts.queries.at(None))) }
    }

    /// A name for the file: the address without its beginning.
    fn name(&self) -> String {
        self.uri.path().trim_start_matches("/api/v1/").replace('/', "-")
    }

    fn links(&self, parts: &Parts, next: Option<&Cursor>) -> Result<String, Problem> {
        let mut links = Vec::new();
        if let Some(next) = next {
            let next = serde_json::to_value(next).map_err(|error| Problem::internal(&error))?;
            let (path, rest) = (self.uri.path(), only(&self.uri, |name| name != "cursor"));
            let and = if rest.is_empty() { "" } else { "&" };
            links.push(format!("<{path}?{rest}{and}cursor={}>; rel=\"next\"", next.as_str().unwrap_or_default()));
        }
        links.push(METHODS.to_owned());
        links.extend(self.is_public.then(|| format!("<{}>; rel=\"license\"", parts.publish.licence_iri())));
        Ok(links.join(", "))
    }
}

fn dialect(wanted: &Wanted, headers: &HeaderMap) -> Result<Option<Dialect>, Problem> {
    let format = match (wanted.format, wanted.csv) {
        (Some(Format::Json), Some(_)) => {
            let detail = "csv, format: JSON is no table";
            return Err(Problem::parameter(detail, "leave one of the two out, or give format=csv"));
        }
        (Some(format), _) => format,
        (None, Some(_)) => Format::Csv,
        (None, None) => accept::format(headers).ok_or_else(Problem::not_acceptable)?,
    };
    Ok((format == Format::Csv).then(|| wanted.csv.unwrap_or_default()))
}

/// Whether a parameter says in which form.
pub(crate) fn is_form(name: &str) -> bool {
    matches!(name, "format" | "csv")
}

/// The part of a query string whose names are wanted, as it came.
fn only(uri: &Uri, wanted: impl Fn(&str) -> bool) -> String {
    let pairs = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.filter(|pair| wanted(pair.split_once('=').map_or(*pair, |(name, _)| name)));
    pairs.collect::<Vec<_>>().join("&")
}
