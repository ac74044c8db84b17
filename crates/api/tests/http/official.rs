//! The nearest official station's hour beside a pole's.

use std::fmt::Write as _;

use expect_test::expect;
use smartpole_api::Options;

use crate::fixture::{City, parsed, show, text};

/// A pole, a station a kilometre away that measures other things as well, one farther away, one beyond reach.
const POLES: &str = "id,name,place,lat,lon,provider\nA,A,Markt,51.5477,7.3110,\nNear,Eving,Dortmund,51.5567,7.3110,LANUK\n\
    Far,Borsigstraße,Dortmund,51.6477,7.3110,Umweltbundesamt\nBeyond,Köln,Köln,50.94,6.96,Umweltbundesamt\n";
const DEVICES: &str = "id,pole,profile\na1,A,air\nnear,Near,station\nfar,Far,station\nbeyond,Beyond,station\n";
const ZONES: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"markt","name":"Markt","kind":"place","parent":null,"count":"none"},"geometry":{"type":"Polygon","coordinates":[[[7.30,51.54],[7.32,51.54],[7.32,51.66],[7.30,51.66],[7.30,51.54]]]}}]}"#;

async fn city() -> City {
    let mut properties = String::new();
    for (number, id) in (1..).zip(["pm2_5", "no2"]) {
        write!(
            properties,
            "[[property]]\nid = \"{id}\"\nnumber = {number}\nname_de = \"-\"\nname_en = \"-\"\nunit = \"ug/m3\"\nkind = \"gauge\"\n\
            decimals = 1\nmin = 0\nmax = 1000\ntheme = \"air_quality\"\n"
        )
        .unwrap();
    }
    let profile = |codec: &str, sensing: &str| {
        format!("name = \"A\"\ncodec = \"{codec}\"\ninterval_s = 3600\npayload_time = true\nsensing = \"{sensing}\"\n")
    };
    City::over(
        parsed(&[
            ("poles.csv", POLES),
            ("devices.csv", DEVICES),
            ("zones.geojson", ZONES),
            ("properties.toml", &properties),
            ("profiles/air.toml", &profile("smartpole", "none")),
            ("profiles/station.toml", &profile("foreign", "reference_station")),
        ]),
        Options::default(),
    )
    .await
}

/// An hour of a device that ends so many hours after the story's beginning, at 10:00.
async fn told(city: &City, device: &str, hour: i64, values: &str) {
    let payload = format!(r#"{{"time":"2026-11-25T{:02}:59:59.999Z","values":{{{values}}}}}"#, 10 + hour);
    city.deliver(&format!("import/{device}/up"), hour * 60 + 70, &payload).await;
}

const AIR: &str = "/api/v1/air?pole=A&from=2026-11-25T10:00:00Z&to=2026-11-25T13:00:00Z";

#[tokio::test]
async fn the_nearest_station_that_has_an_hour_stands_beside_and_is_never_mixed_in() {
    let city = city().await;
    told(&city, "a1", 0, r#""no2":12"#).await;
    told(&city, "beyond", 0, r#""no2":90"#).await;
    assert!(city.get(AIR).await.contains(r#""official":null"#), "one beyond reach says nothing");
    told(&city, "far", 0, r#""no2":33"#).await;
    let far = city.get(AIR).await;
    assert!(far.contains(r#""official":{"station":"Far","name":"Borsigstraße","provider":"Umweltbundesamt","distance_m":11120,"status":"amtlich, vorläufig""#), "{far}");
    let cited = city.ask("GET", AIR).await;
    let cited: serde_json::Value = serde_json::from_str(&text(cited).await).unwrap();
    let source = "sensors on street lamps, not official; beside them Umweltbundesamt, Borsigstraße, amtlich, vorläufig";
    assert_eq!(cited["citation"]["source"], source);
    told(&city, "near", 0, r#""no2":21,"pm2_5":60"#).await;
    told(&city, "a1", 1, r#""no2":13"#).await;
    city.check(AIR, &expect![[r#"
        200 OK application/json
        {"scope":{"kind":"pole","id":"A"},"method":{"id":"air.hour","version":1},"items":[{"start":"2026-11-25T10:00:00Z","end":"2026-11-25T11:00:00Z","hour_end_label":"2026-11-25 12:00:00","pollutants":[{"pollutant":"no2","unit":"ug/m3","value":12,"coverage":1,"valid":true,"flags":["uncalibrated"],"state":"open","revision":0}],"indices":[{"index":"uba_lqi_2025","version":"2025","class":1,"worst":"no2","classes":{"no2":1},"missing":["pm2_5","pm10","o3","so2"],"uncorrected":[],"complete":false,"may_advise":false},
        {"index":"uba_lqi_former","version":"former","class":0,"worst":"no2","classes":{"no2":0},"missing":["pm2_5","pm10","o3"],"uncorrected":[],"complete":false,"may_advise":false},
        {"index":"european_aqi_2024","version":"2024","class":null,"worst":null,"classes":{"no2":2},"missing":["pm2_5","pm10","o3","so2"],"uncorrected":[],"complete":false,"may_advise":false}],"official":{"station":"Near","name":"Eving","provider":"LANUK","distance_m":1001,"status":"amtlich, vorläufig","pollutants":[{"pollutant":"pm2_5","unit":"ug/m3","value":60,"coverage":1,"valid":true,"flags":[],"state":"open","revision":0},
        {"pollutant":"no2","unit":"ug/m3","value":21,"coverage":1,"valid":true,"flags":[],"state":"open","revision":0}],"indices":[{"index":"uba_lqi_2025","version":"2025","class":4,"worst":"pm2_5","classes":{"no2":1,"pm2_5":4},"missing":["pm10","o3","so2"],"uncorrected":[],"complete":false,"may_advise":false},
        {"index":"uba_lqi_former","version":"former","class":1,"worst":"no2","classes":{"no2":1},"missing":["pm2_5","pm10","o3"],"uncorrected":[],"complete":false,"may_advise":false},
        {"index":"european_aqi_2024","version":"2024","class":null,"worst":null,"classes":{"no2":2,"pm2_5":4},"missing":["pm10","o3","so2"],"uncorrected":[],"complete":false,"may_advise":false}]}},
        {"start":"2026-11-25T11:00:00Z","end":"2026-11-25T12:00:00Z","hour_end_label":"2026-11-25 13:00:00","pollutants":[{"pollutant":"no2","unit":"ug/m3","value":13,"coverage":1,"valid":true,"flags":["uncalibrated"],"state":"open","revision":0}],"indices":[{"index":"uba_lqi_2025","version":"2025","class":1,"worst":"no2","classes":{"no2":1},"missing":["pm2_5","pm10","o3","so2"],"uncorrected":[],"complete":false,"may_advise":false},
        {"index":"uba_lqi_former","version":"former","class":0,"worst":"no2","classes":{"no2":0},"missing":["pm2_5","pm10","o3"],"uncorrected":[],"complete":false,"may_advise":false},
        {"index":"european_aqi_2024","version":"2024","class":null,"worst":null,"classes":{"no2":2},"missing":["pm2_5","pm10","o3","so2"],"uncorrected":[],"complete":false,"may_advise":false}],"official":null}],"next":null}"#]]).await;
    let zone = city.get("/api/v1/air?zone=markt&from=2026-11-25T10:00:00Z&to=2026-11-25T13:00:00Z").await;
    assert!(zone.contains(r#""mean":12,"lowest":12,"highest":12,"pole":"A","poles":1"#), "{zone}");
    let series = city
        .get("/api/v1/series?zone=markt&property=no2&step=1h&from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z")
        .await;
    assert!(series.contains(r#""count":1"#), "{series}");
    let own = city.get(&AIR.replace("pole=A", "pole=Near")).await;
    assert!(
        own.contains(r#""worst":"pm2_5""#) && own.contains(r#""official":null"#),
        "its particles need no correction: {own}"
    );
    let cited = text(city.ask("GET", &AIR.replace("pole=A", "pole=Near")).await).await;
    assert!(cited.contains(r#""source":"LANUK, official station, preliminary""#), "its figures are not ours: {cited}");
    let table = show(city.ask("GET", &format!("{AIR}&format=csv")).await).await.replace("\r\n", "\n");
    expect![[r#"
        200 OK text/csv; charset=utf-8; header=present
        pole,start,start_local,end,end_local,hour_end_label,pollutant,unit,value,coverage,valid,flags,state,revision,uba_lqi_2025_of_pollutant,uba_lqi_2025_class,uba_lqi_2025_worst,uba_lqi_2025_complete,uba_lqi_former_of_pollutant,uba_lqi_former_class,uba_lqi_former_worst,uba_lqi_former_complete,european_aqi_2024_of_pollutant,european_aqi_2024_class,european_aqi_2024_worst,european_aqi_2024_complete,official_station,official_provider,official_distance_m,official_value,official_uba_lqi_2025_class,official_status
        A,2026-11-25T10:00:00Z,2026-11-25 11:00:00,2026-11-25T11:00:00Z,2026-11-25 12:00:00,2026-11-25 12:00:00,no2,ug/m3,12,1,true,uncalibrated,open,0,1,1,no2,false,0,0,no2,false,2,,,false,Near,LANUK,1001,21,4,"amtlich, vorläufig"
        A,2026-11-25T11:00:00Z,2026-11-25 12:00:00,2026-11-25T12:00:00Z,2026-11-25 13:00:00,2026-11-25 13:00:00,no2,ug/m3,13,1,true,uncalibrated,open,0,1,1,no2,false,0,0,no2,false,2,,,false,,,,,,
    "#]]
    .assert_eq(&table);
}
