//! What share of the readings came, and when none did.

use expect_test::expect;
use smartpole_api::Options;

use crate::{
    fixture::{CITY, City, parsed},
    planner::{PROFILE, PROPERTIES, ZONES, day, square},
};

#[tokio::test]
async fn each_pole_and_property_has_its_share_and_its_gaps() {
    let city = square().await;
    let span = "from=2027-11-26T00:00:00Z&to=2027-11-28T10:00:00Z";
    let answer = city.get(&format!("/api/v1/coverage?zone=markt&property=people_in&{span}")).await;
    expect![[r#"
        200 OK application/json
        {"scope":{"kind":"zone","id":"markt"},"method":{"id":"coverage.reports","version":1},"step":"1d","from":"2027-11-26T00:00:00Z","to":"2027-11-28T10:00:00Z","items":[{"pole":"M-1","property":"people_in","start":"2027-11-25T23:00:00Z","end":"2027-11-26T23:00:00Z","count":0,"expected":24,"coverage":0,"gaps":[{"from":"2027-11-25T23:00:00Z","to":"2027-11-26T23:00:00Z"}]},
        {"pole":"M-1","property":"people_in","start":"2027-11-26T23:00:00Z","end":"2027-11-27T23:00:00Z","count":23,"expected":24,"coverage":0.958,"gaps":[{"from":"2027-11-27T14:00:00Z","to":"2027-11-27T15:00:00Z"}]},
        {"pole":"M-1","property":"people_in","start":"2027-11-27T23:00:00Z","end":"2027-11-28T23:00:00Z","count":24,"expected":24,"coverage":1,"gaps":[]}]}"#]].assert_eq(&answer);
    let table = city.get(&format!("/api/v1/coverage?pole=M-1&property=people_out&step=1mo&format=csv&{span}")).await;
    expect![[r#"
        200 OK text/csv; charset=utf-8; header=present
        pole,property,start,start_local,end,end_local,count,expected,coverage,gaps
        M-1,people_out,2027-10-31T23:00:00Z,2027-11-01 00:00:00,2027-11-30T23:00:00Z,2027-12-01 00:00:00,95,672,0.141,2027-10-31T23:00:00Z/2027-11-12T23:00:00Z 2027-11-13T23:00:00Z/2027-11-19T23:00:00Z 2027-11-20T23:00:00Z/2027-11-26T23:00:00Z 2027-11-27T14:00:00Z/2027-11-27T15:00:00Z
    "#]].assert_eq(&table.replace("\r\n", "\n"));
}

#[tokio::test]
async fn a_sensor_that_never_sent_anything_is_one_gap() {
    let city = square().await;
    let answer = city.get("/api/v1/coverage?pole=R-1&from=2027-11-20T23:00:00Z&to=2027-11-27T23:00:00Z&step=1w").await;
    expect![[r#"
        200 OK application/json
        {"scope":{"kind":"pole","id":"R-1"},"method":{"id":"coverage.reports","version":1},"step":"1w","from":"2027-11-20T23:00:00Z","to":"2027-11-27T23:00:00Z","items":[{"pole":"R-1","property":"people_in","start":"2027-11-14T23:00:00Z","end":"2027-11-21T23:00:00Z","count":0,"expected":24,"coverage":0,"gaps":[{"from":"2027-11-20T23:00:00Z","to":"2027-11-21T23:00:00Z"}]},
        {"pole":"R-1","property":"people_in","start":"2027-11-21T23:00:00Z","end":"2027-11-28T23:00:00Z","count":0,"expected":144,"coverage":0,"gaps":[{"from":"2027-11-21T23:00:00Z","to":"2027-11-27T23:00:00Z"}]},
        {"pole":"R-1","property":"people_out","start":"2027-11-14T23:00:00Z","end":"2027-11-21T23:00:00Z","count":0,"expected":24,"coverage":0,"gaps":[{"from":"2027-11-20T23:00:00Z","to":"2027-11-21T23:00:00Z"}]},
        {"pole":"R-1","property":"people_out","start":"2027-11-21T23:00:00Z","end":"2027-11-28T23:00:00Z","count":0,"expected":144,"coverage":0,"gaps":[{"from":"2027-11-21T23:00:00Z","to":"2027-11-27T23:00:00Z"}]}]}"#]].assert_eq(&answer);
}

#[tokio::test]
async fn before_a_sensor_hung_there_nothing_was_expected() {
    let files = [
        ("poles.csv", "id,name,place,lat,lon\nM-1,M 1,Markt,51.545,7.31\n"),
        ("devices.csv", "id,pole,profile,from,to\np1,M-1,people,2027-11-20T11:00:00Z,\n"),
        ("zones.geojson", ZONES),
        ("properties.toml", PROPERTIES),
        ("profiles/people.toml", PROFILE),
    ];
    let city = City::over(parsed(&files), Options::default()).await;
    day(&city, "p1", "2027-11-19T23:00:00Z", (6, 4), &[15, 16]).await;
    city.commit();
    let answer = city.get("/api/v1/coverage?pole=M-1&property=people_in&from=2027-11-18T00:00:00Z").await;
    let (_, items) = answer.split_once(r#""items":"#).unwrap();
    expect![[r#"[{"pole":"M-1","property":"people_in","start":"2027-11-19T23:00:00Z","end":"2027-11-20T23:00:00Z","count":10,"expected":12,"coverage":0.833,"gaps":[{"from":"2027-11-20T15:00:00Z","to":"2027-11-20T17:00:00Z"}]}]}"#]].assert_eq(items);
}

#[tokio::test]
async fn a_gas_that_is_told_in_ppb_is_sought_as_its_mass_too() {
    let gas = |number, id: &str, more: &str| {
        format!(
            "[[property]]\nid = \"{id}\"\nnumber = {number}\nname_de = \"N\"\nname_en = \"N\"\nunit = \"1\"\nkind = \"gauge\"\n\
             decimals = 1\nmin = 0\nmax = 1000\ntheme = \"air_quality\"\n{more}\n"
        )
    };
    let catalogue = gas(6, "no2", "") + &gas(7, "no2_ppb", "converts_to = \"no2\"\nfactor = 1.9130");
    let files = [
        ("poles.csv", "id,name,place,lat,lon\nM-1,M 1,Markt,51.545,7.31\nM-2,M 2,Markt,51.546,7.31\n"),
        ("devices.csv", "id,pole,profile\nheard,M-1,box\nsilent,M-2,box\n"),
        ("zones.geojson", CITY),
        ("properties.toml", &catalogue),
        (
            "profiles/box.toml",
            "name = \"A\"\ncodec = \"smartpole\"\ninterval_s = 3600\npayload_time = true\nexpected = [\"no2_ppb\"]\n",
        ),
    ];
    let city = City::over(parsed(&files), Options::default()).await;
    city.message("heard", 1, r#"{"time":"2026-11-25T10:00:30Z","values":{"no2_ppb":7.3}}"#).await;
    city.tick(120).await;
    city.commit();
    let found = async |wanted: &str| {
        let span = "from=2026-11-24T23:00:00Z&to=2026-11-25T12:00:00Z";
        let table = city.get(&format!("/api/v1/coverage?zone=stadt{wanted}&format=csv&{span}")).await;
        let cells = |line: &str| {
            let cells: Vec<_> = line.split(',').collect();
            [0, 1, 6, 7].map(|at| cells[at]).join(" ")
        };
        table.lines().skip(2).map(cells).collect::<Vec<_>>()
    };
    assert_eq!(found("&property=no2").await, ["M-1 no2 1 13", "M-2 no2 0 13"]);
    assert_eq!(found("").await, ["M-1 no2 1 13", "M-1 no2_ppb 1 13", "M-2 no2 0 13", "M-2 no2_ppb 0 13"]);
}

#[tokio::test]
async fn what_would_cost_too_much_or_is_unknown_is_refused() {
    let city = square().await;
    let century = "from=1926-01-01T00:00:00Z&to=2026-01-01T00:00:00Z";
    for (wanted, status) in [
        (format!("zone=markt&{century}"), "400 "),
        ("zone=markt&step=15m".to_owned(), "400 "),
        ("zone=markt&pole=M-1".to_owned(), "400 "),
        ("zone=mark".to_owned(), "404 "),
        ("zone=markt&property=people_inn".to_owned(), "404 "),
    ] {
        let answer = city.get(&format!("/api/v1/coverage?{wanted}")).await;
        assert!(answer.starts_with(status) && answer.contains("remedy"), "{wanted}: {answer}");
    }
    let answer = city.get("/api/v1/coverage?pole=M-1&property=people_inn").await;
    assert!(answer.contains(r#"did you mean \"people_in\"?"#), "{answer}");
    assert_eq!(city.ask_publicly("GET", "/api/v1/coverage?zone=markt").await.status(), 403);
}
