use axum::{body::Body, http::Request};
use smartpole_api::Options;

use crate::fixture::{City, text};

#[tokio::test]
async fn the_page_is_served_with_what_a_browser_may_do() {
    let answer = City::new(Options::default()).await.ask("GET", "/").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(answer.headers()["cache-control"], "no-cache");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    assert_eq!(answer.headers()["referrer-policy"], "same-origin");
    let policy = answer.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'self'; ") && policy.ends_with("; frame-ancestors 'self'"), "{policy}");
    assert!(text(answer).await.starts_with("<!doctype html>"));
}

#[tokio::test]
async fn a_file_that_a_browser_has_is_not_sent_again() {
    let city = City::new(Options::default()).await;
    let first = city.ask("GET", "/js/api.js").await;
    assert_eq!(first.headers()["content-type"], "text/javascript; charset=utf-8");
    let request = Request::get("/js/api.js").header("if-none-match", &first.headers()["etag"]);
    let second = city.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!((second.status().as_u16(), text(second).await.len()), (304, 0));
}

#[tokio::test]
async fn answers_are_compressed_for_those_who_can_read_it() {
    let city = City::new(Options::default()).await;
    let request = Request::get("/js/api.js").header("accept-encoding", "gzip");
    let answer = city.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.headers()["content-encoding"], "gzip");
}

#[tokio::test]
async fn the_page_says_how_the_air_is_before_any_script_runs() {
    let city = City::new(Options::default()).await;
    for (uri, words) in [("/", "<span lang=\"de\">"), ("/?lang=en", "<span lang=\"en\">")] {
        let page = text(city.ask_publicly("GET", uri).await).await;
        assert!(page.contains(words) && !page.contains("data-words"), "{page}");
    }
}

#[tokio::test]
async fn nothing_in_markup_runs_or_styles() {
    let city = City::new(Options::default()).await;
    for uri in ["/", "/plain", "/embed/map", "/js/main.js", "/nothing"] {
        let answer = city.ask_publicly("GET", uri).await;
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains("script-src 'self'; style-src 'self'; ") && !policy.contains("unsafe"),
            "{uri}: {policy}"
        );
    }
}
