//! The HTTP interface and the page.
//!
//! ```text
//! TcpListener ──► serve ──► router ──► routes::* ──► ask ──► Fold (now), store (history), Journal (bytes)
//!                   └─────► live::run ◄── Live of the fold: each event is written once, for all who watch
//! ```
//!
//! Invariants: what is not listed for the public is for operators (`asker`); nothing here changes anything, except that operators
//! order replays, import foreign series, edit files of the registry and take note of alerts, and that people change their accounts; no handler blocks the runtime (`ApiState::ask`); what is asked at once and
//! what is answered at once is bounded; values leave as the decimals they are; every error is a problem document that says
//! what to do; nothing is loaded from another host.

mod asker;
mod cache;
mod citation;
mod csv;
mod export;
mod head;
mod health;
mod history;
mod legal;
mod list;
mod live;
mod number;
mod page;
mod problem;
mod publish;
mod query;
mod registries;
mod replay;
mod representation;
mod routes;
mod scope;
mod server;
mod span;
mod state;

use axum::{Router, extract::Request, middleware};
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, Predicate, SizeAbove},
    },
    trace::TraceLayer,
};

use tracing::Span;

pub use asker::{Networks, Peer};
pub use health::{CircuitState, Health, SourceHealth, TargetFilter, TargetHealth};
pub use history::{History, HistoryAway, HistoryWanted};
pub use legal::{Legal, LegalOptions};
pub use publish::Publish;
pub use registries::{KeptRegistry, Registries, Tried};
pub use replay::{NotOrdered, NotTried, Of, Replays, Selection};
pub use representation::MISSING;
pub use routes::{OPENID_BACK, openapi};
pub use server::serve;
pub use state::{ApiState, Keeping, Options, Parts};

/// What ends the interface.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The listener takes no connections any more.
    #[error("cannot accept connections")]
    Accept(#[source] std::io::Error),
}

/// Every address, without a network. Live streams need `serve`.
pub fn router(state: ApiState) -> Router {
    routes::describe_metrics();
    let limits = state.clone();
    let (routes, openapi) = routes::all().split_for_parts();
    routes
        .merge(routes::described(&routes::whole(openapi)))
        .merge(routes::sta::paths())
        .merge(routes::doors::paths())
        .route_layer(middleware::from_fn_with_state(state.clone(), query::refuse_future))
        .route_layer(middleware::from_fn_with_state(state.clone(), asker::guard))
        // of long answers the usual level takes longer than making them
        .route_layer(compression(CompressionLevel::Fastest, SizeAbove::new(LONG)))
        .fallback(page::file)
        .method_not_allowed_fallback(routes::method_not_allowed)
        .with_state(state)
        .layer(middleware::from_fn(routes::refuse_bodies))
        .layer(middleware::from_fn(head::guard))
        .layer(middleware::from_fn_with_state(limits, asker::pace))
        .layer(compression(CompressionLevel::Default, DefaultPredicate::new()))
        .layer(middleware::map_response(cache::guard))
        .layer(middleware::map_response(page::guard))
        .layer(TraceLayer::new_for_http().make_span_with(span))
}

/// Bytes of an answer that is compressed fast, not well; one that streams is, too.
const LONG: u64 = 50_000;

/// Compresses what is not compressed yet.
fn compression(level: CompressionLevel, of: impl Predicate) -> CompressionLayer<impl Predicate> {
    let worth_it = DefaultPredicate::new().and(export::COMPRESSED).and(of);
    CompressionLayer::new().quality(level).compress_when(worth_it)
}

/// A request as the log names it. Parameters are nobody's business, and the link of the first admin is a secret.
fn span(request: &Request) -> Span {
    let path = request.uri().path();
    let path = if path.starts_with("/first/") { "/first/…" } else { path };
    tracing::debug_span!("request", method = %request.method(), path)
}
