//! The newest hours as NGSI-LD entities, tried by the published schemas.

use serde_json::{Map, Value};
use smartpole_api::Options;

use crate::{
    fixture::{City, text},
    hours::{hour, street, street_with},
};

const COMMON: &str = include_str!("../smart_data_models/common-schema.json");
const ENVIRONMENT: &str = include_str!("../smart_data_models/Environment-schema.json");

async fn entities(city: &City, query: &str) -> Vec<Value> {
    let response = city.ask_publicly("GET", &format!("/ngsi-ld/v1/entities?{query}")).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/ld+json");
    serde_json::from_str(&text(response).await).unwrap()
}

/// The schema of a type with all that it refers to put in its place.
fn schema(kind: &str) -> jsonschema::Validator {
    let whole: Value = serde_json::from_str(match kind {
        "AirQualityObserved" => include_str!("../smart_data_models/AirQualityObserved.json"),
        "CrowdFlowObserved" => include_str!("../smart_data_models/CrowdFlowObserved.json"),
        _ => include_str!("../smart_data_models/NoiseLevelObserved.json"),
    })
    .unwrap();
    jsonschema::options().should_validate_formats(true).build(&resolved(&whole, &whole)).unwrap()
}

fn resolved(part: &Value, document: &Value) -> Value {
    match part {
        Value::Object(object) => match object.get("$ref").and_then(Value::as_str) {
            Some(reference) => {
                let (file, pointer) = reference.split_once('#').unwrap();
                let document = match file.rsplit('/').next().unwrap() {
                    "" => document.clone(),
                    "common-schema.json" => serde_json::from_str(COMMON).unwrap(),
                    _ => serde_json::from_str(ENVIRONMENT).unwrap(),
                };
                resolved(document.pointer(pointer).unwrap(), &document)
            }
            None => Value::Object(object.iter().map(|(key, part)| (key.clone(), resolved(part, document))).collect()),
        },
        Value::Array(parts) => parts.iter().map(|part| resolved(part, document)).collect(),
        other => other.clone(),
    }
}

/// The form that the schemas are about (key and value), of the normalised one.
fn simplified(entity: &Value) -> Value {
    let value = |(key, attribute): (&String, &Value)| {
        let plain = attribute.get("value").map(|value| value.get("@value").unwrap_or(value));
        (key.clone(), plain.unwrap_or(attribute).clone())
    };
    entity.as_object().unwrap().iter().map(value).collect::<Map<_, _>>().into()
}

#[track_caller]
fn fits(entity: &Value) -> bool {
    let kind = entity["type"].as_str().unwrap();
    let entity = simplified(entity);
    let faults: Vec<String> = schema(kind).iter_errors(&entity).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}\n{entity:#}");
    true
}

#[tokio::test]
async fn a_schema_refuses_what_is_no_entity() {
    for broken in [r#"{"id":"urn:a","type":"AirQualityObserved"}"#, r#"{"id":"urn:a","type":"CrowdFlowObserved"}"#] {
        let broken: Value = serde_json::from_str(broken).unwrap();
        assert!(!schema(broken["type"].as_str().unwrap()).is_valid(&broken));
    }
}

#[tokio::test]
async fn the_newest_whole_hour_of_air_at_a_pole_is_an_entity() {
    let city = street().await;
    hour(&city, "a", 0, 10, r#""no2":40"#).await;
    hour(&city, "a", 60, 10, r#""no2":20.5"#).await;
    // the hour that runs is not the newest
    hour(&city, "b", 120, 10, r#""temperature":4"#).await;
    for committed in [false, true] {
        let found = entities(&city, "type=AirQualityObserved").await;
        let [entity] = found.as_slice() else { unreachable!("{found:?}") };
        assert!(fits(entity));
        assert_eq!(entity["id"], "urn:ngsi-ld:AirQualityObserved:A");
        assert_eq!(
            entity["no2"].to_string(),
            r#"{"observedAt":"2026-11-25T12:00:00Z","type":"Property","unitCode":"GQ","value":20.5}"#
        );
        assert_eq!(entity["dateObserved"]["value"]["@value"], "2026-11-25T12:00:00Z");
        assert_eq!(entity["location"]["value"]["coordinates"].to_string(), "[7.31,51.55]");
        // 20.5 µg/m³ NO2: UBA index of 2025, gut
        assert_eq!(
            (&entity["airQualityIndex"]["value"], &entity["airQualityLevel"]["value"]),
            (&1.into(), &"good".into())
        );
        if !committed {
            city.commit();
        }
    }
}

#[tokio::test]
async fn the_newest_hour_of_sound_levels_at_a_pole_is_an_entity() {
    let city = street().await;
    hour(&city, "c", 0, 10, r#""noise_laeq":61.5"#).await;
    hour(&city, "a", 60, 10, r#""no2":20"#).await;
    let found = entities(&city, "type=NoiseLevelObserved").await;
    assert_eq!(found.len(), 1);
    assert!(found.iter().all(fits));
    assert_eq!(found[0]["LAeq"]["value"].to_string(), "61.5");
    assert_eq!(found[0]["dateObservedTo"]["value"]["@value"], "2026-11-25T11:00:00Z");
    let hidden =
        street_with(|properties| properties.replace("theme = \"noise\"", "theme = \"noise\"\npublic = false")).await;
    hour(&hidden, "c", 0, 10, r#""noise_laeq":61.5"#).await;
    hour(&hidden, "a", 60, 10, r#""no2":20"#).await;
    assert_eq!(entities(&hidden, "type=NoiseLevelObserved").await, [Value::Null; 0]);
}

#[tokio::test]
async fn crossings_of_a_zone_are_an_entity_in_multiples_of_five_when_the_public_may_know_them() {
    let city = City::new(Options::default()).await;
    city.commit();
    assert_eq!(entities(&city, "type=CrowdFlowObserved").await, [Value::Null; 0]);
    city.message("people-1", 125, r#"{"time":"2026-11-25T12:04:00Z","values":{"people_in":0,"people_out":0}}"#).await;
    city.commit();
    let found = entities(&city, "type=CrowdFlowObserved").await;
    let [entity] = found.as_slice() else { unreachable!("{found:?}") };
    assert!(fits(entity));
    assert_eq!(entity["peopleCount"]["value"], 10);
    assert_eq!(entity["dateObserved"]["value"], "2026-11-25T10:00:00Z/2026-11-25T11:00:00Z");
    assert_eq!(entity["location"]["value"]["type"], "Polygon");
}

#[tokio::test]
async fn entities_are_found_by_id_and_given_page_by_page() {
    let city = street().await;
    for device in ["a", "b", "c"] {
        hour(&city, device, 0, 10, r#""no2":20"#).await;
    }
    hour(&city, "f", 60, 10, r#""temperature":4"#).await;
    let ids = async |query: &str| {
        let found = entities(&city, &format!("type=AirQualityObserved{query}")).await;
        found
            .iter()
            .map(|entity| entity["id"].as_str().unwrap().rsplit(':').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids("").await, ["A", "B", "C"]);
    assert_eq!(ids("&limit=1&offset=1").await, ["B"]);
    assert_eq!(ids("&id=urn:ngsi-ld:AirQualityObserved:C").await, ["C"]);
    assert_eq!(ids("&id=urn:ngsi-ld:NoiseLevelObserved:C").await, [""; 0]);
    for refused in ["", "?type=Streetlight", "?type=AirQualityObserved&q=no2"] {
        assert_eq!(
            city.ask_publicly("GET", &format!("/ngsi-ld/v1/entities{refused}")).await.status(),
            400,
            "{refused}"
        );
    }
}
