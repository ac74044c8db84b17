//! `GET /api/v1/publisher`

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    ApiState,
    problem::{Bare, Problem},
    publish,
    query::{Nothing, Params},
    routes::legal,
};

/// Who publishes what the page shows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Publisher {
    /// The city.
    city: String,
    /// Who is to be named with the data.
    publisher: String,
    /// `mailto:` or a page; null if nobody is named.
    contact: Option<String>,
    /// Where mistakes are reported: `mailto:` or a form; null if nowhere.
    report: Option<String>,
    /// The licence of the data, by its name in `http://dcat-ap.de/def/licenses/`.
    #[schema(example = "dl-by-de/2.0")]
    licence: String,
    /// Where everybody reaches the service.
    base_url: String,
    /// Pages `/legal/…` that there are: `imprint`, `privacy`, `accessibility`, `processing`.
    #[schema(value_type = Vec<String>)]
    legal: Vec<&'static str>,
}

/// Who publishes, under which licence, and where mistakes are reported: `[publish]` of the configuration.
#[utoipa::path(get, path = "/api/v1/publisher", tag = "city", responses(
    (status = 200, description = "As configured.", body = Publisher),
    Bare,
))]
pub(crate) async fn publisher(
    State(state): State<ApiState>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Json<Publisher>, Problem> {
    let answer = state.ask(|parts| {
        let inputs = Arc::clone(parts.fold().inputs());
        let publish = &parts.publish;
        Ok(Publisher {
            city: publish::city(&inputs),
            publisher: publish.name(&inputs),
            contact: publish.contact_iri(),
            report: publish.report_iri(),
            licence: publish.licence.clone(),
            base_url: publish.base_url.clone(),
            legal: legal::there(parts),
        })
    });
    Ok(Json(answer.await?))
}
