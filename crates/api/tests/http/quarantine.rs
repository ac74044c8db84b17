use expect_test::{Expect, expect};
use smartpole_api::Options;

use crate::fixture::City;

/// The one item that a message of a topic makes, from its attempt on.
async fn check(topic: &str, payload: &str, expect: &Expect) {
    let city = City::new(Options::default()).await;
    city.deliver(topic, 5, payload).await;
    city.commit();
    let answer = city.get("/api/v1/quarantine/7").await;
    let (_, attempt) = answer.split_once("\"attempt\":").unwrap();
    expect.assert_eq(attempt);
}

const AIR: &str = "smartpole/castrop-rauxel/AM-01/air-1/up";

#[tokio::test]
async fn a_message_is_told_with_its_bytes_its_attempt_and_its_neighbours() {
    let city = City::new(Options::default()).await;
    city.message("air-1", 9, r#"{"time":"2026-11-25T10:09:00Z","values":{"pm2_5":8}}"#).await;
    city.commit();
    city.check("/api/v1/quarantine/6", &expect![[r#"
        200 OK application/json
        {"seq":6,"received_at":"2026-11-25T10:03:00.001Z","source":"listener","topic":"smartpole/castrop-rauxel/AM-01/air-1/up","device":"air-1","reason":"decode_failed","detail":"JSON line 1 column 1: EOF while parsing an object","size":1,"payload_base64":"ew==","no_payload":null,"attempt":{"says":"refused","reason":"decode_failed","detail":"JSON line 1 column 1: EOF while parsing an object"},"neighbours":{"before":{"event_time":"2026-11-25T10:01:30Z","received_at":"2026-11-25T10:03:00Z","time_source":"payload","values":[{"property":"pm2_5","channel":0,"value":7.45}]},"after":{"event_time":"2026-11-25T10:09:00Z","received_at":"2026-11-25T10:09:00Z","time_source":"payload","values":[{"property":"pm2_5","channel":0,"value":8}]}}}"#]]).await;
}

#[tokio::test]
async fn what_conflicts_is_shown_beside_what_is_known() {
    let payload = r#"{"time":"2026-11-25T10:01:30Z","values":{"pm2_5":7.46}}"#;
    check(AIR, payload, &expect![[r#"{"says":"samples","device":"air-1","profile":"air","samples":[{"event_time":"2026-11-25T10:01:30Z","time_source":"payload","payload_time":"2026-11-25T10:01:30Z","reason":null,"values":[{"property":"pm2_5","channel":0,"value":7.46,"known":7.45}],"faults":[]}],"left_out":0},"neighbours":{"before":{"event_time":"2026-11-25T10:01:30Z","received_at":"2026-11-25T10:03:00Z","time_source":"payload","values":[{"property":"pm2_5","channel":0,"value":7.45}]},"after":null}}"#]]).await;
}

#[tokio::test]
async fn an_instant_that_no_clock_vouches_for_is_shown_with_what_the_payload_says() {
    check(AIR, r#"{"time":"1970-01-01T00:00:05Z","values":{"pm2_5":7.46,"pm2_6":1}}"#, &expect![[r#"{"says":"samples","device":"air-1","profile":"air","samples":[{"event_time":null,"time_source":null,"payload_time":"1970-01-01T00:00:05Z","reason":"time_before_epoch","values":[{"property":"pm2_5","channel":0,"value":7.46,"known":null}],"faults":[{"name":"pm2_6","reason":"unknown_property"}]}],"left_out":0},"neighbours":{"before":{"event_time":"2026-11-25T10:01:30Z","received_at":"2026-11-25T10:03:00Z","time_source":"payload","values":[{"property":"pm2_5","channel":0,"value":7.45}]},"after":null}}"#]]).await;
}

#[tokio::test]
async fn a_stranger_has_no_neighbours() {
    check("smartpole/castrop-rauxel/AM-01/nobody/up", r#"{"values":{"pm2_5":1}}"#, &expect![[r#"{"says":"refused","reason":"unknown_device","detail":"\"nobody\" is not in devices.csv"},"neighbours":null}"#]]).await;
    check(
        "home/kitchen",
        "hot",
        &expect![[
            r#"{"says":"refused","reason":"unknown_topic","detail":"no route fits the topic"},"neighbours":null}"#
        ]],
    )
    .await;
}

#[tokio::test]
async fn a_frame_tells_what_is_in_clear() {
    // LoRaWAN 1.0.4, 4: unconfirmed uplink of DevAddr 26011bda, FCnt 2, FPort 1, four bytes and a MIC
    let data = "QNobASYAAgABlqvN7wECAwQ=";
    let rxpk = |data: &str, stat: i8| {
        format!(
            r#"{{"tmst":1,"freq":868.1,"stat":{stat},"modu":"LORA","datr":"SF7BW125","rssi":-51,"lsnr":5.1,"data":"{data}"}}"#
        )
    };
    check("semtech/0016c001ff10a235/rxpk", &rxpk(data, 1), &expect![[r#"{"says":"frame","gateway":"0016c001ff10a235","crc":"ok","rssi":-51,"snr":5.1,"frame":{"type":"uplink","dev_addr":"26011bda","f_cnt":2,"f_port":1,"confirmed":false}},"neighbours":null}"#]]).await;
    // 6.2.2: a request to join of DevEUI 70b3d57ba0001156 with DevNonce 258
    let join = "AAEAAAAAAAAAVhEAoHvVs3ACAQECAwQ=";
    check("semtech/0016c001ff10a235/rxpk", &rxpk(join, -1), &expect![[r#"{"says":"frame","gateway":"0016c001ff10a235","crc":"bad","rssi":-51,"snr":5.1,"frame":{"type":"join_request","join_eui":"0000000000000001","dev_eui":"70b3d57ba0001156","dev_nonce":258}},"neighbours":null}"#]]).await;
    check("semtech/0016c001ff10a235/rxpk", &rxpk("4AECAwQ=", 0), &expect![[r#"{"says":"frame","gateway":"0016c001ff10a235","crc":"missing","rssi":-51,"snr":5.1,"frame":{"type":"other","what":"a proprietary frame"}},"neighbours":null}"#]]).await;
    check(
        "semtech/0016c001ff10a235/stat",
        r#"{"rxnb":1}"#,
        &expect![[r#"{"says":"control","what":"stat"},"neighbours":null}"#]],
    )
    .await;
}

#[tokio::test]
async fn a_number_that_is_none_of_the_quarantine_is_unknown() {
    let city = City::new(Options::default()).await;
    city.commit();
    city.check("/api/v1/quarantine/2", &expect![[r#"
        404 Not Found application/problem+json
        {"type":"urn:smartpole:problem:unknown-message","title":"Unknown message","status":404,"detail":"there is no message in quarantine with the number \"2\"","remedy":"GET /api/v1/quarantine lists all"}"#]]).await;
    for seq in ["x", "-1", "99999999999999999999", "18446744073709551615"] {
        let answer = city.get(&format!("/api/v1/quarantine/{seq}")).await;
        assert!(answer.starts_with("404 Not Found application/problem+json"), "{answer}");
    }
}
