//! `GET /datasets`, `/datasets/{id}`, `/sitemap.xml`, `/robots.txt`: the data sets of the catalogue as pages for people and search
//! engines, without a script that runs.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    data_set::{self, DataSet},
    html::{Page, escaped},
    schema_org::{self, Publisher},
    words::Words,
};
use crate::{
    ApiState, Parts,
    problem::{Failed, Named, Problem, Refused},
    query::Params,
};

/// In which language.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// `de` or `en`; else what `Accept-Language` names first, German if it names neither.
    #[param(inline)]
    pub(in crate::routes) lang: Option<Language>,
}

/// The languages of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::routes) enum Language {
    /// German.
    #[default]
    De,
    /// English.
    En,
}

impl Language {
    /// The one asked for, else the first that a browser names.
    pub(in crate::routes) fn of(wanted: &Wanted, headers: &HeaderMap) -> Self {
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let named = accepted.split(',').find_map(|range| match range.trim().get(..2)?.to_ascii_lowercase().as_str() {
            "de" => Some(Self::De),
            "en" => Some(Self::En),
            _ => None,
        });
        wanted.lang.or(named).unwrap_or_default()
    }

    /// The first that a browser names.
    pub(in crate::routes) fn accepted(headers: &HeaderMap) -> Self {
        Self::of(&Wanted { lang: None }, headers)
    }

    /// Its code by BCP 47.
    pub(in crate::routes) fn code(self) -> &'static str {
        self.pick("de", "en")
    }

    /// One of two texts.
    pub(in crate::routes) fn pick<'a>(self, de: &'a str, en: &'a str) -> &'a str {
        if self == Self::De { de } else { en }
    }

    /// One of two words.
    pub(super) fn of_words(self, words: &Words) -> &str {
        self.pick(&words.de, &words.en)
    }
}

/// All data sets of the catalogue, for people and search engines.
#[utoipa::path(get, path = "/datasets", tag = "catalogue", params(Wanted), responses(
    (status = 200, description = "HTML with a schema.org `DataCatalog`.", body = String, content_type = "text/html; charset=utf-8"),
    Refused,
))]
pub(crate) async fn data_sets(
    State(state): State<ApiState>,
    Params(wanted): Params<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let language = Language::of(&wanted, &headers);
    state.ask(move |parts| Ok(page(&list(parts, language)?))).await
}

/// One data set: what, where, since when, under which licence, and where its values are.
#[utoipa::path(get, path = "/datasets/{id}", tag = "catalogue", params(("id" = String, Path, description = "Its theme.", example = "air_quality"), Wanted), responses(
    (status = 200, description = "HTML with a schema.org `Dataset`.", body = String, content_type = "text/html; charset=utf-8"),
    Refused,
))]
pub(crate) async fn data_set_page(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    Params(wanted): Params<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let language = Language::of(&wanted, &headers);
    state.ask(move |parts| Ok(page(&one(parts, &id, language)?))).await
}

/// The pages for search engines.
#[utoipa::path(get, path = "/sitemap.xml", tag = "catalogue", responses(
    (status = 200, description = "By sitemaps.org 0.9.", body = String, content_type = "application/xml"),
    Failed,
))]
pub(crate) async fn sitemap(State(state): State<ApiState>) -> Result<Response, Problem> {
    let text = state.ask(|parts| {
        let ids = data_set::all(parts)?;
        let pages = ids.iter().map(DataSet::page).chain(["/", "/plain", "/datasets", "/leicht.html", "/legal/processing"].map(str::to_owned));
        let base = &parts.publish.base_url;
        let urls: String = pages.map(|path| format!("<url><loc>{}</loc></url>", escaped(&format!("{base}{path}")))).collect();
        Ok(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{urls}</urlset>\n"))
    });
    Ok(([(header::CONTENT_TYPE, "application/xml")], text.await?).into_response())
}

/// What search engines may read (RFC 9309): all but the interface, which answers programs.
#[utoipa::path(get, path = "/robots.txt", tag = "catalogue", responses(
    (status = 200, description = "By RFC 9309.", body = String, content_type = "text/plain; charset=utf-8"),
))]
pub(crate) async fn robots(State(state): State<ApiState>) -> String {
    format!("User-agent: *\nDisallow: /api/\nSitemap: {}/sitemap.xml\n", state.parts.publish.base_url)
}

/// A page as an answer.
pub(in crate::routes) fn page(page: &Page) -> Response {
    ([(header::CONTENT_LANGUAGE, page.language.code())], Html(page.to_string())).into_response()
}

fn list(parts: &Parts, language: Language) -> Result<Page, Problem> {
    let data_sets = data_set::all(parts)?;
    let inputs = std::sync::Arc::clone(parts.fold().inputs());
    let publisher = Publisher::new(parts, &inputs);
    let rows: String = data_sets.iter().map(|data_set| row(data_set, language)).collect();
    let title = format!("{} {}", language.pick("Offene Daten", "Open data"), publisher.city);
    let lead = language.pick(
        "Was Straßenlaternen der Stadt messen, für alle. Sensordaten, nicht amtlich.",
        "What the city's street lamps measure, for everybody. Sensor data, not official.",
    );
    let (machines, catalogue) = (
        language.pick("Für Programme", "For programs"),
        language.pick("Katalog nach DCAT-AP.de", "Catalogue by DCAT-AP.de"),
    );
    let body = format!(
        "<p class=\"lead\">{lead}</p><ul class=\"sets\">{rows}</ul><h2>{machines}</h2><ul class=\"ways\">\
         <li>{catalogue}: <a href=\"/catalog.ttl\">Turtle</a>, <a href=\"/catalog.jsonld\">JSON-LD</a></li>\
         <li><a href=\"/api/openapi.json\">OpenAPI</a></li></ul>"
    );
    let linked = Some(schema_org::catalogue(&publisher, &data_sets, language));
    Ok(Page { language, title, path: "/datasets".to_owned(), body, linked })
}

fn row(data_set: &DataSet, language: Language) -> String {
    let title = escaped(language.pick(data_set.words.title.0, data_set.words.title.1));
    let description = escaped(&data_set.description(language));
    format!(
        "<li><a href=\"{}?lang={}\">{title}</a><p>{description}</p></li>",
        escaped(&data_set.page()),
        language.code()
    )
}

fn one(parts: &Parts, id: &str, language: Language) -> Result<Page, Problem> {
    let data_sets = data_set::all(parts)?;
    let known = data_sets.iter().map(|data_set| data_set.theme.as_str());
    let data_set = data_sets.iter().find(|data_set| data_set.theme == id);
    let data_set = data_set.ok_or_else(|| Problem::unknown(&Named::DATA_SET, id, known))?;
    let inputs = std::sync::Arc::clone(parts.fold().inputs());
    let publisher = Publisher::new(parts, &inputs);
    let title = format!("{}, {}", language.pick(data_set.words.title.0, data_set.words.title.1), publisher.city);
    let body = format!(
        "<p class=\"lead\">{}</p><dl>{}</dl><h2>{}</h2><table><thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead><tbody>{}</tbody></table>\
         <p class=\"back\"><a href=\"/datasets?lang={}\">{}</a></p>",
        escaped(&data_set.description(language)),
        facts(&publisher, data_set, language),
        language.pick("Abrufen", "Get it"),
        language.pick("Werte", "Values"),
        language.pick("Form", "Form"),
        data_set.distributions.iter().map(|distribution| distribution_row(distribution, language)).collect::<String>(),
        language.code(),
        language.pick("Alle Datensätze", "All data sets"),
    );
    let linked = Some(schema_org::data_set(&publisher, data_set, language));
    Ok(Page { language, title, path: data_set.page(), body, linked })
}

fn facts(publisher: &Publisher<'_>, data_set: &DataSet, language: Language) -> String {
    let licence = escaped(&publisher.licence);
    let since = data_set.since.as_deref().map(|since| (language.pick("Seit", "Since"), escaped(since)));
    let contact = publisher.contact.as_deref().map(|contact| {
        let (address, shown) = (escaped(contact), escaped(contact.trim_start_matches("mailto:")));
        (language.pick("Kontakt", "Contact"), format!("<a href=\"{address}\">{shown}</a>"))
    });
    let rows = [
        Some((language.pick("Herausgeber", "Publisher"), escaped(&publisher.name))),
        Some((language.pick("Ort", "Place"), escaped(&publisher.city))),
        since,
        Some((language.pick("Lizenz", "Licence"), format!("<a rel=\"license\" href=\"{licence}\">{licence}</a>"))),
        contact,
        Some((
            language.pick("Wie gemessen und gerechnet", "How it is measured and computed"),
            format!("<a href=\"/#methode\">{}</a>", language.pick("Daten und Methode", "Data and method")),
        )),
    ];
    rows.into_iter().flatten().map(|(name, value)| format!("<div><dt>{name}</dt><dd>{value}</dd></div>")).collect()
}

fn distribution_row(of: &data_set::Distribution, language: Language) -> String {
    let (title, path) = (escaped(language.of_words(&of.title)), escaped(&of.path));
    format!(
        "<tr><td>{title}</td><td><a href=\"{path}&amp;format=json\">JSON</a> <a href=\"{path}&amp;format=csv\">CSV</a></td></tr>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_in_the_language_asked_for_else_in_the_first_that_a_browser_names() {
        for (lang, accepted, is) in [
            (None, "", Language::De),
            (None, "en-GB,en;q=0.9,de;q=0.8", Language::En),
            (None, "fr, de-AT", Language::De),
            (None, "fr, é, x", Language::De),
            (Some(Language::De), "en", Language::De),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, accepted.try_into().unwrap())]);
            assert_eq!(Language::of(&Wanted { lang }, &headers), is, "{accepted}");
        }
    }
}
