//! The way of a reading, and revisions of windows.

use expect_test::expect;
use smartpole_api::{Health, Options, TargetFilter, TargetHealth};
use smartpole_store::{RefusedLine, Sent};

use crate::fixture::{City, DEVICES, with};

const TRACE: &str = "/api/v1/trace?device=air-1&property=pm2_5&time=2026-11-25T10:01:30Z";

/// The part of an answer that begins with a field.
fn part<'a>(answer: &'a str, field: &str) -> &'a str {
    answer.split_once(&format!("\"{field}\":")).map_or("", |(_, rest)| rest)
}

#[tokio::test]
async fn a_reading_is_traced_to_its_message_and_its_windows() {
    let city = City::new(Options::default()).await;
    city.check(TRACE, &expect![[r#"
        200 OK application/json
        {"reading":{"device":"air-1","property":"pm2_5","channel":0,"unit":"ug/m3","event_time":"2026-11-25T10:01:30Z","time_source":"payload","received_at":"2026-11-25T10:03:00Z","value":7.45,"counted":7.45,"flags":["uncalibrated"],"superseded":[]},"verdict":"accepted","message":{"seq":4,"received_at":"2026-11-25T10:03:00Z","source":"listener","topic":"smartpole/castrop-rauxel/AM-01/air-1/up","size":55,"payload_base64":"eyJ0aW1lIjoiMjAyNi0xMS0yNVQxMDowMTozMFoiLCJ2YWx1ZXMiOnsicG0yXzUiOjcuNDV9fQ=="},"no_message":null,"receptions":[],"decoding":{"profile":"air","codec":"smartpole","fold_version":12,"inputs":"one","inputs_then":null},"windows":[{"scope":{"kind":"device","id":"air-1"},"property":"pm2_5","step":"15m","start":"2026-11-25T10:00:00Z","end":"2026-11-25T10:15:00Z","counts":true,"excluded_by":null,"state":"open","revision":0},
        {"scope":{"kind":"device","id":"air-1"},"property":"pm2_5","step":"1h","start":"2026-11-25T10:00:00Z","end":"2026-11-25T11:00:00Z","counts":true,"excluded_by":null,"state":"open","revision":0},
        {"scope":{"kind":"device","id":"air-1"},"property":"pm2_5","step":"1d","start":"2026-11-24T23:00:00Z","end":"2026-11-25T23:00:00Z","counts":true,"excluded_by":null,"state":"open","revision":0},
        {"scope":{"kind":"pole","id":"AM-01"},"property":"pm2_5","step":"15m","start":"2026-11-25T10:00:00Z","end":"2026-11-25T10:15:00Z","counts":true,"excluded_by":null,"state":"open","revision":0},
        {"scope":{"kind":"pole","id":"AM-01"},"property":"pm2_5","step":"1h","start":"2026-11-25T10:00:00Z","end":"2026-11-25T11:00:00Z","counts":true,"excluded_by":null,"state":"open","revision":0},
        {"scope":{"kind":"pole","id":"AM-01"},"property":"pm2_5","step":"1d","start":"2026-11-24T23:00:00Z","end":"2026-11-25T23:00:00Z","counts":true,"excluded_by":null,"state":"open","revision":0},
        {"scope":{"kind":"zone","id":"altstadt"},"property":"pm2_5","step":"15m","start":"2026-11-25T10:00:00Z","end":"2026-11-25T10:15:00Z","counts":true,"excluded_by":null,"state":"open","revision":0},
        {"scope":{"kind":"zone","id":"altstadt"},"property":"pm2_5","step":"1h","start":"2026-11-25T10:00:00Z","end":"2026-11-25T11:00:00Z","counts":true,"excluded_by":null,"state":"open","revision":0},
        {"scope":{"kind":"zone","id":"altstadt"},"property":"pm2_5","step":"1d","start":"2026-11-24T23:00:00Z","end":"2026-11-25T23:00:00Z","counts":true,"excluded_by":null,"state":"open","revision":0}],"targets":[]}"#]]).await;
}

#[tokio::test]
async fn the_message_of_a_millisecond_with_several_is_the_one_that_brings_the_reading() {
    let city = City::new(Options::default()).await;
    for (device, second) in [("air-2", 10), ("air-1", 11), ("air-1", 12), ("air-1", 13)] {
        let payload = format!(r#"{{"time":"2026-11-25T10:05:{second}Z","values":{{"pm2_5":8}}}}"#);
        city.message(device, 6, &payload).await;
    }
    let answer = city.get("/api/v1/trace?device=air-1&property=pm2_5&time=2026-11-25T10:05:12Z").await;
    assert!(part(&answer, "message").starts_with(r#"{"seq":9,"#), "{answer}");
}

#[tokio::test]
async fn a_reading_that_came_by_a_replay_is_traced_to_the_message_that_was_decoded_again() {
    let city = City::new(Options::default()).await;
    let trace = "/api/v1/trace?device=nobody&property=pm2_5&time=2026-11-25T10:03:00Z";
    assert!(city.get(trace).await.starts_with("404"));
    let devices = format!("{DEVICES}nobody,AM-01,air,,,\n");
    city.change_registry(10, with(&[("devices.csv", &devices)])).await;
    city.replay_messages(11, &[5, 6]).await;
    city.message("nobody", 11, r#"{"time":"2026-11-25T10:03:00Z","values":{"pm2_5":1}}"#).await;
    let answer = city.get(trace).await;
    assert!(part(&answer, "received_at").starts_with(r#""2026-11-25T10:11:00Z""#), "{answer}");
    assert!(part(&answer, "message").starts_with(r#"{"seq":5,"received_at":"2026-11-25T10:03:00Z""#), "{answer}");
}

#[tokio::test]
async fn a_copy_that_is_no_news_is_not_taken_for_the_message() {
    let city = City::new(Options::default()).await;
    let payload = r#"{"time":"2026-11-25T10:05:00Z","values":{"pm2_5":8}}"#;
    city.message("air-1", 6, payload).await;
    city.message("air-1", 7, payload).await;
    let answer = city.get("/api/v1/trace?device=air-1&property=pm2_5&time=2026-11-25T10:05:00Z").await;
    assert!(part(&answer, "message").starts_with(r#"{"seq":7,"#), "{answer}");
}

#[tokio::test]
async fn what_is_excluded_is_shown_with_the_remark_that_keeps_it_out() {
    let city = City::new(Options::default()).await;
    city.message("air-1", 5, r#"{"time":"2026-11-25T10:04:00Z","values":{"pm2_5":1000.01}}"#).await;
    city.message("air-1", 5, r#"{"time":"2026-11-25T10:04:30Z","values":{"pm2_5":1000}}"#).await;
    let answer = city.get("/api/v1/trace?device=air-1&property=pm2_5&time=2026-11-25T10:04:00Z").await;
    assert!(part(&answer, "windows").contains(r#""counts":false,"excluded_by":["out_of_range"]"#), "{answer}");
    assert!(answer.contains(r#""value":1000.01,"counted":null"#), "{answer}");
    let answer = city.get("/api/v1/trace?device=air-1&property=pm2_5&time=2026-11-25T10:04:30Z").await;
    assert!(part(&answer, "windows").contains(r#""counts":true,"excluded_by":null"#), "{answer}");
    let answer = city.get("/api/v1/series?device=air-1&property=pm2_5&step=raw&from=2026-11-25T10:04:00Z").await;
    assert!(answer.contains(r#""value":1000.01,"counted":null,"flags":["out_of_range""#), "{answer}");
}

#[tokio::test]
async fn what_nobody_measured_is_no_reading() {
    let city = City::new(Options::default()).await;
    city.check("/api/v1/trace?device=air-1&property=pm2_5&time=2026-11-25T10:01:30.001Z", &expect![[r#"
        404 Not Found application/problem+json
        {"type":"urn:smartpole:problem:unknown-reading","title":"Unknown reading","status":404,"detail":"there is no reading \"air-1 pm2_5/0 2026-11-25T10:01:30.001Z\"","remedy":"GET /api/v1/series with step=raw lists all"}"#]]).await;
    city.check("/api/v1/trace?device=air-9&property=pm2_5&time=2026-11-25T10:01:30Z", &expect![[r#"
        404 Not Found application/problem+json
        {"type":"urn:smartpole:problem:unknown-device","title":"Unknown device","status":404,"detail":"there is no device \"air-9\"","remedy":"did you mean \"air-2\"? GET /api/v1/devices lists all"}"#]]).await;
    city.check("/api/v1/trace?device=air-1&property=pm2_5&time=yesterday", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"time: not an RFC 3339 time: \"yesterday\"","remedy":"GET /api/openapi.json describes every parameter"}"#]]).await;
}

#[tokio::test]
async fn a_target_has_a_reading_once_its_batch_was_sent() {
    let city = City::new(Options::default()).await;
    city.commit();
    city.store.set_targets(&["city".to_owned(), "lab".to_owned(), "people".to_owned()]).unwrap();
    city.message("air-1", 5, r#"{"time":"2026-11-25T10:04:00Z","values":{"pm2_5":8}}"#).await;
    let trace = "/api/v1/trace?device=air-1&property=pm2_5&time=2026-11-25T10:04:00Z";
    let targets = async |uri: &str| {
        let answer = city.get(uri).await;
        part(&answer, "targets").to_owned()
    };
    expect![[r#"
        [{"name":"city","state":"pending","reason":null,"detail":null},
        {"name":"lab","state":"pending","reason":null,"detail":null},
        {"name":"people","state":"pending","reason":null,"detail":null}]}"#]]
    .assert_eq(&targets(trace).await);
    city.commit();
    let line = "air_quality,city=castrop-rauxel,device=air-1,line=0,pole=AM-01 pm2_5=8,received_at=1i 1795600000000";
    let at = "2026-11-25T10:04:00Z".parse::<smartpole_model::UtcMillis>().unwrap();
    let line = line.replace("1795600000000", &at.0.to_string());
    let refused = RefusedLine {
        id: 0,
        at: "2026-11-25T10:05:01Z".parse().unwrap(),
        reason: "rejected".to_owned(),
        readings: 1,
        detail: "the server's words".to_owned(),
        line,
    };
    city.store.note_sent("lab", &Sent { batch: 2, refused: vec![refused], ..Sent::default() }).unwrap();
    city.store.note_sent("people", &Sent { batch: 2, filtered: 1, ..Sent::default() }).unwrap();
    let (ids, none) = (|id: &str| vec![id.to_owned()], TargetFilter::default);
    for filter in [
        TargetFilter { themes: ids("footfall"), ..none() },
        TargetFilter { properties: ids("pm10"), ..none() },
        TargetFilter { zones: ids("elsewhere"), ..none() },
        TargetFilter { windows_only: true, ..none() },
    ] {
        let people = TargetHealth { name: "people".to_owned(), filter, ..TargetHealth::default() };
        city.health.send_replace(Health { targets: vec![people], ..Health::default() });
        expect![[r#"
        [{"name":"city","state":"pending","reason":null,"detail":null},
        {"name":"lab","state":"refused","reason":"rejected","detail":"the server's words"},
        {"name":"people","state":"filtered","reason":null,"detail":null}]}"#]]
        .assert_eq(&targets(trace).await);
    }
    city.store.note_sent("city", &Sent { batch: 2, forwarded: 1, ..Sent::default() }).unwrap();
    assert!(targets(trace).await.starts_with(r#"[{"name":"city","state":"sent""#));
    assert!(targets(TRACE).await.starts_with(r#"[{"name":"city","state":"before""#));
}

/// Closes the quarter of 10:00 and hears of it again: at 11:10 of air-1, at 11:12 of both.
async fn revised(city: &City) {
    city.message("air-2", 14, r#"{"time":"2026-11-25T10:13:00Z","values":{"pm2_5":20}}"#).await;
    for device in ["air-1", "air-2"] {
        city.message(device, 60, r#"{"time":"2026-11-25T11:00:00Z","values":{"pm2_5":5}}"#).await;
    }
    city.commit();
    city.message("air-1", 70, r#"{"time":"2026-11-25T10:02:30Z","values":{"pm2_5":1.25}}"#).await;
    city.commit();
    city.message("air-1", 72, r#"{"time":"2026-11-25T10:03:30Z","values":{"pm2_5":90}}"#).await;
    city.message("air-2", 72, r#"{"time":"2026-11-25T10:03:30Z","values":{"pm2_5":40}}"#).await;
    city.commit();
}

#[tokio::test]
async fn a_window_tells_what_it_said_before_each_revision() {
    let city = City::new(Options::default()).await;
    revised(&city).await;
    let uri = "/api/v1/revisions?device=air-1&property=pm2_5&start=2026-11-25T10:00:00Z";
    city.check(uri, &expect![[r#"
        200 OK application/json
        {"scope":{"kind":"device","id":"air-1"},"property":"pm2_5","unit":"ug/m3","step":"15m","start":"2026-11-25T10:00:00Z","end":"2026-11-25T10:15:00Z","revisions":2,"items":[{"revision":1,"received_at":"2026-11-25T11:10:00Z","reason":"late","device":"air-1","quarter":"2026-11-25T10:00:00Z","former":{"value":7.375,"count":2,"min":7.3,"max":7.45,"excluded":0,"flags":["uncalibrated"]},"after":{"value":5.333,"count":3,"min":1.25,"max":7.45,"excluded":0,"flags":["uncalibrated"]}},
        {"revision":2,"received_at":"2026-11-25T11:12:00Z","reason":"late","device":"air-1","quarter":"2026-11-25T10:00:00Z","former":{"value":5.333,"count":3,"min":1.25,"max":7.45,"excluded":0,"flags":["uncalibrated"]},"after":{"value":26.5,"count":4,"min":1.25,"max":90,"excluded":0,"flags":["uncalibrated"]}}],"next":null}"#]]).await;
}

#[tokio::test]
async fn an_hour_of_a_zone_has_the_revisions_of_all_its_blocks() {
    let city = City::new(Options::default()).await;
    revised(&city).await;
    let uri = "/api/v1/revisions?zone=altstadt&property=pm2_5&step=1h&start=2026-11-25T10:00:00Z";
    city.check(uri, &expect![[r#"
        200 OK application/json
        {"scope":{"kind":"zone","id":"altstadt"},"property":"pm2_5","unit":"ug/m3","step":"1h","start":"2026-11-25T10:00:00Z","end":"2026-11-25T11:00:00Z","revisions":3,"items":[{"revision":1,"received_at":"2026-11-25T11:10:00Z","reason":"late","device":"air-1","quarter":"2026-11-25T10:00:00Z","former":{"value":13.688,"count":3,"min":7.3,"max":20,"excluded":0,"flags":["uncalibrated"]},"after":{"value":12.667,"count":4,"min":1.25,"max":20,"excluded":0,"flags":["uncalibrated"]}},
        {"revision":2,"received_at":"2026-11-25T11:12:00Z","reason":"late","device":"air-1","quarter":"2026-11-25T10:00:00Z","former":{"value":12.667,"count":4,"min":1.25,"max":20,"excluded":0,"flags":["uncalibrated"]},"after":{"value":23.25,"count":5,"min":1.25,"max":90,"excluded":0,"flags":["uncalibrated"]}},
        {"revision":3,"received_at":"2026-11-25T11:12:00Z","reason":"late","device":"air-2","quarter":"2026-11-25T10:00:00Z","former":{"value":23.25,"count":5,"min":1.25,"max":90,"excluded":0,"flags":["uncalibrated"]},"after":{"value":28.25,"count":6,"min":1.25,"max":90,"excluded":0,"flags":["uncalibrated"]}}],"next":null}"#]]).await;
    let whole = city.get(uri).await;
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = city.get(&format!("{uri}&limit=1{cursor}")).await;
        pages.push(part(&page, "items").split(r#"],"next""#).next().unwrap().trim_start_matches('[').to_owned());
        match page.split_once(r#""next":""#) {
            Some((_, next)) => cursor = format!("&cursor={}", next.trim_end_matches("\"}")),
            None => break,
        }
    }
    assert!(whole.contains(&pages.join(",\n")), "{pages:#?}");
}

#[tokio::test]
async fn the_newest_revision_leads_to_what_the_series_says() {
    let city = City::new(Options::default()).await;
    revised(&city).await;
    let query = "zone=altstadt&property=pm2_5&step=1h";
    let revisions = city.get(&format!("/api/v1/revisions?{query}&start=2026-11-25T10:00:00Z")).await;
    let series = city.get(&format!("/api/v1/series?{query}&from=2026-11-25T10:00:00Z&to=2026-11-25T10:30:00Z")).await;
    let mean = part(&series, "mean").split(',').next().unwrap();
    let after = revisions.rsplit_once(r#""after":{"value":"#).unwrap().1.split(',').next().unwrap();
    assert_eq!((mean, part(&series, "revision").chars().next()), (after, Some('3')));
}

#[tokio::test]
async fn a_window_that_was_not_changed_has_no_revisions() {
    let city = City::new(Options::default()).await;
    revised(&city).await;
    for query in
        ["device=people-1&property=people_in", "pole=LS-02&property=people_in", "device=air-1&property=pm2_5&step=1h"]
    {
        let answer = city.get(&format!("/api/v1/revisions?{query}&start=2026-11-25T11:00:00Z")).await;
        assert!(answer.contains(r#""revisions":0,"items":[],"next":null"#), "{answer}");
    }
}

#[tokio::test]
async fn a_late_count_corrects_counts_of_its_pole_and_no_hour_of_its_air_wherever_that_is_told() {
    let city = City::new(Options::default()).await;
    for (at, minute) in [("10:05", 6), ("11:30", 90)] {
        let body = |values: &str| format!(r#"{{"time":"2026-11-25T{at}:00Z","values":{{{values}}}}}"#);
        city.message("air-1", minute, &body(r#""pm2_5":7"#)).await;
        city.message("people-1", minute, &body(r#""people_in":3,"people_out":1"#)).await;
    }
    city.commit();
    city.message("people-1", 91, r#"{"time":"2026-11-25T10:06:00Z","values":{"people_in":2,"people_out":2}}"#).await;
    for committed in [false, true] {
        let of = |property: &str, step: &str| format!("pole=AM-01&property={property}&step={step}");
        let (hour, day) = ("from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z", "2026-11-24T23:00:00Z");
        let told = async |uri: String, settled: &str, revision: usize| {
            let answer = city.get(&format!("/api/v1/{uri}")).await;
            let told = answer.contains(&format!(r#""state":"{settled}","revision":{revision}"#))
                || answer.contains(&format!(",{settled},{revision},"));
            assert!(told && !answer.contains(&format!(r#""revision":{}"#, 1 - revision)), "{uri}: {answer}");
        };
        for step in ["15m", "1h"] {
            told(format!("series?{}&{hour}", of("pm2_5", step)), "provisional", 0).await;
            told(format!("series?{}&{hour}", of("people_in", step)), "corrected", 1).await;
        }
        told(format!("series?{}&from={day}&to=2026-11-25T00:00:00Z", of("pm2_5", "1d")), "open", 0).await;
        told(format!("series?{}&from={day}&to=2026-11-25T00:00:00Z", of("people_in", "1d")), "open", 1).await;
        told(format!("air?pole=AM-01&{hour}"), "provisional", 0).await;
        told(format!("footfall?zone=altstadt&step=1h&{hour}"), "corrected", 1).await;
        told(format!("export?{}&{hour}&what=windows&format=csv", of("pm2_5", "1h")), "provisional", 0).await;
        for (property, revisions) in [("pm2_5", 0), ("people_in", 1)] {
            let listed =
                city.get(&format!("/api/v1/revisions?{}&start=2026-11-25T10:00:00Z", of(property, "1h"))).await;
            // as of the last commit
            let revisions = if committed { revisions } else { 0 };
            assert!(part(&listed, "revisions").starts_with(&revisions.to_string()), "{listed}");
        }
        city.commit();
    }
}

#[tokio::test]
async fn a_start_at_which_no_window_begins_is_refused_with_the_one_around_it() {
    let city = City::new(Options::default()).await;
    let uri = "/api/v1/revisions?pole=AM-01&property";
    city.check(&format!("{uri}=people_in&step=1d&start=2026-11-25T10:00:00Z"), &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"start: no window of this length begins at 2026-11-25T10:00:00Z","remedy":"the one around it begins at 2026-11-24T23:00:00Z"}"#]]).await;
    city.check(&format!("{uri}=pm2_5&step=raw&start=2026-11-25T10:00:00Z"), &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"step: a reading has no revisions","remedy":"give 15m, 1h, 1d or 1w"}"#]]).await;
    city.check(&format!("{uri}=people_total&start=2026-11-25T10:00:00Z"), &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"property, step: the total people_total has no windows, its differences are people_in","remedy":"ask for property=people_in, or for step=raw"}"#]]).await;
}
