//! Pages of data sets: what people and search engines find on them.

use serde_json::{Value, json};
use smartpole_api::Options;

use crate::{
    catalog,
    fixture::{City, text},
    hours::{hour, street_with},
};

/// Status and body of a page, as the public gets it.
async fn page(city: &City, uri: &str) -> (u16, String) {
    let response = city.ask_publicly("GET", uri).await;
    (response.status().as_u16(), text(response).await)
}

/// The block that a search engine reads.
fn linked(page: &str) -> Value {
    let (_, from) = page.split_once("<script type=\"application/ld+json\">").unwrap();
    serde_json::from_str(from.split_once("</script>").unwrap().0).unwrap()
}

#[tokio::test]
async fn a_data_set_says_what_where_since_when_and_where_its_values_are_in_both_languages() {
    let city = catalog::city().await;
    let (status, german) = page(&city, "/datasets/air_quality").await;
    assert_eq!(status, 200);
    assert!(
        german.contains("<html lang=\"de\">") && german.contains("<h1>Luftqualität, castrop-rauxel</h1>"),
        "{german}"
    );
    let said = linked(&german);
    assert_eq!((&said["@type"], &said["temporalCoverage"]), (&"Dataset".into(), &"2026-11-25/..".into()));
    assert_eq!(said["license"], "http://dcat-ap.de/def/licenses/dl-by-de/2.0");
    assert_eq!(said["spatialCoverage"]["geo"]["box"], "51.5477 7.311 51.548 7.312");
    assert!(said["description"].as_str().unwrap().len() >= 50, "search engines want fifty letters");
    let (_, english) = page(&city, "/datasets/air_quality?lang=en").await;
    assert!(
        english.contains("<html lang=\"en\">") && english.contains("<h1>Air quality, castrop-rauxel</h1>"),
        "{english}"
    );
    for download in said["distribution"].as_array().unwrap() {
        let address = download["contentUrl"].as_str().unwrap().strip_prefix("https://luft.example.org").unwrap();
        let response = city.ask_publicly("GET", address).await;
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        assert!(
            response.status() == 200 && kind.starts_with(download["encodingFormat"].as_str().unwrap()),
            "{address}"
        );
    }
}

#[tokio::test]
async fn what_the_answer_about_air_leaves_out_is_at_an_address_of_its_own() {
    let pm1 = "[[property]]\nid = \"pm1\"\nnumber = 9\nname_de = \"pm1\"\nname_en = \"pm1\"\nunit = \"ug/m3\"\nkind = \"gauge\"\n\
               decimals = 1\nmin = 0\nmax = 1000\ntheme = \"air_quality\"\n";
    let city = street_with(|properties| properties + pm1).await;
    hour(&city, "a", 0, 10, r#""no2":20,"pm1":4"#).await;
    let said = linked(&page(&city, "/datasets/air_quality").await.1);
    assert_eq!(said["variableMeasured"], json!(["no2", "pm1"]));
    let downloads = said["distribution"].as_array().unwrap().iter();
    let addresses: Vec<&str> = downloads.map(|download| download["contentUrl"].as_str().unwrap()).collect();
    assert_eq!(
        addresses.iter().step_by(2).collect::<Vec<_>>(),
        [
            &"https://luft.example.org/api/v1/air?zone=markt&format=json",
            &"https://luft.example.org/api/v1/air?zone=weg&format=json",
            &"https://luft.example.org/api/v1/series?zone=markt&property=pm1&step=1h&format=json",
            &"https://luft.example.org/api/v1/series?zone=weg&property=pm1&step=1h&format=json"
        ]
    );
}

#[tokio::test]
async fn the_list_leads_to_each_data_set_and_so_does_the_sitemap_and_the_catalogue() {
    let city = catalog::city().await;
    let (_, list) = page(&city, "/datasets").await;
    let (_, sitemap) = page(&city, "/sitemap.xml").await;
    let (_, catalogue) = page(&city, "/catalog.ttl").await;
    for theme in ["air_quality", "footfall"] {
        let address = format!("https://luft.example.org/datasets/{theme}");
        assert_eq!(page(&city, &format!("/datasets/{theme}")).await.0, 200);
        assert!(list.contains(&format!("href=\"/datasets/{theme}?lang=de\"")), "{list}");
        assert!(sitemap.contains(&format!("<loc>{address}</loc>")), "{sitemap}");
        assert!(catalogue.contains(&format!("dcat:landingPage <{address}>")), "{catalogue}");
        assert!(linked(&list)["dataset"].as_array().unwrap().iter().any(|of| of["@id"] == address.as_str()));
    }
    assert!(page(&city, "/robots.txt").await.1.ends_with("Sitemap: https://luft.example.org/sitemap.xml\n"));
}

#[tokio::test]
async fn nothing_on_a_page_runs_and_an_unknown_data_set_is_answered_with_the_right_one() {
    let city = City::new(Options::default()).await;
    for uri in ["/datasets", "/datasets/footfall"] {
        let (_, page) = page(&city, uri).await;
        assert_eq!(page.matches("<script").count(), 1, "the block of data alone");
        assert!(!page.contains(" style=") && !page.contains(" on"), "{page}");
    }
    let (status, said) = page(&city, "/datasets/footfal").await;
    assert_eq!(status, 404);
    assert!(said.contains("did you mean \\\"footfall\\\"?"), "{said}");
    assert_eq!(page(&city, "/datasets?lang=fr").await.0, 400);
}
