//! A week by its hours.

use expect_test::{Expect, expect};

use crate::{
    fixture::{City, show},
    planner::square,
    public::{self, DAY, hour, wait},
};

const SATURDAYS: &str = "/api/v1/footfall/profile?zone=markt&from=2027-11-12T23:00:00Z&to=2027-11-28T23:00:00Z";

/// The cells of an answer in which there were hours.
#[track_caller]
fn cells(answer: &str) -> String {
    let (_, items) = answer.split_once(r#""items":["#).unwrap();
    let there = items.lines().filter(|cell| !cell.contains(r#""of":0,"#));
    there.map(|cell| cell.trim_end_matches(&[',', ']', '}'][..])).collect::<Vec<_>>().join("\n")
}

async fn check(city: &City, uri: &str, expect: &Expect) {
    expect.assert_eq(&cells(&city.get(uri).await));
}

#[tokio::test]
async fn an_hour_of_a_weekday_is_the_mean_of_the_hours_that_are_known() {
    let city = square().await;
    let answer = city.get(SATURDAYS).await;
    let (head, _) = answer.split_once(r#""items":["#).unwrap();
    expect![[r#"
        200 OK application/json
        {"zone":"markt","rule":"cordon_in","methods":[{"id":"footfall.profile","version":1},
        {"id":"footfall.cordon_in","version":1}],"no_sum":null,"rounded_to":1,"made_of":"exact","from":"2027-11-12T23:00:00Z","to":"2027-11-28T23:00:00Z","#]].assert_eq(head);
    assert_eq!(answer.matches(r#""day":"#).count(), 192);
    let wanted = |cell: &&str| cell.contains(r#""saturday","hour":14"#) || cell.contains(r#""saturday","hour":15"#);
    let shown: Vec<String> = cells(&answer).lines().filter(wanted).map(str::to_owned).collect();
    expect![[r#"
        {"day":"saturday","hour":14,"in":10.3,"out":4.7,"crossings":15,"hours":3,"of":3,"coverage":1
        {"day":"saturday","hour":15,"in":9.5,"out":4,"crossings":13.5,"hours":2,"of":3,"coverage":0.667"#]]
    .assert_eq(&shown.join("\n"));
}

#[tokio::test]
async fn opening_hours_have_no_holidays_nor_nights() {
    let city = square().await;
    let answer = cells(&city.get(&format!("{SATURDAYS}&hours=open")).await);
    assert_eq!(answer.matches("saturday").count(), 10, "10 to 20");
    assert_eq!(answer.matches("sunday").count(), 5, "the Sunday that the town opens, 13 to 18");
    assert_eq!(answer.matches("holiday").count(), 0);
}

#[tokio::test]
async fn holidays_are_a_row_of_their_own_or_left_out() {
    let city = square().await;
    let christmas = "/api/v1/footfall/profile?zone=markt&from=2026-12-25T10:00:00Z&to=2026-12-25T11:00:00Z";
    check(
        &city,
        christmas,
        &expect![[r#"{"day":"holiday","hour":11,"in":null,"out":null,"crossings":null,"hours":0,"of":1,"coverage":0"#]],
    )
    .await;
    let without = city.get(&format!("{christmas}&holidays=out")).await;
    assert_eq!((cells(&without), without.matches(r#""day":"#).count()), (String::new(), 168));
}

#[tokio::test]
async fn the_public_gets_means_of_what_it_is_shown() {
    let city = public::city().await;
    for device in ["c0", "c1", "c2"] {
        hour(&city, device, 62, &[0, 1, 2, 3], [7, 2]).await;
    }
    wait(&city, 10 * DAY).await;
    let of =
        |zone: &str| format!("/api/v1/footfall/profile?zone={zone}&from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z");
    for zone in ["square", "street"] {
        let exact = city.get(&of(zone)).await;
        assert!(exact.contains(r#""rounded_to":1,"made_of":"exact""#), "{exact}");
        let shown = show(city.ask_publicly("GET", &of(zone)).await).await;
        assert_eq!(shown, city.get(&format!("{}&public=true", of(zone))).await);
    }
    let answer = show(city.ask_publicly("GET", &of("square")).await).await;
    expect![[r#"
        200 OK application/json
        {"zone":"square","rule":"cordon_in","methods":[{"id":"footfall.profile","version":1},
        {"id":"public.rounded","version":1}],"no_sum":null,"rounded_to":5,"made_of":"shown","from":"2026-11-25T10:00:00Z","to":"2026-11-25T11:00:00Z","#]].assert_eq(answer.split_once(r#""items""#).unwrap().0);
    expect![[r#"{"day":"wednesday","hour":11,"in":25,"out":5,"crossings":null,"hours":1,"of":1,"coverage":1"#]]
        .assert_eq(&cells(&answer));
    // 72 crossings
    let answer = show(city.ask_publicly("GET", &of("street")).await).await;
    expect![[r#"{"day":"wednesday","hour":11,"in":null,"out":null,"crossings":70,"hours":1,"of":1,"coverage":1"#]]
        .assert_eq(&cells(&answer));
}

#[tokio::test]
async fn the_public_is_not_told_when_something_came_last() {
    let city = public::city().await;
    wait(&city, 10 * DAY + 7).await;
    let answer = show(city.ask_publicly("GET", "/api/v1/footfall/profile?zone=square").await).await;
    assert!(answer.contains(r#""to":"2026-12-05T10:00:00Z""#), "{answer}");
}

#[tokio::test]
async fn a_zone_without_a_sum_has_no_profile() {
    let city = square().await;
    let answer = city.get("/api/v1/footfall/profile?zone=rand").await;
    assert!(answer.contains(r#""no_sum":{"reason":"none""#) && answer.contains(r#""items":[]"#), "{answer}");
    let city = public::crossed().await;
    let answer = show(city.ask_publicly("GET", "/api/v1/footfall/profile?zone=across").await).await;
    assert!(answer.contains(r#""no_sum":{"reason":"crosses""#) && answer.contains(r#""items":[]"#), "{answer}");
}

#[tokio::test]
async fn what_would_cost_or_tell_more_is_refused() {
    let city = square().await;
    let century = "from=1926-01-01T00:00:00Z&to=2026-01-01T00:00:00Z";
    for wanted in [
        century,
        "hours=evening",
        "holidays=none",
        "step=1h",
        century.trim_start_matches("from=1926"),
        "public=true&as_of=2026-11-29T10:00:00Z",
    ] {
        let answer = city.get(&format!("/api/v1/footfall/profile?zone=markt&{wanted}")).await;
        assert!(answer.starts_with("400 ") && answer.contains("remedy"), "{wanted}: {answer}");
    }
    let answer = city.get("/api/v1/footfall/profile?zone=mark").await;
    assert!(answer.starts_with("404 ") && answer.contains(r#"did you mean \"markt\"?"#), "{answer}");
    let two_years = "/api/v1/footfall/profile?zone=markt&from=2025-01-01T00:00:00Z&to=2026-12-31T00:00:00Z";
    assert!(city.get(two_years).await.starts_with("200 "));
    assert_eq!(city.ask_publicly("GET", two_years).await.status(), 400);
}

#[tokio::test]
async fn a_profile_is_a_table_with_a_row_for_each_hour() {
    let city = square().await;
    let table = city.get(&format!("{SATURDAYS}&holidays=out&format=csv")).await;
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 1 + 1 + 168);
    expect![[r#"
        zone,rule,rounded_to,made_of,day,hour,in,out,crossings,hours,of,coverage
        markt,cordon_in,1,exact,saturday,14,10.3,4.7,15,3,3,1
        markt,cordon_in,1,exact,saturday,15,9.5,4,13.5,2,3,0.667"#]]
    .assert_eq(&[lines[1], lines[2 + 5 * 24 + 14], lines[2 + 5 * 24 + 15]].join("\n"));
}
