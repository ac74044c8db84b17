//! `/api/v1/registry`: files of the registry, read and written one by one; a change comes into force at once.
//!
//! ```text
//! PUT, DELETE, POST rows ──► change: all mistakes, by the code that reads the folder ──► Folder::replace ──► Registries::take
//!                              └─ dry_run: effect::Effect
//! ```

mod answer;
mod change;
mod effect;
mod file_name;
pub(crate) mod history;
mod listed;
mod trail;

use axum::{
    Json,
    body::{Bytes, to_bytes},
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;

pub(crate) use self::answer::{Unsound, Written};
use self::{
    answer::Refusal,
    change::{Change, Text},
    file_name::FileName,
    history::text_of,
    listed::RegistryFiles,
    trail::Trail,
};
use crate::{
    ApiState,
    asker::Asker,
    problem::{Bare, Named, Problem, Refused},
    query::{Nothing, Params},
};

/// Where the files are.
pub(crate) const PATH: &str = "/api/v1/registry";
/// Most bytes of a file: 100,000 poles, or the outlines of a large city.
const MAX_BODY: usize = 16 << 20;

/// What is wanted of a change.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Attempt {
    /// Only say what would change.
    dry_run: bool,
}

/// Which text of a file.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The `hash` of a former one, of its history; else that of now.
    version: Option<String>,
}

/// Files of the registry: what they are called, when and by whom they were changed, who may change them, and whether they are in force.
#[utoipa::path(get, path = PATH, tag = "operation", responses(
    (status = 200, description = "All files, those of profiles last.", body = RegistryFiles),
    Bare,
))]
pub(crate) async fn files(
    State(state): State<ApiState>,
    Params(Nothing {}): Params<Nothing>,
    asker: Asker,
) -> Result<Json<RegistryFiles>, Problem> {
    let trail = Trail::read(&state).await?;
    let error = state.parts.health.borrow().registry_error.clone();
    Ok(Json(state.ask(move |parts| listed::list(parts, &asker, &trail, error)).await?))
}

/// The text of a file, with the tag that a change of it has to name.
#[utoipa::path(get, path = "/api/v1/registry/{file}", tag = "operation", params(Wanted,
    ("file" = String, Path, description = "Its name; `profiles:x.toml` is `profiles/x.toml`.", example = "poles.csv")), responses(
    (status = 200, description = "Its bytes.", content(
        (String = "text/csv"), (String = "application/toml"), (Object = "application/geo+json")
    )),
    Refused,
))]
pub(crate) async fn file(
    State(state): State<ApiState>,
    Path(file): Path<String>,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Problem> {
    let name = FileName::read(&file)?.shown()?;
    let kind = name.media_type();
    let find = move |parts: &crate::Parts| match wanted.version {
        Some(version) => text_of(parts, &name, &version)?
            .ok_or_else(|| Problem::unknown(&Named::VERSION, &version, std::iter::empty())),
        None => {
            let mut files = parts.folder.read().map_err(|error| Problem::folder(&error))?;
            let names: Vec<String> = files.keys().cloned().collect();
            let missing = || Problem::unknown(&Named::REGISTRY_FILE, name.as_str(), names.iter().map(String::as_str));
            files.remove(name.as_str()).ok_or_else(missing)
        }
    };
    let text = state.ask(find).await?;
    let tag = format!("\"{}\"", smartpole_registry::hash(&text));
    Ok(([(header::CONTENT_TYPE, kind), (header::ETAG, &tag), (header::CACHE_CONTROL, "private, no-cache")], text)
        .into_response())
}

/// Writes a file whole. What is wrong with the registry then is answered at once, by the code that reads it at a start; a sound one is
/// durable and in force when the answer comes. The former text stays beside the file, as `<file>.former`.
#[utoipa::path(put, path = "/api/v1/registry/{file}", tag = "operation", params(Attempt,
    ("file" = String, Path, description = "Its name; `profiles:x.toml` is `profiles/x.toml`.", example = "poles.csv"),
    ("If-Match" = Option<String>, Header, description = "The ETag of what is changed."),
    ("If-None-Match" = Option<String>, Header, description = "`*` for a file that is not there yet.")),
    request_body(content = String, content_type = "text/plain"),
    responses(answer::Responses))]
pub(crate) async fn write(
    State(state): State<ApiState>,
    Path(file): Path<String>,
    asker: Asker,
    Params(attempt): Params<Attempt>,
    request: Request,
) -> Result<Response, Refusal> {
    let change = Change::begin(&file, request.headers(), &asker)?;
    change.make(&state, Text::Whole(body(request).await?), attempt.dry_run).await
}

/// Removes a file that the registry can do without, as a profile that no device has.
#[utoipa::path(delete, path = "/api/v1/registry/{file}", tag = "operation", params(Attempt,
    ("file" = String, Path, description = "Its name; `profiles:x.toml` is `profiles/x.toml`.", example = "counts.csv"),
    ("If-Match" = Option<String>, Header, description = "The ETag of what is removed.")),
    responses(answer::Responses))]
pub(crate) async fn remove(
    State(state): State<ApiState>,
    Path(file): Path<String>,
    asker: Asker,
    Params(attempt): Params<Attempt>,
    request: Request,
) -> Result<Response, Refusal> {
    let change = Change::begin(&file, request.headers(), &asker)?;
    change.make(&state, Text::Gone, attempt.dry_run).await
}

/// Puts rows into a CSV file: those whose key is there are changed, the others added, all else stays byte for byte. Columns may come in any
/// order, also by the words of German inventories; `;` and decimal commas, a byte order mark and Windows-1252 are read as Excel writes them.
/// Mistakes name the line of what was sent (`row`).
#[utoipa::path(post, path = "/api/v1/registry/{file}/rows", tag = "operation", params(Attempt,
    ("file" = String, Path, description = "Its name.", example = "poles.csv"),
    ("If-Match" = Option<String>, Header, description = "The ETag of what is changed."),
    ("If-None-Match" = Option<String>, Header, description = "`*` for a file that is not there yet.")),
    request_body(content = String, content_type = "text/csv", example = "Mastnummer;Leuchtstellennummer;Schaltstelle;Rechtswert;Hochwert\nAM-01;01-0103;S-0101;382950,27;5712089,19\n"),
    responses(answer::Responses))]
pub(crate) async fn put_rows(
    State(state): State<ApiState>,
    Path(file): Path<String>,
    asker: Asker,
    Params(attempt): Params<Attempt>,
    request: Request,
) -> Result<Response, Refusal> {
    let change = Change::begin(&file, request.headers(), &asker)?;
    if !is_csv(request.headers()) {
        return Err(Problem::no_csv().into());
    }
    change.make(&state, Text::Rows(body(request).await?), attempt.dry_run).await
}

async fn body(request: Request) -> Result<Bytes, Problem> {
    to_bytes(request.into_body(), MAX_BODY).await.map_err(|_| Problem::body_of(MAX_BODY))
}

/// A page of another site cannot send it unasked.
fn is_csv(headers: &HeaderMap) -> bool {
    let kind =
        headers.get(header::CONTENT_TYPE).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/csv"))
}
