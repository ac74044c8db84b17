//! The catalogue of open data.

use std::collections::BTreeSet;

use axum::http::header::CONTENT_TYPE;
use expect_test::expect_file;
use oxrdf::{Graph, NamedNodeRef, TermRef, graph::CanonicalizationAlgorithm, vocab::rdf};
use smartpole_api::Options;

use crate::{
    fixture::{City, text},
    hours::{hour, street_with},
};

/// A city whose first day is over and committed.
pub(crate) async fn city() -> City {
    let city = City::new(Options::default()).await;
    for device in ["air-1", "people-1"] {
        city.message(device, 2_000, r#"{"time":"2026-11-26T19:20:00Z","values":{"pm2_5":7,"people_in":1}}"#).await;
    }
    city.commit();
    city
}

async fn turtle(city: &City) -> String {
    text(city.ask_publicly("GET", "/catalog.ttl").await).await
}

fn parsed(turtle: &str) -> Graph {
    oxttl::TurtleParser::new().for_slice(turtle).collect::<Result<_, _>>().unwrap()
}

fn dcat(name: &str) -> oxrdf::NamedNode {
    oxrdf::NamedNode::new(format!("http://www.w3.org/ns/dcat#{name}")).unwrap()
}

/// Values of a property of anything.
fn values(graph: &Graph, property: NamedNodeRef<'_>) -> Vec<String> {
    let of = graph.triples_for_predicate(property).map(|triple| match triple.object {
        TermRef::NamedNode(node) => node.as_str().to_owned(),
        TermRef::Literal(literal) => literal.value().to_owned(),
        other => other.to_string(),
    });
    of.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Stale? `UPDATE_EXPECT=1 cargo test -p smartpole-api catalog`. By hand, with the shapes of DCAT-AP 3.0 and DCAT-AP.de 3.0:
/// `pyshacl --shacl <shapes>.ttl crates/api/tests/catalog.ttl`.
#[tokio::test]
async fn the_catalogue_of_a_city_is_the_one_in_the_repository() {
    expect_file!["../catalog.ttl"].assert_eq(&turtle(&city().await).await);
}

#[tokio::test]
async fn both_forms_say_the_same_to_parsers_that_are_not_ours() {
    let odd = |properties: String| properties.replace("name_en = \"no2\"", "name_en = \"a \\\"b\\\" \\\\ \\u0001 ü\"");
    let odd = street_with(odd).await;
    hour(&odd, "a", 0, 10, r#""no2":20,"temperature":4,"noise_laeq":50"#).await;
    for city in [city().await, odd] {
        let json = text(city.ask_publicly("GET", "/catalog.jsonld").await).await;
        let mut of_json: Graph =
            oxjsonld::JsonLdParser::new().for_slice(&json).map(|quad| oxrdf::Triple::from(quad.unwrap())).collect();
        let mut of_turtle = parsed(&turtle(&city).await);
        of_json.canonicalize(CanonicalizationAlgorithm::Unstable);
        of_turtle.canonicalize(CanonicalizationAlgorithm::Unstable);
        assert!(of_turtle.len() > 80, "{}", of_turtle.len());
        assert_eq!(of_json, of_turtle);
    }
}

#[tokio::test]
async fn every_address_of_the_catalogue_answers_the_public() {
    let city = city().await;
    let graph = parsed(&turtle(&city).await);
    let mut asked = 0;
    for property in ["accessURL", "endpointURL", "endpointDescription", "landingPage"] {
        for address in values(&graph, dcat(property).as_ref()) {
            let path = address.strip_prefix("https://luft.example.org").unwrap();
            assert_eq!(city.ask_publicly("GET", path).await.status(), 200, "{address}");
            asked += 1;
        }
    }
    assert_eq!(asked, 9);
}

#[tokio::test]
async fn what_was_never_measured_or_is_not_public_is_no_data_set() {
    let themes = |turtle: &str| {
        let graph = parsed(turtle);
        let data_sets = graph.subjects_for_predicate_object(rdf::TYPE, dcat("Dataset").as_ref());
        data_sets.map(|node| node.to_string().split(['#', '>']).nth(1).unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let hidden = "theme = \"weather\"\npublic = false";
    for (hide, sent, expected) in [
        (false, r#""no2":20,"temperature":4"#, &["air_quality", "weather"][..]),
        (true, r#""no2":20,"temperature":4"#, &["air_quality"]),
        (false, r#""temperature":4,"noise_laeq":50"#, &["noise", "weather"]),
    ] {
        let hide =
            |properties: String| if hide { properties.replace("theme = \"weather\"", hidden) } else { properties };
        let city = street_with(hide).await;
        assert_eq!(themes(&turtle(&city).await), BTreeSet::new());
        hour(&city, "a", 0, 10, sent).await;
        let expected: BTreeSet<String> = expected.iter().map(|theme| (*theme).to_owned()).collect();
        assert_eq!(themes(&turtle(&city).await), expected, "{sent}");
    }
}

#[tokio::test]
async fn a_data_set_begins_with_the_day_of_its_first_value_once_that_is_committed() {
    let city = street_with(|properties| properties).await;
    let begins = |turtle: &str| values(&parsed(turtle), dcat("startDate").as_ref());
    // 2026-11-25T23:30Z is 26 November in Europe/Berlin, and for air as well in CET
    hour(&city, "a", 810, 10, r#""temperature":4"#).await;
    hour(&city, "b", 2_250, 10, r#""no2":20,"temperature":4"#).await;
    assert_eq!(begins(&turtle(&city).await), [""; 0]);
    hour(&city, "a", 4_000, 10, r#""temperature":4"#).await;
    hour(&city, "b", 4_000, 10, r#""temperature":4"#).await;
    city.commit();
    assert_eq!(begins(&turtle(&city).await), ["2026-11-26", "2026-11-27"]);
}

#[tokio::test]
async fn both_forms_are_served_under_their_own_types() {
    let city = city().await;
    for (path, kind) in [("/catalog.ttl", "text/turtle; charset=utf-8"), ("/catalog.jsonld", "application/ld+json")] {
        assert_eq!(city.ask_publicly("GET", path).await.headers()[CONTENT_TYPE], kind);
    }
}
