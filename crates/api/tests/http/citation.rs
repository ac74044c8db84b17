//! What answers are cited with, and that its link gives the same figures again.

use expect_test::{Expect, expect};
use serde_json::Value;
use smartpole_api::Options;

use crate::{
    fixture::{City, text},
    public,
};

/// The body of an answer.
async fn answer(city: &City, uri: &str, is_public: bool) -> Value {
    let response = if is_public { city.ask_publicly("GET", uri).await } else { city.ask("GET", uri).await };
    let (status, body) = (response.status(), text(response).await);
    assert_eq!(status, 200, "{uri}: {body}");
    serde_json::from_str(&body).unwrap()
}

/// The path of the link of an answer.
fn path(answer: &Value) -> String {
    let link = answer["citation"]["link"].as_str().unwrap();
    link.strip_prefix("https://luft.example.org").unwrap().to_owned()
}

/// The items without how much of them is covered: of a window that runs, that is counted up to the minute.
fn figures(answer: &Value) -> Value {
    let mut items = answer["items"].clone();
    let inner = |item: &mut Value| item["pollutants"].as_array_mut().map(std::mem::take).unwrap_or_default();
    for item in items.as_array_mut().unwrap() {
        let mut all = inner(item);
        all.push(item.clone());
        all.iter_mut().filter_map(Value::as_object_mut).for_each(|item| {
            item.remove("coverage");
            item.remove("expected");
        });
        *item = Value::Array(all);
    }
    items
}

async fn check(city: &City, uri: &str, is_public: bool, expect: &Expect) {
    let answer = answer(city, uri, is_public).await;
    expect.assert_eq(&serde_json::to_string_pretty(&answer["citation"]).unwrap());
}

#[tokio::test]
async fn a_figure_is_cited_with_what_it_was_asked_as_of_when_and_how_much_of_it_is_covered() {
    let city = City::new(Options::default()).await;
    check(&city, "/api/v1/series?pole=AM-01&property=pm2_5", false, &expect![[r#"
        {
          "as_of": "2026-11-25T10:04:00Z",
          "coverage": 0.667,
          "licence": null,
          "link": "https://luft.example.org/api/v1/series?pole=AM-01&property=pm2_5&from=2026-11-25T10:00:00Z&to=2026-11-25T10:15:00Z&as_of=2026-11-25T10:04:00Z",
          "method": [
            {
              "id": "window.mean",
              "version": 1
            }
          ],
          "publisher": "castrop-rauxel",
          "source": "sensors on street lamps, not official",
          "text": "castrop-rauxel: series, pole AM-01, property pm2_5; 2026-11-25T10:00:00Z to 2026-11-25T10:15:00Z; sensors on street lamps, not official; as of 2026-11-25T10:04:00Z; method window.mean/1; https://luft.example.org/api/v1/series?pole=AM-01&property=pm2_5&from=2026-11-25T10:00:00Z&to=2026-11-25T10:15:00Z&as_of=2026-11-25T10:04:00Z"
        }"#]]).await;
}

#[tokio::test]
async fn the_public_is_not_told_when_something_was_received_but_the_licence() {
    let city = City::new(Options::default()).await;
    check(&city, "/api/v1/air?pole=AM-01", true, &expect![[r#"
        {
          "as_of": null,
          "coverage": 0.033,
          "licence": "http://dcat-ap.de/def/licenses/dl-by-de/2.0",
          "link": "https://luft.example.org/api/v1/air?pole=AM-01&from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z",
          "method": [
            {
              "id": "air.hour",
              "version": 1
            }
          ],
          "publisher": "castrop-rauxel",
          "source": "sensors on street lamps, not official",
          "text": "castrop-rauxel: air, pole AM-01; 2026-11-25T10:00:00Z to 2026-11-25T11:00:00Z; sensors on street lamps, not official; method air.hour/1; http://dcat-ap.de/def/licenses/dl-by-de/2.0; https://luft.example.org/api/v1/air?pole=AM-01&from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z"
        }"#]]).await;
}

#[tokio::test]
async fn a_link_gives_the_same_figures_though_others_came_since() {
    let city = City::new(Options::default()).await;
    for uri in [
        "/api/v1/series?pole=AM-01&property=pm2_5",
        "/api/v1/series?pole=AM-01&property=pm2_5&step=raw",
        "/api/v1/air?pole=AM-01",
        "/api/v1/air?zone=altstadt",
        "/api/v1/footfall?zone=altstadt&step=15m",
    ] {
        let first = answer(&city, uri, false).await;
        assert!(first["items"].as_array().is_some_and(|items| !items.is_empty()), "{uri}");
        let before = path(&first);
        city.message("air-1", 5, r#"{"time":"2026-11-25T10:02:00Z","values":{"pm2_5":99}}"#).await;
        city.message("people-1", 5, r#"{"time":"2026-11-25T10:02:00Z","values":{"people_in":40}}"#).await;
        let again = answer(&city, &before, false).await;
        assert_eq!(figures(&again), figures(&first), "{uri} as {before}");
        assert_eq!(path(&again), before, "a link leads to itself");
    }
}

#[tokio::test]
async fn a_link_of_the_minute_that_runs_is_as_of_its_beginning_and_stays() {
    let city = City::new(Options::default()).await;
    let uri = "/api/v1/series?pole=AM-01&property=pm2_5&step=1h&from=2026-11-25T10:00:00Z&to=2026-11-25T12:00:00Z";
    let before = figures(&answer(&city, uri, false).await);
    for value in [20, 90] {
        let late = format!(r#"{{"time":"2026-11-25T10:10:00Z","values":{{"pm2_5":{value}}}}}"#);
        // the clock of the town says 11:00
        city.message("air-1", 60, &late).await;
        let now = answer(&city, uri, false).await;
        assert_ne!(figures(&now), before, "it came");
        let link = path(&now);
        assert!(link.ends_with("&as_of=2026-11-25T11:00:00Z"), "{link}");
        assert_eq!(figures(&answer(&city, &link, false).await), before, "and is not in what is cited");
    }
}

#[tokio::test]
async fn nobody_knows_what_will_have_been_known() {
    let city = City::new(Options::default()).await;
    let asked = |as_of: &str| format!("/api/v1/series?pole=AM-01&property=pm2_5&as_of={as_of}");
    for (as_of, status) in [("2026-11-25T11:01:00Z", 200), ("2026-11-25T11:02:00Z", 400), ("2099-01-01T00:00:00Z", 400)]
    {
        assert_eq!(city.ask("GET", &asked(as_of)).await.status(), status, "{as_of}");
    }
    let refused = text(city.ask("GET", &asked("2099-01-01T00:00:00Z")).await).await;
    assert!(refused.contains("as_of: 2099-01-01T00:00:00Z is yet to come"), "{refused}");
}

#[tokio::test]
async fn newest_values_and_events_are_cited_and_files_tell_of_what_they_are() {
    let city = City::new(Options::default()).await;
    for (uri, source) in [
        ("/api/v1/latest?property=pm2_5", "sensors on street lamps, not official"),
        ("/api/v1/events?from=2026-11-25T00:00:00Z", "events that the city knows of"),
    ] {
        let citation = &answer(&city, uri, false).await["citation"];
        assert_eq!((&citation["source"], &citation["as_of"]), (&Value::from(source), &Value::Null), "{uri}");
        assert_eq!(citation["link"], format!("https://luft.example.org{uri}"));
    }
    let span = "from=2026-11-25T10:00:00Z&to=2026-11-25T10:15:00Z";
    for (uri, link) in [
        (format!("/api/v1/latest?property=pm2_5&{}", "format=geojson"), "/api/v1/latest?property=pm2_5".to_owned()),
        (
            format!("/api/v1/export?what=readings&pole=AM-01&{span}&format=geojson"),
            format!("/api/v1/export?what=readings&pole=AM-01&{span}"),
        ),
    ] {
        let response = city.ask("GET", &uri).await;
        let header = response.headers()["link"].to_str().unwrap().to_owned();
        assert!(header.contains(&format!("<https://luft.example.org{link}>; rel=\"cite-as\"")), "{header}");
        let file: Value = serde_json::from_str(&text(response).await).unwrap();
        assert_eq!(file["citation"]["link"], format!("https://luft.example.org{link}"));
        assert_eq!(file["citation"]["method"][0]["id"], "reading.counted");
    }
}

#[tokio::test]
async fn what_the_public_sees_is_linked_without_an_instant_as_it_stays() {
    let city = public::city().await;
    public::hour(&city, "c1", 62, &[0, 1, 2, 3], [20, 0]).await;
    public::hour(&city, "c2", 62, &[0, 1, 2, 3], [20, 0]).await;
    public::wait(&city, 200).await;
    let uri = "/api/v1/footfall?zone=street&step=1h&public=true";
    let first = answer(&city, uri, false).await;
    assert_eq!(first["citation"]["as_of"], Value::Null);
    let link = path(&first);
    assert!(link.contains("&from=") && link.contains("&to=") && !link.contains("as_of"), "{link}");
    let again = answer(&city, &path(&first), false).await;
    assert_eq!(again["items"], first["items"]);
}

#[tokio::test]
async fn a_time_that_was_left_open_is_filled_in_though_items_tell_none() {
    let city = City::new(Options::default()).await;
    for uri in [
        "/api/v1/footfall/profile?zone=altstadt",
        "/api/v1/footfall/ranking",
        "/api/v1/coverage?zone=altstadt",
        "/api/v1/sites?sites=AM-01,altstadt",
    ] {
        let first = answer(&city, uri, false).await;
        let (from, to) = (first["from"].as_str().unwrap(), first["to"].as_str().unwrap());
        let link = path(&first);
        assert!(link.contains(&format!("from={from}")) && link.contains(&format!("to={to}")), "{uri}: {link}");
        let said = first["citation"]["text"].as_str().unwrap();
        assert!(said.contains(&format!("{from} to {to}")), "{uri}: {said}");
        city.message("people-1", 5, r#"{"time":"2026-11-25T10:04:30Z","values":{"people_in":40}}"#).await;
        let again = answer(&city, &link, false).await;
        assert_eq!((&again["from"], &again["to"]), (&first["from"], &first["to"]), "{uri}");
        assert_eq!(path(&again), link, "a link leads to itself");
    }
}
