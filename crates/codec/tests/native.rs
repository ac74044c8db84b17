//! Payloads of sensors by their own codecs, through a ChirpStack event. Each table names the sources of its payloads; made
//! ones follow the layout in the codec's module. Only data is taken from the sources.
#![allow(clippy::unwrap_used)]

mod common;

use base64::{Engine, engine::general_purpose::STANDARD};
use common::{catalogue, describe, profile, sensor};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use smartpole_codec::{Decoded, Refusal, decode};
use smartpole_model::{Format, Profile, registry::Codec};

const PERIODS: &[&str] = &["people_in", "people_out"];
const CODECS: [Codec; 5] = [
    Codec::CayenneLpp,
    Codec::DecentlabDlPm,
    Codec::ImbuildingsPeopleCounter,
    Codec::MilesightVs121,
    Codec::MilesightVs133,
];

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

fn read(profile: &Profile, port: u32, bytes: &[u8]) -> Result<Decoded, Refusal> {
    let data = STANDARD.encode(bytes);
    let event = format!(
        r#"{{"fPort":{port},"data":"{data}","object":{{"t":1}},"rxInfo":[{{"nsTime":"2026-11-25T10:00:00Z"}}]}}"#
    );
    decode(Format::Chirpstack, profile, &catalogue(), "application/a/device/01/event/up", event.as_bytes())
}

/// Each payload, a port and hexadecimal digits, with what it says below it.
fn check(profile: &Profile, payloads: &[&str], expected: &Expect) {
    let said = |payload: &&str| {
        let (port, digits) = payload.split_once(' ').unwrap();
        let said = describe(read(profile, port.parse().unwrap(), &hex(digits)));
        format!("{payload}\n  {}\n", said.replace("network 2026-11-25T10:00:00Z; ", "").replace('\n', "\n  "))
    };
    expected.assert_eq(&payloads.iter().map(said).collect::<String>());
}

/// Sources: `Milesight-IoT/SensorDecoders@e79c9d8`, `vs-series/vs121`: the first, third and fifth are its README's examples,
/// the second and fourth were read with its decoder; the others are made.
#[test]
fn a_vs121_tells_people_their_regions_and_totals() {
    check(
        &sensor(Codec::MilesightVs121, &[]),
        &[
            "85 04C9030800A1 06CD05",
            "85 0DCCFEFF0300",
            "85 07D50001000000000003 08D50100000000000000",
            "85 05CC02000100",
            "85 FF0101 FF086600B0940976 FF090100 FF1F1F07004B",
            "85 0DCC01000200 0F8500F15365",
            "85 20CE00F1536510 05000600 20CE58F3536505 01020304 20CE58F3536503 09",
        ],
        &expect![[r#"
            85 04C9030800A1 06CD05
              occupancy/0=3
            85 0DCCFEFF0300
              people_in_total/0=65534 people_out_total/0=3
            85 07D50001000000000003 08D50100000000000000
              occupancy/1=0 occupancy/2=1 occupancy/3=0 occupancy/4=0 occupancy/5=0 occupancy/6=0 occupancy/7=0 occupancy/8=3 occupancy/9=1 occupancy/10=0 occupancy/11=0 occupancy/12=0 occupancy/13=0 occupancy/14=0 occupancy/15=0 occupancy/16=0
            85 05CC02000100
              control: unused
            85 FF0101 FF086600B0940976 FF090100 FF1F1F07004B
              control: unused
            85 0DCC01000200 0F8500F15365
              payload 2023-11-14T22:13:20Z; people_in_total/0=1 people_out_total/0=2
            85 20CE00F1536510 05000600 20CE58F3536505 01020304 20CE58F3536503 09
              payload 2023-11-14T22:13:20Z; people_in_total/0=5 people_out_total/0=6
              payload 2023-11-14T22:23:20Z; occupancy/5=1 occupancy/6=2 occupancy/7=3 occupancy/8=4
        "#]],
    );
}

/// The vendor's decoder reads the first as −1 (`vs-series/vs121/vs121-decoder.js`, `readInt16LE`).
#[test]
fn the_counts_of_a_period_are_unsigned_and_kept_where_no_totals_are_expected() {
    let payloads = ["85 05CCFFFF0000", "85 05CC02000100 0DCCFEFF0300", "85 20CE00F1536502 05000600"];
    check(
        &sensor(Codec::MilesightVs121, PERIODS),
        &payloads,
        &expect![[r#"
        85 05CCFFFF0000
          people_in/0=65535 people_out/0=0
        85 05CC02000100 0DCCFEFF0300
          people_in/0=2 people_out/0=1
        85 20CE00F1536502 05000600
          payload 2023-11-14T22:13:20Z; people_in/0=5 people_out/0=6
    "#]],
    );
    let both = ["people_in", "people_in_total"];
    check(
        &sensor(Codec::MilesightVs121, &both),
        &payloads[1..2],
        &expect![[r#"
        85 05CC02000100 0DCCFEFF0300
          people_in_total/0=65534 people_out_total/0=3
    "#]],
    );
    let payloads = ["85 05CC0500FFFF 08CC01000200 03D248000000", "85 20CE00F1536505 0A000B00"];
    check(
        &sensor(Codec::MilesightVs133, PERIODS),
        &payloads,
        &expect![[r#"
        85 05CC0500FFFF 08CC01000200 03D248000000
          people_in/0=5 people_out/0=65535 people_in/1=1 people_out/1=2
        85 20CE00F1536505 0A000B00
          payload 2023-11-14T22:13:20Z; people_in/0=10 people_out/0=11
    "#]],
    );
    let payloads = ["26 00 012C 0003 0004 00 0FA0 0FA1 05", "27 00 0FA0 0FA1"];
    check(
        &sensor(Codec::ImbuildingsPeopleCounter, PERIODS),
        &payloads,
        &expect![[r#"
        26 00 012C 0003 0004 00 0FA0 0FA1 05
          battery_voltage/0=3000 people_in/0=3 people_out/0=4
        27 00 0FA0 0FA1
          control: unused
    "#]],
    );
}

/// Sources: `Milesight-IoT/SensorDecoders@e79c9d8`, `vs-series/vs133`: the first (two lines left out) and fifth are its
/// README's examples, the second and third were read with its decoder; the others are made.
#[test]
fn a_vs133_tells_the_totals_of_its_lines_and_its_history() {
    check(
        &sensor(Codec::MilesightVs133, &[]),
        &[
            "85 03D248000000 04D2C8000000 0CD2B4140000 0DD28D1A0000",
            "85 05CC0500FFFF",
            "85 20CE00F15365030A000000",
            "85 03D20C000000 20CE00F15365030A000000 20CE00F15365040B000000 20CE00F1536510010203",
            "85 0FE302100709",
            "85 11D201000000 50FC000101",
        ],
        &expect![[r#"
            85 03D248000000 04D2C8000000 0CD2B4140000 0DD28D1A0000
              people_in_total/0=72 people_out_total/0=200 people_in_total/3=5300 people_out_total/3=6797
            85 05CC0500FFFF
              control: unused
            85 20CE00F15365030A000000
              payload 2023-11-14T22:13:20Z; people_in_total/0=10
            85 03D20C000000 20CE00F15365030A000000 20CE00F15365040B000000 20CE00F1536510010203
              payload 2023-11-14T22:13:20Z; people_in_total/0=10
              payload 2023-11-14T22:13:20Z; people_out_total/0=11
              people_in_total/0=12
            85 0FE302100709
              occupancy/1=2 occupancy/2=16 occupancy/3=7 occupancy/4=9
            85 11D201000000 50FC000101
              control: unused
        "#]],
    );
}

/// Source: the first two were read with the vendor's decoder (`pqstefanknol/lorawan-devices@369ca3e`,
/// `vendor/imbuildings/imbuildings.js`); the others are made.
#[test]
fn an_imbuildings_counter_tells_totals_with_and_without_a_head() {
    check(
        &sensor(Codec::ImbuildingsPeopleCounter, &[]),
        &[
            "26 00 012C 0003 0004 00 0FA0 0FA1 05",
            "26 0206AABBCCDDEEFF0011 00012C00030004000FA00FA105",
            "1 0206AABBCCDDEEFF0011 00012C00030004000FA00FA105",
            "27 00 0FA0 0FA1",
            "28 00 012C 00",
            "26 02 062C 0003 0004 00 0FA0 0FA1 05",
            "26 00 012C",
            "1 0103",
            "1 00",
        ],
        &expect![[r#"
            26 00 012C 0003 0004 00 0FA0 0FA1 05
              battery_voltage/0=3000 people_in_total/0=4000 people_out_total/0=4001
            26 0206AABBCCDDEEFF0011 00012C00030004000FA00FA105
              battery_voltage/0=3000 people_in_total/0=4000 people_out_total/0=4001
            1 0206AABBCCDDEEFF0011 00012C00030004000FA00FA105
              battery_voltage/0=3000 people_in_total/0=4000 people_out_total/0=4001
            27 00 0FA0 0FA1
              people_in_total/0=4000 people_out_total/0=4001
            28 00 012C 00
              battery_voltage/0=3000
            26 02 062C 0003 0004 00 0FA0 0FA1 05
              battery_voltage/0=15800 people_in_total/0=4000 people_out_total/0=4001
            26 00 012C
              decode_failed: type 2 variant 6 at byte 0: 13 bytes expected, 3 there
            1 0103
              decode_failed: unknown type 1 variant 3 on port 1 at byte 0
            1 00
              decode_failed: unknown type on port 1 at byte 0
        "#]],
    );
}

/// Source: the first three are the test vectors of `decentlab/decentlab-decoders@ae766f0`, `DL-PM`; the others are made.
#[test]
fn a_dl_pm_tells_particles_and_weather() {
    check(
        &sensor(Codec::DecentlabDlPm, &[]),
        &[
            "1 021b50000f0c25002500270027002701f50107012c012d012d012d67bd618dbd10",
            "1 021b50000d0c2567bd618dbd10",
            "1 021b5000010c25",
            "1 021b500000",
            "1 021b5000040000ffff",
            "1 011b5000010c25",
            "1 021b5000110c25",
            "1 021b5000010c25ff",
            "1 021b5000030c2500",
        ],
        &expect![[r#"
            1 021b50000f0c25002500270027002701f50107012c012d012d012d67bd618dbd10
              battery_voltage/0=3109 pm1/0=370 pm2_5/0=390 pm4/0=390 pm10/0=390 temperature/0=2436 relative_humidity/0=416 pressure/0=9680
            1 021b50000d0c2567bd618dbd10
              battery_voltage/0=3109 temperature/0=2436 relative_humidity/0=416 pressure/0=9680
            1 021b5000010c25
              battery_voltage/0=3109
            1 021b500000
              control: unused
            1 021b5000040000ffff
              temperature/0=-4685 relative_humidity/0=1190
            1 011b5000010c25
              decode_failed: unknown version 1 at byte 0
            1 021b5000110c25
              decode_failed: unknown flags 0011 at byte 3
            1 021b5000010c25ff
              decode_failed: unknown bytes at byte 7
            1 021b5000030c2500
              decode_failed: block 1 at byte 7: 20 bytes expected, 1 left
        "#]],
    );
}

/// Source: the first three are examples of `myDevicesIoT/CayenneLPP@e8cca2c`, README; the others are made after its table.
#[test]
fn cayenne_lpp_goes_through_the_mapping() {
    let mapping = "temperature.3 temperature 1 0\n temperature.5 temperature 1 1\n humidity.1 relative_humidity 1 0
        barometer.1 pressure 1 0\n analog_input.7 pm2_5 10 0\n gps.1.altitude pm10 1 0\n gps.1.longitude pm1 1 0
        accelerometer.6.x pm4 1 0\n presence.2 people_in 1 0\n generic.9 people_in_total 1 0";
    let profile = Profile { codec: Codec::CayenneLpp, ..profile(mapping) };
    check(
        &profile,
        &[
            "1 03 67 0110 05 67 00FF",
            "1 06 71 04D2 FB2E 0000",
            "1 01 88 06765F F2960A 0003E8",
            "1 03 67 FFD7 01 68 65 01 73 2774 07 02 FFF6 02 66 01 09 64 FFFFFFFF",
            "1 01 00 01",
            "1 03 67 0110 03 67 0111",
            "1 03 67 0110 05 67 00",
            "1 03 67 0110 05 FE 00FF",
            "1 03 67 0110 05",
        ],
        &expect![[r#"
            1 03 67 0110 05 67 00FF
              temperature/0=2720 temperature/1=2550
            1 06 71 04D2 FB2E 0000
              pm4/0=123
            1 01 88 06765F F2960A 0003E8
              pm1/0=-8791 pm10/0=1000
            1 03 67 FFD7 01 68 65 01 73 2774 07 02 FFF6 02 66 01 09 64 FFFFFFFF
              temperature/0=-410 relative_humidity/0=505 pressure/0=10100 pm2_5/0=-100 people_in/0=1 people_in_total/0=4294967295
            1 01 00 01
              no_readings: the payload has none of the profile's paths
            1 03 67 0110 03 67 0111
              decode_failed: type 67 of channel 3 at byte 4 comes twice
            1 03 67 0110 05 67 00
              decode_failed: type 67 of channel 5 at byte 4: 2 bytes expected, 1 left
            1 03 67 0110 05 FE 00FF
              decode_failed: unknown type FE of channel 5 at byte 4
            1 03 67 0110 05
              decode_failed: type at byte 4: 2 bytes expected, 1 left
        "#]],
    );
}

#[test]
fn what_is_cut_off_or_unknown_refuses_the_message_and_says_where() {
    let payloads =
        ["85 0DCC0100", "85 0DCC01000200 0DCC01", "85 0DCC01000200 99", "85 0DCC01000200 9911", "85 20CE00F15365"];
    check(
        &sensor(Codec::MilesightVs121, &[]),
        &payloads,
        &expect![[r#"
        85 0DCC0100
          decode_failed: type 0D CC at byte 0: 4 bytes expected, 2 left
        85 0DCC01000200 0DCC01
          decode_failed: type 0D CC at byte 6: 4 bytes expected, 1 left
        85 0DCC01000200 99
          decode_failed: type at byte 6: 2 bytes expected, 1 left
        85 0DCC01000200 9911
          decode_failed: unknown type 99 11 at byte 6
        85 20CE00F15365
          decode_failed: type 20 CE at byte 0: 5 bytes expected, 4 left
    "#]],
    );
    let payloads = ["85 03D248000000 20CE00F15365FF0A000000", "85 03D248000000 20CE00F15365030A00"];
    check(
        &sensor(Codec::MilesightVs133, &[]),
        &payloads,
        &expect![[r#"
        85 03D248000000 20CE00F15365FF0A000000
          decode_failed: unknown type 20 CE record FF at byte 6
        85 03D248000000 20CE00F15365030A00
          decode_failed: type 20 CE record 03 at byte 6: 4 bytes expected, 2 left
    "#]],
    );
}

#[test]
fn data_decides_and_must_be_there_in_clear_base64() {
    let event = |fields: &str| {
        let profile = sensor(Codec::DecentlabDlPm, &[]);
        describe(decode(Format::Chirpstack, &profile, &catalogue(), "lora", format!("{{{fields}}}").as_bytes()))
    };
    let table = [
        r#""fPort":1,"data":"AhtQAAEMJQ==","object":{"battery_voltage":7}"#,
        r#""fPort":1,"data":"AhtQAAEMJQ==","joinServerContext":{"sessionKeyId":"0a"}"#,
        r#""fPort":1,"data":"AhtQAAEMJQ==","joinServerContext":null"#,
        r#""fPort":1,"data":"!""#,
        r#""fPort":1,"object":{"battery_voltage":7}"#,
        r#""fPort":0,"data":"AhtQAAEMJQ==""#,
        r#""fPort":1,"data":"""#,
    ]
    .map(event)
    .join("\n");
    expect![[r#"
        battery_voltage/0=3109
        decode_failed: the data is encrypted: the join server keeps the key
        battery_voltage/0=3109
        decode_failed: data is no base64: Invalid symbol 33, offset 0.
        no_readings: no data
        control: mac_only
        control: mac_only"#]]
    .assert_eq(&table);
}

proptest! {
    #[test]
    fn no_payload_panics(port in 0u32..100, bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for codec in CODECS {
            if let Err(refusal) = read(&sensor(codec, &[]), port, &bytes) {
                prop_assert!(refusal.detail.chars().count() <= 200);
            }
        }
    }

    #[test]
    fn no_row_of_known_types_panics(
        port in 25u32..30,
        items in prop::collection::vec((prop::sample::select(vec![
            "20CE00F15365", "03D2", "05CC", "0DCC", "04C9", "07D5", "0FE3", "FF08", "0F85", "0167", "0188", "0206", "021b50000f",
        ]), prop::collection::vec(any::<u8>(), 0..16)), 0..12),
    ) {
        let bytes: Vec<u8> = items.into_iter().flat_map(|(head, rest)| [hex(head), rest].concat()).collect();
        for codec in CODECS {
            if let Err(refusal) = read(&sensor(codec, PERIODS), port, &bytes) {
                prop_assert!(refusal.detail.chars().count() <= 200);
            }
        }
    }
}
