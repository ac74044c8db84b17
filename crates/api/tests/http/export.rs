//! Months of readings and windows as one file.

use axum::{
    body::Body,
    http::{Request, Response},
};
use expect_test::{Expect, expect};
use futures::StreamExt;
use smartpole_api::{Options, Peer};

use crate::fixture::{City, show, text};

const SPAN: &str = "from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z";

/// A file that nobody reads keeps its place until the service notices.
fn many() -> Options {
    Options { connections: 1, live_streams: 1, exports: 100, max_lag: 1, ..Options::default() }
}

async fn check(city: &City, question: &str, expect: &Expect) {
    let response = city.ask("GET", &format!("/api/v1/export?{question}&{SPAN}")).await;
    assert_eq!(response.status(), 200, "{question}");
    expect.assert_eq(&text(response).await.replace('\u{feff}', "<BOM>").replace("\r\n", "<CRLF>\n"));
}

async fn status(city: &City, uri: &str) -> u16 {
    city.ask("GET", uri).await.status().as_u16()
}

async fn accepting(city: &City, accept: &str) -> Response<Body> {
    let uri = format!("/api/v1/export?what=readings&property=pm2_5&{SPAN}");
    let mut request = Request::get(uri).header("accept", accept).body(Body::empty()).unwrap();
    request.extensions_mut().insert(Peer([127, 0, 0, 1].into()));
    city.send(request).await
}

#[tokio::test]
async fn readings_of_the_whole_city_come_by_quarter_device_and_time() {
    let city = City::new(Options::default()).await;
    city.message("people-1", 20, r#"{"time":"2026-11-25T10:16:00Z","values":{"people_in":2}}"#).await;
    city.commit();
    city.message("air-1", 21, r#"{"time":"2026-11-25T10:17:00Z","values":{"pm2_5":8}}"#).await;
    check(&city, "what=readings", &expect![[r#"
        pole,device,property,channel,unit,event_time,event_time_local,received_at,received_at_local,value,counted,flags,time_source<CRLF>
        AM-01,air-1,pm2_5,0,ug/m3,2026-11-25T10:00:30Z,2026-11-25 11:00:30,2026-11-25T10:01:00Z,2026-11-25 11:01:00,7.3,7.3,uncalibrated,payload<CRLF>
        AM-01,air-1,pm2_5,0,ug/m3,2026-11-25T10:01:30Z,2026-11-25 11:01:30,2026-11-25T10:03:00Z,2026-11-25 11:03:00,7.45,7.45,uncalibrated,payload<CRLF>
        AM-01,people-1,people_in,0,1,2026-11-25T10:01:00Z,2026-11-25 11:01:00,2026-11-25T10:02:00Z,2026-11-25 11:02:00,4,4,,payload<CRLF>
        AM-01,people-1,people_out,0,1,2026-11-25T10:01:00Z,2026-11-25 11:01:00,2026-11-25T10:02:00Z,2026-11-25 11:02:00,0,0,,payload<CRLF>
        AM-01,people-1,people_in,1,1,2026-11-25T10:01:00Z,2026-11-25 11:01:00,2026-11-25T10:02:00Z,2026-11-25 11:02:00,7,7,,payload<CRLF>
        AM-01,air-1,pm2_5,0,ug/m3,2026-11-25T10:17:00Z,2026-11-25 11:17:00,2026-11-25T10:21:00Z,2026-11-25 11:21:00,8,8,uncalibrated,payload<CRLF>
        AM-01,people-1,people_in,0,1,2026-11-25T10:16:00Z,2026-11-25 11:16:00,2026-11-25T10:20:00Z,2026-11-25 11:20:00,2,2,,payload<CRLF>
    "#]]).await;
    check(&city, "what=readings&pole=AM-01&property=people_in&channel=0&csv=excel_de", &expect![[r#"
        <BOM>pole;device;property;channel;unit;event_time;event_time_local;received_at;received_at_local;value;counted;flags;time_source<CRLF>
        AM-01;people-1;people_in;0;1;2026-11-25T10:01:00Z;25.11.2026 11:01;2026-11-25T10:02:00Z;25.11.2026 11:02;4;4;;payload<CRLF>
        AM-01;people-1;people_in;0;1;2026-11-25T10:16:00Z;25.11.2026 11:16;2026-11-25T10:20:00Z;25.11.2026 11:20;2;2;;payload<CRLF>
    "#]]).await;
}

#[tokio::test]
async fn a_download_goes_on_from_the_beginning_of_its_last_quarter() {
    let city = City::new(Options::default()).await;
    city.message("air-1", 21, r#"{"time":"2026-11-25T10:17:00Z","values":{"pm2_5":8}}"#).await;
    let of = |from: &str| format!("/api/v1/export?what=readings&from={from}&to=2026-11-26T00:00:00Z");
    let whole = text(city.ask("GET", &of("2026-11-25T00:00:00Z")).await).await;
    let rest = text(city.ask("GET", &of("2026-11-25T10:15:00Z")).await).await;
    let header = rest.split_inclusive("\r\n").next().unwrap();
    let cut = whole.find(&rest[header.len()..]).unwrap();
    assert!(rest.len() > header.len() && cut > header.len());
    assert_eq!(format!("{}{}", &whole[..cut], &rest[header.len()..]), whole);
}

#[tokio::test]
async fn windows_come_by_start_of_the_whole_or_of_each_pole() {
    let city = City::new(Options::default()).await;
    city.message("air-2", 4, r#"{"time":"2026-11-25T10:02:00Z","values":{"pm2_5":5}}"#).await;
    city.message("air-1", 21, r#"{"time":"2026-11-25T10:17:00Z","values":{"pm2_5":8}}"#).await;
    check(&city, "what=windows&zone=altstadt&property=pm2_5", &expect![[r#"
        scope_kind,scope,property,unit,start,start_local,end,end_local,mean,min,max,sum,count,expected,coverage,state,revision,flags<CRLF>
        zone,altstadt,pm2_5,ug/m3,2026-11-25T10:00:00Z,2026-11-25 11:00:00,2026-11-25T10:15:00Z,2026-11-25 11:15:00,6.188,5,7.45,19.75,3,30,0.1,open,0,uncalibrated<CRLF>
        zone,altstadt,pm2_5,ug/m3,2026-11-25T10:15:00Z,2026-11-25 11:15:00,2026-11-25T10:30:00Z,2026-11-25 11:30:00,8,8,8,8,1,12,0.083,open,0,uncalibrated<CRLF>
    "#]]).await;
    check(&city, "what=windows&each=pole&property=pm2_5,people_in&step=1h", &expect![[r#"
        scope_kind,scope,property,unit,start,start_local,end,end_local,mean,min,max,sum,count,expected,coverage,state,revision,flags<CRLF>
        pole,AM-01,pm2_5,ug/m3,2026-11-25T10:00:00Z,2026-11-25 11:00:00,2026-11-25T11:00:00Z,2026-11-25 12:00:00,7.583,7.3,8,22.75,3,21,0.143,open,0,uncalibrated<CRLF>
        pole,AM-01,people_in,1,2026-11-25T10:00:00Z,2026-11-25 11:00:00,2026-11-25T11:00:00Z,2026-11-25 12:00:00,,,,11,2,42,0.048,open,0,<CRLF>
        pole,LS-02,pm2_5,ug/m3,2026-11-25T10:00:00Z,2026-11-25 11:00:00,2026-11-25T11:00:00Z,2026-11-25 12:00:00,5,5,5,5,1,21,0.048,open,0,uncalibrated<CRLF>
    "#]]).await;
}

#[tokio::test]
async fn geojson_has_a_feature_a_row_at_its_pole() {
    let city = City::new(Options::default()).await;
    check(&city, "what=readings&property=pm2_5&format=geojson", &expect![[r#"
        {"type":"FeatureCollection","features":[
        {"type":"Feature","geometry":{"type":"Point","coordinates":[7.311,51.5477]},"properties":{"pole":"AM-01","device":"air-1","property":"pm2_5","channel":0,"unit":"ug/m3","event_time":"2026-11-25T10:00:30Z","received_at":"2026-11-25T10:01:00Z","value":7.3,"counted":7.3,"flags":"uncalibrated","time_source":"payload"}},
        {"type":"Feature","geometry":{"type":"Point","coordinates":[7.311,51.5477]},"properties":{"pole":"AM-01","device":"air-1","property":"pm2_5","channel":0,"unit":"ug/m3","event_time":"2026-11-25T10:01:30Z","received_at":"2026-11-25T10:03:00Z","value":7.45,"counted":7.45,"flags":"uncalibrated","time_source":"payload"}}
        ],"citation":{"text":"castrop-rauxel: export, what readings, property pm2_5; 2026-11-25T00:00:00Z to 2026-11-26T00:00:00Z; sensors on street lamps, not official; method reading.counted/1; https://luft.example.org/api/v1/export?what=readings&property=pm2_5&from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z","source":"sensors on street lamps, not official","publisher":"castrop-rauxel","method":[{"id":"reading.counted","version":1}],"as_of":null,"coverage":null,"licence":null,"link":"https://luft.example.org/api/v1/export?what=readings&property=pm2_5&from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z"}}
    "#]]).await;
    check(&city, "what=windows&zone=altstadt&property=pm2_5&step=1h&format=geojson", &expect![[r#"
        {"type":"FeatureCollection","features":[
        {"type":"Feature","geometry":{"type":"Point","coordinates":[7.311,51.5477]},"properties":{"scope_kind":"pole","scope":"AM-01","property":"pm2_5","unit":"ug/m3","start":"2026-11-25T10:00:00Z","end":"2026-11-25T11:00:00Z","mean":7.375,"min":7.3,"max":7.45,"sum":14.75,"count":2,"expected":3,"coverage":0.667,"state":"open","revision":0,"flags":"uncalibrated"}}
        ],"citation":{"text":"castrop-rauxel: export, what windows, zone altstadt, property pm2_5, step 1h; 2026-11-25T00:00:00Z to 2026-11-26T00:00:00Z; sensors on street lamps, not official; method window.mean/1; https://luft.example.org/api/v1/export?what=windows&zone=altstadt&property=pm2_5&step=1h&from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z","source":"sensors on street lamps, not official","publisher":"castrop-rauxel","method":[{"id":"window.mean","version":1}],"as_of":null,"coverage":null,"licence":null,"link":"https://luft.example.org/api/v1/export?what=windows&zone=altstadt&property=pm2_5&step=1h&from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z"}}
    "#]]).await;
    check(
        &city,
        "what=readings&device=air-2&format=geojson",
        &expect![[r#"
            {"type":"FeatureCollection","features":[
            ],"citation":{"text":"castrop-rauxel: export, what readings, device air-2; 2026-11-25T00:00:00Z to 2026-11-26T00:00:00Z; sensors on street lamps, not official; method reading.counted/1; https://luft.example.org/api/v1/export?what=readings&device=air-2&from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z","source":"sensors on street lamps, not official","publisher":"castrop-rauxel","method":[{"id":"reading.counted","version":1}],"as_of":null,"coverage":null,"licence":null,"link":"https://luft.example.org/api/v1/export?what=readings&device=air-2&from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z"}}
        "#]],
    )
    .await;
}

#[tokio::test]
async fn the_form_is_that_of_accept_and_headers_cite() {
    let city = City::new(many()).await;
    for (accept, given) in
        [("*/*", "text/csv; charset=utf-8; header=present"), ("application/geo+json", "application/geo+json")]
    {
        let response = accepting(&city, accept).await;
        assert_eq!((response.status().as_u16(), &response.headers()["content-type"]), (200, &given.parse().unwrap()));
        let mut vary = response.headers().get_all("vary").iter().filter_map(|value| value.to_str().ok());
        assert!(vary.any(|value| value.split(", ").any(|name| name == "accept")));
    }
    assert_eq!(accepting(&city, "application/json").await.status(), 406);
    let uri = format!("/api/v1/export?what=windows&pole=AM-01&property=pm2_5&as_of=2026-11-25T10:02:00Z&{SPAN}");
    let response = city.ask("GET", &uri).await;
    let named = ["content-disposition", "link", "smartpole-as-of", "smartpole-method"];
    let headers = named.map(|name| format!("{name}: {}\n", response.headers()[name].to_str().unwrap()));
    expect![[r#"
        content-disposition: attachment; filename="windows-AM-01-2026-11-25.csv"
        link: </api/v1/methods>; rel="describedby", <https://luft.example.org/api/v1/export?what=windows&pole=AM-01&property=pm2_5&as_of=2026-11-25T10:02:00Z&from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z>; rel="cite-as"
        smartpole-as-of: 2026-11-25T10:02:00Z
        smartpole-method: window.mean/1
    "#]]
    .assert_eq(&headers.concat());
    assert!(text(response).await.contains(",7.3,7.3,7.3,1,"), "what was known then");
}

#[cfg(feature = "parquet")]
#[tokio::test]
async fn a_parquet_file_begins_and_ends_as_one_whether_or_not_it_has_rows() {
    let city = City::new(Options::default()).await;
    let response = accepting(&city, "application/vnd.apache.parquet, text/csv;q=0.5").await;
    assert_eq!(response.headers()["content-type"], "application/vnd.apache.parquet");
    for device in ["air-1", "air-2"] {
        let uri = format!("/api/v1/export?what=readings&device={device}&format=parquet&{SPAN}");
        let bytes = axum::body::to_bytes(city.ask("GET", &uri).await.into_body(), 1 << 20).await.unwrap();
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"), "{device}");
    }
}

#[tokio::test]
async fn the_public_exports_what_it_may_see_of_a_place_it_names() {
    let city = City::new(many()).await;
    for (question, status) in [
        ("what=windows&pole=LS-02&property=pm2_5", 200),
        ("what=readings&device=air-1&property=pm2_5", 200),
        ("what=readings&device=people-1&property=people_in", 403),
        ("what=windows&pole=AM-01&property=people_in", 403),
        ("what=windows&zone=altstadt&property=pm2_5,people_in", 403),
        ("what=readings", 400),
        ("what=windows&each=pole&property=pm2_5", 400),
    ] {
        let response = city.ask_publicly("GET", &format!("/api/v1/export?{question}&{SPAN}")).await;
        assert_eq!(response.status().as_u16(), status, "{question}");
        text(response).await;
    }
    let all = city.ask_publicly("GET", &format!("/api/v1/export?what=readings&pole=AM-01&{SPAN}")).await;
    assert!(!text(all).await.contains("people"), "personal properties are left out");
}

#[tokio::test]
async fn what_cannot_be_exported_is_refused_with_what_to_do() {
    let city = City::new(many()).await;
    for (question, refused) in [
        ("what=windows", 400),
        ("what=windows&pole=AM-01&step=raw", 400),
        ("what=windows&pole=AM-01&property=people_total", 400),
        ("what=readings&step=1h", 400),
        ("what=readings&format=parquet&csv=excel_de", 400),
        ("what=readings&format=xlsx", 400),
        ("what=everything", 400),
        ("what=readings&property=pm25", 404),
        ("what=readings&pole=AM-1", 404),
        ("what=readings&pole=AM-01&zone=altstadt", 400),
        ("what=readings&from=2026-11-26T00:00:00Z&to=2026-11-25T00:00:00Z", 400),
    ] {
        assert_eq!(status(&city, &format!("/api/v1/export?{question}")).await, refused, "{question}");
    }
    let years = "/api/v1/export?what=readings&from=0001-01-01T00:00:00Z&to=9999-01-01T00:00:00Z";
    assert!(text(city.ask("GET", years).await).await.contains("7.45"));
}

#[tokio::test]
async fn readings_of_counts_that_are_made_of_totals_alone_are_refused_with_what_is_sent() {
    let devices =
        "id,pole,profile,line,direction\nair-1,AM-01,air,,\npeople-1,AM-01,people,a,b\ntotals,LS-02,people,c,d\n";
    let city = City::with(&[("devices.csv", devices)], many()).await;
    city.message("totals", 5, r#"{"time":"2026-11-25T10:03:00Z","values":{"people_total":4}}"#).await;
    let of = |question: &str| format!("/api/v1/export?what=readings&{question}&{SPAN}");
    expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"property: nobody sends people_in there, it is made of people_total","remedy":"give property=people_total, or what=windows for people_in"}"#]].assert_eq(&show(city.ask("GET", &of("pole=LS-02&property=people_in")).await).await);
    for (question, wanted) in [
        ("pole=LS-02&property=people_in,people_total", 200),
        ("pole=LS-02&property=people_out", 200),
        ("property=people_in", 200),
        ("pole=LS-02", 200),
    ] {
        assert_eq!(status(&city, &of(question)).await, wanted, "{question}: something is sent, or nothing tells of it");
    }
}

#[tokio::test]
async fn an_address_of_the_public_has_one_export_at_a_time_and_takes_none_from_another() {
    let city = City::new(Options::default()).await;
    let uri = format!("/api/v1/export?what=readings&device=air-1&property=pm2_5&{SPAN}");
    let from = async |address: [u8; 4]| {
        let mut request = Request::get(&uri).body(Body::empty()).unwrap();
        request.extensions_mut().insert(Peer(address.into()));
        city.send(request).await
    };
    let mut first = from([203, 0, 113, 7]).await.into_body().into_data_stream();
    let refused = from([203, 0, 113, 7]).await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"2".parse().unwrap()));
    assert!(show(refused).await.contains("an export to this address is under way"));
    assert_eq!(from([203, 0, 113, 8]).await.status(), 200);
    assert_eq!(city.ask("GET", &uri).await.status(), 200);
    while first.next().await.is_some() {}
    assert_eq!(from([203, 0, 113, 7]).await.status(), 200, "whoever has the end may begin with the next one");
}

#[tokio::test]
async fn more_exports_than_there_are_places_for_wait_for_none_and_one_that_ended_makes_room() {
    let city = City::new(Options { exports: 1, ..Options::default() }).await;
    let uri = format!("/api/v1/export?what=readings&device=air-1&property=pm2_5&{SPAN}");
    let mut first = city.ask("GET", &uri).await.into_body().into_data_stream();
    let refused = city.ask("GET", &uri).await;
    assert_eq!(refused.headers()["retry-after"], "2");
    assert!(show(refused).await.contains("too many exports at once"));
    assert_eq!(city.ask_publicly("GET", &uri).await.status(), 200, "the public has places of its own");
    while first.next().await.is_some() {}
    while status(&city, &uri).await != 200 {
        tokio::task::yield_now().await;
    }
}
