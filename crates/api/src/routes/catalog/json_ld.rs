//! A graph as JSON-LD (<https://www.w3.org/TR/json-ld11/>), compacted by the prefixes alone.

use serde_json::{Map, Value as Json, json};

use super::graph::{About, Graph, PREFIXES, Value};

/// The graph as a document.
pub(super) fn write(graph: &Graph) -> Json {
    let context: Map<String, Json> =
        PREFIXES.iter().map(|(prefix, namespace)| ((*prefix).to_owned(), json!(namespace))).collect();
    let nodes = graph.0.iter().map(|node| {
        let mut object = of(&node.about);
        object.insert("@id".to_owned(), json!(node.iri.as_str()));
        Json::Object(object)
    });
    json!({"@context": context, "@graph": nodes.collect::<Vec<_>>()})
}

fn of(about: &About) -> Map<String, Json> {
    let mut object = Map::from_iter([("@type".to_owned(), json!(about.classes))]);
    for (property, object_of) in &about.properties {
        let values = object.entry(*property).or_insert_with(|| json!([]));
        if let Json::Array(values) = values {
            values.push(value(object_of));
        }
    }
    object
}

fn value(value: &Value) -> Json {
    match value {
        Value::Thing(iri) => json!({"@id": iri.as_str()}),
        Value::Nameless(about) => Json::Object(of(about)),
        Value::Text(text, language) => json!({"@value": text, "@language": language}),
        Value::Literal(text, datatype) => json!({"@value": text, "@type": datatype}),
    }
}
