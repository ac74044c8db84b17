//! What may be kept of answers, and that a correction is never hidden by what was kept.

use axum::{
    body::Body,
    http::{Request, Response, header::HeaderName},
};
use smartpole_api::{Options, Peer};

use crate::{
    fixture::{City, parsed, text},
    planner,
};

const WINDOW: &str = "/api/v1/series?pole=AM-01&property=pm2_5&from=2026-11-25T10:00:00Z&to=2026-11-25T10:15:00Z";
const TWO_DAYS_LATER: i64 = 48 * 60;

/// The answer to somebody, who knows this already.
async fn knowing(city: &City, peer: [u8; 4], uri: &str, known: &str) -> Response<Body> {
    let mut request = Request::get(uri).header("if-none-match", known).body(Body::empty()).unwrap();
    request.extensions_mut().insert(Peer(peer.into()));
    city.send(request).await
}

fn named<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// A city whose first quarter is final.
async fn closed() -> City {
    let city = City::new(Options::default()).await;
    city.message("air-1", TWO_DAYS_LATER, r#"{"time":"2026-11-27T09:59:00Z","values":{"pm2_5":7}}"#).await;
    city
}

#[tokio::test]
async fn a_closed_window_is_not_sent_again_until_it_is_corrected() {
    let city = closed().await;
    let first = city.ask("GET", WINDOW).await;
    let tag = named(&first, "etag").to_owned();
    assert!(text(first).await.contains(r#""state":"final","revision":0"#));
    // time passes, and other quarters change
    city.message("air-1", TWO_DAYS_LATER + 5, r#"{"time":"2026-11-27T10:04:00Z","values":{"pm2_5":9}}"#).await;
    let same = knowing(&city, [127, 0, 0, 1], WINDOW, &tag).await;
    assert_eq!((same.status().as_u16(), named(&same, "etag")), (304, tag.as_str()));
    assert_eq!(named(&same, "cache-control"), "private, no-cache");
    assert!(named(&same, "vary").contains("accept"));
    assert_eq!(text(same).await, "");
    // a reading comes two days late
    city.message("air-1", TWO_DAYS_LATER + 6, r#"{"time":"2026-11-25T10:02:00Z","values":{"pm2_5":50}}"#).await;
    let corrected = knowing(&city, [127, 0, 0, 1], WINDOW, &tag).await;
    assert_eq!(corrected.status(), 200);
    assert_ne!(named(&corrected, "etag"), tag);
    assert!(text(corrected).await.contains(r#""state":"corrected","revision":1"#));
    // what was known before stays, and keeps the tag of its own question
    let past = format!("{WINDOW}&as_of=2026-11-27T10:05:00Z");
    let before = city.ask("GET", &past).await;
    let known = named(&before, "etag").to_owned();
    assert_eq!(knowing(&city, [127, 0, 0, 1], &past, &known).await.status(), 304);
}

#[tokio::test]
async fn another_registry_is_another_tag_though_no_message_came() {
    let answer = async |poles: &str| {
        let files = [
            ("poles.csv", poles),
            ("devices.csv", "id,pole,profile\np1,A-1,people\n"),
            ("zones.geojson", planner::ZONES),
            ("properties.toml", planner::PROPERTIES),
            ("profiles/people.toml", planner::PROFILE),
        ];
        let city = City::over(parsed(&files), Options::default()).await;
        named(&city.ask("GET", "/api/v1/poles").await, "etag").to_owned()
    };
    let [here, again, renamed] = [
        answer("id,name,place,lat,lon\nA-1,Markt,Platz,51.5477,7.3110\n").await,
        answer("id,name,place,lat,lon\nA-1,Markt,Platz,51.5477,7.3110\n").await,
        answer("id,name,place,lat,lon\nA-1,Markt 1,Platz,51.5477,7.3110\n").await,
    ];
    assert_eq!(here, again);
    assert_ne!(here, renamed);
}

#[tokio::test]
async fn forms_and_askers_have_tags_of_their_own() {
    let city = closed().await;
    let mut tags = Vec::new();
    for (uri, is_public) in [
        (WINDOW.to_owned(), false),
        (WINDOW.to_owned(), true),
        (format!("{WINDOW}&format=csv"), false),
        (format!("{WINDOW}&csv=excel_de"), false),
        (format!("{WINDOW}&step=raw"), false),
    ] {
        let answer = if is_public { city.ask_publicly("GET", &uri).await } else { city.ask("GET", &uri).await };
        assert_eq!(answer.status(), 200, "{uri}");
        let kept = if is_public { "public, no-cache" } else { "private, no-cache" };
        assert_eq!(named(&answer, "cache-control"), kept, "{uri}");
        tags.push(named(&answer, "etag").to_owned());
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 5, "{tags:?}");
    let shared = city.ask_publicly("GET", WINDOW).await;
    assert_eq!(knowing(&city, [203, 0, 113, 7], WINDOW, named(&shared, "etag")).await.status(), 304);
}

#[tokio::test]
async fn every_answer_says_by_what_it_differs_and_what_has_no_tag_is_kept_nowhere() {
    let city = City::new(Options::default()).await;
    for (method, uri, status) in [
        ("GET", "/api/v1/poles", 200),
        ("GET", "/api/v1/ledger", 200),
        ("GET", "/api/v1/devices", 200),
        ("GET", "/api/v1/export?what=readings&pole=AM-01", 200),
        ("GET", "/metrics", 200),
        ("GET", "/datasets", 200),
        ("GET", "/js/api.js", 200),
        ("GET", "/api/v1/zones?format=xlsx", 400),
        ("GET", "/api/v1/series?pole=nowhere&property=pm2_5", 404),
        ("GET", "/nothing", 404),
        ("DELETE", "/api/v1/poles", 405),
    ] {
        let answer = city.ask(method, uri).await;
        assert_eq!(answer.status().as_u16(), status, "{uri}");
        let vary: Vec<_> = answer.headers().get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
        let vary = vary.join(", ");
        for name in ["accept", "accept-language", "authorization", "cookie", "forwarded", "via", "x-forwarded-for"] {
            assert!(vary.split(", ").any(|named| named == name), "{uri}: {name} is not in {vary}");
        }
        let is_kept = named(&answer, "cache-control").contains("no-cache");
        assert_eq!(is_kept, answer.headers().contains_key("etag"), "{uri}");
        assert!(is_kept || named(&answer, "cache-control") == "no-store", "{uri}");
    }
    let refused = city.ask_publicly("GET", "/api/v1/ledger").await;
    assert_eq!((refused.status().as_u16(), named(&refused, "cache-control")), (403, "no-store"));
    assert!(refused.headers().contains_key("vary"));
}

#[tokio::test]
async fn each_header_that_makes_somebody_the_public_is_one_by_which_answers_differ() {
    let city = City::new(Options::default()).await;
    for name in ["forwarded", "x-forwarded-for", "x-real-ip", "via"] {
        let name = HeaderName::from_static(name);
        let mut request = Request::get(WINDOW).header(&name, "1.1 proxy").body(Body::empty()).unwrap();
        request.extensions_mut().insert(Peer([127, 0, 0, 1].into()));
        let answer = city.send(request).await;
        assert_eq!(named(&answer, "cache-control"), "public, no-cache", "{name}");
        let vary: Vec<_> = answer.headers().get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
        assert!(vary.join(", ").split(", ").any(|named| named == name.as_str()), "{name}");
    }
}
