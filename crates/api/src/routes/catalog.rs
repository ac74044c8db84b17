//! `GET /catalog.ttl` and `GET /catalog.jsonld`: what there is for the public, by DCAT-AP.de 3.0.
//!
//! ```text
//! Fold, store ──► data_set::all ──► DataSet, Distribution ──► describe ──► Graph ──► turtle::write
//!                                                              [publish] ──┘   └──► json_ld::write
//! ```
//!
//! It says the same to everybody: what the public may ask.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use self::graph::Graph;
use crate::{
    ApiState, Parts,
    problem::{Failed, Problem},
};

mod data_set;
mod describe;
mod graph;
pub(super) mod html;
mod json_ld;
pub(super) mod pages;
mod schema_org;
mod turtle;
mod words;

pub(super) use pages::{
    __path_data_set_page, __path_data_sets, __path_robots, __path_sitemap, data_set_page, data_sets, robots, sitemap,
};

/// The catalogue of open data as Turtle, by DCAT-AP.de 3.0: a data set a theme, with addresses that answer everybody.
#[utoipa::path(get, path = "/catalog.ttl", operation_id = "catalogue_turtle", tag = "catalogue", responses(
    (status = 200, description = "RDF 1.1 Turtle.", body = String, content_type = "text/turtle; charset=utf-8"),
    Failed,
))]
pub(crate) async fn turtle(State(state): State<ApiState>) -> Result<Response, Problem> {
    let text = state.ask(|parts| Ok(turtle::write(&graph(parts)?))).await?;
    Ok(([(header::CONTENT_TYPE, "text/turtle; charset=utf-8")], text).into_response())
}

/// The catalogue of open data as JSON-LD, by DCAT-AP.de 3.0: the same as `/catalog.ttl`.
#[utoipa::path(get, path = "/catalog.jsonld", operation_id = "catalogue_json_ld", tag = "catalogue", responses(
    (status = 200, description = "JSON-LD 1.1, its context within.", body = Object, content_type = "application/ld+json"),
    Failed,
))]
pub(crate) async fn json_ld(State(state): State<ApiState>) -> Result<Response, Problem> {
    let text = state.ask(|parts| Ok(json_ld::write(&graph(parts)?).to_string())).await?;
    Ok(([(header::CONTENT_TYPE, "application/ld+json")], text).into_response())
}

fn graph(parts: &Parts) -> Result<Graph, Problem> {
    let data_sets = data_set::all(parts)?;
    Ok(describe::catalogue(parts.fold().inputs(), &parts.publish, &data_sets))
}
