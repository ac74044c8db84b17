//! Data sets in the words of DCAT-AP.de 3.0 (`http://dcat-ap.de/def/dcatde/3.0/spec/`).
//!
//! Mandatory: title, description and publisher of catalogue, data sets and service, a distribution's address and licence. K01, K12,
//! K30, K31, K32 and K35 are conventions of its handbook.

use smartpole_model::{Inputs, Registry};

use super::{
    data_set::{DataSet, Distribution},
    graph::{About, Graph, Iri, Node, Value},
    pages::Language,
    words::{FOOTFALL, Words},
};
use crate::{Publish, publish::city, routes::sta};

/// Lists of the EU's Publications Office.
const EU: &str = "http://publications.europa.eu/resource/authority";
/// IANA's list of media types.
const MEDIA_TYPES: &str = "http://www.iana.org/assignments/media-types";

/// A form in which every address answers.
struct Form {
    /// As the EU's list `file-type` has it.
    name: &'static str,
    media_type: &'static str,
    /// What is added to an address.
    query: &'static str,
}

const FORMS: [Form; 2] = [
    Form { name: "JSON", media_type: "application/json", query: "" },
    Form { name: "CSV", media_type: "text/csv", query: "&format=csv" },
];

/// OGC 18-088 by its name.
const SENSOR_THINGS: &str = "http://www.opengis.net/doc/is/sensorthings/1.1";

/// Who publishes, and how the names of the catalogue begin.
struct Publisher<'a> {
    publish: &'a Publish,
    /// Their name, and the city's.
    name: String,
    city: String,
}

/// The catalogue of these data sets.
pub(super) fn catalogue(inputs: &Inputs, publish: &Publish, data_sets: &[DataSet]) -> Graph {
    let (registry, publisher) = (&inputs.registry, Publisher::new(inputs, publish));
    let mut nodes = vec![
        publisher.catalogue(registry, data_sets),
        About::new("foaf:Agent")
            .with("foaf:name", Value::Text(publisher.name.clone(), "de"))
            .named(publisher.iri("publisher")),
        publisher.service(data_sets),
        publisher.sensor_things(data_sets),
        // DCAT-AP wants the class of what a service conforms to be said
        About::new("dct:Standard")
            .with("dct:title", Value::Text("OGC SensorThings API Part 1: Sensing 1.1".to_owned(), "en"))
            .named(Iri::new(SENSOR_THINGS)),
    ];
    for data_set in data_sets {
        nodes.push(publisher.data_set(registry, data_set));
        for distribution in &data_set.distributions {
            nodes.extend(FORMS.iter().map(|form| publisher.distribution(data_set, distribution, form)));
        }
    }
    Graph(nodes)
}

impl Form {
    /// The name of an address in this form.
    fn of(&self, distribution: &Distribution) -> String {
        format!("{}-{}", distribution.name, self.name.to_lowercase())
    }
}

impl<'a> Publisher<'a> {
    fn new(inputs: &Inputs, publish: &'a Publish) -> Self {
        Self { publish, name: publish.name(inputs), city: city(inputs) }
    }

    /// A name within the catalogue.
    fn iri(&self, name: &str) -> Iri {
        Iri::new(&format!("{}/catalog#{}", self.publish.base_url, name.replace(['#', '?'], "_")))
    }

    /// The address of a path.
    fn at(&self, path: &str) -> Value {
        Value::thing(&format!("{}{path}", self.publish.base_url))
    }

    fn licence(&self) -> Value {
        Value::thing(&self.publish.licence_iri())
    }

    /// Title and description, who publishes and whom to ask.
    fn described(&self, class: &'static str, title: Words, description: Words) -> About {
        About::new(class)
            .with_each("dct:title", both(title))
            .with_each("dct:description", both(description))
            .with("dct:publisher", Value::Thing(self.iri("publisher")))
    }

    fn catalogue(&self, registry: &Registry, data_sets: &[DataSet]) -> Node {
        let city = &self.city;
        let title = Words::new(format!("Offene Messdaten {city}"), format!("Open measurements of {city}"));
        let description = Words::new(
            format!("Was Straßenlaternen in {city} messen."),
            format!("What street lamps in {city} measure."),
        );
        self.described("dcat:Catalog", title, description)
            .with("dct:license", self.licence())
            .with_each("dct:language", [eu("language", "DEU"), eu("language", "ENG")])
            .with("foaf:homepage", self.at("/"))
            .with("dcat:themeTaxonomy", Value::thing(&format!("{EU}/data-theme")))
            .with_each("dct:spatial", spatial(registry))
            .with_each("dcat:dataset", data_sets.iter().map(|data_set| Value::Thing(self.iri(&data_set.theme))))
            .with_each("dcat:service", ["api", "sensorthings"].map(|name| Value::Thing(self.iri(name))))
            .named(self.iri("catalogue"))
    }

    fn service(&self, data_sets: &[DataSet]) -> Node {
        let title = Words::new("Schnittstelle", "Interface");
        let description = Words::new(
            "Alle Daten als JSON oder CSV, beschrieben durch OpenAPI.",
            "All data as JSON or CSV, described by OpenAPI.",
        );
        self.described("dcat:DataService", title, description)
            .with("dcat:endpointURL", self.at("/api/v1"))
            .with("dcat:endpointDescription", self.at("/api/openapi.json"))
            .with("dct:license", self.licence())
            .with_each("dcat:servesDataset", data_sets.iter().map(|data_set| Value::Thing(self.iri(&data_set.theme))))
            .named(self.iri("api"))
    }

    /// All but crossings, which the public gets by rules of their own.
    fn sensor_things(&self, data_sets: &[DataSet]) -> Node {
        let description = Words::new(
            "Messwerte als Beobachtungen nach OGC SensorThings API 1.1, Teil 1, nur lesend.",
            "Readings as observations by OGC SensorThings API 1.1, Part 1, to read.",
        );
        let served = data_sets.iter().filter(|data_set| data_set.theme != FOOTFALL);
        self.described("dcat:DataService", Words::new("SensorThings", "SensorThings"), description)
            .with("dcat:endpointURL", self.at(sta::ROOT))
            .with("dct:conformsTo", Value::thing(SENSOR_THINGS))
            .with("dct:license", self.licence())
            .with_each("dcat:servesDataset", served.map(|data_set| Value::Thing(self.iri(&data_set.theme))))
            .named(self.iri("sensorthings"))
    }

    fn data_set(&self, registry: &Registry, data_set: &DataSet) -> Node {
        let (words, city) = (data_set.words, &self.city);
        let title = Words::new(format!("{}, {city}", words.title.0), format!("{}, {city}", words.title.1));
        let description = Words::new(data_set.description(Language::De), data_set.description(Language::En));
        let forms = |distribution| FORMS.iter().map(move |form| Value::Thing(self.iri(&form.of(distribution))));
        self.described("dcat:Dataset", title, description)
            .with("dct:identifier", Value::Literal(self.iri(&data_set.theme).as_str().to_owned(), "xsd:anyURI"))
            .with_each("dcat:contactPoint", self.contact())
            .with_each("dcatde:contributorID", self.publish.contributor_iri().as_deref().map(Value::thing))
            .with_each("dcat:theme", words.eu.iter().map(|theme| eu("data-theme", theme)))
            .with_each("dcat:keyword", data_set.properties.iter().cloned().flat_map(both))
            .with_each("dct:spatial", spatial(registry))
            .with_each("dct:temporal", data_set.since.as_deref().map(since))
            .with("dct:accrualPeriodicity", eu("frequency", words.frequency))
            .with("dct:accessRights", eu("access-right", "PUBLIC"))
            .with("dcat:landingPage", self.at(&data_set.page()))
            .with_each("dcat:distribution", data_set.distributions.iter().flat_map(forms))
            .named(self.iri(&data_set.theme))
    }

    /// K01: an e-mail address or a page.
    fn contact(&self) -> Option<Value> {
        let iri = self.publish.contact_iri()?;
        let how = if iri.starts_with("mailto:") { "vcard:hasEmail" } else { "vcard:hasURL" };
        let kind = About::new("vcard:Organization").with("vcard:fn", Value::Text(self.name.clone(), "de"));
        Some(Value::Nameless(kind.with(how, Value::thing(&iri))))
    }

    /// One address in one form.
    fn distribution(&self, data_set: &DataSet, distribution: &Distribution, form: &Form) -> Node {
        let (words, of, name) = (data_set.words, &distribution.title, form.name);
        let titled = |theme: &str, zone: &str| format!("{theme}, {zone} ({name})");
        let title = Words::new(titled(words.title.0, &of.de), titled(words.title.1, &of.en));
        About::new("dcat:Distribution")
            .with_each("dct:title", both(title))
            .with("dcat:accessURL", self.at(&format!("{}{}", distribution.path, form.query)))
            .with("dcat:accessService", Value::Thing(self.iri("api")))
            .with("dct:format", eu("file-type", name))
            .with("dcat:mediaType", Value::thing(&format!("{MEDIA_TYPES}/{}", form.media_type)))
            .with("dct:license", self.licence())
            .with("dcatde:licenseAttributionByText", Value::Text(self.name.clone(), "de"))
            .named(self.iri(&form.of(distribution)))
    }
}

fn both(words: Words) -> [Value; 2] {
    [Value::Text(words.de, "de"), Value::Text(words.en, "en")]
}

fn eu(list: &str, word: &str) -> Value {
    Value::thing(&format!("{EU}/{list}/{word}"))
}

/// From the first day on; it goes on.
fn since(date: &str) -> Value {
    let start = Value::Literal(date.to_owned(), "xsd:date");
    Value::Nameless(About::new("dct:PeriodOfTime").with("dcat:startDate", start))
}

/// The rectangle of all poles of the city: south, west, north, east, WGS 84 degrees.
pub(super) fn bounds(registry: &Registry) -> Option<[f64; 4]> {
    let ours = || registry.poles.iter().filter(|pole| pole.provider.is_none());
    let positions = || ours().map(|pole| pole.position);
    let least = |of: fn(smartpole_model::Position) -> f64| positions().map(of).reduce(f64::min);
    let most = |of: fn(smartpole_model::Position) -> f64| positions().map(of).reduce(f64::max);
    Some([least(|at| at.lat)?, least(|at| at.lon)?, most(|at| at.lat)?, most(|at| at.lon)?])
}

/// The rectangle of all poles, longitude before latitude (WKT in CRS84, GeoSPARQL 1.1 § 8.5.1).
fn spatial(registry: &Registry) -> Option<Value> {
    let [south, west, north, east] = bounds(registry)?;
    let corners = [(west, south), (east, south), (east, north), (west, north), (west, south)];
    let corners: Vec<String> = corners.iter().map(|(lon, lat)| format!("{lon} {lat}")).collect();
    let wkt = Value::Literal(format!("POLYGON(({}))", corners.join(", ")), "gsp:wktLiteral");
    Some(Value::Nameless(About::new("dct:Location").with("dcat:bbox", wkt)))
}
