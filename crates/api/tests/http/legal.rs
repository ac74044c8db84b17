//! What the law asks of the page.

use std::fs;

use axum::http::header;
use expect_test::expect;
use serde_json::Value as Json;
use smartpole_api::{Legal, LegalOptions, Options};

use crate::fixture::{City, text, with};

/// A city that has given all of it: two texts in files, one on its own page.
async fn lawful() -> City {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("imprint.md"), "# Stadt\n\nEuropaplatz 1 <script>alert(1)</script>").unwrap();
    fs::write(dir.path().join("barriers.md"), "Noch nicht alles ist barrierefrei.").unwrap();
    let options = LegalOptions {
        imprint: "imprint.md".to_owned(),
        privacy: "https://www.example.org/datenschutz".to_owned(),
        accessibility: "barriers.md".to_owned(),
        feedback: "barrieren@example.org".to_owned(),
        officer: "datenschutz@example.org".to_owned(),
        ..LegalOptions::default()
    };
    let (legal, mistakes) = Legal::load(&options, dir.path());
    assert_eq!(mistakes, []);
    City::lawful(with(&[]), Options::default(), legal).await
}

async fn page(city: &City, uri: &str) -> (u16, String) {
    let response = city.ask_publicly("GET", uri).await;
    (response.status().as_u16(), text(response).await)
}

#[tokio::test]
async fn texts_of_the_city_are_pages_that_run_nothing_in_the_language_of_the_frame_asked_for() {
    let city = lawful().await;
    let (status, imprint) = page(&city, "/legal/imprint").await;
    assert_eq!(status, 200);
    assert!(imprint.contains("<h1>Impressum</h1>") && imprint.contains("<h2>Stadt</h2>"), "{imprint}");
    assert!(imprint.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !imprint.contains("<script"), "{imprint}");
    let (_, english) = page(&city, "/legal/accessibility?lang=en").await;
    assert!(
        english.contains("<h1>Accessibility</h1>") && english.contains("<div class=\"text\" lang=\"de\">"),
        "{english}"
    );
}

#[tokio::test]
async fn the_declaration_of_accessibility_says_where_to_report_and_who_mediates() {
    let (_, page) = page(&lawful().await, "/legal/accessibility").await;
    for link in ["mailto:barrieren@example.org", "https://www.lbbp.nrw.de/ombudsstelle"] {
        assert!(page.contains(&format!("<a href=\"{link}\">")), "{link}: {page}");
    }
}

#[tokio::test]
async fn a_page_of_the_citys_own_is_led_to() {
    let response = lawful().await.ask_publicly("GET", "/legal/privacy").await;
    assert_eq!(response.status(), 303);
    assert_eq!(response.headers()[header::LOCATION], "https://www.example.org/datenschutz");
}

#[tokio::test]
async fn what_nobody_has_given_is_not_in_the_foot_and_says_who_gives_it() {
    let city = City::new(Options::default()).await;
    let (status, problem) = page(&city, "/legal/imprint").await;
    assert!(status == 404 && problem.contains("[legal]"), "{problem}");
    let (status, problem) = page(&city, "/legal/imprimt").await;
    assert!(status == 404 && problem.contains("did you mean \\\"imprint\\\"?"), "{problem}");
    let (_, publisher) = page(&lawful().await, "/api/v1/publisher").await;
    assert!(publisher.ends_with(r#""legal":["imprint","privacy","accessibility","processing"]}"#), "{publisher}");
}

#[tokio::test]
async fn the_record_of_processing_says_what_is_kept_of_persons_how_long_and_who_gets_it() {
    let city = lawful().await;
    city.message("people-1", 2, r#"{"time":"2026-11-25T10:01:00Z","values":{"people_in":4,"people_out":0}}"#).await;
    let (status, record) = page(&city, "/api/v1/processing").await;
    assert_eq!(status, 200);
    let record: Json = serde_json::from_str(&record).unwrap();
    assert_eq!(record["officer"], "mailto:datenschutz@example.org");
    let ids: Vec<&Json> = record["activities"].as_array().unwrap().iter().map(|activity| &activity["id"]).collect();
    assert_eq!(ids, ["counting", "visits", "operation", "accounts"]);
    let counting = &record["activities"][0];
    expect![[r#"
        ["people_in","people_out"]
        ["laser"]
        [{"days":14,"what":{"de":"Nachrichten der Zähler, wie empfangen","en":"Messages of counters as received"}},{"days":14,"what":{"de":"Einzelne genaue Zählwerte","en":"Single exact counts"}},{"days":3650,"what":{"de":"Genaue Viertelstunden","en":"Exact quarters of an hour"}},{"days":null,"what":{"de":"Genaue Stunden, Tage, Wochen, Monate und Jahre","en":"Exact hours, days, weeks, months and years"}}]"#]].assert_eq(&format!("{}\n{}\n{}", counting["properties"], counting["sensing"], counting["kept"]));
    let (_, shown) = page(&city, "/legal/processing").await;
    for part in [
        "Zählung an Masten",
        "<td>14 Tage</td>",
        "<td>auf Dauer</td>",
        "Art. 6 Abs. 1",
        "niemand sonst",
        "<td>365 Tage</td>",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[tokio::test]
async fn where_nothing_of_persons_is_measured_no_counting_is_recorded() {
    let mut inputs = with(&[]);
    inputs.registry.devices.retain(|device| device.id.starts_with("air"));
    let city = City::lawful(inputs, Options::default(), Legal::default()).await;
    let (_, record) = page(&city, "/api/v1/processing").await;
    assert!(!record.contains("\"counting\""), "{record}");
}
