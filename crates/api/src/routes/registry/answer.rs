//! What a change is answered with.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use smartpole_model::registry::Merged;
use utoipa::{IntoResponses, ToSchema};

use super::effect::RegistryEffect;
use crate::problem::Problem;

/// What was changed, or would be.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Written {
    /// The file.
    #[schema(example = "poles.csv")]
    pub(super) file: String,
    /// Hash of its text now, of a dry run of the text that it would have; null if it is gone.
    pub(super) hash: Option<String>,
    /// Hash of the text that it had.
    pub(super) former: Option<String>,
    /// Whether nothing was written.
    pub(super) dry_run: bool,
    /// Hash of the registry in force.
    pub(super) registry: String,
    /// Whether that has the file as it is now; of a dry run false.
    pub(super) in_force: bool,
    /// Why not, if not.
    pub(super) reason: Option<String>,
    /// What became of the rows that were sent, if it were rows.
    pub(super) rows: Option<Rows>,
    /// What that changes.
    pub(super) effect: RegistryEffect,
}

/// What became of rows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegistryRows)]
pub(crate) struct Rows {
    /// Rows that are new.
    added: usize,
    /// Rows that say something else now.
    changed: usize,
    /// Rows that were there like this.
    same: usize,
    /// How what was sent was read: `utf-8` or `windows-1252`.
    encoding: &'static str,
}

impl Rows {
    pub(super) fn of(merged: &Merged) -> Self {
        let encoding = if merged.is_windows_1252 { "windows-1252" } else { "utf-8" };
        Self { added: merged.added, changed: merged.changed, same: merged.same, encoding }
    }
}

/// Something that is wrong with the registry as it would be.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegistryMistake)]
pub(crate) struct Mistake {
    /// In which file.
    #[schema(example = "devices.csv")]
    file: String,
    /// On which line of it, from 1.
    line: Option<usize>,
    /// On which line of the rows that were sent.
    row: Option<usize>,
    /// In which column, or of which key.
    #[schema(example = "pole")]
    field: Option<String>,
    /// What is wrong.
    #[schema(example = "unknown pole `AM-1`")]
    message: String,
    /// What to do.
    #[schema(example = "did you mean `AM-01`?")]
    hint: String,
}

impl Mistake {
    /// One of the registry; `rows` are lines of a file by the lines that were sent.
    pub(super) fn new(problem: smartpole_model::Problem, file: &str, merged: Option<&Merged>) -> Self {
        let smartpole_model::Problem { file: of, line, field, message, hint, .. } = problem;
        let row = line.filter(|_| of == file).and_then(|line| merged?.sent_line(line));
        Self { file: of, line, row, field, message, hint }
    }

    /// One of the rows that were sent.
    pub(super) fn of_row(problem: smartpole_model::Problem) -> Self {
        let smartpole_model::Problem { file, line, field, message, hint, .. } = problem;
        Self { file, line: None, row: line, field, message, hint }
    }
}

/// A registry that would not be sound, as `application/problem+json`, with all that is wrong.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegistryUnsound)]
pub(crate) struct Unsound {
    /// The problem, as others are.
    #[serde(flatten)]
    problem: Problem,
    /// All mistakes, in the order of files and lines; the first thousand.
    mistakes: Vec<Mistake>,
}

/// Most mistakes of an answer.
const SHOWN: usize = 1_000;

/// Why nothing is changed.
#[derive(Debug)]
pub(crate) enum Refusal {
    Problem(Problem),
    Unsound(Vec<Mistake>),
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut mistakes = match self {
            Self::Problem(problem) => return problem.into_response(),
            Self::Unsound(mistakes) => mistakes,
        };
        let problem = Problem::unsound(mistakes.len());
        mistakes.truncate(SHOWN);
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"))];
        (StatusCode::UNPROCESSABLE_ENTITY, kind, Json(Unsound { problem, mistakes })).into_response()
    }
}

/// What a change is answered with, for the description.
#[derive(IntoResponses)]
#[expect(dead_code, clippy::large_enum_variant, reason = "only described")]
pub(crate) enum Responses {
    /// It is written and in force; of a dry run: what would change.
    #[response(status = 200)]
    Written(Written),
    /// A parameter cannot be used.
    #[response(status = 400, content_type = "application/problem+json")]
    Parameter(Problem),
    /// The file holds keys, or needs another role, or what would be changed is none of a browser's business.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// There is no such file.
    #[response(status = 404, content_type = "application/problem+json")]
    Unknown(Problem),
    /// The folder of the registry cannot be written.
    #[response(status = 409, content_type = "application/problem+json")]
    Folder(Problem),
    /// Somebody changed the file meanwhile.
    #[response(status = 412, content_type = "application/problem+json")]
    Changed(Problem),
    /// Too much.
    #[response(status = 413, content_type = "application/problem+json")]
    TooMuch(Problem),
    /// Rows that are no CSV.
    #[response(status = 415, content_type = "application/problem+json")]
    NoCsv(Problem),
    /// The registry would not be sound: everything that is wrong.
    #[response(status = 422, content_type = "application/problem+json")]
    Unsound(Unsound),
    /// The change does not say what it changes.
    #[response(status = 428, content_type = "application/problem+json")]
    NoPrecondition(Problem),
    /// The service could not read its own data.
    #[response(status = 500, content_type = "application/problem+json")]
    Internal(Problem),
    /// Too much at once; try again.
    #[response(status = 503, content_type = "application/problem+json")]
    Busy(Problem),
}
