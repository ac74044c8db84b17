//! A graph as Turtle (<https://www.w3.org/TR/turtle/>).

use std::fmt::Write as _;

use super::graph::{About, Graph, Iri, PREFIXES, Value};

/// The graph as a document.
pub(super) fn write(graph: &Graph) -> String {
    let mut out = String::new();
    for (prefix, namespace) in PREFIXES {
        line(&mut out, format_args!("@prefix {prefix}: <{namespace}> ."));
    }
    for node in &graph.0 {
        let about = of(&node.about, 1);
        line(&mut out, format_args!("\n{}\n{about} .", name(&node.iri)));
    }
    out
}

/// Writing into a text cannot fail.
fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").unwrap_or_default();
}

fn of(about: &About, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let classes = format!("{indent}a {}", about.classes.join(", "));
    let property = |(property, object): &(_, Value)| format!("{indent}{property} {}", value(object, depth));
    let lines: Vec<String> = std::iter::once(classes).chain(about.properties.iter().map(property)).collect();
    lines.join(" ;\n")
}

fn value(value: &Value, depth: usize) -> String {
    match value {
        Value::Thing(iri) => name(iri),
        Value::Nameless(about) => format!("[\n{}\n{}]", of(about, depth + 1), "  ".repeat(depth)),
        Value::Text(text, language) => format!("{}@{language}", quoted(text)),
        Value::Literal(text, datatype) => format!("{}^^{datatype}", quoted(text)),
    }
}

fn name(iri: &Iri) -> String {
    format!("<{}>", iri.as_str())
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            char if char.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(char))),
            char => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}
