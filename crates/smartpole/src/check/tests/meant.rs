//! What cannot be meant at this time, and what is rarely meant.

use super::*;

#[test]
fn an_epoch_and_a_count_that_have_not_come_are_mistakes() {
    let copy = Copy::new();
    copy.write("castrop-rauxel/fold.toml", "city = \"castrop-rauxel\"\nepoch = \"2949-01-01T00:00:00Z\"\n");
    let count = "am-01-people,,2949-05-05T10:00:00Z,2949-05-05T10:15:00Z,1,2,A\n";
    copy.write("castrop-rauxel/counts.csv", &format!("device,channel,from,to,in,out,counted_by\n{count}"));
    copy.reports(&[], &expect![[r#"
        castrop-rauxel/counts.csv:2: to: 2949-05-05T10:15:00Z lies in the future
          hint: correct the date: a count is written down when it has ended; if this machine's clock is behind, set it
        castrop-rauxel/fold.toml:2: epoch: 2949-01-01T00:00:00Z lies in the future: until then each message would be refused as older
          hint: write an instant before the first pole, or leave the line out; if this machine's clock is behind, set it
        2 mistakes"#]]);
}

#[test]
fn a_calibration_of_what_no_profile_of_the_device_expects_is_a_note() {
    let copy = Copy::new();
    copy.write("castrop-rauxel/calibrations.csv", "device,property,offset,gain\nam-01-air,pm2_5,0.5,1\n");
    copy.reports(
        &[],
        &expect![
            "ok: 42 poles, 93 devices, 13 zones, 13 profiles, 56 properties, 5 routes, 4 gateways, 42 devices with keys"
        ],
    );
    let rows = "am-01-air,co,0.5,1\nam-03-noise,pm2_5,0.5,1\nep-03-noise,pm2_5,0.5,1\n";
    copy.write("castrop-rauxel/calibrations.csv", &format!("device,property,offset,gain\n{rows}"));
    copy.reports(&[], &expect![[r#"
        note: calibrated, though no profile of the device expects it: co of am-01-air (calibrations.csv)
        note: calibrated, though no profile of the device expects it: pm2_5 of am-03-noise, ep-03-noise (calibrations.csv)
        ok: 42 poles, 93 devices, 13 zones, 13 profiles, 56 properties, 5 routes, 4 gateways, 42 devices with keys"#]]);
}
