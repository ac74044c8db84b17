//! A planner's own calendar, and counts beside those of days without an event.

use expect_test::expect;

use crate::{
    fixture::{City, show},
    planner::square_with,
};

/// Every other Saturday of the square has a market; the last Saturday a fair as well; works are elsewhere.
const EVENTS: &str = "id,name,kind,from,to,weekdays,zones,note\n\
    market,Wochenmarkt,market,2026-01-01,,saturday,stadt,since 1871\n\
    fair,Adventsmarkt,festival,2027-11-27,2027-11-29,,markt,\n\
    works,Kanal,roadworks,2027-11-20T06:00:00Z,2027-12-04,,rand,\n";

async fn square() -> City {
    square_with(&[("events.csv", EVENTS)]).await
}

fn items(answer: &str) -> &str {
    answer.split_once("\"items\":").unwrap().1
}

#[tokio::test]
async fn events_are_listed_by_time_with_their_days_and_to_the_public_without_notes() {
    let city = square().await;
    let span = "from=2027-11-14T23:00:00Z&to=2027-11-28T23:00:00Z";
    let uri = format!("/api/v1/events?{span}");
    expect![[r#"
        200 OK application/json
        {"items":[{"id":"market","name":"Wochenmarkt","kind":"market","zones":["stadt"],"from":"2025-12-31T23:00:00Z","to":null,"weekdays":["saturday"],"days":["2027-11-20","2027-11-27"],"note":"since 1871"},
        {"id":"works","name":"Kanal","kind":"roadworks","zones":["rand"],"from":"2027-11-20T06:00:00Z","to":"2027-12-03T23:00:00Z","weekdays":[],"days":["2027-11-20","2027-11-21","2027-11-22","2027-11-23","2027-11-24","2027-11-25","2027-11-26","2027-11-27","2027-11-28"],"note":null},
        {"id":"fair","name":"Adventsmarkt","kind":"festival","zones":["markt"],"from":"2027-11-26T23:00:00Z","to":"2027-11-28T23:00:00Z","weekdays":[],"days":["2027-11-27","2027-11-28"],"note":null}],"next":null}"#]].assert_eq(&city.get(&uri).await);
    let public = show(city.ask_publicly("GET", &uri).await).await;
    assert!(public.contains(r#""id":"market""#) && !public.contains("1871"), "{public}");
    let rand = city.get("/api/v1/events?zone=rand&from=2027-11-22T23:00:00Z&to=2027-11-23T23:00:00Z").await;
    expect![[r#"[{"id":"works","name":"Kanal","kind":"roadworks","zones":["rand"],"from":"2027-11-20T06:00:00Z","to":"2027-12-03T23:00:00Z","weekdays":[],"days":["2027-11-23"],"note":null}],"next":null}"#]].assert_eq(items(&rand));
    let table = city.get(&format!("{uri}&zone=markt&format=csv")).await;
    expect![[r#"
        200 OK text/csv; charset=utf-8; header=present
        id,name,kind,zones,from,from_local,to,to_local,weekdays,days,note
        market,Wochenmarkt,market,stadt,2025-12-31T23:00:00Z,2026-01-01 00:00:00,,,saturday,2027-11-20 2027-11-27,since 1871
        fair,Adventsmarkt,festival,markt,2027-11-26T23:00:00Z,2027-11-27 00:00:00,2027-11-28T23:00:00Z,2027-11-29 00:00:00,,2027-11-27 2027-11-28,
    "#]].assert_eq(&table.replace("\r\n", "\n"));
}

#[tokio::test]
async fn days_of_an_event_stand_beside_days_without_it() {
    let city = square().await;
    let answer = city.get("/api/v1/footfall?zone=markt&step=1d&compare=event:fair&totals=true").await;
    expect![[r#"
        200 OK application/json
        {"zone":"markt","rule":"cordon_in","method":{"id":"footfall.cordon_in","version":1},"no_sum":null,"rounded_to":1,"made_of":"exact","compared_by":{"id":"compare.event","version":1},"estimated_by":null,"control":{"device":"p1","date":"2026-11-28","deviation_permille":-63},"items":[{"start":"2027-11-26T23:00:00Z","end":"2027-11-27T23:00:00Z","in":276,"out":138,"crossings":414,"coverage":0.958,"state":"provisional","revision":0,"events":["market","fair"],"partner":{"start":null,"end":null,"days":["2027-11-20","2027-11-13","2027-10-16","2027-10-09"],"in":198,"out":96,"crossings":294,"coverage":1},"change_permille":408},
        {"start":"2027-11-27T23:00:00Z","end":"2027-11-28T23:00:00Z","in":168,"out":0,"crossings":168,"coverage":1,"state":"open","revision":0,"events":["fair"],"not_comparable":{"reason":"unfinished","meaning":"one of the two times is not over yet"}}],"totals":{"windows":2,"without_data":0,"in":444,"out":138,"crossings":582,"coverage":0.979,"compared":{"windows":1,"not_comparable":1,"crossings":414,"partner_crossings":294,"change_permille":408}},"next":null}"#]].assert_eq(&answer);
}

#[tokio::test]
async fn a_baseline_leaves_days_out_with_events_that_the_day_itself_has_not() {
    let saturday = "/api/v1/footfall?zone=markt&step=1d&compare=baseline&days=2027-11-27";
    expect![[r#"[{"start":"2027-11-26T23:00:00Z","end":"2027-11-27T23:00:00Z","in":276,"out":138,"crossings":414,"coverage":0.958,"state":"provisional","revision":0,"events":["market","fair"],"partner":{"start":null,"end":null,"days":["2027-11-20","2027-11-13","2027-10-16","2027-10-09"],"in":198,"out":96,"crossings":294,"coverage":1},"change_permille":408}],"next":null}"#]].assert_eq(items(&square().await.get(saturday).await));
    let before = EVENTS.replace("2027-11-27,2027-11-29", "2027-11-20,2027-11-22");
    let answer = square_with(&[("events.csv", &before)]).await.get(saturday).await;
    assert!(
        answer.contains(r#""not_comparable":{"reason":"too_few_days""#),
        "the Saturday before had the fair: {answer}"
    );
}

#[tokio::test]
async fn other_comparisons_say_what_was_on() {
    let answer = square().await.get("/api/v1/footfall?zone=markt&step=1d&compare=previous_week&days=2027-11-27").await;
    expect![[r#"[{"start":"2027-11-26T23:00:00Z","end":"2027-11-27T23:00:00Z","in":276,"out":138,"crossings":414,"coverage":0.958,"state":"provisional","revision":0,"events":["market","fair"],"partner":{"start":"2027-11-19T23:00:00Z","end":"2027-11-20T23:00:00Z","days":[],"in":240,"out":96,"crossings":336,"coverage":1,"events":["market"]},"change_permille":232}],"next":null}"#]].assert_eq(items(&answer));
}

#[tokio::test]
async fn a_gap_is_estimated_by_hours_with_the_same_events() {
    let hour = "/api/v1/footfall?zone=markt&step=1h&estimate=true&from=2027-11-27T14:00:00Z&to=2027-11-27T15:00:00Z";
    let answer = square().await.get(hour).await;
    assert!(answer.contains(r#""not_estimated":{"reason":"too_few_days""#), "{answer}");
}

#[tokio::test]
async fn a_profile_can_leave_days_with_events_out() {
    let city = square().await;
    let of = |events: &str| {
        format!("/api/v1/footfall/profile?zone=markt&from=2027-11-26T23:00:00Z&to=2027-11-27T23:00:00Z&events={events}")
    };
    assert_eq!(city.get(&of("with")).await.matches(r#""of":1,"#).count(), 24);
    assert_eq!(city.get(&of("without")).await.matches(r#""of":1,"#).count(), 0);
    let answer = city.get(&of("some")).await;
    assert!(answer.starts_with("400 "), "{answer}");
}

#[tokio::test]
async fn an_event_that_is_not_there_or_elsewhere_is_refused() {
    let city = square().await;
    let of = |rest: &str| format!("/api/v1/footfall?zone=markt&step=1d&compare=event:{rest}");
    let answer = city.get(&of("fare")).await;
    assert!(answer.starts_with("404 ") && answer.contains(r#"did you mean \"fair\"?"#), "{answer}");
    for (wanted, says) in [("works", "is not in this zone"), ("fair&step=1w", "duplicate"), ("", "there is no event")] {
        let answer = city.get(&of(wanted)).await;
        assert!(answer.contains(says), "{wanted}: {answer}");
    }
    let weeks = city.get("/api/v1/footfall?zone=markt&step=1w&compare=event:fair").await;
    assert!(weeks.starts_with("400 ") && weeks.contains("event:<id> for 1h and 1d"), "{weeks}");
    for (wanted, status) in
        [("zone=mark", "404 "), ("from=2000-01-01T00:00:00Z&to=2027-01-01T00:00:00Z", "400 "), ("kind=market", "400 ")]
    {
        let answer = city.get(&format!("/api/v1/events?{wanted}")).await;
        assert!(answer.starts_with(status), "{wanted}: {answer}");
    }
}
