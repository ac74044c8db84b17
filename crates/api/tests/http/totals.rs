//! Days that are wanted, and all of them added up.

use expect_test::expect;

use crate::{
    fixture::{show, text},
    planner::square,
    public::{self, DAY, hour, wait},
};

/// The items and what follows them.
fn items(answer: &str) -> &str {
    answer.split_once("\"items\":").unwrap().1
}

#[tokio::test]
async fn saturdays_in_opening_hours_are_compared_with_those_of_the_advent_before_and_added_up() {
    let city = square().await;
    let year = "from=2027-10-01T00:00:00Z&to=2027-11-30T00:00:00Z";
    let question =
        format!("/api/v1/footfall?zone=markt&step=1d&hours=open&days=saturdays&compare=advent&totals=true&{year}");
    expect![[r#"
        [{"start":"2027-10-08T22:00:00Z","end":"2027-10-09T22:00:00Z","in":60,"out":40,"crossings":100,"coverage":1,"state":"final","revision":0,"not_comparable":{"reason":"no_data","meaning":"there is nothing to compare with: one of the two times has no counts"}},
        {"start":"2027-10-15T22:00:00Z","end":"2027-10-16T22:00:00Z","in":80,"out":40,"crossings":120,"coverage":1,"state":"final","revision":0,"not_comparable":{"reason":"no_data","meaning":"there is nothing to compare with: one of the two times has no counts"}},
        {"start":"2027-11-12T23:00:00Z","end":"2027-11-13T23:00:00Z","in":90,"out":40,"crossings":130,"coverage":1,"state":"final","revision":0,"not_comparable":{"reason":"no_data","meaning":"there is nothing to compare with: one of the two times has no counts"}},
        {"start":"2027-11-19T23:00:00Z","end":"2027-11-20T23:00:00Z","in":100,"out":40,"crossings":140,"coverage":1,"state":"final","revision":0,"not_comparable":{"reason":"no_data","meaning":"there is nothing to compare with: one of the two times has no counts"}},
        {"start":"2027-11-26T23:00:00Z","end":"2027-11-27T23:00:00Z","in":108,"out":54,"crossings":162,"coverage":0.9,"state":"final","revision":0,"not_comparable":{"reason":"coverage_differs","meaning":"much more of the reports came at one of the two times than at the other"}}],"totals":{"windows":5,"without_data":4,"in":438,"out":214,"crossings":652,"coverage":0.544,"compared":{"windows":0,"not_comparable":5,"crossings":0,"partner_crossings":0,"change_permille":null}},"next":null}"#]].assert_eq(items(&city.get(&question).await));
    let table = city.get(&format!("{question}&csv=excel_de")).await;
    expect![[r#"
        200 OK text/csv; charset=utf-8; header=present
        ﻿zone;rule;rounded_to;made_of;start;start_local;end;end_local;in;out;crossings;coverage;state;revision;partner_start;partner_start_local;partner_end;partner_end_local;partner_days;partner_in;partner_out;partner_crossings;partner_coverage;change_permille;not_comparable;estimate;not_estimated;events;partner_events;windows;row
        markt;cordon_in;1;exact;2027-10-08T22:00:00Z;09.10.2027 00:00;2027-10-09T22:00:00Z;10.10.2027 00:00;60;40;100;1;final;0;;;;;;;;;;;no_data;;;;;1;window
        markt;cordon_in;1;exact;2027-10-15T22:00:00Z;16.10.2027 00:00;2027-10-16T22:00:00Z;17.10.2027 00:00;80;40;120;1;final;0;;;;;;;;;;;no_data;;;;;1;window
        markt;cordon_in;1;exact;2027-11-12T23:00:00Z;13.11.2027 00:00;2027-11-13T23:00:00Z;14.11.2027 00:00;90;40;130;1;final;0;;;;;;;;;;;no_data;;;;;1;window
        markt;cordon_in;1;exact;2027-11-19T23:00:00Z;20.11.2027 00:00;2027-11-20T23:00:00Z;21.11.2027 00:00;100;40;140;1;final;0;;;;;;;;;;;no_data;;;;;1;window
        markt;cordon_in;1;exact;2027-11-26T23:00:00Z;27.11.2027 00:00;2027-11-27T23:00:00Z;28.11.2027 00:00;108;54;162;0,9;final;0;;;;;;;;;;;coverage_differs;;;;;1;window
        markt;cordon_in;1;exact;2027-10-08T22:00:00Z;09.10.2027 00:00;2027-11-27T23:00:00Z;28.11.2027 00:00;438;214;652;0,544;;;;;;;;;;;;;;;;;;5;total
        markt;cordon_in;1;exact;2027-10-08T22:00:00Z;09.10.2027 00:00;2027-11-27T23:00:00Z;28.11.2027 00:00;;;0;;;;;;;;;;;0;;;;;;;;0;compared
    "#]].assert_eq(&table.replace("\r\n", "\n"));
}

#[tokio::test]
async fn dates_alone_say_the_span() {
    let city = square().await;
    let answer = city.get("/api/v1/footfall?zone=markt&step=1d&days=2027-11-20,2026-11-28&totals=true").await;
    expect![[r#"
        [{"start":"2026-11-27T23:00:00Z","end":"2026-11-28T23:00:00Z","in":240,"out":120,"crossings":360,"coverage":1,"state":"final","revision":0},
        {"start":"2027-11-19T23:00:00Z","end":"2027-11-20T23:00:00Z","in":240,"out":96,"crossings":336,"coverage":1,"state":"final","revision":0}],"totals":{"windows":2,"without_data":0,"in":480,"out":216,"crossings":696,"coverage":1},"next":null}"#]].assert_eq(items(&answer));
}

#[tokio::test]
async fn windows_without_data_count_in_the_coverage_of_all_but_not_days_to_come() {
    let city = square().await;
    let totals = async |question: &str| {
        let answer = city.get(&format!("/api/v1/footfall?zone=markt&totals=true&{question}")).await;
        answer.split_once(r#""totals":"#).unwrap().1.to_owned()
    };
    // two Saturdays of the fortnight are known, and the newest day is the last of what is asked at the end
    let fortnight = "from=2027-11-12T23:00:00Z&to=2027-11-26T23:00:00Z";
    expect![[r#"{"windows":2,"without_data":12,"in":456,"out":192,"crossings":648,"coverage":0.143},"next":null}"#]]
        .assert_eq(&totals(&format!("step=1d&{fortnight}")).await);
    expect![[r#"{"windows":48,"without_data":288,"in":456,"out":192,"crossings":648,"coverage":0.143},"next":null}"#]]
        .assert_eq(&totals(&format!("step=1h&{fortnight}")).await);
    expect![[r#"{"windows":2,"without_data":2,"in":190,"out":80,"crossings":270,"coverage":0.5},"next":null}"#]]
        .assert_eq(&totals(&format!("step=1d&days=saturday,friday&hours=open&{fortnight}")).await);
    expect![[r#"{"windows":2,"without_data":0,"in":444,"out":138,"crossings":582,"coverage":0.979},"next":null}"#]]
        .assert_eq(&totals("step=1d&from=2027-11-26T23:00:00Z&to=2027-12-11T23:00:00Z").await);
    let last = "from=9999-12-29T00:00:00Z&to=9999-12-30T00:00:00Z";
    for step in ["1d", "1w", "1mo", "1y"] {
        let end = totals(&format!("step={step}&hours=open&{last}")).await;
        assert!(end.starts_with(r#"{"windows":0,"without_data":0"#), "{end}");
    }
}

#[tokio::test]
async fn a_page_has_no_totals() {
    let city = square().await;
    let span = "from=2027-11-12T23:00:00Z&to=2027-11-28T23:00:00Z";
    let answer = city.get(&format!("/api/v1/footfall?zone=markt&step=1d&totals=true&limit=5&{span}")).await;
    assert!(answer.contains(r#""totals":null,"next":""#), "{answer}");
}

#[tokio::test]
async fn the_public_gets_what_it_is_shown_of_days_added_up() {
    let city = public::city().await;
    hour(&city, "c0", 62, &[0, 1, 2, 3], [7, 2]).await;
    wait(&city, 10 * DAY).await;
    let span = "from=2026-11-24T23:00:00Z&to=2026-11-26T23:00:00Z";
    let of = |days: &str| format!("/api/v1/footfall?zone=square&step=1h&days={days}&totals=true&{span}");
    let answer = show(city.ask_publicly("GET", &of("wednesday")).await).await;
    let (_, totals) = answer.split_once(r#""totals""#).unwrap();
    expect![[r#":{"windows":24,"without_data":23,"in":25,"out":5,"crossings":null,"coverage":0.042},"next":null}"#]]
        .assert_eq(totals);
    let answer = show(city.ask_publicly("GET", &of("monday")).await).await;
    expect![[
        r#"[],"totals":{"windows":0,"without_data":0,"in":null,"out":null,"crossings":null,"coverage":0},"next":null}"#
    ]]
    .assert_eq(items(&answer));
}

#[tokio::test]
async fn what_is_no_day_or_does_not_go_together_is_refused() {
    let city = square().await;
    for (wanted, remedy) in [
        ("days=saturdy&step=1d", "did you mean `saturday`?"),
        ("days=28.11.2026&step=1d", "write saturday, 2026-11-28"),
        ("days=saturday&step=1w", "use step=15m, 1h or 1d"),
        ("compare=advnt&step=1d", "did you mean `advent`?"),
        ("compare=last&step=1d", "use one of previous_week"),
    ] {
        let answer = city.get(&format!("/api/v1/footfall?zone=markt&{wanted}")).await;
        assert!(answer.starts_with("400 ") && answer.contains(remedy), "{wanted}: {answer}");
    }
    let answer = city.ask_publicly("GET", "/api/v1/footfall?zone=markt&step=1w&days=saturday").await;
    assert_eq!(answer.status(), 400);
}

#[tokio::test]
async fn a_citation_covers_windows_without_data_too() {
    let city = square().await;
    let fortnight = "from=2027-11-12T23:00:00Z&to=2027-11-26T23:00:00Z";
    let answer = city.ask("GET", &format!("/api/v1/footfall?zone=markt&step=1d&{fortnight}")).await;
    let answer: serde_json::Value = serde_json::from_str(&text(answer).await).unwrap();
    assert_eq!((answer["items"].as_array().unwrap().len(), &answer["citation"]["coverage"]), (2, &0.143.into()));
}
