//! Gateways, and what frames are read with.

use expect_test::expect;
use smartpole_model::{
    Activation, DevAddr, Eui, FCntReset, Inputs, Key, NetId, Position,
    registry::{Files, is_input},
};

use crate::fixture::{check, check_files, files, listed, parse};

const SENSOR: &str = r#"
name = "Sensor"
codec = "decentlab_dl_pm"
interval_s = 600
payload_time = false
expected = ["pm2_5"]
"#;

const DEVICES: &str = "id,pole,profile\nam-01-air,AM-01,station\n70b3d57ba0000001,AM-01,sensor\n\
    70B3-D57B-A000-0002,AM-02,sensor\n70b3d57ba0000003,AM-02,sensor\n70b3d57ba0000004,AM-02,counter\n";

const HEADER: &str = "device,activation,join_eui,app_key,dev_addr,nwk_s_key,app_s_key,f_cnt_reset\n";

const KEY: &str = "2b7e151628aed2a6abf7158809cf4f3c";

/// A sound registry with these keys.
fn keyed(keys: &str) -> Files {
    files(&[("profiles/sensor.toml", SENSOR), ("devices.csv", DEVICES), ("keys.csv", keys)])
}

#[test]
fn keys_and_gateways_are_read() {
    let keys = format!(
        "\u{feff}{}\r\n70-B3-D5-7B-A0-00-00-02;otaa;0000000000000001;2B7E151628AED2A6ABF7158809CF4F3C;;;;\r\n\
        70:b3:d5:7b:a0:00:00:01;abp;;;26011BDA;{KEY};{KEY};accept\r\n",
        HEADER.trim().replace(',', ";")
    );
    let gateways =
        "\u{feff}id;name;lat;lon\r\nB827EBFFFE000001;Rathaus;51,5647;7,3088\r\n00:16:c0:01:ff:10:23:5d;;;\r\n";
    let mut files = keyed(&keys);
    files.insert("gateways.csv".to_owned(), gateways.into());
    let registry = parse(&files).registry;

    let credentials = |id: &str| registry.devices[registry.device_index(id).unwrap()].credentials;
    let key: Key = KEY.parse().unwrap();
    let otaa = credentials("70b3d57ba0000002").unwrap();
    assert_eq!(otaa.activation, Activation::Otaa { join_eui: Some(Eui(1)), app_key: key });
    assert_eq!(otaa.f_cnt_reset, FCntReset::Refuse);
    let abp = credentials("70b3d57ba0000001").unwrap();
    let dev_addr = DevAddr(0x2601_1bda);
    assert_eq!(abp.activation, Activation::Abp { dev_addr, nwk_s_key: key, app_s_key: key });
    assert_eq!(abp.f_cnt_reset, FCntReset::Accept);
    assert_eq!(credentials("70b3d57ba0000003"), None);

    let town_hall = registry.gateway(Eui(0xb827_ebff_fe00_0001)).unwrap();
    assert_eq!(town_hall.position, Some(Position { lat: 51.5647, lon: 7.3088 }));
    let other = registry.gateway(Eui(0x0016_c001_ff10_235d)).unwrap();
    assert_eq!((other.name.as_str(), other.position), ("0016c001ff10235d", None));
    assert_eq!(registry.gateways.len(), 2);
}

#[test]
fn both_files_may_be_left_out_and_count_for_the_hash() {
    assert!(parse(&files(&[])).registry.gateways.is_empty());
    assert!(is_input("keys.csv") && is_input("gateways.csv"));
    let hash = |files: &Files| Inputs::hash(files, 1);
    assert_ne!(hash(&keyed(HEADER)), hash(&keyed(&format!("{HEADER}\n"))));
}

#[test]
fn mistakes_in_gateways_are_reported_with_their_lines() {
    let gateways = "id,name,lat,lon\n0016c001ff10235d,A,51.5,\nb827eb000001,B,,\n0016C001FF10235D,C,7.3,51.5\n";
    check(
        &[("gateways.csv", gateways)],
        &expect![[r#"
            gateways.csv:2: lon: "" is no number
              hint: write decimal degrees like 51.54759
            gateways.csv:3: id: "b827eb000001" is no EUI
              hint: a gateway's EUI has 16 hex digits: compare with its label, or with gateway_ID in its packet forwarder
            gateways.csv:4: id: gateway `0016c001ff10235d` is on line 2 already
              hint: remove one of the lines
            gateways.csv:4: lat: latitude 7.3 and longitude 51.5 seem swapped
              hint: swap them; in GeoJSON the longitude comes first, in gateways.csv the columns have names
        "#]],
    );
}

#[test]
fn mistakes_in_keys_are_reported_with_their_lines() {
    let keys = format!(
        "{HEADER}am-01-air,otaa,,{KEY},,,,\n\
        70b3d57ba0000009,otaa,,{KEY}00,,,,\n\
        70b3d57ba0000001,otaa,1,,26011bda,{KEY},,maybe\n\
        70b3d57ba0000001,apb,,,,,,\n\
        70b3d57ba0000002,abp,0000000000000001,{KEY},2601,{KEY},,acept\n\
        70b3d57ba0000003,otaa,,00000000000000000000000000000000,,,,\n\
        70b3d57ba0000004,otaa,,000102030405060708090a0b0c0d0e0f,,,,\n"
    );
    check_files(
        &keyed(&keys),
        &expect![[r#"
            keys.csv:2: device: no DevEUI
              hint: a DevEUI has 16 hex digits: compare with the label; only LoRaWAN devices have keys here
            keys.csv:3: app_key: expected 32 hex digits
              hint: copy it from the device's papers, most significant byte first
            keys.csv:3: device: unknown device
              hint: did you mean `70b3d57ba0000001`?
            keys.csv:4: app_key: missing for this activation
              hint: copy it from the device's papers, most significant byte first
            keys.csv:4: dev_addr: not used with this activation
              hint: an otaa device gets it by its join: remove it
            keys.csv:4: f_cnt_reset: unknown or no word
              hint: use one of refuse, accept
            keys.csv:4: join_eui: expected 16 hex digits
              hint: copy it from the device's papers, most significant byte first
            keys.csv:4: nwk_s_key: not used with this activation
              hint: an otaa device gets it by its join: remove it
            keys.csv:5: activation: unknown or no word
              hint: did you mean `abp`?
            keys.csv:5: device: the device is on line 4 already
              hint: remove one of the lines
            keys.csv:6: app_key: not used with this activation
              hint: an abp device never joins: remove it
            keys.csv:6: app_s_key: missing for this activation
              hint: copy it from the device's papers, most significant byte first
            keys.csv:6: dev_addr: expected 8 hex digits
              hint: copy it from the device's papers, most significant byte first
            keys.csv:6: f_cnt_reset: unknown or no word
              hint: did you mean `accept`?
            keys.csv:6: join_eui: not used with this activation
              hint: an abp device never joins: remove it
            keys.csv:7: app_key: the key is all zeros
              hint: give the device a key that nobody can guess
            keys.csv:8: device: its profile in devices.csv cannot read frames: profiles/counter.toml
              hint: for `codec` use one of cayenne_lpp, decentlab_dl_pm, imbuildings_people_counter, milesight_vs121, milesight_vs133; or remove this line if a network server reads its frames
        "#]],
    );
}

#[test]
fn devices_may_share_an_address_but_no_key() {
    let abp = |device, key| format!("70b3d57ba000000{device},abp,,,26011bda,{key},{KEY},\n");
    let other = KEY.replace('2', "3");
    parse(&keyed(&format!("{HEADER}{}{}", abp(1, KEY), abp(2, &other))));
    let otaa = |device| format!("70b3d57ba000000{device},otaa,,{KEY},,,,\n");
    check_files(
        &keyed(&format!("{HEADER}{}{}", otaa(1), otaa(2))),
        &expect![[r#"
        keys.csv:3: app_key: the key is that of line 2
          hint: give each device a key of its own
    "#]],
    );
    check_files(
        &keyed(&format!("{HEADER}{}{}", abp(1, KEY), abp(2, KEY))),
        &expect![[r#"
        keys.csv:3: nwk_s_key: the key is that of line 2
          hint: give each device a key of its own
    "#]],
    );
}

#[test]
fn keys_of_a_device_that_a_flawed_line_may_define_are_no_second_mistake() {
    let devices = format!("{DEVICES}70b3d57ba0000005,AM-01\n");
    let keys = format!("{HEADER}70b3d57ba0000005,otaa,,{KEY},,,,\n");
    let mut files = keyed(&keys);
    files.insert("devices.csv".to_owned(), devices.into_bytes());
    check_files(
        &files,
        &expect![[r#"
        devices.csv:7: the line has 2 cells, the first line 3
          hint: check the separators; a cell that holds one needs quotation marks
    "#]],
    );
}

/// Every way in which a line can be wrong that we know of, with a marker wherever a key could be.
#[test]
fn no_problem_quotes_a_cell_of_keys() {
    const MARK: &str = "5ec3e7";
    let lines = [
        format!("70b3d57ba0000001,otaa,,{MARK},,,,"),
        format!("70b3d57ba0000001,otaa,{MARK},{MARK},{MARK},{MARK},{MARK},{MARK}"),
        format!("70b3d57ba0000001,abp,{MARK},{MARK},{MARK},{MARK},{MARK},{MARK}"),
        format!("{MARK},{MARK},{MARK},{MARK},{MARK},{MARK},{MARK},{MARK}"),
        format!("{MARK}{MARK}5ec3,otaa,,{MARK},,,,"),
        format!("70b3d57ba0000001,otaa,,{MARK}"),
        format!("70b3d57ba0000001,otaa,,\"{MARK}\n{MARK}\",,,,"),
        format!("70b3d57ba0000001,otaa,,\"{MARK}"),
        format!("70b3d57ba0000001;otaa;;{MARK};;;;"),
        format!(
            "70b3d57ba0000001,otaa,,{MARK}{MARK}{MARK}{MARK}{MARK}00,,,,\n70b3d57ba0000002,otaa,,{MARK}{MARK}{MARK}{MARK}{MARK}00,,,,"
        ),
    ];
    for line in &lines {
        let key_as_column = format!("device,activation,{MARK}\n{line}\n");
        for text in [format!("{HEADER}{line}\n"), format!("{line}\n"), key_as_column] {
            let said = Inputs::parse(&keyed(&text)).unwrap_err();
            assert!(said.iter().all(|problem| problem.file == "keys.csv"), "{}", listed(&said));
            assert!(!format!("{}{said:?}", listed(&said)).contains(MARK), "{text}\n{}", listed(&said));
        }
    }
    let mut latin = keyed("");
    latin.insert("keys.csv".to_owned(), [HEADER.as_bytes(), MARK.as_bytes(), b"\xe4"].concat());
    assert!(!listed(&Inputs::parse(&latin).unwrap_err()).contains(MARK));
    let sound = parse(&keyed(&format!("{HEADER}70b3d57ba0000001,otaa,,{KEY},,,,\n")));
    assert!(!format!("{sound:?}").contains(KEY));
}

#[test]
fn the_network_is_named_by_six_hex_digits() {
    assert_eq!(parse(&files(&[])).settings.net_id, NetId(0));
    assert_eq!(parse(&files(&[("fold.toml", "net_id = \"60001A\"\n")])).settings.net_id, NetId(0x60_001a));
    check(
        &[("fold.toml", "lateness_s = 60\nnet_id = \"13\"\n")],
        &expect![[r#"
        fold.toml:2: expected 6 hex digits
          hint: correct the key or value of this line
    "#]],
    );
}
