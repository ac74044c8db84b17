//! In which form an answer is given: JSON, a table (`csv`), of some features (`geojson`) or `parquet`, by `format=` or else by `Accept`
//! (RFC 9110, 12.5.1).
//!
//! What JSON is cited with stands in its `citation` ([`crate::citation`]), and what another form is cited with in headers:
//! `smartpole-as-of` (the `as_of` asked for; to operators, else that of the link), `smartpole-method` (id/version), `smartpole-missing`
//! (readings that were counted and can be had no more), and `Link` (RFC 8288): `next` where more rows are, `describedby` the methods,
//! `cite-as` what gives the same figures again (RFC 8574), and to the public `license`, that of `[publish]`. Exact counts of operators
//! have no open licence, so answers to operators name none. Features and Parquet have their citation in the file, too.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header, request},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use smartpole_model::UtcMillis;

use crate::{
    Parts,
    asker::Asker,
    cache::Tag,
    citation::{Citation, Subject, licence, settled_minute},
    csv::Tabular,
    list::Cursor,
    problem::Problem,
    query,
};

mod accept;
mod bounded;
mod described;
mod form;

pub(crate) use accept::most_wanted;
pub(crate) use described::describe;
use form::{Form, Wanted};

pub(crate) const METHODS: &str = "</api/v1/methods>; rel=\"describedby\"";
pub(crate) const AS_OF: HeaderName = HeaderName::from_static("smartpole-as-of");
pub(crate) const METHOD: HeaderName = HeaderName::from_static("smartpole-method");
/// Where an answer says how many readings it lacks that the history has lost: header, trailer, key of a Parquet footer.
pub const MISSING: HeaderName = HeaderName::from_static("smartpole-missing");

/// Most bytes of an answer, without its citation.
const MOST_BYTES: usize = 32 << 20;

/// In which form the answer to a request is wanted, and what of it is known already.
#[derive(Debug)]
pub(crate) struct Representation {
    uri: Uri,
    headers: HeaderMap,
    is_public: bool,
    form: Form,
}

/// The parameters of a request, and in which form its answer is wanted.
pub(crate) struct Question<T>(pub(crate) T, pub(crate) Representation);

impl<S: Sync> FromRequestParts<S> for Representation {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Problem> {
        let wanted: Wanted = query::read(&only(&parts.uri, is_form))?;
        let is_public = parts.extensions.get().is_none_or(Asker::is_public);
        let form = wanted.form(parts.uri.path(), &parts.headers)?;
        Ok(Self { uri: parts.uri.clone(), headers: parts.headers.clone(), is_public, form })
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
    /// The answer in this form, or that it is what whoever asks knows already (304). It may take a while: ask on a thread that may block.
    ///
    /// # Errors
    /// 400 if it is too long, 500 if it cannot be written.
    pub(crate) fn give(&self, parts: &Parts, answer: &impl Tabular) -> Result<Response, Problem> {
        let subject = Subject::of(answer);
        let cited = |as_of| Some(Citation::new(parts, &self.uri, subject.as_ref()?, as_of, self.is_public));
        // that of the tag does not change by the minute
        let lasting = cited(query::as_of(&self.uri));
        let body = self.form.body(answer, lasting.as_ref())?;
        let tag = Tag::of(&[&body, &json(&lasting)?]);
        let kept = tag.headers(self.is_public);
        if tag.is_known(&self.headers) {
            return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
        }
        let citation = cited(self.as_of(parts));
        let kind = [(header::CONTENT_TYPE, self.form.content_type())];
        Ok(match self.form.extension() {
            None => (kept, kind, with_citation(body, citation.as_ref())?).into_response(),
            Some(extension) => {
                (kept, kind, self.file(parts, answer, citation.as_ref(), extension)?, body).into_response()
            }
        })
    }

    /// What a file is called and cited with.
    fn file(
        &self,
        parts: &Parts,
        answer: &impl Tabular,
        citation: Option<&Citation>,
        extension: &str,
    ) -> Result<HeaderMap, Problem> {
        let methods: Vec<String> = answer.methods().iter().map(ToString::to_string).collect();
        let as_of = citation.map_or_else(|| self.as_of(parts).filter(|_| answer.is_as_of()), Citation::as_of);
        let mut headers = vec![
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.{extension}\"", self.name())),
            (header::LINK, self.links(parts, answer.next(), citation)?),
        ];
        headers.extend(as_of.map(|as_of| (AS_OF, as_of.to_string())));
        headers.extend((!methods.is_empty()).then(|| (METHOD, methods.join(", "))));
        headers.extend((answer.missing() > 0).then(|| (MISSING, answer.missing().to_string())));
        let headers = headers.into_iter().map(|(name, value)| Ok((name, HeaderValue::from_str(&value)?)));
        headers.collect::<Result<_, header::InvalidHeaderValue>>().map_err(|error| Problem::internal(&error))
    }

    /// Until when what is cited knows what was received. When something was received last could tell the public when somebody passed.
    fn as_of(&self, parts: &Parts) -> Option<UtcMillis> {
        let asked = query::as_of(&self.uri);
        let settled = || settled_minute(parts.queries.at(None), (parts.clock)());
        if self.is_public { asked } else { asked.or_else(|| Some(settled())) }
    }

    /// A name for the file: the address without its beginning.
    fn name(&self) -> String {
        self.uri.path().trim_start_matches("/api/v1/").replace('/', "-")
    }

    fn links(&self, parts: &Parts, next: Option<&Cursor>, citation: Option<&Citation>) -> Result<String, Problem> {
        let mut links = Vec::new();
        if let Some(next) = next {
            let next = serde_json::to_value(next).map_err(|error| Problem::internal(&error))?;
            let (path, rest) = (self.uri.path(), only(&self.uri, |name| name != "cursor"));
            let and = if rest.is_empty() { "" } else { "&" };
            links.push(format!("<{path}?{rest}{and}cursor={}>; rel=\"next\"", next.as_str().unwrap_or_default()));
        }
        links.push(METHODS.to_owned());
        links.extend(citation.map(Citation::header));
        links.extend(licence(parts, &self.uri, self.is_public).map(|iri| format!("<{iri}>; rel=\"license\"")));
        Ok(links.join(", "))
    }
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|error| Problem::internal(&error))
}

/// An answer in JSON, which is an object, with its citation at the end.
fn with_citation(mut body: Vec<u8>, citation: Option<&Citation>) -> Result<Vec<u8>, Problem> {
    let Some(citation) = citation else { return Ok(body) };
    body.pop();
    body.extend_from_slice(b",\"citation\":");
    body.append(&mut json(citation)?);
    body.push(b'}');
    Ok(body)
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
