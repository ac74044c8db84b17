//! A graph of RDF, of which both forms are written.

/// Prefixes and the namespaces they stand for.
pub(super) const PREFIXES: [(&str, &str); 7] = [
    ("dcat", "http://www.w3.org/ns/dcat#"),
    ("dcatde", "http://dcat-ap.de/def/dcatde/"),
    ("dct", "http://purl.org/dc/terms/"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("gsp", "http://www.opengis.net/ont/geosparql#"),
    ("vcard", "http://www.w3.org/2006/vcard/ns#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

/// A name with one of [`PREFIXES`].
pub(super) type Name = &'static str;

/// Nodes, in the order in which they are written.
pub(super) struct Graph(pub(super) Vec<Node>);

/// A thing that has a name.
pub(super) struct Node {
    /// Its name.
    pub(super) iri: Iri,
    /// What is said of it.
    pub(super) about: About,
}

/// What is said of a thing.
pub(super) struct About {
    /// Its classes, one at least.
    pub(super) classes: Vec<Name>,
    /// Properties with their values, in order; a property may come several times.
    pub(super) properties: Vec<(Name, Value)>,
}

/// The value of a property.
pub(super) enum Value {
    /// A thing that has a name.
    Thing(Iri),
    /// A thing without one.
    Nameless(About),
    /// Text in a language.
    Text(String, &'static str),
    /// A literal of a datatype.
    Literal(String, Name),
}

/// A name, of characters that may stand in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Iri(String);

impl Iri {
    /// The name of a text, in which what may not stand in a name (RDF 1.1 Turtle, `IRIREF`) is encoded by percent.
    pub(super) fn new(text: &str) -> Self {
        let forbidden = |char: char| char <= ' ' || "<>\"{}|^`\\".contains(char);
        let encode = |char: char| match forbidden(char) {
            true => format!("%{:02X}", u32::from(char)),
            false => char.to_string(),
        };
        Self(text.chars().map(encode).collect())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl About {
    /// A thing of this class, of which nothing is said yet.
    pub(super) fn new(class: Name) -> Self {
        Self { classes: vec![class], properties: Vec::new() }
    }

    /// Says something of it.
    pub(super) fn with(mut self, property: Name, value: Value) -> Self {
        self.properties.push((property, value));
        self
    }

    /// Says the same property with several values.
    pub(super) fn with_each(mut self, property: Name, values: impl IntoIterator<Item = Value>) -> Self {
        self.properties.extend(values.into_iter().map(|value| (property, value)));
        self
    }

    /// The node of this name.
    pub(super) fn named(self, iri: Iri) -> Node {
        Node { iri, about: self }
    }
}

impl Value {
    /// A thing by its name.
    pub(super) fn thing(iri: &str) -> Self {
        Self::Thing(Iri::new(iri))
    }
}
