//! Why counts of two times are not comparable, each reason from what a registry and a counter say.

use smartpole_api::Options;

use crate::{
    fixture::{City, parsed},
    planner::{PROFILE, PROPERTIES, ZONES, day},
};

/// A square with these counters; `p1` is at M-1 at all times.
async fn square(devices: &str) -> City {
    let devices = format!("id,pole,profile,from,to,line,direction\n{devices}");
    let files = [
        ("poles.csv", "id,name,place,lat,lon\nM-1,M 1,Markt,51.545,7.31\n"),
        ("devices.csv", devices.as_str()),
        ("zones.geojson", ZONES),
        ("properties.toml", PROPERTIES),
        ("profiles/people.toml", PROFILE),
    ];
    City::over(parsed(&files), Options::default()).await
}

const BEFORE: &str = "2027-11-12T23:00:00Z";
const SATURDAY: &str = "2027-11-19T23:00:00Z";

/// The reason against comparing the second Saturday with the first.
async fn reason(city: &City) -> Option<String> {
    city.commit();
    let span = "from=2027-11-19T23:00:00Z&to=2027-11-20T00:00:00Z";
    let answer = city.get(&format!("/api/v1/footfall?zone=markt&step=1d&compare=previous_week&{span}")).await;
    assert!(answer.starts_with("200 OK") && answer.contains(r#""start":"2027-11-19T23:00:00Z""#), "{answer}");
    let reason = answer.split_once(r#""reason":""#).map(|(_, reason)| reason.split('"').next().unwrap().to_owned());
    assert_eq!(reason.is_none(), answer.contains("change_permille"), "{answer}");
    reason
}

/// Both Saturdays, and the Sunday after, so that they are over.
async fn saturdays(city: &City, device: &str, left_out: [&[i64]; 2]) {
    day(city, device, BEFORE, (9, 4), left_out[0]).await;
    day(city, device, SATURDAY, (10, 5), left_out[1]).await;
    day(city, device, "2027-11-20T23:00:00Z", (1, 1), &[]).await;
}

const P1: &str = "p1,M-1,people,,,Platzrand,zum Platz\n";

#[tokio::test]
async fn days_of_the_same_counters_with_few_gaps_are_comparable() {
    let city = square(P1).await;
    saturdays(&city, "p1", [&[3], &[4, 5]]).await;
    assert_eq!(reason(&city).await, None, "23 and 22 of 24 hours");
}

#[tokio::test]
async fn a_day_of_which_too_little_came_is_not_comparable() {
    let city = square(P1).await;
    saturdays(&city, "p1", [&[], &[3, 4, 5]]).await;
    assert_eq!(reason(&city).await.as_deref(), Some("too_little_covered"), "21 of 24 hours");
}

#[tokio::test]
async fn a_whole_day_is_not_comparable_with_one_that_has_much_larger_gaps() {
    let city = square(P1).await;
    saturdays(&city, "p1", [&[], &[3, 4]]).await;
    assert_eq!(reason(&city).await.as_deref(), Some("coverage_differs"), "24 and 22 of 24 hours");
}

#[tokio::test]
async fn a_swapped_counter_goes_on_and_a_line_of_another_name_is_another() {
    let swap =
        |line| format!("p1,M-1,people,,2027-11-15,Platzrand,zum Platz\np2,M-1,people,2027-11-15,,{line},zum Platz\n");
    for (line, expected) in [("Platzrand", None), ("Marktseite", Some("other_rule"))] {
        let city = square(&swap(line)).await;
        day(&city, "p1", BEFORE, (9, 4), &[]).await;
        day(&city, "p1", "2027-11-13T23:00:00Z", (1, 1), &[]).await;
        day(&city, "p2", SATURDAY, (10, 5), &[]).await;
        day(&city, "p2", "2027-11-20T23:00:00Z", (1, 1), &[]).await;
        assert_eq!(reason(&city).await.as_deref(), expected, "{line}");
    }
}

#[tokio::test]
async fn another_counter_in_between_makes_days_not_comparable() {
    for line in ["Südseite", "Platzrand"] {
        let city = square(&format!("{P1}p2,M-1,people,2027-11-15,,{line},zum Platz\n")).await;
        for device in ["p1", "p2"] {
            saturdays(&city, device, [&[], &[]]).await;
        }
        assert_eq!(reason(&city).await.as_deref(), Some("other_counters"), "{line}");
    }
}

#[tokio::test]
async fn a_day_that_is_not_over_is_not_comparable() {
    let city = square(P1).await;
    day(&city, "p1", BEFORE, (9, 4), &[]).await;
    day(&city, "p1", SATURDAY, (10, 5), &[22]).await;
    assert_eq!(reason(&city).await.as_deref(), Some("unfinished"));
}

#[tokio::test]
async fn a_day_without_its_like_is_not_comparable() {
    let city = square(P1).await;
    day(&city, "p1", SATURDAY, (10, 5), &[]).await;
    day(&city, "p1", "2027-11-20T23:00:00Z", (1, 1), &[]).await;
    assert_eq!(reason(&city).await.as_deref(), Some("no_data"));
}

#[tokio::test]
async fn opening_hours_of_a_week_with_a_holiday_are_fewer_than_those_of_the_week_before() {
    let city = square(P1).await;
    // Allerheiligen 2027 is a Monday: 50 hours, and 60 in the week before
    for date in 24..=30 {
        day(&city, "p1", &format!("2027-10-{date}T22:00:00Z"), (1, 1), &[]).await;
    }
    day(&city, "p1", "2027-10-31T23:00:00Z", (1, 1), &[]).await;
    for date in 1..=7 {
        day(&city, "p1", &format!("2027-11-{date:02}T23:00:00Z"), (1, 1), &[]).await;
    }
    city.commit();
    let week = "from=2027-10-31T23:00:00Z&to=2027-11-01T00:00:00Z";
    let of = |hours| format!("/api/v1/footfall?zone=markt&step=1w&compare=previous_week&hours={hours}&{week}");
    let open = city.get(&of("open")).await;
    assert!(open.contains(r#""in":50,"out":50"#) && open.contains(r#""reason":"other_length""#), "{open}");
    let all = city.get(&of("all")).await;
    assert!(all.contains(r#""change_permille":0"#), "{all}");
}
