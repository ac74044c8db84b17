//! Answers as tables: for programs, for a German Excel, and what they are cited with.

use axum::{
    body::Body,
    http::{Request, Response},
};
use expect_test::{Expect, expect};
use smartpole_api::{Options, Peer};

use crate::{
    air,
    fixture::{City, parsed, show, text},
    hours::{hour, street},
    planner,
};

/// The answer to this machine with an `Accept`.
async fn accepting(city: &City, accept: &str, uri: &str) -> Response<Body> {
    let mut request = Request::get(uri).header("accept", accept).body(Body::empty()).unwrap();
    request.extensions_mut().insert(Peer([127, 0, 0, 1].into()));
    city.send(request).await
}

/// The rows of `GET uri`, line ends shown.
async fn check(city: &City, uri: &str, expect: &Expect) {
    let response = city.ask("GET", uri).await;
    assert_eq!(response.status(), 200, "{uri}");
    expect.assert_eq(&rows(response).await);
}

async fn rows(response: Response<Body>) -> String {
    assert_eq!(response.headers()["content-type"], "text/csv; charset=utf-8; header=present");
    text(response).await.replace('\u{feff}', "<BOM>").replace("\r\n", "<CRLF>\n")
}

/// What tables are cited with.
fn headers(response: &Response<Body>) -> String {
    let named = |name: &&&str| response.headers().contains_key(**name);
    let names = ["content-disposition", "link", "smartpole-as-of", "smartpole-method", "vary"];
    let lines = names.iter().filter(named).map(|name| {
        let values = response.headers().get_all(*name).iter().map(|value| value.to_str().unwrap());
        format!("{name}: {}\n", values.collect::<Vec<_>>().join(" + "))
    });
    lines.collect()
}

const HOUR: &str = "from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z";

#[tokio::test]
async fn windows_and_readings_are_rows_with_their_scope_and_both_clocks() {
    let city = City::new(Options::default()).await;
    check(&city, &format!("/api/v1/series?pole=AM-01&property=pm2_5&{HOUR}&format=csv"), &expect![[r#"
        scope_kind,scope,property,unit,start,start_local,end,end_local,mean,min,max,sum,count,expected,coverage,state,revision,flags<CRLF>
        pole,AM-01,pm2_5,ug/m3,2026-11-25T10:00:00Z,2026-11-25 11:00:00,2026-11-25T10:15:00Z,2026-11-25 11:15:00,7.375,7.3,7.45,14.75,2,3,0.667,open,0,uncalibrated<CRLF>
    "#]]).await;
    check(&city, &format!("/api/v1/series?pole=AM-01&property=pm2_5&{HOUR}&step=raw&format=csv"), &expect![[r#"
        scope_kind,scope,device,property,channel,unit,event_time,event_time_local,received_at,received_at_local,value,counted,flags,time_source<CRLF>
        pole,AM-01,air-1,pm2_5,0,ug/m3,2026-11-25T10:00:30Z,2026-11-25 11:00:30,2026-11-25T10:01:00Z,2026-11-25 11:01:00,7.3,7.3,uncalibrated,payload<CRLF>
        pole,AM-01,air-1,pm2_5,0,ug/m3,2026-11-25T10:01:30Z,2026-11-25 11:01:30,2026-11-25T10:03:00Z,2026-11-25 11:03:00,7.45,7.45,uncalibrated,payload<CRLF>
    "#]]).await;
}

#[tokio::test]
async fn a_german_excel_gets_semicolons_commas_and_its_own_dates() {
    let city = City::new(Options::default()).await;
    check(&city, &format!("/api/v1/series?pole=AM-01&property=pm2_5&{HOUR}&csv=excel_de"), &expect![[r#"
        <BOM>scope_kind;scope;property;unit;start;start_local;end;end_local;mean;min;max;sum;count;expected;coverage;state;revision;flags<CRLF>
        pole;AM-01;pm2_5;ug/m3;2026-11-25T10:00:00Z;25.11.2026 11:00;2026-11-25T10:15:00Z;25.11.2026 11:15;7,375;7,3;7,45;14,75;2;3;0,667;open;0;uncalibrated<CRLF>
    "#]]).await;
    check(&city, "/api/v1/calendar?from=2026-11-29&to=2026-12-01&csv=excel_de", &expect![[r#"
        <BOM>date;weekday;week;public_holiday;special_day;school_holiday;sunday_opening;open_from;open_from_local;open_to;open_to_local<CRLF>
        29.11.2026;sunday;2026-W48;;;false;false;;;;<CRLF>
        30.11.2026;monday;2026-W49;;;false;false;2026-11-30T09:00:00Z;30.11.2026 10:00;2026-11-30T19:00:00Z;30.11.2026 20:00<CRLF>
    "#]]).await;
    check(&city, "/api/v1/poles?csv=excel_de", &expect![[r#"
        <BOM>id;name;place;lat;lon;provider;zones;devices;state;last_received_at;last_received_at_local;air_index;air_version;air_class;air_worst;air_hour;air_hour_local;air_complete;air_missing;air_coverage<CRLF>
        AM-01;Am Markt 1;Am Markt;51,5477;7,311;;altstadt;air-1 people-1;reporting;2026-11-25T10:03:00Z;25.11.2026 11:03;uba_lqi_2025;2025;;;;;false;pm2_5 pm10 no2 o3 so2;0<CRLF>
        LS-02;Lönsstraße 2;Lönsstraße;51,548;7,312;;altstadt;air-2;never;;;uba_lqi_2025;2025;;;;;false;pm2_5 pm10 no2 o3 so2;0<CRLF>
    "#]]).await;
}

#[tokio::test]
async fn nobody_is_zero_and_nothing_known_is_empty() {
    let city = City::new(Options::default()).await;
    city.message("people-1", 20, r#"{"time":"2026-11-25T10:16:00Z","values":{"people_in":0,"people_out":0}}"#).await;
    check(&city, &format!("/api/v1/footfall?zone=altstadt&{HOUR}&format=csv"), &expect![[r#"
        zone,rule,rounded_to,made_of,start,start_local,end,end_local,in,out,crossings,coverage,state,revision,partner_start,partner_start_local,partner_end,partner_end_local,partner_days,partner_in,partner_out,partner_crossings,partner_coverage,change_permille,not_comparable,estimate,not_estimated,events,partner_events,windows,row<CRLF>
        altstadt,cross_section,1,exact,2026-11-25T10:00:00Z,2026-11-25 11:00:00,2026-11-25T10:15:00Z,2026-11-25 11:15:00,11,0,11,0.067,open,0,,,,,,,,,,,,,,,,1,window<CRLF>
        altstadt,cross_section,1,exact,2026-11-25T10:15:00Z,2026-11-25 11:15:00,2026-11-25T10:30:00Z,2026-11-25 11:30:00,0,0,0,0.133,open,0,,,,,,,,,,,,,,,,1,window<CRLF>
    "#]]).await;
    check(&city, "/api/v1/latest?device=people-1&format=csv", &expect![[r#"
        pole,device,property,channel,unit,value,counted,event_time,event_time_local,received_at,received_at_local,flags,time_source<CRLF>
        AM-01,people-1,people_in,0,1,0,0,2026-11-25T10:16:00Z,2026-11-25 11:16:00,2026-11-25T10:20:00Z,2026-11-25 11:20:00,,payload<CRLF>
        AM-01,people-1,people_out,0,1,0,0,2026-11-25T10:16:00Z,2026-11-25 11:16:00,2026-11-25T10:20:00Z,2026-11-25 11:20:00,,payload<CRLF>
        AM-01,people-1,people_in,1,1,7,7,2026-11-25T10:01:00Z,2026-11-25 11:01:00,2026-11-25T10:02:00Z,2026-11-25 11:02:00,,payload<CRLF>
    "#]]).await;
}

#[tokio::test]
async fn an_hour_of_air_is_a_row_for_each_pollutant_with_its_indices() {
    let city = air::city().await;
    hour(&city, "a1", air::HOUR, 10, r#""pm10":30,"no2":8"#).await;
    check(&city, "/api/v1/air?pole=A&format=csv", &expect![[r#"
        pole,start,start_local,end,end_local,hour_end_label,pollutant,unit,value,coverage,valid,flags,state,revision,uba_lqi_2025_of_pollutant,uba_lqi_2025_class,uba_lqi_2025_worst,uba_lqi_2025_complete,uba_lqi_former_of_pollutant,uba_lqi_former_class,uba_lqi_former_worst,uba_lqi_former_complete,european_aqi_2024_of_pollutant,european_aqi_2024_class,european_aqi_2024_worst,european_aqi_2024_complete,official_station,official_provider,official_distance_m,official_value,official_uba_lqi_2025_class,official_status<CRLF>
        A,2026-11-25T11:00:00Z,2026-11-25 12:00:00,2026-11-25T12:00:00Z,2026-11-25 13:00:00,2026-11-25 13:00:00,pm10,ug/m3,30,1,true,stuck uncalibrated corrected,open,0,2,2,pm10,false,,0,no2,false,2,,,false,,,,,,<CRLF>
        A,2026-11-25T11:00:00Z,2026-11-25 12:00:00,2026-11-25T12:00:00Z,2026-11-25 13:00:00,2026-11-25 13:00:00,no2,ug/m3,8,1,true,stuck uncalibrated,open,0,0,2,pm10,false,0,0,no2,false,1,,,false,,,,,,<CRLF>
    "#]]).await;
    check(&city, "/api/v1/air?zone=markt&format=csv", &expect![[r#"
        zone,start,start_local,end,end_local,hour_end_label,pollutant,unit,mean,lowest,highest,pole,poles,coverage,flags,state,revision,uba_lqi_2025_class,uba_lqi_2025_worst,uba_lqi_2025_pole,uba_lqi_2025_complete,uba_lqi_former_class,uba_lqi_former_worst,uba_lqi_former_pole,uba_lqi_former_complete,european_aqi_2024_class,european_aqi_2024_worst,european_aqi_2024_pole,european_aqi_2024_complete<CRLF>
        markt,2026-11-25T11:00:00Z,2026-11-25 12:00:00,2026-11-25T12:00:00Z,2026-11-25 13:00:00,2026-11-25 13:00:00,pm10,ug/m3,30,30,30,A,1,1,stuck uncalibrated corrected,open,0,2,pm10,A,false,0,no2,A,false,,,,false<CRLF>
        markt,2026-11-25T11:00:00Z,2026-11-25 12:00:00,2026-11-25T12:00:00Z,2026-11-25 13:00:00,2026-11-25 13:00:00,no2,ug/m3,8,8,8,A,1,1,stuck uncalibrated,open,0,2,pm10,A,false,0,no2,A,false,,,,false<CRLF>
    "#]]).await;
    let day = "from=2026-11-24T23:00:00Z&to=2026-11-25T23:00:00Z";
    check(&city, &format!("/api/v1/air/days?pole=A&{day}&csv=excel_de"), &expect![[r#"
        <BOM>pole;date;start;start_local;end;end_local;pollutant;unit;mean;valid_hours;needed_hours;max_8h;max_8h_valid;max_8h_needed;uncorrected;state;revision<CRLF>
        A;25.11.2026;2026-11-24T23:00:00Z;25.11.2026 00:00;2026-11-25T23:00:00Z;26.11.2026 00:00;pm10;ug/m3;;1;18;;;;false;open;0<CRLF>
        A;25.11.2026;2026-11-24T23:00:00Z;25.11.2026 00:00;2026-11-25T23:00:00Z;26.11.2026 00:00;no2;ug/m3;;1;18;;;;false;open;0<CRLF>
    "#]]).await;
    let limits = rows(city.ask("GET", "/api/v1/air/limits?pole=A&year=2026&format=csv").await).await;
    let first: Vec<&str> = limits.lines().take(3).collect();
    expect![[r#"
        scope_kind,scope,year,regime,kind,pollutant,averaging,number,unit,allowed,years,in_force_from,in_force_to,uncertainty_percent,pole,above,valid,of,complete,uncorrected,year_mean,year_valid_hours,year_needed_hours,year_hours,source<CRLF>
        pole,A,2026,bimschv39,limit,so2,hour,350,ug/m3,24,1,2010-08-06,,25,,,,,,,,,,,"39. BImSchV §§ 2–4, 8; Anlage 1 A"<CRLF>
        pole,A,2026,bimschv39,limit,so2,day,125,ug/m3,3,1,2010-08-06,,25,,,,,,,,,,,"39. BImSchV §§ 2–4, 8; Anlage 1 A"<CRLF>"#]].assert_eq(&first.join("\n"));
    assert!(limits.lines().all(|line| line.ends_with("<CRLF>")), "{limits}");
}

#[tokio::test]
async fn days_of_noise_and_heat_are_rows() {
    let city = street().await;
    hour(&city, "a", 120, 10, r#""noise_laeq":60,"temperature":29.5"#).await;
    let span = "from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z";
    check(&city, &format!("/api/v1/noise?pole=A&{span}&format=csv"), &expect![[r#"
        pole,date,period,start,start_local,end,end_local,laeq,unit,coverage,state,revision,day_figure,day_state,day_revision<CRLF>
        A,2026-11-25,day,2026-11-25T05:00:00Z,2026-11-25 06:00:00,2026-11-25T17:00:00Z,2026-11-25 18:00:00,,dB,0.083,open,0,,open,0<CRLF>
        A,2026-11-25,evening,2026-11-25T17:00:00Z,2026-11-25 18:00:00,2026-11-25T21:00:00Z,2026-11-25 22:00:00,,dB,0,open,0,,open,0<CRLF>
        A,2026-11-25,night,2026-11-25T21:00:00Z,2026-11-25 22:00:00,2026-11-26T05:00:00Z,2026-11-26 06:00:00,,dB,0,open,0,,open,0<CRLF>
    "#]]).await;
    check(
        &city,
        &format!("/api/v1/heat?pole=A&{span}&csv=excel_de"),
        &expect![[r#"
        <BOM>pole;date;hot_day;tropical_night;max;night_min;unit;day_coverage;night_coverage;state;revision<CRLF>
        A;25.11.2026;;;29,5;;Cel;0,042;0;open;0<CRLF>
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_comparison_and_a_count_by_hand_stand_in_their_row() {
    let city = planner::square().await;
    let day = "from=2027-11-26T23:00:00Z&to=2027-11-27T23:00:00Z&step=1d";
    check(&city, &format!("/api/v1/footfall?zone=markt&{day}&compare=advent&csv=excel_de"), &expect![[r#"
        <BOM>zone;rule;rounded_to;made_of;start;start_local;end;end_local;in;out;crossings;coverage;state;revision;partner_start;partner_start_local;partner_end;partner_end_local;partner_days;partner_in;partner_out;partner_crossings;partner_coverage;change_permille;not_comparable;estimate;not_estimated;events;partner_events;windows;row<CRLF>
        markt;cordon_in;1;exact;2027-11-26T23:00:00Z;27.11.2027 00:00;2027-11-27T23:00:00Z;28.11.2027 00:00;276;138;414;0,958;provisional;0;2026-11-27T23:00:00Z;28.11.2026 00:00;2026-11-28T23:00:00Z;29.11.2026 00:00;;240;120;360;1;150;;;;;;1;window<CRLF>
    "#]]).await;
    check(&city, "/api/v1/counts?zone=markt&format=csv", &expect![[r#"
        device,channel,from,from_local,to,to_local,counted_by,manual_in,manual_out,counted_in,counted_out,coverage,deviation_permille<CRLF>
        p1,0,2027-11-27T14:00:00Z,2027-11-27 15:00:00,2027-11-27T15:00:00Z,2027-11-27 16:00:00,Amt,9,9,,,0,<CRLF>
        p1,0,2026-11-28T09:00:00Z,2026-11-28 10:00:00,2026-11-28T11:00:00Z,2026-11-28 12:00:00,Amt,22,10,20,10,1,-63<CRLF>
    "#]]).await;
}

#[tokio::test]
async fn an_answer_without_items_has_its_columns() {
    let city = City::new(Options::default()).await;
    for (uri, columns) in [
        ("air?pole=AM-01", 32),
        ("air?zone=altstadt", 29),
        ("air/days?pole=AM-01", 17),
        ("counts?zone=altstadt", 13),
        ("footfall?zone=altstadt", 31),
        ("latest?device=air-2", 13),
        ("series?device=air-2&property=pm2_5", 18),
        ("series?device=air-2&property=pm2_5&step=raw", 14),
    ] {
        let and = "from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z&";
        let and = if uri.starts_with("counts") || uri.starts_with("latest") { "" } else { and };
        let table = rows(city.ask("GET", &format!("/api/v1/{uri}&{and}format=csv")).await).await;
        assert_eq!((table.lines().count(), table.split(',').count()), (1, columns), "{uri}");
    }
}

#[tokio::test]
async fn words_with_quotes_and_umlauts_come_whole_and_formulas_come_as_words() {
    let poles = "id,name,place,lat,lon\nA-1,\"=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",\"Am \"\"Löns\"\"; Weg, hinten\",51.5477,7.3110\nB-1,-2+3,Straße,51.5,7.3\n";
    let files = [
        ("poles.csv", poles),
        ("devices.csv", "id,pole,profile\np1,A-1,people\n"),
        ("zones.geojson", planner::ZONES),
        ("properties.toml", planner::PROPERTIES),
        ("profiles/people.toml", planner::PROFILE),
    ];
    let city = City::over(parsed(&files), Options::default()).await;
    check(&city, "/api/v1/poles?format=csv", &expect![[r#"
        id,name,place,lat,lon,provider,zones,devices,state,last_received_at,last_received_at_local,air_index,air_version,air_class,air_worst,air_hour,air_hour_local,air_complete,air_missing,air_coverage<CRLF>
        A-1,"'=HYPERLINK(""http://x"",""y"")","Am ""Löns""; Weg, hinten",51.5477,7.311,,stadt markt,p1,never,,,uba_lqi_2025,2025,,,,,false,pm2_5 pm10 no2 o3 so2,0<CRLF>
        B-1,'-2+3,Straße,51.5,7.3,,stadt,,never,,,uba_lqi_2025,2025,,,,,false,pm2_5 pm10 no2 o3 so2,0<CRLF>
    "#]]).await;
}

#[tokio::test]
async fn a_page_has_so_many_rows_and_says_where_the_next_ones_are() {
    let city = City::new(Options::default()).await;
    let uri = format!("/api/v1/series?device=air-1&property=pm2_5&step=raw&{HOUR}&limit=1&csv=rfc4180");
    let first = city.ask("GET", &uri).await;
    expect![[r#"
        content-disposition: attachment; filename="series.csv"
        link: </api/v1/series?device=air-1&property=pm2_5&step=raw&from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z&limit=1&csv=rfc4180&cursor=MTc5NTYwMDg5MDAwMCsw>; rel="next", </api/v1/methods>; rel="describedby", <https://luft.example.org/api/v1/series?device=air-1&property=pm2_5&step=raw&from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z&limit=1&as_of=2026-11-25T10:04:00Z>; rel="cite-as"
        smartpole-as-of: 2026-11-25T10:04:00Z
        smartpole-method: reading.counted/1
        vary: accept-encoding + accept, accept-language, authorization, cookie, forwarded, via, x-forwarded-for, x-real-ip
    "#]].assert_eq(&headers(&first));
    let link = first.headers()["link"].to_str().unwrap().to_owned();
    let next = link.strip_prefix('<').unwrap().split_once('>').unwrap().0;
    let second = city.ask("GET", next).await;
    expect![[r#"
        content-disposition: attachment; filename="series.csv"
        link: </api/v1/methods>; rel="describedby", <https://luft.example.org/api/v1/series?device=air-1&property=pm2_5&step=raw&from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z&limit=1&cursor=MTc5NTYwMDg5MDAwMCsw&as_of=2026-11-25T10:04:00Z>; rel="cite-as"
        smartpole-as-of: 2026-11-25T10:04:00Z
        smartpole-method: reading.counted/1
        vary: accept-encoding + accept, accept-language, authorization, cookie, forwarded, via, x-forwarded-for, x-real-ip
    "#]]
    .assert_eq(&headers(&second));
    let (first, second) = (rows(first).await, rows(second).await);
    assert_eq!(first.lines().count(), 2);
    assert_eq!(second.lines().count(), 2);
    assert!(first.contains("10:00:30Z") && second.contains("10:01:30Z"), "{first}{second}");
}

#[tokio::test]
async fn a_table_is_given_to_who_accepts_one_and_json_to_all_others() {
    let city = City::new(Options::default()).await;
    for (accept, query, kind) in [
        ("text/csv", "", "text/csv; charset=utf-8; header=present"),
        ("application/json", "?format=csv", "text/csv; charset=utf-8; header=present"),
        ("text/csv", "?format=json", "application/json"),
        ("*/*", "", "application/json"),
    ] {
        let response = accepting(&city, accept, &format!("/api/v1/zones{query}")).await;
        assert_eq!(response.headers()["content-type"], kind, "{accept} {query}");
        let vary: Vec<_> = response.headers().get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
        assert!(vary.iter().flat_map(|value| value.split(", ")).any(|value| value == "accept"), "{vary:?}");
    }
}

#[tokio::test]
async fn a_form_that_is_not_there_is_refused_with_those_that_are() {
    let city = City::new(Options::default()).await;
    city.check("/api/v1/zones?format=xlsx", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"format: there is no \"xlsx\" of this answer","remedy":"give json or csv or geojson"}"#]]).await;
    city.check("/api/v1/zones?csv=excel", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"csv: unknown variant `excel`, expected `rfc4180` or `excel_de`","remedy":"GET /api/openapi.json describes every parameter"}"#]]).await;
    city.check("/api/v1/zones?csv=excel_de&format=json", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"csv, format: only a table has a dialect","remedy":"leave one of the two out, or give format=csv"}"#]]).await;
    city.check("/api/v1/latest?format=csv&format=csv", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"duplicate parameter `format`","remedy":"GET /api/openapi.json describes every parameter"}"#]]).await;
    expect![[r#"
        406 Not Acceptable application/problem+json
        {"type":"urn:smartpole:problem:not-acceptable","title":"Not acceptable","status":406,"detail":"Accept: neither application/json nor text/csv","remedy":"accept one of these, or give format=json or format=csv"}"#]].assert_eq(&show(accepting(&city, "application/geo+json", "/api/v1/calendar").await).await);
}

#[tokio::test]
async fn the_public_gets_its_own_numbers_and_their_licence() {
    let city = City::new(Options::default()).await;
    let uri = format!("/api/v1/footfall?zone=altstadt&{HOUR}&step=1h&format=csv");
    city.message("air-1", 180, r#"{"time":"2026-11-25T12:59:00Z","values":{"pm2_5":7}}"#).await;
    city.commit();
    let public = city.ask_publicly("GET", &uri).await;
    expect![[r#"
        content-disposition: attachment; filename="footfall.csv"
        link: </api/v1/methods>; rel="describedby", <https://luft.example.org/api/v1/footfall?zone=altstadt&from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z&step=1h>; rel="cite-as", <http://dcat-ap.de/def/licenses/dl-by-de/2.0>; rel="license"
        smartpole-method: public.rounded/1
        vary: accept-encoding + accept, accept-language, authorization, cookie, forwarded, via, x-forwarded-for, x-real-ip
    "#]]
    .assert_eq(&headers(&public));
    expect![[r#"
        zone,rule,rounded_to,made_of,start,start_local,end,end_local,in,out,crossings,coverage,state,revision,partner_start,partner_start_local,partner_end,partner_end_local,partner_days,partner_in,partner_out,partner_crossings,partner_coverage,change_permille,not_comparable,estimate,not_estimated,events,partner_events,windows,row<CRLF>
        altstadt,cross_section,5,exact,2026-11-25T10:00:00Z,2026-11-25 11:00:00,2026-11-25T11:00:00Z,2026-11-25 12:00:00,,,10,0.25,,,,,,,,,,,,,,,,,,1,window<CRLF>
    "#]].assert_eq(&rows(public).await);
    let exact = city.ask("GET", &uri).await;
    expect![[r#"
        content-disposition: attachment; filename="footfall.csv"
        link: </api/v1/methods>; rel="describedby", <https://luft.example.org/api/v1/footfall?zone=altstadt&from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z&step=1h&as_of=2026-11-25T13:00:00Z>; rel="cite-as"
        smartpole-as-of: 2026-11-25T13:00:00Z
        smartpole-method: footfall.cross_section/1
        vary: accept-encoding + accept, accept-language, authorization, cookie, forwarded, via, x-forwarded-for, x-real-ip
    "#]]
    .assert_eq(&headers(&exact));
    expect![[r#"
        zone,rule,rounded_to,made_of,start,start_local,end,end_local,in,out,crossings,coverage,state,revision,partner_start,partner_start_local,partner_end,partner_end_local,partner_days,partner_in,partner_out,partner_crossings,partner_coverage,change_permille,not_comparable,estimate,not_estimated,events,partner_events,windows,row<CRLF>
        altstadt,cross_section,1,exact,2026-11-25T10:00:00Z,2026-11-25 11:00:00,2026-11-25T11:00:00Z,2026-11-25 12:00:00,11,0,11,0.017,open,0,,,,,,,,,,,,,,,,1,window<CRLF>
    "#]].assert_eq(&rows(exact).await);
    let past = "/api/v1/series?device=air-1&property=pm2_5&as_of=2026-11-25T10:02:00Z&format=csv";
    assert_eq!(city.ask_publicly("GET", past).await.headers()["smartpole-as-of"], "2026-11-25T10:02:00Z");
    let refused = city.ask_publicly("GET", "/api/v1/series?device=people-1&property=people_in&format=csv").await;
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["content-type"]),
        (403, &"application/problem+json".parse().unwrap())
    );
}

#[tokio::test]
async fn every_answer_that_is_described_as_a_table_is_one() {
    let city = City::new(Options::default()).await;
    let description: serde_json::Value = serde_json::from_str(&smartpole_api::openapi()).unwrap();
    let paths = description["paths"].as_object().unwrap();
    let tables = paths.iter().filter(|(_, item)| !item["get"]["responses"]["200"]["content"]["text/csv"].is_null());
    let tables: Vec<&str> = tables.map(|(path, _)| path.as_str()).collect();
    assert_eq!(tables.len(), 23);
    for path in tables {
        let query = match path {
            "/api/v1/series" => "pole=AM-01&property=pm2_5&",
            "/api/v1/footfall" | "/api/v1/footfall/profile" | "/api/v1/counts" | "/api/v1/coverage" => "zone=altstadt&",
            "/api/v1/air" | "/api/v1/air/days" | "/api/v1/air/limits" => "pole=AM-01&",
            "/api/v1/sites" => "sites=AM-01,altstadt&",
            // the town of the fixture measures none of the first three; the others are files, of which there are tests of their own
            "/api/v1/noise" | "/api/v1/heat" | "/api/v1/peers" | "/api/v1/export" | "/api/v1/registry/{file}" => {
                continue;
            }
            _ => "",
        };
        let response = city.ask("GET", &format!("{path}?{query}format=csv")).await;
        assert_eq!((response.status().as_u16(), path), (200, path));
        assert!(rows(response).await.contains("<CRLF>\n"), "{path}");
    }
}
