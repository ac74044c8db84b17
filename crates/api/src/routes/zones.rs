//! `GET /api/v1/zones`

use std::sync::Arc;

use axum::{extract::State, response::Response};
use serde::Serialize;
use smartpole_model::{Registry, registry::CountRule};
use utoipa::ToSchema;

use crate::{
    ApiState, Parts,
    csv::{Cell, Rows, Writer},
    export::{Column, Encoder, Geometry, Kind::Text},
    list::List,
    problem::{Bare, Problem},
    query::Nothing,
    representation::Question,
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

/// The zones of the city. As GeoJSON each is a feature with its outline.
#[utoipa::path(get, path = "/api/v1/zones", tag = "city", responses(
    (status = 200, description = "All of them, in the registry's order.", body = List<Zone>),
    Bare,
))]
pub(crate) async fn zones(
    State(state): State<ApiState>,
    Question(Nothing {}, form): Question<Nothing>,
) -> Result<Response, Problem> {
    let answer = move |parts: &Parts| {
        let inputs = Arc::clone(parts.fold().inputs());
        let items = inputs.registry.zones.iter().map(|zone| item(&inputs.registry, zone)).collect();
        form.give(parts, &List::whole(items))
    };
    state.ask(answer).await
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

const COLUMNS: [Column; 6] = [
    Text.named("id"),
    Text.named("name"),
    Text.named("kind"),
    Text.named("parent"),
    Text.named("count"),
    Text.named("poles"),
];

/// Without their outlines, which no table holds.
impl Rows for Zone {
    fn write(items: &[Self], out: &mut Writer) -> csv::Result<()> {
        out.table(COLUMNS.map(Column::name), items.iter().map(Self::row))
    }

    fn columns() -> &'static [Column] {
        &COLUMNS
    }

    fn encode(&self, out: &mut dyn Encoder) -> Result<(), Problem> {
        out.row(&self.row(), Some(Geometry::Outline(&self.geometry)))
    }
}

impl Zone {
    fn row(&self) -> [Cell<'_>; COLUMNS.len()] {
        [
            self.id.as_str().into(),
            self.name.as_str().into(),
            self.kind.as_str().into(),
            self.parent.as_deref().into(),
            Cell::word(&self.count),
            Cell::words(&self.poles),
        ]
    }
}
