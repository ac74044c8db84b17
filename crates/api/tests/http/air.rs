//! Hours, days and years of air: two poles, the first with two sensors, the second with one that nothing corrects.

use std::fmt::Write as _;

use expect_test::expect;
use smartpole_api::Options;

use crate::{
    fixture::{City, parsed},
    hours::{hour, hour_received},
};

const POLES: &str = "id,name,place,lat,lon\nA,A,Markt,51.5477,7.3110\nB,B,Markt,51.5480,7.3120\n";
const DEVICES: &str = "id,pole,profile\na1,A,air\na2,A,air\nb1,B,air\n";
const CALIBRATIONS: &str = "device,property,offset,gain\na1,pm10,0,1\na2,pm10,0,1\nb1,pm10,0,1\n";
const ZONES: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"markt","name":"Markt","kind":"place","parent":null,"count":"none"},"geometry":{"type":"Polygon","coordinates":[[[7.30,51.54],[7.32,51.54],[7.32,51.55],[7.30,51.55],[7.30,51.54]]]}}]}"#;
const PROFILE: &str = "name = \"A\"\ncodec = \"smartpole\"\ninterval_s = 600\npayload_time = true\n";

/// 11:00 UTC of 2026-11-25, in minutes after the start of the fixture.
pub(crate) const HOUR: i64 = 60;
/// 2026-11-25T23:00:00Z, a midnight of CET.
const DAY: i64 = 780;

pub(crate) async fn city() -> City {
    let mut properties = String::new();
    for (number, id) in ["pm2_5", "pm10", "no2", "o3", "so2"].iter().enumerate() {
        let number = number + 1;
        write!(
            properties,
            "[[property]]\nid = \"{id}\"\nnumber = {number}\nname_de = \"{id}\"\nname_en = \"{id}\"\nunit = \"ug/m3\"\n\
             kind = \"gauge\"\ndecimals = 1\nmin = 0\nmax = 1000\ntheme = \"air_quality\"\n"
        )
        .unwrap();
    }
    let files = [
        ("poles.csv", POLES),
        ("devices.csv", DEVICES),
        ("calibrations.csv", CALIBRATIONS),
        ("zones.geojson", ZONES),
        ("properties.toml", &properties),
        ("profiles/air.toml", PROFILE),
    ];
    City::over(parsed(&files), Options::default()).await
}

#[tokio::test]
async fn an_hour_tells_each_pollutant_and_three_indices() {
    let city = city().await;
    hour(&city, "a1", HOUR, 10, r#""pm10":30,"no2":8,"pm2_5":60"#).await;
    city.check("/api/v1/air?pole=A", &expect![[r#"
        200 OK application/json
        {"scope":{"kind":"pole","id":"A"},"method":{"id":"air.hour","version":1},"items":[{"start":"2026-11-25T11:00:00Z","end":"2026-11-25T12:00:00Z","hour_end_label":"2026-11-25 13:00:00","pollutants":[{"pollutant":"pm2_5","unit":"ug/m3","value":60,"coverage":1,"valid":true,"flags":["stuck","inconsistent","uncalibrated"],"state":"open","revision":0},
        {"pollutant":"pm10","unit":"ug/m3","value":30,"coverage":1,"valid":true,"flags":["stuck","inconsistent","uncalibrated","corrected"],"state":"open","revision":0},
        {"pollutant":"no2","unit":"ug/m3","value":8,"coverage":1,"valid":true,"flags":["stuck","uncalibrated"],"state":"open","revision":0}],"indices":[{"index":"uba_lqi_2025","version":"2025","class":2,"worst":"pm10","classes":{"no2":0,"pm10":2},"missing":["pm2_5","o3","so2"],"uncorrected":["pm2_5"],"complete":false,"may_advise":false},
        {"index":"uba_lqi_former","version":"former","class":0,"worst":"no2","classes":{"no2":0},"missing":["pm2_5","pm10","o3"],"uncorrected":[],"complete":false,"may_advise":false},
        {"index":"european_aqi_2024","version":"2024","class":null,"worst":null,"classes":{"no2":1,"pm10":2},"missing":["pm2_5","o3","so2"],"uncorrected":["pm2_5"],"complete":false,"may_advise":false}],"official":null}],"next":null}"#]]).await;
}

#[tokio::test]
async fn particles_that_nothing_corrected_get_no_class() {
    let city = city().await;
    hour(&city, "b1", HOUR, 10, r#""pm2_5":60"#).await;
    let answer = city.get("/api/v1/air?pole=B").await;
    assert!(answer.contains(r#""pollutant":"pm2_5","unit":"ug/m3","value":60,"coverage":1,"valid":true"#), "{answer}");
    assert_eq!(answer.matches(r#""class":null,"worst":null,"classes":{}"#).count(), 3, "{answer}");
    assert_eq!(answer.matches(r#""uncorrected":["pm2_5"],"complete":false,"may_advise":false"#).count(), 2, "{answer}");
    assert!(!city.get("/api/v1/poles").await.contains(r#""worst":"pm2_5""#));
    hour(&city, "b1", HOUR + 60, 10, r#""pm10":30"#).await;
    let poles = city.get("/api/v1/poles").await;
    let air = r#""air":{"index":"uba_lqi_2025","version":"2025","class":2,"worst":"pm10","hour":"2026-11-25T12:00:00Z","complete":false,"missing":["pm2_5","no2","o3","so2"],"coverage":1}"#;
    assert!(poles.contains(air), "{poles}");
}

#[tokio::test]
async fn a_second_sensor_that_dies_does_not_cost_the_pole_its_hour() {
    let city = city().await;
    hour(&city, "a1", HOUR, 10, r#""pm10":10"#).await;
    hour(&city, "a2", HOUR, 10, r#""pm10":20"#).await;
    hour(&city, "a1", HOUR + 60, 10, r#""pm10":10"#).await;
    let answer = city.get("/api/v1/air?pole=A").await;
    assert!(answer.contains(r#""value":15,"coverage":1,"valid":true"#), "{answer}");
    assert!(answer.contains(r#""value":10,"coverage":1,"valid":true"#), "that of the sensor it is made of: {answer}");
    let class = city.get("/api/v1/poles").await;
    assert!(class.contains(r#""worst":"pm10","hour":"2026-11-25T12:00:00Z""#), "{class}");
    assert!(!class.contains(r#""coverage":0.5"#), "{class}");
}

#[tokio::test]
async fn a_zone_has_a_worst_pole_and_a_range() {
    let city = city().await;
    hour(&city, "a1", HOUR, 10, r#""pm10":5"#).await;
    hour(&city, "b1", HOUR, 12, r#""pm10":60,"no2":5"#).await;
    city.check("/api/v1/air?zone=markt", &expect![[r#"
        200 OK application/json
        {"scope":{"kind":"zone","id":"markt"},"method":{"id":"air.hour","version":1},"items":[{"start":"2026-11-25T11:00:00Z","end":"2026-11-25T12:00:00Z","hour_end_label":"2026-11-25 13:00:00","pollutants":[{"pollutant":"pm10","unit":"ug/m3","mean":32.5,"lowest":5,"highest":60,"pole":"B","poles":2,"coverage":0.917,"flags":["stuck","uncalibrated","corrected"],"state":"open","revision":0},
        {"pollutant":"no2","unit":"ug/m3","mean":5,"lowest":5,"highest":5,"pole":"B","poles":1,"coverage":0.833,"flags":["uncalibrated"],"state":"open","revision":0}],"indices":[{"index":"uba_lqi_2025","version":"2025","class":3,"worst":"pm10","pole":"B","best":0,"poles":2,"complete":false},
        {"index":"uba_lqi_former","version":"former","class":0,"worst":"no2","pole":"B","best":0,"poles":1,"complete":false},
        {"index":"european_aqi_2024","version":"2024","class":null,"worst":null,"pole":null,"best":null,"poles":0,"complete":false}]}],"next":null}"#]]).await;
}

/// Twelve hours of 60 readings of 10 and twelve of 6 of 40: their pooled mean is 12.7.
async fn golden_day(city: &City) {
    for at in 0..24 {
        let (every, values) = if at < 12 { (1, r#""pm10":10,"o3":130"#) } else { (10, r#""pm10":40,"o3":20"#) };
        hour(city, "a1", DAY + at * 60, every, values).await;
    }
}

#[tokio::test]
async fn a_day_is_the_mean_of_its_hours_and_not_of_its_readings() {
    let city = city().await;
    golden_day(&city).await;
    let span = city.get("/api/v1/air/days?pole=A&from=2026-11-25T23:00:00Z&to=2026-11-26T23:00:00Z").await;
    city.commit();
    assert_eq!(city.get("/api/v1/air/days?pole=A&year=2026").await, span);
    expect![[r#"
        200 OK application/json
        {"scope":{"kind":"pole","id":"A"},"methods":[{"id":"air.day","version":1},
        {"id":"air.max_8h","version":1}],"items":[{"date":"2026-11-26","start":"2026-11-25T23:00:00Z","end":"2026-11-26T23:00:00Z","pollutants":[{"pollutant":"pm10","unit":"ug/m3","mean":25,"valid_hours":24,"needed_hours":18,"max_8h":null,"uncorrected":false,"state":"open","revision":0},
        {"pollutant":"o3","unit":"ug/m3","mean":75,"valid_hours":24,"needed_hours":18,"max_8h":{"mean":130,"valid":19,"needed":18},"uncorrected":false,"state":"open","revision":0}]}],"next":null}"#]].assert_eq(&span);
}

#[tokio::test]
async fn seventeen_hours_are_no_day() {
    let city = city().await;
    for at in 0..17 {
        hour(&city, "a1", DAY + at * 60, 10, r#""pm10":10"#).await;
    }
    let days = "/api/v1/air/days?pole=A&year=2026";
    assert!(city.get(days).await.contains(r#""mean":null,"valid_hours":17,"needed_hours":18"#));
    hour(&city, "a1", DAY + 17 * 60, 10, r#""pm10":10"#).await;
    assert!(city.get(days).await.contains(r#""mean":10,"valid_hours":18,"needed_hours":18"#));
}

#[tokio::test]
async fn late_data_lead_to_the_same_day() {
    let (in_order, late) = (city().await, city().await);
    golden_day(&in_order).await;
    hour(&late, "b1", DAY - 60, 10, r#""no2":5"#).await;
    let values = |at: i64| if at < 12 { (1, r#""pm10":10,"o3":130"#) } else { (10, r#""pm10":40,"o3":20"#) };
    for at in (0..24).rev() {
        let (every, values) = values(at);
        hour_received(&late, "a1", DAY + at * 60, every, values, DAY + 24 * 60 + 24 - at).await;
        late.commit();
    }
    for uri in ["/api/v1/air/days?pole=A&year=2026", "/api/v1/air/limits?pole=A&year=2026"] {
        let said = late.get(uri).await.replace(r#""revision":129"#, r#""revision":0"#);
        assert_eq!(said, in_order.get(uri).await, "but for the revisions of 23 hours");
    }
}

#[tokio::test]
async fn air_as_of_an_earlier_minute_is_the_answer_of_then() {
    let city = city().await;
    golden_day(&city).await;
    let addresses = [
        "/api/v1/air?pole=A&from=2026-11-25T23:00:00Z&to=2026-11-26T23:00:00Z",
        "/api/v1/air?zone=markt&from=2026-11-25T23:00:00Z&to=2026-11-26T23:00:00Z",
        "/api/v1/air/days?pole=A&year=2026",
        "/api/v1/air/limits?zone=markt&year=2026",
    ];
    let asked = async |as_of: &str| {
        let mut answers = Vec::new();
        for uri in addresses {
            answers.push(city.get(&format!("{uri}{as_of}")).await);
        }
        answers
    };
    hour(&city, "b1", DAY + 24 * 60, 10, r#""no2":5"#).await;
    city.commit();
    let known = asked("").await;
    // two more days of other air come, and an hour of the day changes
    for at in 25..72 {
        hour(&city, "a1", DAY + at * 60, 10, r#""pm10":90,"o3":200"#).await;
    }
    hour_received(&city, "a1", DAY + 12 * 60 + 5, 10, r#""pm10":1000"#, DAY + 73 * 60).await;
    for _ in 0..2 {
        let then = asked("&as_of=2026-11-27T00:00:00Z").await;
        assert_eq!(then, known);
        assert_ne!(asked("").await, known);
        city.commit();
    }
}

#[tokio::test]
async fn a_year_counts_days_above_each_number_for_orientation() {
    let city = city().await;
    golden_day(&city).await;
    for at in 24..48 {
        hour(&city, "a1", DAY + at * 60, 10, r#""pm10":51"#).await;
        hour(&city, "b1", DAY + at * 60, 10, r#""pm10":50.4"#).await;
    }
    let answer = city.get("/api/v1/air/limits?zone=markt&year=2026").await;
    assert!(answer.contains("a pole is no legal sampling point"), "{answer}");
    let item = |of: &str| {
        let from = answer.find(&format!(r#""regime":{of}"#)).unwrap();
        answer[from..].split("\n{\"regime\"").next().unwrap()
    };
    expect![[r#"
        "regime":"bimschv39","kind":"limit","pollutant":"pm10","averaging":"day","number":50,"unit":"ug/m3","allowed":35,"years":1,"in_force_from":"2010-08-06","in_force_to":null,"uncertainty_percent":50,"source":"39. BImSchV §§ 2–4, 8; Anlage 1 A","worst":"A","lowest":0,"highest":1,"poles":[{"pole":"A","above":1,"valid":2,"of":365,"complete":false,"uncorrected":false,"year_mean":null},
        {"pole":"B","above":0,"valid":1,"of":365,"complete":false,"uncorrected":false,"year_mean":null}]},"#]].assert_eq(item(r#""bimschv39","kind":"limit","pollutant":"pm10","averaging":"day""#));
    expect![[r#"
        "regime":"bimschv39","kind":"limit","pollutant":"pm10","averaging":"year","number":40,"unit":"ug/m3","allowed":0,"years":1,"in_force_from":"2010-08-06","in_force_to":null,"uncertainty_percent":50,"source":"39. BImSchV §§ 2–4, 8; Anlage 1 A","worst":null,"lowest":null,"highest":null,"poles":[{"pole":"A","above":null,"valid":0,"of":1,"complete":false,"uncorrected":false,"year_mean":{"mean":null,"valid_hours":48,"needed_hours":7884,"hours":8760}},
        {"pole":"B","above":null,"valid":0,"of":1,"complete":false,"uncorrected":false,"year_mean":{"mean":null,"valid_hours":24,"needed_hours":7884,"hours":8760}}]},"#]].assert_eq(item(r#""bimschv39","kind":"limit","pollutant":"pm10","averaging":"year""#));
    expect![[r#"
        "regime":"who2021","kind":"interim1","pollutant":"pm10","averaging":"day","number":150,"unit":"ug/m3","allowed":3,"years":1,"in_force_from":"2021-09-22","in_force_to":null,"uncertainty_percent":50,"source":"WHO global air quality guidelines 2021 (ISBN 978-92-4-003422-8), Table 0.1; uncertainty 39. BImSchV Anlage 1 A","worst":null,"lowest":0,"highest":0,"poles":[{"pole":"A","above":0,"valid":2,"of":365,"complete":false,"uncorrected":false,"year_mean":null},
        {"pole":"B","above":0,"valid":1,"of":365,"complete":false,"uncorrected":false,"year_mean":null}]},"#]].assert_eq(item(r#""who2021","kind":"interim1","pollutant":"pm10","averaging":"day""#));
    expect![[r#""regime":"bimschv39","kind":"target","pollutant":"o3","averaging":"max_8h","number":120,"unit":"ug/m3","allowed":25,"years":3,"in_force_from":"2010-08-06","in_force_to":null,"uncertainty_percent":30,"source":"39. BImSchV § 9 Abs. 1; Anlage 1 A","worst":"A","lowest":1,"highest":1,"poles":[{"pole":"A","above":1,"valid":1,"of":365,"complete":false,"uncorrected":false,"year_mean":null}]},"#]].assert_eq(item(r#""bimschv39","kind":"target","pollutant":"o3","averaging":"max_8h""#));
}

#[tokio::test]
async fn only_numbers_that_apply_in_a_year_are_shown() {
    let city = city().await;
    let count = |answer: String| answer.matches(r#""regime":"directive2024""#).count();
    let (before, then) =
        (city.get("/api/v1/air/limits?pole=A&year=2009").await, city.get("/api/v1/air/limits?pole=A&year=2031").await);
    assert_eq!((count(before), count(then) > 0), (0, true));
}

#[tokio::test]
async fn hours_are_paged_without_loss() {
    let city = city().await;
    for at in 0..3 {
        hour(&city, "a1", HOUR + at * 60, 10, r#""no2":10"#).await;
    }
    let uri = "/api/v1/air?pole=A&from=2026-11-25T11:00:00Z&to=2026-11-25T14:00:00Z&limit=2";
    let first = city.get(uri).await;
    let next = first.split_once(r#""next":""#).unwrap().1.trim_end_matches("\"}");
    let second = city.get(&format!("{uri}&cursor={next}")).await;
    let labels = |text: &str| -> Vec<String> {
        text.split(r#""hour_end_label":""#).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    assert_eq!(labels(&first), ["2026-11-25 13:00:00", "2026-11-25 14:00:00"]);
    assert_eq!(labels(&second), ["2026-11-25 15:00:00"]);
    assert!(second.ends_with(r#""next":null}"#));
}

#[tokio::test]
async fn what_cannot_be_asked_is_said() {
    let city = city().await;
    city.check("/api/v1/air", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"pole, zone: not exactly one is given","remedy":"give one of the two"}"#]]).await;
    city.check("/api/v1/air?pole=C", &expect![[r#"
        404 Not Found application/problem+json
        {"type":"urn:smartpole:problem:unknown-pole","title":"Unknown pole","status":404,"detail":"there is no pole \"C\"","remedy":"GET /api/v1/poles lists all"}"#]]).await;
    city.check("/api/v1/air?pole=A&limit=745", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"limit: not a number from 1 to 744: \"745\"","remedy":"GET /api/openapi.json describes every parameter"}"#]]).await;
    city.check("/api/v1/air/days?pole=A&year=2026&from=2026-01-01T00:00:00Z", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"year, from, to: a year and a span are given","remedy":"give one of the two"}"#]]).await;
    city.check("/api/v1/air/limits?pole=A&year=1999", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"year: not a number from 2000 to 2200: \"1999\"","remedy":"GET /api/openapi.json describes every parameter"}"#]]).await;
}

#[tokio::test]
async fn the_methods_say_that_means_are_rounded_before_they_are_held_against_a_number() {
    let methods = city().await.get("/api/v1/methods").await;
    let (_, limits) = methods.split_once(r#""id":"air.limits""#).unwrap();
    let meaning = limits.split_once('}').unwrap().0;
    assert!(meaning.contains("50.4 is not above 50, 50.5 is"), "{meaning}");
}
