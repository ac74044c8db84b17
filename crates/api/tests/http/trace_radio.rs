//! The way of readings that came by radio: how gateways heard them, and their message after the device has joined again.

use expect_test::expect;
use smartpole_api::Options;

use crate::fixture::{CITY, City, parsed};

const POLES: &str = "id,name,place,lat,lon\nA,A,Markt,51.55,7.31\n";
const DEVICES: &str = "id,pole,profile\n70b3d57ba0001101,A,own\n70b3d57ba0001102,A,event\n";
const PROPERTIES: &str = "[[property]]\nid = \"temperature\"\nnumber = 91\nname_de = \"T\"\nname_en = \"T\"\nunit = \"Cel\"\n\
                          kind = \"gauge\"\ndecimals = 1\nmin = -40\nmax = 60\ntheme = \"weather\"\n";
const OWN: &str = "name = \"Own\"\ncodec = \"cayenne_lpp\"\ninterval_s = 600\npayload_time = false\n\
                   [[mapping]]\npath = \"temperature.0\"\nproperty = \"temperature\"\nunit = \"Cel\"\n";
const EVENT: &str = "name = \"Event\"\ncodec = \"object\"\ninterval_s = 600\npayload_time = false\n\
                     [[mapping]]\npath = \"t\"\nproperty = \"temperature\"\nunit = \"Cel\"\n";
const GATEWAYS: &str = "id,name,lat,lon\n0016c001ff10235d,Rathaus,,\nb827ebfffe000001,Kirche,,\n";
const KEYS: &str = "device,activation,join_eui,app_key,dev_addr,nwk_s_key,app_s_key,f_cnt_reset\n\
                    70b3d57ba0001101,otaa,70b3d57ed0000001,01010101010101010101010101010101,,,,\n";

/// Three joins of the device, each followed by its first uplink: 20.1, 20.2 and 20.3 °C as Cayenne LPP. Written by ChirpStack's
/// `lrwn` as answers to our join accepts (NetID 000000, JoinNonce 1 to 3); the second and third address are others.
const JOINS: [(&str, &str); 3] = [
    ("00010000d07ed5b370011100a07bd5b37001006c0a858f", "40b731dd01000000029a8b3976474df446"),
    ("00010000d07ed5b370011100a07bd5b37002005d8e1bb8", "401c0191000000000202e112d109c5b01d"),
    ("00010000d07ed5b370011100a07bd5b370030050e898e8", "40852f1c010000000241fbf873efddc7a7"),
];
/// An uplink of a network nearby.
const FOREIGN: &str = "40aabbccdd80070005c0ffee00112233445566";

async fn city() -> City {
    let files = [
        ("poles.csv", POLES),
        ("devices.csv", DEVICES),
        ("zones.geojson", CITY),
        ("properties.toml", PROPERTIES),
        ("gateways.csv", GATEWAYS),
        ("keys.csv", KEYS),
        ("profiles/own.toml", OWN),
        ("profiles/event.toml", EVENT),
    ];
    City::over(parsed(&files), Options::default()).await
}

/// Gateways, and how strongly they hear.
const NEAR: (&str, i32) = ("0016c001ff10235d", -57);
const FAR: (&str, i32) = ("b827ebfffe000001", -98);

/// A frame as a gateway hears it.
async fn heard_by(city: &City, (gateway, rssi): (&str, i32), minute: i64, frame: &str) {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let bytes: Vec<u8> =
        (0..frame.len()).step_by(2).map(|at| u8::from_str_radix(&frame[at..at + 2], 16).unwrap()).collect();
    let rxpk = format!(
        r#"{{"tmst":1000,"freq":868.1,"stat":1,"modu":"LORA","datr":"SF9BW125","codr":"4/5","rssi":{rssi},"lsnr":7.5,"size":{},"data":"{}"}}"#,
        bytes.len(),
        STANDARD.encode(&bytes)
    );
    city.deliver(&format!("semtech/{gateway}/rxpk"), minute, &rxpk).await;
}

/// A frame as two gateways hear it, in one millisecond.
async fn heard(city: &City, minute: i64, frame: &str) {
    for gateway in [NEAR, FAR] {
        heard_by(city, gateway, minute, frame).await;
    }
}

/// Joins at minutes 1, 3, 5 … with uplinks a minute after each.
async fn joined(city: &City, times: usize) {
    for (at, (join, uplink)) in JOINS.iter().take(times).enumerate() {
        heard(city, 2 * at as i64 + 1, join).await;
        heard(city, 2 * at as i64 + 2, uplink).await;
    }
}

/// Message and receptions of a reading of the device in a minute.
async fn way(city: &City, minute: i64) -> String {
    let uri = "/api/v1/trace?device=70b3d57ba0001101&property=temperature";
    let answer = city.get(&format!("{uri}&time=2026-11-25T10:{minute:02}:00Z")).await;
    let (_, way) = answer.split_once(r#""verdict":"accepted","#).unwrap();
    way.split_once(r#","decoding""#).unwrap().0.to_owned()
}

#[tokio::test]
async fn a_frame_is_traced_to_all_gateways_that_heard_it() {
    let city = city().await;
    joined(&city, 1).await;
    expect![[r#"
        "message":{"seq":4,"received_at":"2026-11-25T10:02:00Z","source":"listener","topic":"semtech/0016c001ff10235d/rxpk","size":146,"payload_base64":"eyJ0bXN0IjoxMDAwLCJmcmVxIjo4NjguMSwic3RhdCI6MSwibW9kdSI6IkxPUkEiLCJkYXRyIjoiU0Y5QlcxMjUiLCJjb2RyIjoiNC81IiwicnNzaSI6LTU3LCJsc25yIjo3LjUsInNpemUiOjE3LCJkYXRhIjoiUUxjeDNRRUFBQUFDbW9zNWRrZE45RVk9In0="},"no_message":null,"receptions":[{"seq":4,"received_at":"2026-11-25T10:02:00Z","gateway":"0016c001ff10235d","rssi":-57,"snr":7.5,"spreading_factor":9,"counts":true},
        {"seq":5,"received_at":"2026-11-25T10:02:00Z","gateway":"b827ebfffe000001","rssi":-98,"snr":7.5,"spreading_factor":9,"counts":false}]"#]].assert_eq(&way(&city, 2).await);
}

#[tokio::test]
async fn a_frame_of_a_session_before_the_last_joins_is_still_found() {
    let (once, again) = (city().await, city().await);
    joined(&once, 1).await;
    joined(&again, 3).await;
    assert_eq!(way(&again, 2).await, way(&once, 2).await);
    assert!(way(&again, 4).await.contains(r#""seq":8,"#), "{}", way(&again, 4).await);
}

#[tokio::test]
async fn two_frames_of_unknown_senders_in_one_millisecond_are_not_told_apart() {
    let city = city().await;
    heard(&city, 1, JOINS[0].0).await;
    heard_by(&city, FAR, 2, FOREIGN).await;
    heard_by(&city, NEAR, 2, JOINS[0].1).await;
    assert!(
        way(&city, 2).await.contains(r#""message":{"seq":5,"#),
        "its own address is known: {}",
        way(&city, 2).await
    );
    for (at, (join, uplink)) in (3..).step_by(2).zip(&JOINS[1..]) {
        heard(&city, at, join).await;
        heard(&city, at + 1, uplink).await;
    }
    let way = way(&city, 2).await;
    assert!(way.starts_with(r#""message":null,"no_message":"several frames that may bring it"#), "{way}");
}

#[tokio::test]
async fn an_event_of_a_network_server_tells_its_receptions_itself() {
    let city = city().await;
    let event = r#"{"deduplicationId":"3ac7e3c4-4401-4b8d-9386-a5c902f9202d","time":"2026-11-25T10:01:59.5+00:00","deviceInfo":{"devEui":"70b3d57ba0001102"},"devAddr":"00189440","fCnt":7,"fPort":2,"object":{"t":20.5},
        "rxInfo":[{"gatewayId":"0016c001ff10235d","uplinkId":1,"rssi":-57,"snr":10.2,"crcStatus":"CRC_OK"},{"gatewayId":"b827ebfffe000001","uplinkId":2,"rssi":-98,"snr":-7,"crcStatus":"CRC_OK"}],
        "txInfo":{"frequency":868300000,"modulation":{"lora":{"bandwidth":125000,"spreadingFactor":11,"codeRate":"CR_4_5"}}}}"#;
    city.deliver("application/a/device/70b3d57ba0001102/event/up", 2, event).await;
    let uri = "/api/v1/trace?device=70b3d57ba0001102&property=temperature&time=2026-11-25T10:01:59.5Z";
    let answer = city.get(uri).await;
    let (_, receptions) = answer.split_once(r#""receptions":"#).unwrap();
    expect![[r#"
        [{"seq":2,"received_at":"2026-11-25T10:02:00Z","gateway":"0016c001ff10235d","rssi":-57,"snr":10.2,"spreading_factor":11,"counts":true},
        {"seq":2,"received_at":"2026-11-25T10:02:00Z","gateway":"b827ebfffe000001","rssi":-98,"snr":-7,"spreading_factor":11,"counts":true}]"#]].assert_eq(receptions.split_once(r#","decoding""#).unwrap().0);
}
