//! A frame as a gateway heard it.

use expect_test::{Expect, expect};
use smartpole_lorawan::{GatewayMessage, Malformed};

use super::{check, read, told};

/// One line for each change of a plain frame: `name: value` replaces a member or adds one, a name alone takes it away.
#[track_caller]
fn check_rxpk(changes: &[&str], expected: &Expect) {
    let lines: String = changes.iter().map(|change| told(read("rxpk", changed(change).as_bytes())) + "\n").collect();
    expected.assert_eq(&lines);
}

fn changed(change: &str) -> String {
    let plain = [
        ("tmst", "3512348611"),
        ("freq", "868.1"),
        ("stat", "1"),
        ("modu", "\"LORA\""),
        ("datr", "\"SF7BW125\""),
        ("rssi", "-35"),
        ("lsnr", "5.1"),
        ("size", "2"),
        ("data", "\"qrs=\""),
    ];
    let (name, value) = change.split_once(": ").unwrap_or((change, ""));
    let members = plain.into_iter().filter(|(known, _)| *known != name).chain([(name, value)]);
    let members: Vec<_> =
        members.filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

#[test]
fn the_protocols_own_examples_are_read() {
    let examples = [
        r#"{"time":"2013-03-31T16:21:17.528002Z","tmst":3512348611,"chan":2,"rfch":0,"freq":866.349812,"stat":1,"modu":"LORA","datr":"SF7BW125","codr":"4/6","rssi":-35,"lsnr":5.1,"size":32,"data":"-DS4CGaDCdG+48eJNM3Vai-zDpsR71Pn9CPA9uCON84"}"#,
        r#"{"time":"2013-03-31T16:21:17.530974Z","tmst":3512348514,"chan":9,"rfch":1,"freq":869.1,"stat":1,"modu":"FSK","datr":50000,"rssi":-75,"size":16,"data":"VEVTVF9QQUNLRVRfMTIzNA=="}"#,
        r#"{"time":"2013-03-31T16:21:17.532038Z","tmst":3316387610,"chan":0,"rfch":0,"freq":863.00981,"stat":1,"modu":"LORA","datr":"SF10BW125","codr":"4/7","rssi":-38,"lsnr":5.5,"size":32,"data":"ysgRl452xNLep9S1NTIg2lomKDxUgn3DJ7DE+b00Ass"}"#,
    ];
    check(
        "rxpk",
        &examples,
        &expect![[r#"
        f834b808668309d1bee3c78934cdd56a2fb30e9b11ef53e7f423c0f6e08e37ce Ok -35 Some(51) 866349812 SF7/125 2013-03-31T16:21:17.528Z Tmst(3512348611)
        544553545f5041434b45545f31323334 Ok -75 None 869100000 FSK 2013-03-31T16:21:17.53Z Tmst(3512348514)
        cac811978e76c4d2dea7d4b5353220da5a26283c54827dc327b0c4f9bd3402cb Ok -38 Some(55) 863009810 SF10/125 2013-03-31T16:21:17.532Z Tmst(3316387610)
    "#]],
    );
}

#[test]
fn base64_is_read_in_both_alphabets_and_with_or_without_padding() {
    let data = [r#"data: "qrs=""#, r#"data: "qrs""#, r#"data: "_-8=""#, r#"data: "_+8""#, r#"data: "\/+8=""#];
    check_rxpk(
        &data,
        &expect![[r#"
        aabb Ok -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
        aabb Ok -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
        ffef Ok -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
        ffef Ok -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
        ffef Ok -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
    "#]],
    );
    check_rxpk(
        &[r#"data: "q""#, r#"data: "a b=""#, r#"data: "qrs==""#, "data: 5", "data"],
        &expect![[r#"
        ! data: not base64
        ! data: not base64
        ! data: not base64
        ! not the JSON expected: invalid type: integer `5`, expected a string at line 1 column 112
        ! not the JSON expected: missing field `data` at line 1 column 104
    "#]],
    );
}

#[test]
fn a_frame_has_the_size_it_says_and_at_most_255_bytes() {
    check_rxpk(
        &["size", "size: null", "size: 3", "size: -1", "size: 2.0"],
        &expect![[r#"
        aabb Ok -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
        aabb Ok -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
        ! data: 2 bytes, but size says 3
        ! not the JSON expected: invalid value: integer `-1`, expected u32 at line 1 column 118
        ! not the JSON expected: invalid type: floating point `2.0`, expected u32 at line 1 column 119
    "#]],
    );
    let longest = format!("data: \"{}\"", "A".repeat(340));
    let longer = format!("data: \"{}\"", "A".repeat(342));
    let sizes = [&longest, &longer].map(|data| changed(data).replace("\"size\":2,", ""));
    assert!(
        matches!(read("rxpk", sizes[0].as_bytes()), Ok(GatewayMessage::Uplink(heard)) if heard.phy_payload.len() == 255)
    );
    assert_eq!(read("rxpk", sizes[1].as_bytes()), Err(Malformed::TooLong));
}

#[test]
fn the_radios_checksum_is_right_wrong_or_missing() {
    check_rxpk(
        &["stat: 1", "stat: -1", "stat: 0", "stat", "stat: 2", "stat: \"1\""],
        &expect![[r#"
        aabb Ok -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
        aabb Bad -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
        aabb Missing -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
        aabb Missing -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
        ! stat: not 1, 0 or -1
        ! not the JSON expected: invalid type: string "1", expected i64 at line 1 column 119
    "#]],
    );
}

#[test]
fn the_strongest_antenna_counts() {
    let antennas =
        r#"rsig: [{"ant":0,"chan":7,"rssic":-100,"lsnr":5.2},{"ant":1,"chan":23,"rssic":-91,"lsnr":3.8,"etime":"x"}]"#;
    let equal = r#"rsig: [{"rssic":-91,"lsnr":-1},{"rssic":-91,"lsnr":2.5}]"#;
    check_rxpk(
        &[antennas, equal, "rsig: []", "rsig: null", "rsig: [{}]", "rsig: 7", "rssi"],
        &expect![[r#"
        aabb Ok -91 Some(38) 868100000 SF7/125 - Tmst(3512348611)
        aabb Ok -91 Some(25) 868100000 SF7/125 - Tmst(3512348611)
        aabb Ok -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
        aabb Ok -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
        ! not the JSON expected: missing field `rssic` at line 1 column 128
        ! not the JSON expected: invalid type: integer `7`, expected a sequence at line 1 column 126
        ! no rssi
    "#]],
    );
}

#[test]
fn gps_time_is_utc_or_counted_from_the_gps_epoch() {
    let compact = r#"time: "20260331T162117.528002Z""#;
    let zone = r#"time: "2026-03-31T18:21:17.528+02:00""#;
    check_rxpk(
        &[compact, zone, "tmms: 1479636018528", "tmms: 0"],
        &expect![[r#"
        aabb Ok -35 Some(51) 868100000 SF7/125 2026-03-31T16:21:17.528Z Tmst(3512348611)
        aabb Ok -35 Some(51) 868100000 SF7/125 2026-03-31T16:21:17.528Z Tmst(3512348611)
        aabb Ok -35 Some(51) 868100000 SF7/125 2026-11-25T10:00:00.528Z Tmst(3512348611)
        aabb Ok -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
    "#]],
    );
    let before = r#"time: "1970-01-01T00:00:07Z""#;
    let none = [r#"time: """#, r#"time: "yesterday""#, before, "time: null", "tmms: -1", "tmms: 9223372036854775807"];
    check_rxpk(
        &none,
        &expect![[r#"
        aabb Ok -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
        aabb Ok -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
        aabb Ok -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
        aabb Ok -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
        aabb Ok -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
        aabb Ok -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
    "#]],
    );
    check_rxpk(
        &["time: 7", "tmms: \"7\"", "tmms: 1e3"],
        &expect![[r#"
        ! not the JSON expected: invalid type: integer `7`, expected a string at line 1 column 126
        ! not the JSON expected: invalid type: string "7", expected i64 at line 1 column 128
        ! not the JSON expected: invalid type: floating point `1000.0`, expected i64 at line 1 column 128
    "#]],
    );
}

#[test]
fn numbers_are_exact() {
    let frequencies = ["freq: 868.099999", "freq: 867.1", "freq: 8.681E2", "freq: 866.3498124", "freq: 0"];
    check_rxpk(
        &frequencies,
        &expect![[r#"
        aabb Ok -35 Some(51) 868099999 SF7/125 - Tmst(3512348611)
        aabb Ok -35 Some(51) 867100000 SF7/125 - Tmst(3512348611)
        aabb Ok -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
        aabb Ok -35 Some(51) 866349812 SF7/125 - Tmst(3512348611)
        aabb Ok -35 Some(51) 0 SF7/125 - Tmst(3512348611)
    "#]],
    );
    check_rxpk(
        &["freq: -1", "freq: 4294.967296", "freq: \"868.1\"", "freq: null", "freq: [1]"],
        &expect![[r#"
        ! freq: out of range
        ! freq: out of range
        ! freq: not a number
        ! freq: not a number
        ! freq: not a number
    "#]],
    );
    check_rxpk(
        &["lsnr: -17.2", "lsnr: 7", "lsnr: -0.25", "lsnr: 1e9", "lsnr: null", "lsnr"],
        &expect![[r#"
        aabb Ok -35 Some(-172) 868100000 SF7/125 - Tmst(3512348611)
        aabb Ok -35 Some(70) 868100000 SF7/125 - Tmst(3512348611)
        aabb Ok -35 Some(-3) 868100000 SF7/125 - Tmst(3512348611)
        ! lsnr: out of range
        aabb Ok -35 None 868100000 SF7/125 - Tmst(3512348611)
        aabb Ok -35 None 868100000 SF7/125 - Tmst(3512348611)
    "#]],
    );
    check_rxpk(
        &["rssi: -35.0", "rssi: 40000", "rssi: null", "rssi: \"-35\""],
        &expect![[r#"
        aabb Ok -35 Some(51) 868100000 SF7/125 - Tmst(3512348611)
        ! rssi: out of range
        ! no rssi
        ! rssi: not a number
    "#]],
    );
    check_rxpk(
        &["tmst: 0", "tmst: 4294967295", "tmst: 4294967296", "tmst: -1", "tmst: null", "tmst"],
        &expect![[r#"
        aabb Ok -35 Some(51) 868100000 SF7/125 - Tmst(0)
        aabb Ok -35 Some(51) 868100000 SF7/125 - Tmst(4294967295)
        ! not the JSON expected: invalid value: integer `4294967296`, expected u32 at line 1 column 117
        ! not the JSON expected: invalid value: integer `-1`, expected u32 at line 1 column 109
        ! not the JSON expected: invalid type: null, expected u32 at line 1 column 111
        ! not the JSON expected: missing field `tmst` at line 1 column 100
    "#]],
    );
}

#[test]
fn modulations_that_are_none_of_ours_are_unknown() {
    let known = [r#"datr: "SF12BW125""#, r#"datr: "SF7BW250""#, "datr: 50000"];
    check_rxpk(
        &known,
        &expect![[r#"
        aabb Ok -35 Some(51) 868100000 SF12/125 - Tmst(3512348611)
        aabb Ok -35 Some(51) 868100000 SF7/250 - Tmst(3512348611)
        aabb Ok -35 None 868100000 FSK - Tmst(3512348611)
    "#]],
    );
    let unknown =
        [r#"datr: "M0CW137""#, r#"datr: "SF13BW125""#, r#"datr: "SF7BW""#, "datr: 100000", "datr: null", "datr"];
    check_rxpk(
        &unknown,
        &expect![[r#"
        aabb Ok -35 None 868100000 ? - Tmst(3512348611)
        aabb Ok -35 None 868100000 ? - Tmst(3512348611)
        aabb Ok -35 None 868100000 ? - Tmst(3512348611)
        aabb Ok -35 None 868100000 ? - Tmst(3512348611)
        aabb Ok -35 None 868100000 ? - Tmst(3512348611)
        aabb Ok -35 None 868100000 ? - Tmst(3512348611)
    "#]],
    );
    check_rxpk(
        &["datr: {}", "datr: true", "datr: -50000"],
        &expect![[r#"
        ! datr: not a number
        ! datr: not a number
        ! datr: out of range
    "#]],
    );
}

#[test]
fn what_is_no_object_is_malformed() {
    check(
        "rxpk",
        &["", "null", "[]", "7", "{", "{}", "\u{0}"],
        &expect![[r#"
        ! not the JSON expected: EOF while parsing a value at line 1 column 0
        ! not the JSON expected: invalid type: null, expected struct Rxpk at line 1 column 4
        ! not the JSON expected: invalid length 0, expected struct Rxpk with 11 elements at line 1 column 2
        ! not the JSON expected: invalid type: integer `7`, expected struct Rxpk at line 1 column 1
        ! not the JSON expected: EOF while parsing an object at line 1 column 1
        ! not the JSON expected: missing field `tmst` at line 1 column 2
        ! not the JSON expected: expected value at line 1 column 1
    "#]],
    );
    assert!(matches!(read("rxpk", b"{\"data\":\"\xff\"}"), Err(Malformed::Json(_))));
}
