//! Data sets in the words of schema.org, as search engines read them
//! (<https://schema.org/Dataset>, <https://developers.google.com/search/docs/appearance/structured-data/dataset>).

use serde_json::{Value as Json, json};
use smartpole_model::Inputs;

use super::{
    data_set::{DataSet, Distribution},
    describe::bounds,
    pages::Language,
    words::Words,
};
use crate::{Parts, publish::city};

/// Forms of each address: name, media type.
const FORMS: [(&str, &str); 2] = [("json", "application/json"), ("csv", "text/csv")];

/// Who publishes, where and under which licence.
pub(super) struct Publisher<'a> {
    pub(super) name: String,
    pub(super) city: String,
    /// IRI.
    pub(super) licence: String,
    /// `mailto:` or a page.
    pub(super) contact: Option<String>,
    base: &'a str,
    /// South, west, north, east.
    bounds: Option<[f64; 4]>,
}

impl<'a> Publisher<'a> {
    /// By `[publish]` and the registry.
    pub(super) fn new(parts: &'a Parts, inputs: &Inputs) -> Self {
        let publish = &parts.publish;
        Self {
            name: publish.name(inputs),
            city: city(inputs),
            licence: publish.licence_iri(),
            contact: publish.contact_iri(),
            base: &publish.base_url,
            bounds: bounds(&inputs.registry),
        }
    }

    fn organization(&self) -> Json {
        let mut organization = json!({"@type": "Organization", "name": self.name});
        if let Some(contact) = &self.contact {
            let (how, address) =
                contact.strip_prefix("mailto:").map_or(("url", contact.as_str()), |mail| ("email", mail));
            organization["contactPoint"] = json!({"@type": "ContactPoint", "contactType": "data", how: address});
        }
        organization
    }

    fn place(&self) -> Json {
        let mut place = json!({"@type": "Place", "name": self.city});
        if let Some([south, west, north, east]) = self.bounds {
            place["geo"] = json!({"@type": "GeoShape", "box": format!("{south} {west} {north} {east}")});
        }
        place
    }
}

/// All of them, as a `DataCatalog`.
pub(super) fn catalogue(publisher: &Publisher<'_>, data_sets: &[DataSet], language: Language) -> Json {
    let each = data_sets.iter().map(|of| json!({"@type": "Dataset", "@id": format!("{}{}", publisher.base, of.page()), "name": name(publisher, of, language), "description": of.description(language)}));
    json!({
        "@context": "https://schema.org",
        "@type": "DataCatalog",
        "@id": format!("{}/datasets", publisher.base),
        "name": format!("{} {}", language.pick("Offene Messdaten", "Open measurements of"), publisher.city),
        "url": format!("{}/datasets", publisher.base),
        "license": publisher.licence,
        "publisher": publisher.organization(),
        "dataset": each.collect::<Vec<_>>(),
    })
}

/// One of them, as a `Dataset`.
pub(super) fn data_set(publisher: &Publisher<'_>, of: &DataSet, language: Language) -> Json {
    let address = format!("{}{}", publisher.base, of.page());
    let measured: Vec<&str> = of.properties.iter().map(|words| language.of_words(words)).collect();
    let downloads = of.distributions.iter().flat_map(|of| FORMS.map(|form| download(publisher, of, form, language)));
    let mut data_set = json!({
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": address,
        "url": address,
        "identifier": address,
        "name": name(publisher, of, language),
        "description": of.description(language),
        "inLanguage": language.code(),
        "isAccessibleForFree": true,
        "license": publisher.licence,
        "creator": publisher.organization(),
        "publisher": publisher.organization(),
        "spatialCoverage": publisher.place(),
        "variableMeasured": measured,
        "measurementTechnique": language.pick("Sensoren an Straßenlaternen", "sensors on street lamps"),
        "distribution": downloads.collect::<Vec<_>>(),
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": format!("{}/datasets", publisher.base)},
    });
    if let Some(since) = &of.since {
        data_set["temporalCoverage"] = json!(format!("{since}/.."));
    }
    data_set
}

fn name(publisher: &Publisher<'_>, of: &DataSet, language: Language) -> String {
    format!("{}, {}", language.pick(of.words.title.0, of.words.title.1), publisher.city)
}

fn download(
    publisher: &Publisher<'_>,
    of: &Distribution,
    (form, media_type): (&str, &str),
    language: Language,
) -> Json {
    let Words { de, en } = &of.title;
    json!({
        "@type": "DataDownload",
        "name": language.pick(de, en),
        "encodingFormat": media_type,
        "contentUrl": format!("{}{}&format={form}", publisher.base, of.path),
    })
}
