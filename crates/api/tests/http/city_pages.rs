//! What the public gets without a script, and in frames of other sites.

use smartpole_api::Options;

use crate::{
    catalog,
    fixture::{City, text},
};

async fn page(city: &City, uri: &str) -> (u16, String) {
    let response = city.ask_publicly("GET", uri).await;
    (response.status().as_u16(), text(response).await)
}

#[tokio::test]
async fn the_plain_page_has_the_newest_values_of_each_pole_in_both_languages_and_runs_nothing() {
    let city = City::new(Options::default()).await;
    let (status, german) = page(&city, "/plain").await;
    assert_eq!(status, 200);
    assert!(german.contains("<html lang=\"de\">") && german.contains("<h2 id=\"at-AM-01\">Am Markt</h2>"), "{german}");
    assert!(german.contains("<td>Feinstaub PM2,5</td><td>7,45 µg/m³</td>"), "{german}");
    assert!(!german.contains("<script") && !german.contains(" style="), "{german}");
    let (_, english) = page(&city, "/plain?lang=en").await;
    assert!(
        english.contains("<html lang=\"en\">") && english.contains("<td>Particles PM2.5</td><td>7.45 µg/m³</td>"),
        "{english}"
    );
    assert_eq!(page(&city, "/plain?lang=fr").await.0, 400);
}

#[tokio::test]
async fn the_plain_page_tells_operators_no_more_than_the_public() {
    let city = City::new(Options::default()).await;
    let (_, public) = page(&city, "/plain").await;
    let operators = text(city.ask("GET", "/plain").await).await;
    assert!(public == operators && !public.contains("Querungen hinein"), "{public}");
}

#[tokio::test]
async fn whoever_publishes_is_named_with_licence_and_contact() {
    let city = catalog::city().await;
    let (status, said) = page(&city, "/api/v1/publisher").await;
    assert_eq!(status, 200);
    assert_eq!(
        said,
        r#"{"city":"castrop-rauxel","publisher":"castrop-rauxel","contact":"mailto:opendata@example.org","report":"https://example.org/form?about=air","licence":"dl-by-de/2.0","base_url":"https://luft.example.org","legal":["processing"]}"#
    );
}

#[tokio::test]
async fn widgets_alone_may_be_framed_and_only_by_origins_of_the_configuration() {
    let city = City::new(Options::default()).await;
    for (uri, ancestors) in [
        ("/embed/tile?zone=altstadt", "'self' https://www.example.org"),
        ("/embed/chart", "'self' https://www.example.org"),
        ("/embed/map", "'self' https://www.example.org"),
        ("/", "'self'"),
        ("/embed.html", "'self'"),
        ("/plain", "'self'"),
    ] {
        let answer = city.ask_publicly("GET", uri).await;
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert_eq!(answer.status(), 200, "{uri}");
        assert!(policy.ends_with(&format!("; frame-ancestors {ancestors}")), "{uri}: {policy}");
    }
    assert_eq!(page(&city, "/embed/table").await.0, 404);
}
