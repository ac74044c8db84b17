use expect_test::expect;
use smartpole_api::Options;

use crate::fixture::City;

#[tokio::test]
async fn poles_say_what_hangs_on_them_and_whether_they_are_heard() {
    let city = City::new(Options::default()).await;
    city.check("/api/v1/poles", &expect![[r#"
        200 OK application/json
        {"items":[{"id":"AM-01","name":"Am Markt 1","place":"Am Markt","lat":51.5477,"lon":7.311,"provider":null,"zones":["altstadt"],"devices":[{"id":"air-1","profile":"air","sensing":"none","last_received_at":"2026-11-25T10:03:00Z"},
        {"id":"people-1","profile":"people","sensing":"laser","last_received_at":"2026-11-25T10:02:00Z"}],"state":"reporting","last_received_at":"2026-11-25T10:03:00Z","air":{"index":"uba_lqi_2025","version":"2025","class":null,"worst":null,"hour":null,"complete":false,"missing":["pm2_5","pm10","no2","o3","so2"],"coverage":0}},
        {"id":"LS-02","name":"Lönsstraße 2","place":"Lönsstraße","lat":51.548,"lon":7.312,"provider":null,"zones":["altstadt"],"devices":[{"id":"air-2","profile":"air","sensing":"none","last_received_at":null}],"state":"never","last_received_at":null,"air":{"index":"uba_lqi_2025","version":"2025","class":null,"worst":null,"hour":null,"complete":false,"missing":["pm2_5","pm10","no2","o3","so2"],"coverage":0}}],"next":null}"#]]).await;
}

#[tokio::test]
async fn a_pole_is_silent_after_the_lateness_bound_and_two_missed_reports() {
    let city = City::new(Options::default()).await;
    city.message("nobody", 19, "{}").await;
    assert!(city.get("/api/v1/poles").await.contains(r#""state":"reporting""#));
    city.message("nobody", 21, "{}").await;
    assert!(!city.get("/api/v1/poles").await.contains(r#""state":"reporting""#));
}

#[tokio::test]
async fn zones_have_their_poles_and_shape() {
    let city = City::new(Options::default()).await;
    city.check("/api/v1/zones", &expect![[r#"
        200 OK application/json
        {"items":[{"id":"altstadt","name":"Altstadt","kind":"district","parent":null,"count":"cross_section","poles":["AM-01","LS-02"],"geometry":{"coordinates":[[[7.3,51.54],[7.32,51.54],[7.32,51.55],[7.3,51.55],[7.3,51.54]]],"type":"Polygon"}}],"next":null}"#]]).await;
}

#[tokio::test]
async fn properties_are_the_catalogue() {
    let city = City::new(Options::default()).await;
    city.check("/api/v1/properties", &expect![[r#"
        200 OK application/json
        {"items":[{"id":"pm2_5","name_de":"Feinstaub PM2,5","name_en":"Particles PM2.5","unit":"ug/m3","kind":"gauge","decimals":2,"theme":"air_quality","public":true,"personal":false,"counts":null},
        {"id":"people_in","name_de":"Querungen hinein","name_en":"Crossings in","unit":"1","kind":"interval_count","decimals":0,"theme":"footfall","public":true,"personal":true,"counts":null},
        {"id":"people_out","name_de":"Querungen hinaus","name_en":"Crossings out","unit":"1","kind":"interval_count","decimals":0,"theme":"footfall","public":true,"personal":true,"counts":null},
        {"id":"people_total","name_de":"Querungen seit Beginn","name_en":"Crossings since the start","unit":"1","kind":"total_count","decimals":0,"theme":"footfall","public":true,"personal":true,"counts":"people_in"}],"next":null}"#]]).await;
}

#[tokio::test]
async fn the_latest_readings_are_exact_and_filtered() {
    let city = City::new(Options::default()).await;
    city.check("/api/v1/latest", &expect![[r#"
        200 OK application/json
        {"items":[{"pole":"AM-01","device":"air-1","property":"pm2_5","channel":0,"unit":"ug/m3","value":7.45,"counted":7.45,"event_time":"2026-11-25T10:01:30Z","received_at":"2026-11-25T10:03:00Z","flags":["uncalibrated"],"time_source":"payload"},
        {"pole":"AM-01","device":"people-1","property":"people_in","channel":0,"unit":"1","value":4,"counted":4,"event_time":"2026-11-25T10:01:00Z","received_at":"2026-11-25T10:02:00Z","flags":[],"time_source":"payload"},
        {"pole":"AM-01","device":"people-1","property":"people_out","channel":0,"unit":"1","value":0,"counted":0,"event_time":"2026-11-25T10:01:00Z","received_at":"2026-11-25T10:02:00Z","flags":[],"time_source":"payload"},
        {"pole":"AM-01","device":"people-1","property":"people_in","channel":1,"unit":"1","value":7,"counted":7,"event_time":"2026-11-25T10:01:00Z","received_at":"2026-11-25T10:02:00Z","flags":[],"time_source":"payload"}],"next":null}"#]]).await;
    city.check("/api/v1/latest?zone=altstadt&property=people_out", &expect![[r#"
        200 OK application/json
        {"items":[{"pole":"AM-01","device":"people-1","property":"people_out","channel":0,"unit":"1","value":0,"counted":0,"event_time":"2026-11-25T10:01:00Z","received_at":"2026-11-25T10:02:00Z","flags":[],"time_source":"payload"}],"next":null}"#]]).await;
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
    let city = City::new(Options::default()).await;
    let first = city.get("/api/v1/latest?limit=2").await;
    let (_, next) = first.split_once(r#""next":""#).unwrap();
    let next = next.trim_end_matches("\"}");
    let second = city.get(&format!("/api/v1/latest?limit=2&cursor={next}")).await;
    let whole = city.get("/api/v1/latest").await;
    let items = |list: &str| list.lines().filter(|line| line.contains("event_time")).count();
    assert_eq!((items(&first), items(&second), items(&whole)), (1, 3, 4));
}

#[tokio::test]
async fn a_series_has_the_window_that_is_still_open() {
    let city = City::new(Options::default()).await;
    let span = "from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z";
    city.check(&format!("/api/v1/series?pole=AM-01&property=pm2_5&{span}"), &expect![[r#"
        200 OK application/json
        {"scope":{"kind":"pole","id":"AM-01"},"property":"pm2_5","unit":"ug/m3","step":"15m","method":{"id":"window.mean","version":1},"control":null,"items":[{"start":"2026-11-25T10:00:00Z","end":"2026-11-25T10:15:00Z","mean":7.375,"min":7.3,"max":7.45,"sum":14.75,"count":2,"expected":3,"coverage":0.667,"state":"open","revision":0,"flags":["uncalibrated"]}],"next":null}"#]]).await;
    city.check(&format!("/api/v1/series?zone=altstadt&property=people_in&step=1h&{span}"), &expect![[r#"
        200 OK application/json
        {"scope":{"kind":"zone","id":"altstadt"},"property":"people_in","unit":"1","step":"1h","method":{"id":"window.count","version":1},"control":null,"items":[{"start":"2026-11-25T10:00:00Z","end":"2026-11-25T11:00:00Z","mean":null,"min":null,"max":null,"sum":11,"count":2,"expected":6,"coverage":0.333,"state":"open","revision":0,"flags":[]}],"next":null}"#]]).await;
    city.check(&format!("/api/v1/series?device=people-1&property=people_in&channel=1&step=1d&{span}"), &expect![[r#"
        200 OK application/json
        {"scope":{"kind":"device","id":"people-1"},"property":"people_in","unit":"1","step":"1d","method":{"id":"window.count","version":1},"control":null,"items":[],"next":null}"#]])
        .await;
    city.check("/api/v1/series?pole=LS-02&property=pm2_5", &expect![[r#"
        200 OK application/json
        {"scope":{"kind":"pole","id":"LS-02"},"property":"pm2_5","unit":"ug/m3","step":"15m","method":{"id":"window.mean","version":1},"control":null,"items":[],"next":null}"#]]).await;
}

#[tokio::test]
async fn history_is_the_same_from_memory_and_from_the_store() {
    let city = City::new(Options::default()).await;
    let span = "from=2026-11-25T09:00:00Z&to=2026-11-25T11:00:00Z";
    let uris = ["15m", "1h", "raw"].map(|step| format!("/api/v1/series?pole=AM-01&property=pm2_5&step={step}&{span}"));
    city.message("air-1", 45, r#"{"time":"2026-11-25T10:44:00Z","values":{"pm2_5":9}}"#).await;
    let mut before = Vec::new();
    for uri in &uris {
        before.push(city.get(uri).await);
    }
    city.commit();
    for (uri, before) in uris.iter().zip(before) {
        assert_eq!(city.get(uri).await, before);
    }
}

#[tokio::test]
async fn raw_readings_are_paged_without_loss_or_doubling() {
    let city = City::new(Options::default()).await;
    city.message("air-1", 4, r#"{"time":"2026-11-25T10:02:30Z","values":{"pm2_5":1}}"#).await;
    city.message("air-2", 4, r#"{"time":"2026-11-25T10:02:30Z","values":{"pm2_5":2}}"#).await;
    let uri = "/api/v1/series?zone=altstadt&property=pm2_5&step=raw&from=2026-11-25T10:00:00Z";
    city.check(uri, &expect![[r#"
        200 OK application/json
        {"scope":{"kind":"zone","id":"altstadt"},"property":"pm2_5","unit":"ug/m3","step":"raw","method":{"id":"reading.counted","version":1},"control":null,"items":[{"device":"air-1","channel":0,"event_time":"2026-11-25T10:00:30Z","received_at":"2026-11-25T10:01:00Z","value":7.3,"counted":7.3,"flags":["uncalibrated"],"time_source":"payload"},
        {"device":"air-1","channel":0,"event_time":"2026-11-25T10:01:30Z","received_at":"2026-11-25T10:03:00Z","value":7.45,"counted":7.45,"flags":["uncalibrated"],"time_source":"payload"},
        {"device":"air-1","channel":0,"event_time":"2026-11-25T10:02:30Z","received_at":"2026-11-25T10:04:00Z","value":1,"counted":1,"flags":["uncalibrated"],"time_source":"payload"},
        {"device":"air-2","channel":0,"event_time":"2026-11-25T10:02:30Z","received_at":"2026-11-25T10:04:00Z","value":2,"counted":2,"flags":["uncalibrated"],"time_source":"payload"}],"next":null}"#]]).await;
    let values = |text: &str| -> Vec<String> {
        text.split(r#""value":"#).skip(1).map(|rest| rest.split(',').next().unwrap().to_owned()).collect()
    };
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = city.get(&format!("{uri}&limit=1{cursor}")).await;
        all.extend(values(&page));
        match page.split_once(r#""next":""#) {
            Some((_, next)) => cursor = format!("&cursor={}", next.trim_end_matches("\"}")),
            None => break,
        }
    }
    assert_eq!(all, values(&city.get(uri).await));
}

#[tokio::test]
async fn footfall_is_exact_to_operators() {
    let city = City::new(Options::default()).await;
    let span = "from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z";
    city.check(&format!("/api/v1/footfall?zone=altstadt&{span}"), &expect![[r#"
        200 OK application/json
        {"zone":"altstadt","rule":"cross_section","method":{"id":"footfall.cross_section","version":1},"no_sum":null,"rounded_to":1,"made_of":"exact","compared_by":null,"estimated_by":null,"control":null,"items":[{"start":"2026-11-25T10:00:00Z","end":"2026-11-25T10:15:00Z","in":11,"out":0,"crossings":11,"coverage":0.333,"state":"open","revision":0}],"next":null}"#]]).await;
    city.check(
        &format!("/api/v1/footfall?zone=altstadt&step=1d&{span}"),
        &expect![[r#"
            200 OK application/json
            {"zone":"altstadt","rule":"cross_section","method":{"id":"footfall.cross_section","version":1},"no_sum":null,"rounded_to":1,"made_of":"exact","compared_by":null,"estimated_by":null,"control":null,"items":[],"next":null}"#]],
    )
    .await;
    city.check("/api/v1/footfall?zone=altstadt&step=1d&from=2026-11-24T23:00:00Z", &expect![[r#"
        200 OK application/json
        {"zone":"altstadt","rule":"cross_section","method":{"id":"footfall.cross_section","version":1},"no_sum":null,"rounded_to":1,"made_of":"exact","compared_by":null,"estimated_by":null,"control":null,"items":[{"start":"2026-11-24T23:00:00Z","end":"2026-11-25T23:00:00Z","in":11,"out":0,"crossings":11,"coverage":0.002,"state":"open","revision":0}],"next":null}"#]]).await;
}

#[tokio::test]
async fn windows_tell_one_figure_and_follow_without_a_gap_if_asked() {
    let city = City::new(Options::default()).await;
    let series = "/api/v1/series?pole=AM-01&from=2026-11-25T09:45:00Z&to=2026-11-25T10:30:00Z";
    let asked = format!("{series}&property=pm2_5&aggregate=max&fill=null");
    city.check(&asked, &expect![[r#"
        200 OK application/json
        {"scope":{"kind":"pole","id":"AM-01"},"property":"pm2_5","unit":"ug/m3","step":"15m","aggregate":"max","method":{"id":"window.mean","version":1},"control":null,"items":[{"start":"2026-11-25T09:45:00Z","end":"2026-11-25T10:00:00Z","mean":null,"min":null,"max":null,"sum":null,"count":0,"expected":15,"coverage":0,"state":"open","revision":0,"flags":[],"value":null},
        {"start":"2026-11-25T10:00:00Z","end":"2026-11-25T10:15:00Z","mean":7.375,"min":7.3,"max":7.45,"sum":14.75,"count":2,"expected":3,"coverage":0.667,"state":"open","revision":0,"flags":["uncalibrated"],"value":7.45},
        {"start":"2026-11-25T10:15:00Z","end":"2026-11-25T10:30:00Z","mean":null,"min":null,"max":null,"sum":null,"count":0,"expected":0,"coverage":0,"state":"open","revision":0,"flags":[],"value":null}],"next":null}"#]]).await;
    let table = city.get(&format!("{asked}&format=csv")).await.replace("\r\n", "\n");
    expect![[r#"
        200 OK text/csv; charset=utf-8; header=present
        scope_kind,scope,property,unit,aggregate,start,start_local,end,end_local,value,coverage,state,revision,flags
        pole,AM-01,pm2_5,ug/m3,max,2026-11-25T09:45:00Z,2026-11-25 10:45:00,2026-11-25T10:00:00Z,2026-11-25 11:00:00,,0,open,0,
        pole,AM-01,pm2_5,ug/m3,max,2026-11-25T10:00:00Z,2026-11-25 11:00:00,2026-11-25T10:15:00Z,2026-11-25 11:15:00,7.45,0.667,open,0,uncalibrated
        pole,AM-01,pm2_5,ug/m3,max,2026-11-25T10:15:00Z,2026-11-25 11:15:00,2026-11-25T10:30:00Z,2026-11-25 11:30:00,,0,open,0,
    "#]].assert_eq(&table);
    city.check(&format!("{series}&property=people_in&aggregate=sum"), &expect![[r#"
        200 OK application/json
        {"scope":{"kind":"pole","id":"AM-01"},"property":"people_in","unit":"1","step":"15m","aggregate":"sum","method":{"id":"window.count","version":1},"control":null,"items":[{"start":"2026-11-25T10:00:00Z","end":"2026-11-25T10:15:00Z","mean":null,"min":null,"max":null,"sum":11,"count":2,"expected":6,"coverage":0.333,"state":"open","revision":0,"flags":[],"value":11}],"next":null}"#]]).await;
    for (wrong, why) in [
        ("property=pm2_5&step=raw&fill=null", "readings have neither"),
        ("property=pm2_5&step=raw&aggregate=max", "readings have neither"),
        ("property=people_in&aggregate=mean", "is counted"),
        ("property=pm2_5&aggregate=median", "unknown variant"),
        ("property=pm2_5&fill=zero", "unknown variant"),
    ] {
        let refused = city.get(&format!("{series}&{wrong}")).await;
        assert!(refused.starts_with("400") && refused.contains(why), "{wrong}: {refused}");
    }
}
