//! Dated facts of a device: installations and calibrations.

use expect_test::expect;
use smartpole_api::Options;

use crate::fixture::{CITY, City, parsed};

const PM: &str = "[[property]]\nid = \"pm2_5\"\nnumber = 2\nname_de = \"P\"\nname_en = \"P\"\nunit = \"ug/m3\"\nkind = \"gauge\"\ndecimals = 2\n\
                  min = 0\nmax = 1000\ntheme = \"air_quality\"\n";
const PROFILE: &str = "name = \"A\"\ncodec = \"smartpole\"\ninterval_s = 60\npayload_time = true\n";
const POLES: &str = "id,name,place,lat,lon\nAM-01,Am Markt 1,Am Markt,51.5477,7.3110\nLS-02,L 2,L,51.5480,7.3120\n";
const DEVICES: &str = "id,pole,profile,from,to,state,height_m,reversed\n\
                       air-1,AM-01,air,,2026-05-01,,3.5,\nair-1,AM-01,air,2026-05-01,2026-06-01,maintenance,,\n\
                       air-1,LS-02,air,2026-06-01,,active,4,1\n";
const CALIBRATIONS: &str = "device,property,channel,from,to,offset,gain,reference,reference_from,reference_to,slope,intercept,r2,rmse\n\
                            air-1,pm2_5,0,2026-06-01,,-0.5,1.1,LANUK CHAW,2026-04-01,2026-05-01,0.5,0.2,0.9,3\n";

#[tokio::test]
async fn a_device_tells_where_it_was_mounted_and_how_its_values_are_corrected() {
    let files = [
        ("poles.csv", POLES),
        ("devices.csv", DEVICES),
        ("calibrations.csv", CALIBRATIONS),
        ("zones.geojson", CITY),
        ("properties.toml", PM),
        ("profiles/air.toml", PROFILE),
    ];
    let city = City::over(parsed(&files), Options::default()).await;
    let answer = city.get("/api/v1/devices/air-1").await;
    let (_, facts) = answer.split_once("\"installations\":").unwrap();
    expect![[r#"
        [{"from":null,"to":"2026-04-30T22:00:00Z","state":"active","pole":"AM-01","profile":"air","line":"","direction":"","reversed":[],"height_m":3.5,"width_m":null},
        {"from":"2026-04-30T22:00:00Z","to":"2026-05-31T22:00:00Z","state":"maintenance","pole":"AM-01","profile":"air","line":"","direction":"","reversed":[],"height_m":null,"width_m":null},
        {"from":"2026-05-31T22:00:00Z","to":null,"state":"active","pole":"LS-02","profile":"air","line":"","direction":"","reversed":[1],"height_m":4,"width_m":null}],"calibrations":[{"property":"pm2_5","channel":0,"from":"2026-05-31T22:00:00Z","to":null,"offset":-0.5,"gain":1.1,"collocation":{"reference":"LANUK CHAW","from":"2026-03-31T22:00:00Z","to":"2026-04-30T22:00:00Z","slope":0.5,"intercept":0.2,"r2":0.9,"rmse":3,"missed":["slope is 0.5, not 0.65 to 1.35"]},"lifts_uncalibrated":false}],"expected":[],"compared":[]}"#]].assert_eq(facts);
    let nowhere = city.get("/api/v1/devices?pole=AM-01").await;
    assert!(nowhere.contains(r#""items":[]"#), "it hangs elsewhere now: {nowhere}");
}
