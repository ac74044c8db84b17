//! Particles, weather and what Cayenne LPP carries.

use expect_test::expect;
use smartpole_model::{Profile, registry::Codec};

use crate::{
    check,
    common::{profile, sensor},
};

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
