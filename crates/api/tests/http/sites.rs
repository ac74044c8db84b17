//! Candidate sites side by side.

use expect_test::expect;
use smartpole_api::Options;

use crate::{
    fixture::{City, parsed},
    planner::{PROPERTIES, day},
};

const STATION: &str = r#"
[[property]]
id = "pm2_5"
number = 2
name_de = "Feinstaub"
name_en = "Particles"
unit = "ug/m3"
kind = "gauge"
decimals = 1
min = 0
max = 1000
theme = "air_quality"

[[property]]
id = "noise_laeq"
number = 3
name_de = "Pegel"
name_en = "Level"
unit = "dB"
kind = "gauge"
decimals = 1
min = 0
max = 140
mean = "energy"
theme = "noise"

[[property]]
id = "temperature"
number = 4
name_de = "Temperatur"
name_en = "Temperature"
unit = "Cel"
kind = "gauge"
decimals = 1
min = -40
max = 60
theme = "weather"

[[property]]
id = "parking_state"
number = 5
name_de = "belegt"
name_en = "taken"
unit = "1"
kind = "state"
decimals = 0
min = 0
max = 1
theme = "parking"
personal = true
"#;
const DEVICES: &str = "id,pole,profile\na,A,people\nb,B,people\nsa,A,station\nsb,B,station\nc,C,people\n";
const PEOPLE: &str = "name = \"P\"\ncodec = \"smartpole\"\ninterval_s = 3600\npayload_time = true\nexpected = [\"people_in\", \"people_out\"]\nsensing = \"laser\"\n";
const ALL: &str = "name = \"S\"\ncodec = \"smartpole\"\ninterval_s = 3600\npayload_time = true\nexpected = [\"pm2_5\", \"noise_laeq\", \"temperature\", \"parking_state\"]\nsensing = \"magnetic\"\n";

/// Values of each hour of a day: fine dust, level, temperature and a bay that is taken at noon.
async fn station(city: &City, device: &str, midnight: &str, [dust, level, heat]: [i64; 3]) {
    let first: smartpole_model::UtcMillis = midnight.parse().unwrap();
    let sample = |hour: i64| {
        let (time, taken) = (first.plus(hour * 3_600_000), i64::from(hour == 12));
        format!(
            r#"{{"time":"{time}","values":{{"pm2_5":{dust},"noise_laeq":{level},"temperature":{heat},"parking_state":{taken}}}}}"#
        )
    };
    let samples: Vec<String> = (0..24).map(sample).collect();
    let minute = first.since("2026-11-25T10:00:00Z".parse().unwrap()) / 60_000 + 24 * 60;
    city.message(device, minute, &format!(r#"{{"samples":[{}]}}"#, samples.join(","))).await;
}

/// `a` and `b` have a counter and a station each, `c` a counter that was never heard; `cordon` counts the crossings of A in another way.
async fn town() -> City {
    let zone = |id: &str, kind: &str, count: &str, pole: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{"id":"{id}","name":"Zone {id}","kind":"{kind}","parent":null,"count":"{count}","poles":[{pole}]}},"geometry":null}}"#
        )
    };
    let zones = [
        zone("a", "place", "cross_section", r#""A""#),
        zone("b", "place", "cross_section", r#""B""#),
        zone("c", "place", "none", r#""C""#),
        zone("cordon", "district", "cordon_in", r#""A""#),
    ];
    let files = [
        ("poles.csv", "id,name,place,lat,lon\nA,Pole A,A,51.5,7.3\nB,Pole B,B,51.5,7.3\nC,Pole C,C,51.5,7.3\n"),
        ("devices.csv", DEVICES),
        ("zones.geojson", &format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, zones.join(","))),
        ("properties.toml", &format!("{PROPERTIES}{STATION}")),
        ("profiles/people.toml", PEOPLE),
        ("profiles/station.toml", ALL),
    ];
    let city = City::over(parsed(&files), Options::default()).await;
    // Friday and Saturday
    for (midnight, passed) in [("2027-07-01T22:00:00Z", (6, 4)), ("2027-07-02T22:00:00Z", (12, 8))] {
        day(&city, "a", midnight, passed, &[]).await;
        day(&city, "b", midnight, (1, 1), &[]).await;
        station(&city, "sa", midnight, [4, 55, 31]).await;
        station(&city, "sb", midnight, [30, 65, 22]).await;
    }
    for device in ["a", "b"] {
        day(&city, device, "2027-07-03T22:00:00Z", (0, 0), &[]).await;
    }
    station(&city, "sa", "2027-07-03T22:00:00Z", [4, 55, 31]).await;
    station(&city, "sb", "2027-07-03T22:00:00Z", [30, 65, 22]).await;
    city.commit();
    city
}

const TWO_DAYS: &str = "from=2027-07-01T22:00:00Z&to=2027-07-03T22:00:00Z";

#[tokio::test]
async fn sites_have_the_same_figures_and_say_by_word_what_is_missing() {
    let city = town().await;
    let table = city.get(&format!("/api/v1/sites?sites=a,b&{TWO_DAYS}&format=csv")).await;
    expect![[r#"
        200 OK text/csv; charset=utf-8; header=present
        site,kind,name,rule,provider,theme,figure,unit,value,of,coverage,missing,not_comparable,method,sensing
        a,zone,Zone a,cross_section,,footfall,crossings_per_weekday,/d,100,1,1,,,footfall.cross_section/1,laser
        a,zone,Zone a,cross_section,,footfall,crossings_per_saturday,/d,200,1,1,,,footfall.cross_section/1,laser
        a,zone,Zone a,cross_section,,air,uba_lqi_2025_class_0,1,,0,0,no_index,missing,index.uba_lqi_2025/1,magnetic
        a,zone,Zone a,cross_section,,air,uba_lqi_2025_class_1,1,,0,0,no_index,missing,index.uba_lqi_2025/1,magnetic
        a,zone,Zone a,cross_section,,air,uba_lqi_2025_class_2,1,,0,0,no_index,missing,index.uba_lqi_2025/1,magnetic
        a,zone,Zone a,cross_section,,air,uba_lqi_2025_class_3,1,,0,0,no_index,missing,index.uba_lqi_2025/1,magnetic
        a,zone,Zone a,cross_section,,air,uba_lqi_2025_class_4,1,,0,0,no_index,missing,index.uba_lqi_2025/1,magnetic
        a,zone,Zone a,cross_section,,air,pm2_5,ug/m3,4,48,1,,,air.hour/1,magnetic
        a,zone,Zone a,cross_section,,air,no2,ug/m3,,0,0,no_sensor,missing,air.hour/1,
        a,zone,Zone a,cross_section,,noise,laeq_day,dB,55,2,1,,,noise.period/1,magnetic
        a,zone,Zone a,cross_section,,noise,laeq_evening,dB,55,2,1,,,noise.period/1,magnetic
        a,zone,Zone a,cross_section,,noise,laeq_night,dB,55,2,1,,,noise.period/1,magnetic
        a,zone,Zone a,cross_section,,parking,taken,1,0.042,48,1,,,window.mean/1,magnetic
        a,zone,Zone a,cross_section,,heat,hot_days,1,1,1,1,,,heat.hot_day/1,magnetic
        a,zone,Zone a,cross_section,,heat,tropical_nights,1,,0,0,too_little_covered,missing,heat.tropical_night/1,magnetic
        b,zone,Zone b,cross_section,,footfall,crossings_per_weekday,/d,20,1,1,,,footfall.cross_section/1,laser
        b,zone,Zone b,cross_section,,footfall,crossings_per_saturday,/d,20,1,1,,,footfall.cross_section/1,laser
        b,zone,Zone b,cross_section,,air,uba_lqi_2025_class_0,1,,0,0,no_index,missing,index.uba_lqi_2025/1,magnetic
        b,zone,Zone b,cross_section,,air,uba_lqi_2025_class_1,1,,0,0,no_index,missing,index.uba_lqi_2025/1,magnetic
        b,zone,Zone b,cross_section,,air,uba_lqi_2025_class_2,1,,0,0,no_index,missing,index.uba_lqi_2025/1,magnetic
        b,zone,Zone b,cross_section,,air,uba_lqi_2025_class_3,1,,0,0,no_index,missing,index.uba_lqi_2025/1,magnetic
        b,zone,Zone b,cross_section,,air,uba_lqi_2025_class_4,1,,0,0,no_index,missing,index.uba_lqi_2025/1,magnetic
        b,zone,Zone b,cross_section,,air,pm2_5,ug/m3,30,48,1,,,air.hour/1,magnetic
        b,zone,Zone b,cross_section,,air,no2,ug/m3,,0,0,no_sensor,missing,air.hour/1,
        b,zone,Zone b,cross_section,,noise,laeq_day,dB,65,2,1,,,noise.period/1,magnetic
        b,zone,Zone b,cross_section,,noise,laeq_evening,dB,65,2,1,,,noise.period/1,magnetic
        b,zone,Zone b,cross_section,,noise,laeq_night,dB,65,2,1,,,noise.period/1,magnetic
        b,zone,Zone b,cross_section,,parking,taken,1,0.042,48,1,,,window.mean/1,magnetic
        b,zone,Zone b,cross_section,,heat,hot_days,1,0,1,1,,,heat.hot_day/1,magnetic
        b,zone,Zone b,cross_section,,heat,tropical_nights,1,,0,0,too_little_covered,missing,heat.tropical_night/1,magnetic
    "#]]
    .assert_eq(&table.replace("\r\n", "\n"));
    let table = city.get(&format!("/api/v1/sites?sites=all&{TWO_DAYS}&format=csv")).await;
    let missing: Vec<&str> = table.lines().filter(|row| row.starts_with("c,")).collect();
    expect![[r#"
        c,zone,Zone c,none,,footfall,crossings_per_weekday,/d,,0,0,none,missing,footfall.none/1,laser
        c,zone,Zone c,none,,footfall,crossings_per_saturday,/d,,0,0,none,missing,footfall.none/1,laser
        c,zone,Zone c,none,,air,uba_lqi_2025_class_0,1,,0,0,no_sensor,missing,index.uba_lqi_2025/1,
        c,zone,Zone c,none,,air,uba_lqi_2025_class_1,1,,0,0,no_sensor,missing,index.uba_lqi_2025/1,
        c,zone,Zone c,none,,air,uba_lqi_2025_class_2,1,,0,0,no_sensor,missing,index.uba_lqi_2025/1,
        c,zone,Zone c,none,,air,uba_lqi_2025_class_3,1,,0,0,no_sensor,missing,index.uba_lqi_2025/1,
        c,zone,Zone c,none,,air,uba_lqi_2025_class_4,1,,0,0,no_sensor,missing,index.uba_lqi_2025/1,
        c,zone,Zone c,none,,air,pm2_5,ug/m3,,0,0,no_sensor,missing,air.hour/1,
        c,zone,Zone c,none,,air,no2,ug/m3,,0,0,no_sensor,missing,air.hour/1,
        c,zone,Zone c,none,,noise,laeq_day,dB,,0,0,no_sensor,missing,noise.period/1,
        c,zone,Zone c,none,,noise,laeq_evening,dB,,0,0,no_sensor,missing,noise.period/1,
        c,zone,Zone c,none,,noise,laeq_night,dB,,0,0,no_sensor,missing,noise.period/1,
        c,zone,Zone c,none,,parking,taken,1,,0,0,no_sensor,missing,window.mean/1,
        c,zone,Zone c,none,,heat,hot_days,1,,0,0,no_sensor,missing,heat.hot_day/1,
        c,zone,Zone c,none,,heat,tropical_nights,1,,0,0,no_sensor,missing,heat.tropical_night/1,"#]]
    .assert_eq(&missing.join("\n"));
}

#[tokio::test]
async fn a_pole_is_a_site_and_other_rules_are_not_comparable() {
    let city = town().await;
    let answer = city.get(&format!("/api/v1/sites?sites=A,cordon&{TWO_DAYS}")).await;
    let (_, comparable) = answer.split_once(r#""comparable":"#).unwrap();
    expect![[r#"
        [{"figure":"crossings_per_weekday","comparable":false,"not_comparable":{"reason":"other_rule","meaning":"the sites are not counted by the same rule: a border and a cross-section are two things"}},
        {"figure":"crossings_per_saturday","comparable":false,"not_comparable":{"reason":"other_rule","meaning":"the sites are not counted by the same rule: a border and a cross-section are two things"}},
        {"figure":"uba_lqi_2025_class_0","comparable":false,"not_comparable":{"reason":"missing","meaning":"one of the sites has no such figure"}},
        {"figure":"uba_lqi_2025_class_1","comparable":false,"not_comparable":{"reason":"missing","meaning":"one of the sites has no such figure"}},
        {"figure":"uba_lqi_2025_class_2","comparable":false,"not_comparable":{"reason":"missing","meaning":"one of the sites has no such figure"}},
        {"figure":"uba_lqi_2025_class_3","comparable":false,"not_comparable":{"reason":"missing","meaning":"one of the sites has no such figure"}},
        {"figure":"uba_lqi_2025_class_4","comparable":false,"not_comparable":{"reason":"missing","meaning":"one of the sites has no such figure"}},
        {"figure":"pm2_5","comparable":true,"not_comparable":null},
        {"figure":"no2","comparable":false,"not_comparable":{"reason":"missing","meaning":"one of the sites has no such figure"}},
        {"figure":"laeq_day","comparable":true,"not_comparable":null},
        {"figure":"laeq_evening","comparable":true,"not_comparable":null},
        {"figure":"laeq_night","comparable":true,"not_comparable":null},
        {"figure":"taken","comparable":true,"not_comparable":null},
        {"figure":"hot_days","comparable":true,"not_comparable":null},
        {"figure":"tropical_nights","comparable":false,"not_comparable":{"reason":"missing","meaning":"one of the sites has no such figure"}}]}"#]].assert_eq(comparable);
    let never = city.get(&format!("/api/v1/sites?sites=A,C&{TWO_DAYS}&format=csv")).await;
    assert!(
        never.contains("C,pole,Pole C,cross_section,,footfall,crossings_per_saturday,/d,,0,0,no_data,missing"),
        "{never}"
    );
}

#[tokio::test]
async fn what_would_cost_too_much_or_is_unknown_is_refused() {
    let city = town().await;
    let century = "sites=a,b&from=1926-01-01T00:00:00Z&to=2026-01-01T00:00:00Z";
    for (wanted, status) in [
        (century, "400 "),
        ("sites=a", "400 "),
        ("sites=a,b,a,b,a,b,a", "400 "),
        ("", "400 "),
        ("sites=a,cordn", "404 "),
    ] {
        let answer = city.get(&format!("/api/v1/sites?{wanted}")).await;
        assert!(answer.starts_with(status) && answer.contains("remedy"), "{wanted}: {answer}");
    }
    let answer = city.get("/api/v1/sites?sites=a,cordn").await;
    assert!(answer.contains(r#"did you mean \"cordon\"?"#), "{answer}");
    assert_eq!(city.ask_publicly("GET", "/api/v1/sites?sites=a,b").await.status(), 403);
}
