//! `GET /legal/{page}`: what the law asks of a city's page, from the section `[legal]` of the configuration, without a script.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};

use super::catalog::{
    html::{Page, escaped},
    pages::{Language, Wanted, page},
};
use crate::{
    ApiState, Parts,
    legal::Document,
    problem::{Named, Problem, Refused},
    query::Params,
};

pub(crate) mod processing;
mod processing_page;
mod words;

/// Pages and their titles.
const PAGES: [(&str, &str, &str); 4] = [
    ("imprint", "Impressum", "Imprint"),
    ("privacy", "Datenschutz", "Data protection"),
    ("accessibility", "Barrierefreiheit", "Accessibility"),
    (PROCESSING, "Welche Daten verarbeitet werden", "Which data is processed"),
];
/// The one that is always there.
pub(super) const PROCESSING: &str = "processing";

/// Imprint, data protection, accessibility, and which data of persons is processed.
#[utoipa::path(get, path = "/legal/{page}", operation_id = "legal_page", tag = "city",
    params(("page" = String, Path, description = "`imprint`, `privacy`, `accessibility` or `processing`.", example = "processing"), Wanted),
    responses(
        (status = 200, description = "HTML without a script.", body = String, content_type = "text/html; charset=utf-8"),
        (status = 303, description = "It is a page of the city's own site."),
        Refused,
    )
)]
pub(crate) async fn legal(
    State(state): State<ApiState>,
    Path(name): Path<String>,
    Params(wanted): Params<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let language = Language::of(&wanted, &headers);
    if name == PROCESSING {
        return state
            .ask(move |parts| Ok(page(&processing_page::page(parts, language, title(PROCESSING, language)))))
            .await;
    }
    match document(&state.parts, &name)? {
        Document::Address(address) => Ok(Redirect::to(address).into_response()),
        Document::Html(html) => Ok(page(&written(&state.parts, &name, html, language))),
    }
}

/// Paths of those that there are, in the order of the foot.
pub(super) fn there(parts: &Parts) -> Vec<&'static str> {
    PAGES
        .into_iter()
        .map(|(name, ..)| name)
        .filter(|name| *name == PROCESSING || document(parts, name).is_ok())
        .collect()
}

fn document<'a>(parts: &'a Parts, name: &str) -> Result<&'a Document, Problem> {
    let legal = &parts.legal;
    let document = match name {
        "imprint" => legal.imprint.as_ref(),
        "privacy" => legal.privacy.as_ref(),
        "accessibility" => legal.accessibility.as_ref(),
        _ => return Err(Problem::unknown(&Named::LEGAL, name, PAGES.into_iter().map(|(name, ..)| name))),
    };
    document.ok_or_else(|| Problem::not_given(name))
}

fn title(name: &str, language: Language) -> String {
    let found = PAGES.into_iter().find(|(known, ..)| *known == name);
    found.map_or_else(String::new, |(_, de, en)| language.pick(de, en).to_owned())
}

fn written(parts: &Parts, name: &str, html: &str, language: Language) -> Page {
    let beside = match name {
        "privacy" => data_link(language),
        "accessibility" => barriers(parts, language),
        _ => String::new(),
    };
    let body = format!("<div class=\"text\" lang=\"de\">{html}</div>{beside}");
    Page { language, title: title(name, language), path: format!("/legal/{name}"), body, linked: None }
}

fn data_link(language: Language) -> String {
    let text = language.pick(
        "Welche Daten dieser Dienst verarbeitet, wozu und wie lange (Verzeichnis nach Art. 30 DSGVO)",
        "Which data this service processes, what for and for how long (record by Art. 30 GDPR)",
    );
    format!("<p class=\"back\"><a href=\"/legal/{PROCESSING}?lang={}\">{text}</a></p>", language.code())
}

/// Where barriers are reported, and the arbitration when that did not help (§ 10b (2) no. 2 and 3 BGG NRW).
fn barriers(parts: &Parts, language: Language) -> String {
    let (feedback, arbitration) = (parts.legal.feedback.as_deref().unwrap_or_default(), &parts.legal.arbitration);
    let link = |address: &str| {
        let shown = address.trim_start_matches("mailto:").trim_start_matches("https://");
        format!("<a href=\"{}\">{}</a>", escaped(address), escaped(shown))
    };
    format!(
        "<h2>{}</h2><p>{} {}</p><h2>{}</h2><p>{} {}</p>",
        language.pick("Barriere melden", "Report a barrier"),
        language.pick("Sie sind auf eine Barriere gestoßen, oder Ihnen fehlt ein Inhalt:", "You met a barrier, or miss some content:"),
        link(feedback),
        language.pick("Ombudsverfahren", "Arbitration"),
        language.pick(
            "Ihre Meldung hat nicht geholfen? Dann vermittelt die Ombudsstelle für barrierefreie Informationstechnik (§ 10d BGG NRW):",
            "Your report did not help? Then the arbitration office for accessible information technology mediates (§ 10d BGG NRW):"
        ),
        link(arbitration),
    )
}
