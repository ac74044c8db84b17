//! Entities in normalised form (ETSI GS CIM 009 § 4.5.1).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;
use smartpole_model::{Position, UtcMillis};
use utoipa::ToSchema;

use crate::number::Exact;

/// The terms of ETSI; those of a type stand in the context of its data model, which goes before it.
const CORE_CONTEXT: &str = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.3.jsonld";

/// An entity.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Entity {
    /// `urn:ngsi-ld:`, its type, and the id of a pole or zone.
    #[schema(example = "urn:ngsi-ld:AirQualityObserved:AM-01")]
    id: String,
    /// Its type.
    #[schema(value_type = String, example = "AirQualityObserved")]
    r#type: &'static str,
    /// Its attributes by their names.
    #[serde(flatten)]
    attributes: BTreeMap<&'static str, Attribute>,
    /// What the names mean.
    #[serde(rename = "@context")]
    #[schema(value_type = Vec<String>)]
    context: [&'static str; 2],
}

/// An attribute of an entity.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Attribute {
    /// `Property` or `GeoProperty`.
    #[schema(value_type = String, example = "Property")]
    r#type: &'static str,
    /// Its value.
    #[schema(value_type = Value)]
    value: Value,
    /// Unit by UN/CEFACT recommendation 20.
    #[serde(rename = "unitCode", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "GQ")]
    unit: Option<&'static str>,
    /// The end of the hour that it is of.
    #[serde(rename = "observedAt", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    observed_at: Option<UtcMillis>,
}

/// The value of an attribute.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Value {
    Number(Exact),
    Whole(i64),
    Text(String),
    Other(serde_json::Value),
}

impl Entity {
    /// An entity of which nothing is said yet; `model` is the context of its data model.
    pub(super) fn new(kind: &'static str, id: &str, model: &'static str) -> Self {
        let id = format!("urn:ngsi-ld:{kind}:{id}");
        Self { id, r#type: kind, attributes: BTreeMap::new(), context: [model, CORE_CONTEXT] }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// A measured value of the hour that ends at `end`.
    pub(super) fn measured(self, name: &'static str, value: Exact, unit: Option<&'static str>, end: UtcMillis) -> Self {
        self.with(name, Attribute { unit, observed_at: Some(end), ..Attribute::new(Value::Number(value)) })
    }

    /// A whole number of the hour that ends at `end`.
    pub(super) fn counted(self, name: &'static str, value: i64, end: UtcMillis) -> Self {
        self.with(name, Attribute { observed_at: Some(end), ..Attribute::new(Value::Whole(value)) })
    }

    /// Text.
    pub(super) fn text(self, name: &'static str, text: impl Into<String>) -> Self {
        self.with(name, Attribute::new(Value::Text(text.into())))
    }

    /// An instant.
    pub(super) fn time(self, name: &'static str, at: UtcMillis) -> Self {
        self.with(name, Attribute::new(Value::Other(json!({"@type": "DateTime", "@value": at}))))
    }

    /// Where it is, as GeoJSON.
    pub(super) fn located(self, geometry: serde_json::Value) -> Self {
        self.with("location", Attribute { r#type: "GeoProperty", ..Attribute::new(Value::Other(geometry)) })
    }

    /// Where it is.
    pub(super) fn at(self, position: Position) -> Self {
        self.located(json!({"type": "Point", "coordinates": [position.lon, position.lat]}))
    }

    fn with(mut self, name: &'static str, attribute: Attribute) -> Self {
        self.attributes.insert(name, attribute);
        self
    }
}

impl Attribute {
    fn new(value: Value) -> Self {
        Self { r#type: "Property", value, unit: None, observed_at: None }
    }
}
