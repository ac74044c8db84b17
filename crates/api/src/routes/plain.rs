//! `GET /plain`: the newest values as plain HTML, for browsers without JavaScript and for whoever wants nothing but a table.
//!
//! ```text
//! poles, latest, newest hour of each place ──► Place ──► a section with a table
//! ```
//!
//! It says the same to everybody: what the public may know.

use axum::{extract::State, http::HeaderMap, response::Response};

use self::place::Place;
use super::catalog::{
    html::{Page, escaped},
    pages::{Language, Wanted, page},
};
use crate::{
    ApiState, Parts,
    problem::{Problem, Refused},
    publish,
    query::Params,
    routes::Days,
};

mod place;
mod table;

/// The newest values of all poles, the air and the newest count of each place, as plain HTML.
#[utoipa::path(get, path = "/plain", operation_id = "plain_page", tag = "city", params(Wanted), responses(
    (status = 200, description = "HTML without a script.", body = String, content_type = "text/html; charset=utf-8"),
    Refused,
))]
pub(crate) async fn plain(
    State(state): State<ApiState>,
    Params(wanted): Params<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (language, days) = (Language::of(&wanted, &headers), state.days.clone());
    state.ask(move |parts| Ok(page(&whole(parts, &days, language)?))).await
}

fn whole(parts: &Parts, days: &Days, language: Language) -> Result<Page, Problem> {
    let (places, is_whole) = place::all(parts, days)?;
    let title = format!("{} {}", publish::city(parts.fold().inputs()), language.pick("misst", "measures"));
    let lead = language.pick(
        "Die neuesten Werte der Straßenlaternen. Sensordaten, nicht amtlich. Zeiten nach der Uhr von Europe/Berlin.",
        "The newest values of the street lamps. Sensor data, not official. Times by the clock of Europe/Berlin.",
    );
    let sections: String = places.iter().map(|place| table::section(place, language)).collect();
    let body = format!(
        "<p class=\"lead\">{lead}</p>{}{sections}{}{}",
        overview(&places, language),
        if is_whole { "" } else { language.pick(REST.0, REST.1) },
        foot(parts, language)
    );
    Ok(Page { language, title, path: "/plain".to_owned(), body, linked: None })
}

/// Said when there are more values than a page holds.
const REST: (&str, &str) = (
    "<p>Weitere Werte gibt es <a href=\"/api/v1/latest?format=csv\">als Tabelle</a>.</p>",
    "<p>There are more values <a href=\"/api/v1/latest?format=csv\">as a table</a>.</p>",
);

fn overview(places: &[Place], language: Language) -> String {
    if places.is_empty() {
        return format!("<p>{}</p>", language.pick("Noch meldet kein Mast.", "No pole is reporting yet."));
    }
    let [place, air, count] = language
        .pick("Platz|Luft|Querungen, neueste Stunde", "Place|Air|Crossings, newest hour")
        .split('|')
        .collect::<Vec<_>>()[..]
    else {
        return String::new();
    };
    let rows: String = places.iter().map(|place| table::row(place, language)).collect();
    format!(
        "<table><thead><tr><th scope=\"col\">{place}</th><th scope=\"col\">{air}</th><th scope=\"col\">{count}</th></tr></thead>\
         <tbody>{rows}</tbody></table>"
    )
}

fn foot(parts: &Parts, language: Language) -> String {
    let report = parts.publish.report_iri().map_or_else(String::new, |report| {
        format!(" · <a href=\"{}\">{}</a>", escaped(&report), language.pick("Fehler melden", "Report a mistake"))
    });
    format!(
        "<p class=\"back\"><a href=\"/leicht.html\" lang=\"de\">Leichte Sprache</a> · <a href=\"/datasets?lang={}\">{}</a>{report}</p>",
        language.code(),
        language.pick("Offene Daten", "Open data"),
    )
}
