//! SensorThings: what operators and the public get.

use axum::{body::Body, http::Request};
use expect_test::expect;
use serde_json::Value;
use smartpole_api::{Options, Peer};

use crate::{
    fixture::{CITY, City, parsed, show, text},
    hours::{hour, street, street_with},
};

/// The value of a list, or the entity.
async fn asked(city: &City, uri: &str) -> Value {
    let response = city.ask("GET", &format!("/sta/v1.1/{uri}")).await;
    assert_eq!(response.status(), 200, "{uri}");
    let said: Value = serde_json::from_str(&text(response).await).unwrap();
    said.get("value").cloned().unwrap_or(said)
}

async fn names(city: &City, uri: &str) -> Vec<String> {
    let list = asked(city, uri).await;
    list.as_array().unwrap().iter().map(|entity| entity["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_root_names_collections_by_the_address_of_the_asker() {
    let city = City::new(Options::default()).await;
    city.check_publicly("/sta/v1.1", &expect![[r#"
        200 OK application/json
        {"value":[{"name":"Things","url":"https://luft.example.org/sta/v1.1/Things"},
        {"name":"Locations","url":"https://luft.example.org/sta/v1.1/Locations"},
        {"name":"HistoricalLocations","url":"https://luft.example.org/sta/v1.1/HistoricalLocations"},
        {"name":"Datastreams","url":"https://luft.example.org/sta/v1.1/Datastreams"},
        {"name":"Sensors","url":"https://luft.example.org/sta/v1.1/Sensors"},
        {"name":"ObservedProperties","url":"https://luft.example.org/sta/v1.1/ObservedProperties"},
        {"name":"Observations","url":"https://luft.example.org/sta/v1.1/Observations"},
        {"name":"FeaturesOfInterest","url":"https://luft.example.org/sta/v1.1/FeaturesOfInterest"}],"serverSettings":{"conformance":["http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel","http://www.opengis.net/spec/iot_sensing/1.1/req/resource-path/resource-path-to-entities","http://www.opengis.net/spec/iot_sensing/1.1/req/request-data"]}}"#]]).await;
    let root = show(city.ask_publicly("GET", "/sta/v1.1").await).await;
    assert_eq!(
        show(city.ask_publicly("GET", "/sta/v1.1/").await).await,
        root,
        "as clients write it that add their paths"
    );
    let mut request = Request::builder().uri("/sta/v1.1").header("host", "127.0.0.1:8080").body(Body::empty()).unwrap();
    request.extensions_mut().insert(Peer("127.0.0.1".parse().unwrap()));
    assert!(text(city.send(request).await).await.contains(r#""url":"http://127.0.0.1:8080/sta/v1.1/Things""#));
}

#[tokio::test]
async fn poles_devices_and_readings_are_things_sensors_and_observations() {
    let city = City::new(Options::default()).await;
    city.check(
        "/sta/v1.1/Things?$expand=Locations,HistoricalLocations($select=time),Datastreams($top=1)",
        &expect![[r#"
            200 OK application/json
            {"value":[{"@iot.id":1,"@iot.selfLink":"https://luft.example.org/sta/v1.1/Things(1)","name":"Am Markt 1","description":"street lamp at Am Markt","properties":{"pole":"AM-01","place":"Am Markt","zones":["altstadt"]},"Locations":[{"@iot.id":1,"@iot.selfLink":"https://luft.example.org/sta/v1.1/Locations(1)","name":"Am Markt 1","description":"where the street lamp AM-01 stands","encodingType":"application/geo+json","location":{"type":"Point","coordinates":[7.311,51.5477]},"Things@iot.navigationLink":"https://luft.example.org/sta/v1.1/Locations(1)/Things","HistoricalLocations@iot.navigationLink":"https://luft.example.org/sta/v1.1/Locations(1)/HistoricalLocations"}],"HistoricalLocations":[{"time":"2020-01-01T00:00:00Z"}],"Datastreams@iot.nextLink":"https://luft.example.org/sta/v1.1/Things(1)/Datastreams?$top=1&$skiptoken=0_8388608","Datastreams":[{"@iot.id":8388608,"@iot.selfLink":"https://luft.example.org/sta/v1.1/Datastreams(8388608)","name":"Particles PM2.5, Am Markt 1","description":"readings of the device air-1 at the street lamp AM-01, as they count; sensor data, not official","unitOfMeasurement":{"name":"ug/m3","symbol":"µg/m³","definition":"http://www.opengis.net/def/uom/UCUM/ug/m3"},"observationType":"http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement","properties":{"pole":"AM-01","device":"air-1","property":"pm2_5","channel":0,"kind":"gauge","installations":[{"from":null,"to":null}]},"Thing@iot.navigationLink":"https://luft.example.org/sta/v1.1/Datastreams(8388608)/Thing","Sensor@iot.navigationLink":"https://luft.example.org/sta/v1.1/Datastreams(8388608)/Sensor","ObservedProperty@iot.navigationLink":"https://luft.example.org/sta/v1.1/Datastreams(8388608)/ObservedProperty","Observations@iot.navigationLink":"https://luft.example.org/sta/v1.1/Datastreams(8388608)/Observations"}]}]}"#]],
    )
    .await;
    city.check(
        "/sta/v1.1/Datastreams?$filter=properties/property%20eq%20'pm2_5'&$expand=Sensor,ObservedProperty,Observations",
        &expect![[r#"
            200 OK application/json
            {"value":[{"@iot.id":8388608,"@iot.selfLink":"https://luft.example.org/sta/v1.1/Datastreams(8388608)","name":"Particles PM2.5, Am Markt 1","description":"readings of the device air-1 at the street lamp AM-01, as they count; sensor data, not official","unitOfMeasurement":{"name":"ug/m3","symbol":"µg/m³","definition":"http://www.opengis.net/def/uom/UCUM/ug/m3"},"observationType":"http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement","properties":{"pole":"AM-01","device":"air-1","property":"pm2_5","channel":0,"kind":"gauge","installations":[{"from":null,"to":null}]},"Thing@iot.navigationLink":"https://luft.example.org/sta/v1.1/Datastreams(8388608)/Thing","Sensor":{"@iot.id":1,"@iot.selfLink":"https://luft.example.org/sta/v1.1/Sensors(1)","name":"air-1","description":"A, one report in 60 s; sensor data, not official","encodingType":"text/html","metadata":"https://luft.example.org/#methode","properties":{"profile":"air","sensing":"none"},"Datastreams@iot.navigationLink":"https://luft.example.org/sta/v1.1/Sensors(1)/Datastreams"},"ObservedProperty":{"@iot.id":2,"@iot.selfLink":"https://luft.example.org/sta/v1.1/ObservedProperties(2)","name":"Particles PM2.5","definition":"https://luft.example.org/api/v1/properties#pm2_5","description":"Feinstaub PM2,5","properties":{"property":"pm2_5","theme":"air_quality"},"Datastreams@iot.navigationLink":"https://luft.example.org/sta/v1.1/ObservedProperties(2)/Datastreams"},"Observations":[{"@iot.id":217764030000,"@iot.selfLink":"https://luft.example.org/sta/v1.1/Observations(217764030000)","phenomenonTime":"2026-11-25T10:00:30Z","resultTime":"2026-11-25T10:00:30Z","result":7.3,"resultQuality":["uncalibrated"],"parameters":{"measured":7.3,"received_at":"2026-11-25T10:01:00Z","time_source":"payload"},"Datastream@iot.navigationLink":"https://luft.example.org/sta/v1.1/Observations(217764030000)/Datastream","FeatureOfInterest@iot.navigationLink":"https://luft.example.org/sta/v1.1/Observations(217764030000)/FeatureOfInterest"},
            {"@iot.id":217764090000,"@iot.selfLink":"https://luft.example.org/sta/v1.1/Observations(217764090000)","phenomenonTime":"2026-11-25T10:01:30Z","resultTime":"2026-11-25T10:01:30Z","result":7.45,"resultQuality":["uncalibrated"],"parameters":{"measured":7.45,"received_at":"2026-11-25T10:03:00Z","time_source":"payload"},"Datastream@iot.navigationLink":"https://luft.example.org/sta/v1.1/Observations(217764090000)/Datastream","FeatureOfInterest@iot.navigationLink":"https://luft.example.org/sta/v1.1/Observations(217764090000)/FeatureOfInterest"}]}]}"#]],
    )
    .await;
    city.check("/sta/v1.1/Observations?$filter=Datastream/ObservedProperty/name%20eq%20'Crossings%20in'&$expand=FeatureOfInterest($select=name,feature)&$select=result,phenomenonTime", &expect![[r#"
        200 OK application/json
        {"value":[{"phenomenonTime":"2026-11-25T10:01:00Z","result":4,"FeatureOfInterest":{"name":"Am Markt 1","feature":{"type":"Point","coordinates":[7.311,51.5477]}}},
        {"phenomenonTime":"2026-11-25T10:01:00Z","result":7,"FeatureOfInterest":{"name":"Am Markt 1","feature":{"type":"Point","coordinates":[7.311,51.5477]}}}]}"#]]).await;
}

#[tokio::test]
async fn the_public_finds_nothing_of_devices_that_count_persons() {
    let city = City::new(Options::default()).await;
    let hidden = asked(&city, "Datastreams?$filter=properties/device%20eq%20'people-1'&$expand=Observations").await;
    let hidden = hidden.as_array().unwrap();
    assert_eq!(hidden.len(), 3, "operators see them");
    for datastream in hidden {
        let mut links = vec![datastream["@iot.selfLink"].as_str().unwrap()];
        let observations = datastream["Observations"].as_array().unwrap();
        assert!(!observations.is_empty());
        links.extend(observations.iter().map(|found| found["@iot.selfLink"].as_str().unwrap()));
        for link in links {
            let path = link.split_once("/sta/").unwrap().1;
            assert_eq!(city.ask_publicly("GET", &format!("/sta/{path}")).await.status(), 404, "{path}");
        }
    }
    for kind in ["Things", "Datastreams", "Sensors", "ObservedProperties", "Observations"] {
        let seen = text(city.ask_publicly("GET", &format!("/sta/v1.1/{kind}?$count=true")).await).await;
        assert!(!seen.contains("people") && !seen.contains("Crossings"), "{seen}");
    }
    city.check_publicly("/sta/v1.1/Observations?$select=result,parameters&$count=true", &expect![[r#"
        200 OK application/json
        {"@iot.count":2,"value":[{"result":7.3,"parameters":{"measured":7.3,"received_at":"2026-11-25T10:01:00Z","time_source":"payload"}},
        {"result":7.45,"parameters":{"measured":7.45,"received_at":"2026-11-25T10:03:00Z","time_source":"payload"}}]}"#]]).await;
}

#[tokio::test]
async fn observations_are_the_readings_of_the_series_as_they_count() {
    let city = street_with(|properties| format!("{properties}excluded_by = [\"out_of_range\"]\n")).await;
    hour(&city, "a", 1, 10, r#""no2":41.5,"temperature":3"#).await;
    city.commit();
    hour(&city, "a", 61, 10, r#""no2":5000,"temperature":-3.5"#).await;
    for property in ["no2", "temperature"] {
        let span = "from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z";
        let series =
            text(city.ask("GET", &format!("/api/v1/series?device=a&property={property}&step=raw&{span}")).await).await;
        let series: Value = serde_json::from_str(&series).unwrap();
        let expected: Vec<[Value; 3]> = series["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| ["event_time", "counted", "value"].map(|name| item[name].clone()))
            .collect();
        for order in ["", "&$orderby=phenomenonTime desc"] {
            let uri = format!("Observations?$filter=Datastream/ObservedProperty/name eq '{property}'{order}")
                .replace(' ', "%20");
            let observations = asked(&city, &uri).await;
            let mut found: Vec<[Value; 3]> = observations
                .as_array()
                .unwrap()
                .iter()
                .map(|item| {
                    [item["phenomenonTime"].clone(), item["result"].clone(), item["parameters"]["measured"].clone()]
                })
                .collect();
            if !order.is_empty() {
                found.reverse();
            }
            assert_eq!((found.len(), &found), (12, &expected), "{property}");
        }
    }
    let excluded = asked(&city, "Observations?$filter=result%20eq%20null&$top=1").await;
    assert_eq!(excluded[0]["resultQuality"], serde_json::json!(["out_of_range", "uncalibrated"]));
    let id = excluded[0]["@iot.id"].as_i64().unwrap();
    assert_eq!(asked(&city, &format!("Observations({id})")).await, excluded[0]);
    assert_eq!(city.ask("GET", &format!("/sta/v1.1/Observations({id})/result")).await.status(), 204);
    assert_eq!(
        city.get(&format!("/sta/v1.1/Observations({id})/parameters/measured/$value")).await,
        "200 OK text/plain; charset=utf-8\n5000"
    );
}

#[tokio::test]
async fn a_device_that_moved_has_a_datastream_at_each_pole_with_what_it_measured_there() {
    let files = [
        ("poles.csv", "id,name,place,lat,lon\nA,first,X,51.5,7.3\nB,second,X,51.5,7.4\n"),
        ("devices.csv", "id,pole,profile,from\nd,A,p,\nd,B,p,2026-11-25T10:30:00Z\n"),
        ("zones.geojson", CITY),
        (
            "properties.toml",
            "[[property]]\nid = \"t\"\nnumber = 9\nname_de = \"t\"\nname_en = \"t\"\nunit = \"Cel\"\nkind = \"gauge\"\ndecimals = 1\nmin = -40\nmax = 60\ntheme = \"weather\"\n",
        ),
        ("profiles/p.toml", "name = \"P\"\ncodec = \"smartpole\"\ninterval_s = 600\npayload_time = true\n"),
    ];
    let city = City::over(parsed(&files), Options::default()).await;
    hour(&city, "d", 0, 10, r#""t":1"#).await;
    assert_eq!(names(&city, "Datastreams").await, ["t, first", "t, second"]);
    for (pole, minutes) in [("first", ["10:00", "10:10", "10:20"]), ("second", ["10:30", "10:40", "10:50"])] {
        let list = asked(&city, &format!("Things?$filter=name%20eq%20'{pole}'&$expand=Datastreams/Observations")).await;
        let there = list[0]["Datastreams"][0]["Observations"].as_array().unwrap();
        let times = there.iter().map(|found| found["phenomenonTime"].as_str().unwrap()[11..16].to_owned());
        assert_eq!(times.collect::<Vec<_>>(), minutes, "{pole}");
        let id = there[0]["@iot.id"].as_i64().unwrap();
        assert_eq!(asked(&city, &format!("Observations({id})/Datastream/Thing/name")).await["name"], pole);
        assert_eq!(asked(&city, &format!("Observations({id})/FeatureOfInterest/name")).await["name"], pole);
    }
}

#[tokio::test]
async fn every_link_of_every_kind_leads_somewhere() {
    let city = street().await;
    for device in ["a", "b", "f"] {
        hour(&city, device, 1, 10, r#""no2":41.5,"noise_laeq":50,"temperature":3"#).await;
    }
    city.commit();
    let mut next: Vec<String> = [
        "Things",
        "Locations",
        "HistoricalLocations",
        "Datastreams",
        "Sensors",
        "ObservedProperties",
        "Observations",
        "FeaturesOfInterest",
    ]
    .map(|kind| format!("/sta/v1.1/{kind}"))
    .into();
    for _ in 0..3 {
        let mut further = Vec::new();
        for link in &next {
            let response = city.ask("GET", link).await;
            assert_eq!(response.status(), 200, "{link}");
            let said: Value = serde_json::from_str(&text(response).await).unwrap();
            let one = said["value"]
                .as_array()
                .map_or(&said, |list| list.first().unwrap_or_else(|| panic!("{link} is empty")));
            let links = one.as_object().unwrap().iter().filter(|(name, _)| name.ends_with("Link"));
            further.extend(
                links.map(|(_, link)| format!("/sta/{}", link.as_str().unwrap().split_once("/sta/").unwrap().1)),
            );
        }
        next = further;
    }
    assert!(next.len() > 100, "{}", next.len());
}

#[tokio::test]
async fn what_is_wrong_is_said_as_a_problem() {
    let city = City::new(Options::default()).await;
    city.check("/sta/v1.1/Things(99)", &expect![[r#"
        404 Not Found application/problem+json
        {"type":"urn:smartpole:problem:not-found","title":"Not found","status":404,"detail":"there is nothing at \"/sta/v1.1/Things(99)\"","remedy":"GET /api/openapi.json lists all addresses"}"#]]).await;
    city.check("/sta/v1.1/Datastreams?$filter=nmae%20eq%20'x'", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"$filter: there is no property of Datastreams \"nmae\"","remedy":"did you mean name? there are id, name, description, unitOfMeasurement, observationType, properties, Thing, Sensor, ObservedProperty, Observations"}"#]]).await;
    city.check("/sta/v1.1/Observations?$orderby=result&$top=x", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"$top: not a whole number from 0 on","remedy":"write it like $top=100"}"#]]).await;
    assert_eq!(city.ask("POST", "/sta/v1.1/Things").await.status(), 405);
}
