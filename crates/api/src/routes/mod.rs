//! One file an address; what it answers stands beside it.

use axum::{
    Router,
    extract::Request,
    http::{Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use utoipa::{OpenApi, openapi::OpenApi as Description};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{ApiState, problem::Problem, representation};

mod accounts;
mod air;
mod alerts;
mod attempt;
mod audit;
mod calendar;
mod catalog;
mod counts;
mod coverage;
mod device_facts;
mod devices;
pub(crate) mod doors;
mod events;
mod export;
mod facts;
pub(crate) mod first_words;
mod footfall;
mod gateways;
mod healthz;
mod heat;
mod imports;
mod index;
pub(crate) mod latest;
mod ledger;
mod ledger_rows;
mod legal;
mod live;
mod me;
mod method;
mod methods;
mod metrics;
mod ngsi_ld;
mod noise;
pub(crate) mod peer_marks;
mod peers;
mod place;
mod plain;
mod poles;
mod properties;
mod publisher;
mod quarantine;
mod quarantine_item;
mod readyz;
mod reasons;
pub(crate) mod refusals;
mod registry;
mod replay_order;
mod replays;
mod revisions;
mod series;
mod sites;
mod sought;
pub(crate) mod sta;
mod targets;
mod tokens;
mod trace;
pub(crate) mod window;
mod zones;

pub(crate) use self::metrics::describe as describe_metrics;
pub use doors::BACK as OPENID_BACK;
pub(crate) use footfall::Days;
pub(crate) use ledger::Books;
pub(crate) use method::MethodName;
pub(crate) use series::counts as counts_as;
use targets::{Target, targets};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "smartpole",
        description = "What the street lamps of a city measure. Times are RFC 3339 in UTC; values are exact decimals; lists are \
        `{\"items\":[…],\"next\":cursor|null}`; errors are problem documents (RFC 9457)."
    ),
    components(schemas(
        crate::citation::Citation,
        crate::live::WindowEvent,
        crate::live::LedgerEvent,
        crate::live::Gap,
        alerts::WantedState,
        registry::Written,
        registry::Unsound
    ))
)]
struct Info;

/// All described addresses.
pub(crate) fn all() -> OpenApiRouter<ApiState> {
    OpenApiRouter::with_openapi(Info::openapi()).merge(city()).merge(operation()).merge(of_access()).merge(pages())
}

/// What the city measures.
fn city() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(index::index))
        .routes(routes!(me::me))
        .routes(routes!(publisher::publisher))
        .routes(routes!(legal::processing::processing))
        .routes(routes!(poles::poles))
        .routes(routes!(zones::zones))
        .routes(routes!(properties::properties))
        .routes(routes!(latest::latest))
        .routes(routes!(series::series))
        .routes(routes!(export::export))
        .routes(routes!(revisions::revisions))
        .routes(routes!(footfall::footfall))
        .routes(routes!(footfall::footfall_profile))
        .routes(routes!(calendar::calendar))
        .routes(routes!(events::events))
        .routes(routes!(methods::methods))
        .routes(routes!(air::air))
        .routes(routes!(air::days))
        .routes(routes!(air::limits))
        .routes(routes!(noise::noise))
        .routes(routes!(heat::heat))
        .routes(routes!(live::live))
        .routes(routes!(reasons::reasons))
}

/// What is asked and ordered by whoever plans or runs it.
fn operation() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(trace::trace))
        .routes(routes!(footfall::footfall_ranking))
        .routes(routes!(counts::counts))
        .routes(routes!(counts::reconciled))
        .routes(routes!(coverage::coverage))
        .routes(routes!(sites::sites))
        .routes(routes!(peers::peers))
        .routes(routes!(facts::facts))
        .routes(routes!(devices::devices))
        .routes(routes!(devices::device))
        .routes(routes!(gateways::gateways))
        .routes(routes!(ledger::ledger))
        .routes(routes!(ledger_rows::ledger_rows))
        .routes(routes!(quarantine::quarantine))
        .routes(routes!(quarantine_item::quarantine_item))
        .routes(routes!(replays::replays, replays::order))
        .routes(routes!(replays::replay))
        .routes(routes!(imports::import))
        .routes(routes!(registry::files))
        .routes(routes!(registry::file, registry::write, registry::remove))
        .routes(routes!(registry::put_rows))
        .routes(routes!(registry::history::history))
        .routes(routes!(targets::refused))
        .routes(routes!(alerts::alerts))
        .routes(routes!(alerts::summary))
        .routes(routes!(alerts::acknowledge))
        .routes(routes!(alerts::mute))
        .routes(routes!(alerts::plans::maintenance, alerts::plans::plan_maintenance))
        .routes(routes!(alerts::plans::cancel_maintenance))
        .routes(routes!(alerts::plans::visits, alerts::plans::log_visit))
}

/// Pages without a script, the open standards, and how the service is.
fn pages() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(catalog::turtle))
        .routes(routes!(catalog::json_ld))
        .routes(routes!(catalog::data_sets))
        .routes(routes!(catalog::data_set_page))
        .routes(routes!(plain::plain))
        .routes(routes!(legal::legal))
        .routes(routes!(catalog::sitemap))
        .routes(routes!(catalog::robots))
        .routes(routes!(ngsi_ld::entities))
        .routes(routes!(sta::root))
        .routes(routes!(healthz::healthz))
        .routes(routes!(readyz::readyz))
        .routes(routes!(metrics::metrics))
}

/// Those of accounts, tokens and the audit trail.
fn of_access() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(accounts::accounts, accounts::make_account))
        .routes(routes!(accounts::delete_account))
        .routes(routes!(accounts::change_role))
        .routes(routes!(accounts::disable))
        .routes(routes!(tokens::tokens, tokens::make_token))
        .routes(routes!(tokens::revoke_token))
        .routes(routes!(audit::audit))
}

/// Adds what addresses have in common: whom they refuse, and in which forms they answer.
pub(crate) fn whole(description: Description) -> Description {
    representation::describe(refusals::describe(description))
}

/// The OpenAPI description of the interface, as JSON.
pub fn openapi() -> String {
    let mut text = whole(all().into_openapi()).to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// The address of the description.
pub(crate) fn described(description: &Description) -> Router<ApiState> {
    let text = description.to_json().unwrap_or_default();
    let answer = move || std::future::ready(([(header::CONTENT_TYPE, "application/json")], text.clone()));
    Router::new().route("/api/openapi.json", get(answer))
}

pub(crate) async fn method_not_allowed(method: Method) -> Problem {
    Problem::method(method.as_str())
}

/// What operators send to these is read, with a limit of its own.
fn takes_body(path: &str) -> bool {
    let exact = [replays::PATH, imports::PATH, alerts::plans::MAINTENANCE, alerts::plans::VISITS, tokens::PATH];
    let below = |whole: &str| path.strip_prefix(whole).is_some_and(|rest| rest.starts_with('/'));
    exact.contains(&path)
        || path == accounts::PATH
        || [alerts::PATH, accounts::PATH, registry::PATH].into_iter().any(below)
        || doors::is_one(path)
}

/// A few addresses take a body; one that comes elsewhere is not read.
pub(crate) async fn refuse_bodies(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let length = headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0");
    let taken = [Method::POST, Method::PUT].contains(request.method()) && takes_body(request.uri().path());
    if !taken && (length || headers.contains_key(header::TRANSFER_ENCODING)) {
        return Problem::body().into_response();
    }
    next.run(request).await
}
