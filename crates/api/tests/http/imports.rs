//! Foreign series: what is new of them goes into the journal, once.

use axum::{body::Body, http::Request};
use expect_test::{Expect, expect};
use smartpole_api::{Options, Peer};
use smartpole_model::{Record, Seq};

use crate::fixture::{CITY, City, parsed, show, text};

const JSON: &str = "application/json";

/// A pole of ours and a place of the Umweltbundesamt.
pub(crate) fn inputs() -> smartpole_model::Inputs {
    let profile = |codec: &str| format!("name = \"A\"\ncodec = \"{codec}\"\ninterval_s = 3600\npayload_time = true\n");
    let property = |id: &str, number: u16, decimals: u8, more: &str| {
        format!(
            "[[property]]\nid = \"{id}\"\nnumber = {number}\nname_de = \"-\"\nname_en = \"-\"\nunit = \"ug/m3\"\n\
            decimals = {decimals}\nmin = 0\nmax = 1000\ntheme = \"air_quality\"\n{more}"
        )
    };
    let gauge = "kind = \"gauge\"\n";
    let count = "kind = \"interval_count\"\nsentinels = [65535]\n";
    parsed(&[
        (
            "poles.csv",
            "id,name,place,lat,lon,provider\nAM-01,a,b,51.5477,7.3110,\nEving,c,d,51.5369,7.4574,Umweltbundesamt\n",
        ),
        ("devices.csv", "id,pole,profile\nair-1,AM-01,air\neving,Eving,station\n"),
        ("zones.geojson", CITY),
        (
            "properties.toml",
            &(property("no2", 6, 2, gauge) + &property("pm10", 4, 1, gauge) + &property("passers", 9, 0, count)),
        ),
        ("profiles/air.toml", &profile("smartpole")),
        ("profiles/station.toml", &profile("foreign")),
    ])
}

fn request(peer: &str, kind: &str, body: &str) -> Request<Body> {
    let request = Request::post("/api/v1/imports").header("content-type", kind);
    let mut request = request.body(Body::from(body.to_owned())).unwrap();
    request.extensions_mut().insert(Peer(peer.parse().unwrap()));
    request
}

#[track_caller]
fn answers(shown: &str, expected: &Expect) {
    expected.assert_eq(shown);
}

pub(crate) async fn import(city: &City, body: &str) -> String {
    show(city.send(request("127.0.0.1", JSON, body)).await).await
}

pub(crate) const TWO_HOURS: &str = r#"{"device":"eving","samples":[
    {"time":"2026-11-25T08:59:59.999Z","values":{"no2":18.40,"pm10":null}},
    {"time":"2026-11-25T09:59:59.999Z","values":{"no2":20,"pm10":11}}]}"#;

#[tokio::test]
async fn what_is_new_is_one_message_with_the_numbers_as_they_were_sent_and_what_is_known_is_none() {
    let city = City::over(inputs(), Options::default()).await;
    answers(
        &import(&city, &TWO_HOURS.replacen('{', r#"{"dry_run":true,"#, 1)).await,
        &expect![[r#"
        200 OK application/json
        {"seq":null,"new":3,"known":0,"conflicts":[],"refused":[]}"#]],
    );
    let durable = city.journal.status().borrow().durable;
    answers(
        &import(&city, TWO_HOURS).await,
        &expect![[r#"
        200 OK application/json
        {"seq":2,"new":3,"known":0,"conflicts":[],"refused":[]}"#]],
    );
    let Some(Record::Message(message)) = city.journal.read_one(durable.next()).unwrap() else { panic!("no message") };
    let payload = String::from_utf8(message.payload).unwrap();
    answers(
        &format!("{} {} {} {payload}", message.source, message.topic, message.peer),
        &expect![[
            r#"import import/eving/up 127.0.0.1 {"samples":[{"time":"2026-11-25T08:59:59.999Z","values":{"no2":18.40}},{"time":"2026-11-25T09:59:59.999Z","values":{"no2":20,"pm10":11}}]}"#
        ]],
    );
    city.fold_journalled(durable.next());
    answers(
        &import(&city, TWO_HOURS).await,
        &expect![[r#"
        200 OK application/json
        {"seq":null,"new":0,"known":3,"conflicts":[],"refused":[]}"#]],
    );
    let other = TWO_HOURS.replace("18.40", "19").replace("\"pm10\":null", "\"pm10\":12");
    answers(
        &import(&city, &other).await,
        &expect![[r#"
        200 OK application/json
        {"seq":3,"new":1,"known":2,"conflicts":[{"sample":0,"name":"no2","known":18.4,"sent":19}],"refused":[]}"#]],
    );
    assert_eq!(city.journal.status().borrow().durable.since(durable), 2);
}

#[tokio::test]
async fn what_cannot_be_taken_is_listed_by_a_dry_run_and_refused_as_a_whole_otherwise() {
    let city = City::over(inputs(), Options::default()).await;
    let body = r#"{"device":"eving","samples":[
        {"time":"2001-01-01T00:00:00Z","values":{"no2":1}},
        {"time":"2022-01-01T00:00:00Z","values":{"no2":1}},
        {"time":"2026-11-25T08:59:59.999Z","values":{"no2":"x","no3":1,"pm10":1e30}},
        {"time":"2026-12-25T08:59:59.999Z","values":{"no2":1}}]}"#;
    answers(
        &import(&city, &body.replacen('{', r#"{"dry_run":true,"#, 1)).await,
        &expect![[r#"
        200 OK application/json
        {"seq":null,"new":0,"known":0,"conflicts":[],"refused":[{"sample":0,"name":null,"detail":"2001-01-01T00:00:00Z is before 2020-01-01T00:00:00Z","remedy":"set an earlier `epoch` in fold.toml"},
        {"sample":1,"name":null,"detail":"2022-01-01T00:00:00Z is longer ago than readings are kept","remedy":"leave earlier hours out, or raise raw_days in fold.toml"},
        {"sample":2,"name":"no2","detail":"\"x\" is no number","remedy":"send a JSON number"},
        {"sample":2,"name":"no3","detail":"there is no property \"no3\"","remedy":"GET /api/v1/properties lists all"},
        {"sample":2,"name":"pm10","detail":"1e30 is too large","remedy":"check the unit and the scale"},
        {"sample":3,"name":null,"detail":"2026-12-25T08:59:59.999Z is yet to come","remedy":"check zone and format of the time; leave forecasts out"}]}"#]],
    );
    answers(
        &import(&city, body).await,
        &expect![[r#"
        422 Unprocessable Entity application/problem+json
        {"type":"urn:smartpole:problem:not-importable","title":"Cannot be imported","status":422,"detail":"samples.0: 2001-01-01T00:00:00Z is before 2020-01-01T00:00:00Z","remedy":"set an earlier `epoch` in fold.toml"}"#]],
    );
    assert_eq!(city.journal.status().borrow().durable, Seq(1), "nothing was journalled");
}

#[tokio::test]
async fn what_would_not_count_as_it_was_sent_is_refused_as_the_first_value_counts_for_ever() {
    let city = City::over(inputs(), Options::default()).await;
    let body = r#"{"dry_run":true,"device":"eving","samples":[
        {"time":"2026-11-25T07:59:59.999Z","values":{"passers":-5,"no2":-0.01,"pm10":99999999999999}},
        {"time":"2026-11-25T08:59:59.999Z","values":{"passers":1.5,"no2":1.005,"pm10":1000.0}},
        {"time":"2026-11-25T09:59:59.999Z","values":{"passers":65535}},
        {"time":"2026-11-25T10:59:59.999Z","values":{"passers":2.0}}]}"#;
    answers(
        &import(&city, body).await,
        &expect![[r#"
        200 OK application/json
        {"seq":null,"new":3,"known":0,"conflicts":[],"refused":[{"sample":0,"name":"no2","detail":"-0.01 is not within 0 to 1000, the range of no2","remedy":"check the unit and the scale; leave out what was not measured"},
        {"sample":0,"name":"passers","detail":"-5 is not within 0 to 1000, the range of passers","remedy":"check the unit and the scale; leave out what was not measured"},
        {"sample":0,"name":"pm10","detail":"99999999999999 is not within 0 to 1000, the range of pm10","remedy":"check the unit and the scale; leave out what was not measured"},
        {"sample":1,"name":"passers","detail":"1.5 is no whole count of passers","remedy":"counts are whole; check the scale and what separates the fraction, and leave out what is estimated"},
        {"sample":2,"name":"passers","detail":"65535 means that there is none","remedy":"leave it out, by `missing` of a mapping file"}]}"#]],
    );
}

const SAMPLE: &str = r#"{"time":"2026-11-25T08:59:59.999Z","values":{"no2":1}}"#;

fn of(device: &str, samples: &str) -> String {
    format!(r#"{{"device":"{device}","samples":[{samples}]}}"#)
}

/// What is asked by whom, as what, and the answer: nothing of it is journalled.
async fn refused(asked: impl IntoIterator<Item = (&str, &str, String, Expect)>) {
    let city = City::over(inputs(), Options::default()).await;
    for (peer, kind, body, expected) in asked {
        answers(&show(city.send(request(peer, kind, &body)).await).await, &expected);
    }
    assert_eq!(city.journal.status().borrow().durable, Seq(1), "nothing was journalled");
}

#[tokio::test]
async fn imports_are_taken_from_operators_as_json() {
    refused([
        (
            "192.168.1.4",
            JSON,
            of("eving", SAMPLE),
            expect![[r#"
                403 Forbidden application/problem+json
                {"type":"urn:smartpole:problem:for-operators","title":"For operators only","status":403,"detail":"POST /api/v1/imports is for operators only","remedy":"log in at /login, or send a token (Authorization: Bearer …); an admin makes accounts"}"#]],
        ),
        (
            "127.0.0.1",
            "text/plain",
            of("eving", SAMPLE),
            expect![[r#"
            415 Unsupported Media Type application/problem+json
            {"type":"urn:smartpole:problem:not-json","title":"Not JSON","status":415,"detail":"a body is JSON","remedy":"send it with content-type: application/json"}"#]],
        ),
    ])
    .await;
    let city = City::over(inputs(), Options::default()).await;
    let mut passed_on = request("127.0.0.1", JSON, TWO_HOURS);
    passed_on.headers_mut().insert("x-forwarded-for", "1.2.3.4".parse().unwrap());
    assert_eq!(city.send(passed_on).await.status(), 403, "a proxy of this machine is not this machine");
    assert_eq!(city.journal.status().borrow().durable, Seq(1), "nothing was journalled");
}

#[tokio::test]
async fn files_of_foreign_series_name_no_licence_of_ours() {
    let city = City::over(inputs(), Options::default()).await;
    for (pole, has_one) in [("AM-01", true), ("Eving", false)] {
        let windows = format!("/api/v1/series?pole={pole}&property=no2&format=csv");
        let file = format!(
            "/api/v1/export?what=windows&pole={pole}&property=no2&from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z"
        );
        for uri in [windows, file] {
            let response = city.ask_publicly("GET", &uri).await;
            assert_eq!(response.status(), 200, "{uri}");
            let links = response.headers()["link"].to_str().unwrap();
            assert_eq!(links.contains(r#"rel="license""#), has_one, "{uri}: {links}");
            text(response).await;
        }
    }
}

#[tokio::test]
async fn imports_are_samples_in_order_of_a_device_of_foreign_series() {
    let descending = format!("{SAMPLE},{SAMPLE}");
    refused([
        (
            "127.0.0.1",
            JSON,
            of("evin", SAMPLE),
            expect![[r#"
            404 Not Found application/problem+json
            {"type":"urn:smartpole:problem:unknown-device","title":"Unknown device","status":404,"detail":"there is no device \"evin\"","remedy":"did you mean \"eving\"? GET /api/v1/devices lists all"}"#]],
        ),
        (
            "127.0.0.1",
            JSON,
            of("air-1", SAMPLE),
            expect![[r#"
            400 Bad Request application/problem+json
            {"type":"urn:smartpole:problem:invalid-field","title":"Invalid field","status":400,"detail":"device: \"air-1\" is no device of foreign series","remedy":"import into a device whose profile has `codec = \"foreign\"`; our own sensors send for themselves"}"#]],
        ),
        (
            "127.0.0.1",
            JSON,
            of("eving", ""),
            expect![[r#"
            400 Bad Request application/problem+json
            {"type":"urn:smartpole:problem:invalid-field","title":"Invalid field","status":400,"detail":"samples: it has 0 samples","remedy":"send 1 to 500"}"#]],
        ),
        (
            "127.0.0.1",
            JSON,
            of("eving", &descending),
            expect![[r#"
            400 Bad Request application/problem+json
            {"type":"urn:smartpole:problem:invalid-field","title":"Invalid field","status":400,"detail":"samples: their times do not ascend","remedy":"sort them, and give each instant once"}"#]],
        ),
        (
            "127.0.0.1",
            JSON,
            "{".to_owned(),
            expect![[r#"
            400 Bad Request application/problem+json
            {"type":"urn:smartpole:problem:invalid-field","title":"Invalid field","status":400,"detail":"body: EOF while parsing an object at line 1 column 1","remedy":"send {\"device\":\"…\",\"samples\":[{\"time\":\"2026-11-28T09:59:59.999Z\",\"values\":{\"people_in\":12}}]}"}"#]],
        ),
        (
            "127.0.0.1",
            JSON,
            " ".repeat((192 << 10) + 1),
            expect![[r#"
            413 Payload Too Large application/problem+json
            {"type":"urn:smartpole:problem:body-too-large","title":"Body too large","status":413,"detail":"a body has 196608 bytes at most here","remedy":"send less"}"#]],
        ),
    ])
    .await;
}
