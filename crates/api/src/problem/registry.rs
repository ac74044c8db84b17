//! What goes wrong with files of the registry.

use axum::http::StatusCode;

use super::Problem;

impl Problem {
    /// A file with keys: 403.
    pub(crate) fn secret_file(file: &str) -> Self {
        let detail = format!("{file} holds keys, which no answer has and no browser sends");
        let remedy = "edit it on the service's own machine, in the folder that `registry` of the configuration names";
        Self::new(StatusCode::FORBIDDEN, "secret-file", "File with keys", detail, remedy)
    }

    /// Who is told of alerts, and by which servers and secrets, is no matter of a browser: 403.
    pub(crate) fn alert_targets() -> Self {
        let detail =
            "[email] and [[webhook]] of alerts.toml name servers and files with secrets; they cannot be changed here"
                .to_owned();
        let remedy = "put them back as they were; change them on the service's own machine";
        Self::new(StatusCode::FORBIDDEN, "alert-targets", "Targets of alerts", detail, remedy)
    }

    /// A change that does not say what it changes: 428 (RFC 6585).
    pub(crate) fn no_precondition(address: &str) -> Self {
        let detail = "If-Match is missing: somebody else's change could be lost".to_owned();
        let remedy =
            format!("send the ETag of GET {address} as If-Match; for a file that is not there If-None-Match: *");
        let (status, title) = (StatusCode::PRECONDITION_REQUIRED, "Precondition required");
        Self::new(status, "precondition-required", title, detail, remedy)
    }

    /// A file that was changed meanwhile: 412.
    pub(crate) fn changed_meanwhile(file: &str) -> Self {
        let detail = format!("{file} is not what you started from: somebody changed it meanwhile, here or on the disk");
        let remedy = "get it again, and make your changes there";
        Self::new(StatusCode::PRECONDITION_FAILED, "changed-meanwhile", "Changed meanwhile", detail, remedy)
    }

    /// A folder that cannot be read or written: 409.
    pub(crate) fn folder(error: &dyn std::error::Error) -> Self {
        let reason = error.source().map(|source| format!(": {source}")).unwrap_or_default();
        let remedy = "let the service's user write into the folder of the registry, or edit the file where it is kept";
        Self::new(StatusCode::CONFLICT, "registry-folder", "Folder of the registry", format!("{error}{reason}"), remedy)
    }

    /// A registry with so many mistakes: 422.
    pub(crate) fn unsound(n: usize) -> Self {
        let counted = if n == 1 { "there is a mistake".to_owned() } else { format!("there are {n} mistakes") };
        let detail = format!("nothing was changed: {counted} in the registry as it would be");
        let (status, remedy) = (StatusCode::UNPROCESSABLE_ENTITY, "mend what `mistakes` lists, and send it again");
        Self::new(status, "unsound-registry", "Unsound registry", detail, remedy)
    }

    /// Rows for a file that is no table: 400.
    pub(crate) fn no_table(file: &str) -> Self {
        Self::parameter(format!("file: {file} is no table"), "rows are put into CSV files; PUT the whole text instead")
    }

    /// Rows that are not said to be CSV: 415.
    pub(crate) fn no_csv() -> Self {
        let (status, detail) = (StatusCode::UNSUPPORTED_MEDIA_TYPE, "rows are CSV".to_owned());
        Self::new(status, "no-csv", "No CSV", detail, "send them with content-type: text/csv")
    }
}
