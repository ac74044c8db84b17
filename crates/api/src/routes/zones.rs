//! `GET /api/v1/zones`

use axum::{Json, extract::State};
use serde::Serialize;
use smartpole_model::{Registry, registry::CountRule};
use utoipa::ToSchema;

use crate::{
    ApiState,
    list::List,
    problem::{Failed, Problem},
};

/// An area of the city; zones nest.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Zone {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// `place`, `district` or `city`.
    #[schema(example = "district")]
    kind: String,
    /// Id of the zone around it.
    #[schema(nullable)]
    parent: Option<String>,
    /// What its counts may be summed to: `cordon_in`, `cross_section` or `none`.
    #[schema(value_type = String, example = "cross_section")]
    count: CountRule,
    /// Ids of its poles.
    poles: Vec<String>,
    /// GeoJSON Polygon or MultiPolygon.
    #[schema(value_type = Object)]
    geometry: serde_json::Value,
}

/// The zones of the city.
#[utoipa::path(get, path = "/api/v1/zones", tag = "city", responses(
    (status = 200, description = "All of them, in the registry's order.", body = List<Zone>),
    Failed,
))]
pub(crate) async fn zones(State(state): State<ApiState>) -> Result<Json<List<Zone>>, Problem> {
    let items = state.ask(|parts| {
        let inputs = std::sync::Arc::clone(parts.fold().inputs());
        Ok(inputs.registry.zones.iter().map(|zone| item(&inputs.registry, zone)).collect())
    });
    Ok(Json(List::whole(items.await?)))
}

fn item(registry: &Registry, zone: &smartpole_model::Zone) -> Zone {
    Zone {
        id: zone.id.clone(),
        name: zone.name.clone(),
        kind: zone.kind.clone(),
        parent: zone.parent.clone(),
        count: zone.count,
        poles: zone.poles.iter().map(|pole| registry.poles[*pole].id.clone()).collect(),
        geometry: zone.geometry.clone(),
    }
}
