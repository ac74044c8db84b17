//! Who may not do what, and what accounts and tokens are refused for.

use axum::http::StatusCode;
use smartpole_access::{Refusal, Role};

use super::Problem;

/// How one is taken for somebody.
const LOG_IN: &str = "log in at /login, or send a token (Authorization: Bearer …); an admin makes accounts";

impl Problem {
    /// An address that is not for everybody: 403.
    pub(crate) fn for_role(what: &str, role: Role) -> Self {
        let (kind, title, whom) = match role {
            Role::Public | Role::Planner => ("for-planners", "For planners and operators", "planners and operators"),
            Role::Operator => ("for-operators", "For operators only", "operators only"),
            Role::Admin => ("for-admins", "For admins only", "admins only"),
        };
        Self::new(StatusCode::FORBIDDEN, kind, title, format!("{what} is for {whom}"), LOG_IN)
    }

    /// What is not within the zones of whoever asks: 403.
    pub(crate) fn beyond_zones(what: &str) -> Self {
        let shown: String = what.chars().take(64).collect();
        let detail = format!("your account is limited to zones, and {shown} is not within them");
        let remedy = "ask for a place within them, GET /api/v1/me names them; an admin can change the limit";
        Self::new(StatusCode::FORBIDDEN, "beyond-zones", "Beyond your zones", detail, remedy)
    }

    /// A change that another site asks a browser for: 403.
    pub(crate) fn cross_site() -> Self {
        let detail = "a change by a browser has to come from a page of this service".to_owned();
        let remedy = "use the page of this service; programs send a token instead of a cookie, and no Origin";
        Self::new(StatusCode::FORBIDDEN, "cross-site", "From another site", detail, remedy)
    }

    /// A token that does not hold: 401.
    pub(crate) fn token() -> Self {
        let detail = "this token is unknown, was revoked or has expired".to_owned();
        let remedy = "make a new one at /account, or by `smartpole token add`";
        Self::new(StatusCode::UNAUTHORIZED, "token", "Token does not hold", detail, remedy)
    }

    /// More than one may ask: 429.
    pub(crate) fn too_often(seconds: i64) -> Self {
        let detail = "too many requests came from this address, or by tokens of this account".to_owned();
        let remedy = format!("try again in {seconds} seconds; [http] requests_per_minute is the limit");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-often", "Too many requests", detail, remedy)
    }

    /// Values that could be of single persons: 403.
    pub(crate) fn withheld(property: &str) -> Self {
        let detail = format!("exact values of {property} are for planners and operators");
        Self::forbidden(detail, format!("GET /api/v1/footfall has what the public may know of counts; {LOG_IN}"))
    }

    /// Values of a device that counts persons: 403.
    pub(crate) fn unwatched(device: &str) -> Self {
        let detail = format!("{device} counts persons: when it sends, and what else, is for planners and operators");
        Self::forbidden(detail, format!("ask for another place or property; {LOG_IN}"))
    }

    fn forbidden(detail: String, remedy: String) -> Self {
        Self::new(StatusCode::FORBIDDEN, "for-planners", "For planners and operators", detail, remedy)
    }
}

impl From<smartpole_access::Error> for Problem {
    fn from(error: smartpole_access::Error) -> Self {
        let smartpole_access::Error::Refused(refusal) = error else { return Self::internal(&error) };
        let (status, kind, title) = match refusal {
            Refusal::NoAccount => (StatusCode::NOT_FOUND, "unknown-account", "Unknown account"),
            Refusal::NoToken | Refusal::NoLink => (StatusCode::NOT_FOUND, "unknown-token", "Unknown token"),
            Refusal::NameTaken | Refusal::LastAdmin | Refusal::TooManyTokens => {
                (StatusCode::CONFLICT, "conflict", "Conflict")
            }
            _ => (StatusCode::BAD_REQUEST, "invalid-field", "Invalid field"),
        };
        let said = refusal.to_string();
        let (detail, remedy) = said.split_once(": ").unwrap_or((&said, ""));
        Self::new(status, kind, title, detail.to_owned(), remedy)
    }
}
