//! `GET /api/v1/properties`

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use smartpole_model::{Catalogue, ObservedProperty};
use utoipa::ToSchema;

use crate::{
    ApiState,
    list::List,
    problem::{Bare, Problem},
    query::{Nothing, Params},
};

/// What is measured.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Property {
    /// Its id.
    #[schema(example = "pm2_5")]
    id: String,
    /// German name.
    name_de: String,
    /// English name.
    name_en: String,
    /// UCUM code.
    #[schema(example = "ug/m3")]
    unit: String,
    /// How it relates to time: `gauge`, `interval_count`, `total_count`, `index` or `state`.
    #[schema(value_type = String, example = "gauge")]
    kind: smartpole_model::Kind,
    /// Digits after the point.
    decimals: u8,
    /// Its group on the page.
    #[schema(example = "air_quality")]
    theme: String,
    /// Whether it is for the public.
    public: bool,
    /// Whether it could be of single persons: then the public gets it as counts in steps, or not at all.
    personal: bool,
    /// Of a total, the property whose windows have its differences; it has none of its own. Else null.
    #[schema(example = "people_in")]
    counts: Option<String>,
}

/// The catalogue of observed properties.
#[utoipa::path(get, path = "/api/v1/properties", tag = "city", responses(
    (status = 200, description = "All of them.", body = List<Property>),
    Bare,
))]
pub(crate) async fn properties(
    State(state): State<ApiState>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Json<List<Property>>, Problem> {
    let items = state.ask(|parts| {
        let inputs = Arc::clone(parts.fold().inputs());
        let catalogue = &inputs.registry.properties;
        Ok(catalogue.iter().map(|of| property(catalogue, of)).collect())
    });
    Ok(Json(List::whole(items.await?)))
}

fn property(catalogue: &Catalogue, property: &ObservedProperty) -> Property {
    Property {
        id: property.id.clone(),
        name_de: property.name_de.clone(),
        name_en: property.name_en.clone(),
        unit: property.unit.clone(),
        kind: property.kind,
        decimals: property.decimals,
        theme: property.theme.clone(),
        public: property.public,
        personal: property.personal,
        counts: property.counts.and_then(|number| Some(catalogue.get(number)?.id.clone())),
    }
}
