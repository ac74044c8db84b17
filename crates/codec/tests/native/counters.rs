//! Counters of people.

use expect_test::expect;
use smartpole_model::registry::Codec;

use crate::{check, common::sensor};

pub(crate) const PERIODS: &[&str] = &["people_in", "people_out"];

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
            "85 FFFEFF 03D248000000",
            "85 FF0101 FF0BFF FF0F00",
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
            85 FFFEFF 03D248000000
              power_up/0=1 people_in_total/0=72
            85 FF0101 FF0BFF FF0F00
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
