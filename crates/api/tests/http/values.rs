use expect_test::expect;
use smartpole_api::Options;

use crate::fixture::City;

#[tokio::test]
async fn poles_say_what_hangs_on_them_and_whether_they_are_heard() {
    let city = City::new(Options::default());
    city.check("/api/v1/poles", &expect![[r#"
        200 OK application/json
        {"items":[{"id":"AM-01","name":"Am Markt 1","place":"Am Markt","lat":51.5477,"lon":7.311,"zones":["altstadt"],"devices":[{"id":"air-1","profile":"air","last_received_at":"2026-11-25T10:03:00Z"},
        {"id":"people-1","profile":"people","last_received_at":"2026-11-25T10:02:00Z"}],"state":"reporting","last_received_at":"2026-11-25T10:03:00Z"},
        {"id":"LS-02","name":"Lönsstraße 2","place":"Lönsstraße","lat":51.548,"lon":7.312,"zones":["altstadt"],"devices":[{"id":"air-2","profile":"air","last_received_at":null}],"state":"never","last_received_at":null}],"next":null}"#]]).await;
}

#[tokio::test]
async fn a_pole_is_silent_after_the_lateness_bound_and_two_missed_reports() {
    let city = City::new(Options::default());
    city.message(7, "nobody", 19, "{}");
    assert!(city.get("/api/v1/poles").await.contains(r#""state":"reporting""#));
    city.message(8, "nobody", 21, "{}");
    assert!(!city.get("/api/v1/poles").await.contains(r#""state":"reporting""#));
}

#[tokio::test]
async fn zones_have_their_poles_and_shape() {
    let city = City::new(Options::default());
    city.check("/api/v1/zones", &expect![[r#"
        200 OK application/json
        {"items":[{"id":"altstadt","name":"Altstadt","kind":"district","parent":null,"count":"cross_section","poles":["AM-01","LS-02"],"geometry":{"coordinates":[[[7.3,51.54],[7.32,51.54],[7.32,51.55],[7.3,51.55],[7.3,51.54]]],"type":"Polygon"}}],"next":null}"#]]).await;
}

#[tokio::test]
async fn properties_are_the_catalogue() {
    let city = City::new(Options::default());
    city.check("/api/v1/properties", &expect![[r#"
        200 OK application/json
        {"items":[{"id":"pm2_5","name_de":"Feinstaub PM2,5","name_en":"Particles PM2.5","unit":"ug/m3","kind":"gauge","decimals":2,"theme":"air_quality","public":true},
        {"id":"people_in","name_de":"Querungen hinein","name_en":"Crossings in","unit":"1","kind":"interval_count","decimals":0,"theme":"footfall","public":true},
        {"id":"people_out","name_de":"Querungen hinaus","name_en":"Crossings out","unit":"1","kind":"interval_count","decimals":0,"theme":"footfall","public":true},
        {"id":"people_total","name_de":"Querungen seit Beginn","name_en":"Crossings since the start","unit":"1","kind":"total_count","decimals":0,"theme":"footfall","public":true}],"next":null}"#]]).await;
}

#[tokio::test]
async fn the_latest_readings_are_exact_and_filtered() {
    let city = City::new(Options::default());
    city.check("/api/v1/latest", &expect![[r#"
        200 OK application/json
        {"items":[{"pole":"AM-01","device":"air-1","property":"pm2_5","channel":0,"unit":"ug/m3","value":7.45,"event_time":"2026-11-25T10:01:30Z","received_at":"2026-11-25T10:03:00Z","flags":[],"time_source":"payload"},
        {"pole":"AM-01","device":"people-1","property":"people_in","channel":0,"unit":"1","value":4,"event_time":"2026-11-25T10:01:00Z","received_at":"2026-11-25T10:02:00Z","flags":[],"time_source":"payload"},
        {"pole":"AM-01","device":"people-1","property":"people_out","channel":0,"unit":"1","value":0,"event_time":"2026-11-25T10:01:00Z","received_at":"2026-11-25T10:02:00Z","flags":[],"time_source":"payload"},
        {"pole":"AM-01","device":"people-1","property":"people_in","channel":1,"unit":"1","value":7,"event_time":"2026-11-25T10:01:00Z","received_at":"2026-11-25T10:02:00Z","flags":[],"time_source":"payload"}],"next":null}"#]]).await;
    city.check("/api/v1/latest?zone=altstadt&property=people_out", &expect![[r#"
        200 OK application/json
        {"items":[{"pole":"AM-01","device":"people-1","property":"people_out","channel":0,"unit":"1","value":0,"event_time":"2026-11-25T10:01:00Z","received_at":"2026-11-25T10:02:00Z","flags":[],"time_source":"payload"}],"next":null}"#]]).await;
    city.check(
        "/api/v1/latest?zone=altstadt&pole=LS-02",
        &expect![[r#"
        200 OK application/json
        {"items":[],"next":null}"#]],
    )
    .await;
    assert_eq!(city.get("/api/v1/latest?pole=AM-01").await, city.get("/api/v1/latest").await);
}

#[tokio::test]
async fn a_long_list_goes_on_at_its_cursor() {
    let city = City::new(Options::default());
    let first = city.get("/api/v1/latest?limit=2").await;
    let (_, next) = first.split_once(r#""next":""#).unwrap();
    let next = next.trim_end_matches("\"}");
    let second = city.get(&format!("/api/v1/latest?limit=2&cursor={next}")).await;
    let whole = city.get("/api/v1/latest").await;
    let items = |list: &str| list.lines().filter(|line| line.contains("event_time")).count();
    assert_eq!((items(&first), items(&second), items(&whole)), (1, 3, 4));
}
