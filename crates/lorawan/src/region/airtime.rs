//! Time on air.

use crate::DataRate;

/// How long a frame of so many bytes is on air, microseconds; exact at 125, 250 and 500 kHz. `crc`: whether the radio adds its
/// checksum, as it does upwards; FSK frames always have one.
///
/// LoRa (SX1276 data sheet, 4.1.1.7): preamble of 8 symbols, explicit header, coding rate 4/5, low data rate optimization where a
/// symbol lasts 16 ms or more. FSK: preamble 5 bytes, sync word 3, length 1, checksum 2 (LoRaWAN Regional Parameters 1.0, 2.1.2).
pub fn time_on_air(data_rate: DataRate, phy_payload: usize, crc: bool) -> u64 {
    let bytes = phy_payload as u64;
    match data_rate {
        DataRate::Lora { spreading_factor, bandwidth } => lora(spreading_factor, bandwidth, bytes, crc),
        DataRate::Fsk => (bytes + 11) * 160,
    }
}

fn lora(spreading_factor: u8, bandwidth: u16, bytes: u64, crc: bool) -> u64 {
    let factor = u64::from(spreading_factor.clamp(5, 12));
    let symbol = (1_000 << factor) / u64::from(bandwidth.max(1));
    let low_rate = if symbol >= 16_000 { 2 } else { 0 };
    let bits = (8 * bytes + 28 + if crc { 16 } else { 0 }).saturating_sub(4 * factor);
    let symbols = 8 + bits.div_ceil(4 * (factor - low_rate)) * 5;
    (8 * 4 + 17 + 4 * symbols) * symbol / 4
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn row(bytes: usize, crc: bool) -> String {
        let times: Vec<_> = (7..=12)
            .map(|factor| {
                let rate = DataRate::Lora { spreading_factor: factor, bandwidth: 125 };
                format!("{:>8}", time_on_air(rate, bytes, crc))
            })
            .collect();
        format!("{bytes:>3}{}\n", times.concat())
    }

    #[test]
    fn uplinks_at_125_khz_last_as_long_as_the_data_sheet_says() {
        let table: String = [13, 20, 33, 51, 64, 128, 235].map(|bytes| row(bytes, true)).concat();
        expect![[r#"
             13   46336   82432  164864  288768  577536 1155072
             20   56576  102912  185344  370688  741376 1318912
             33   71936  133632  246784  452608  987136 1810432
             51  102656  184832  328704  616448 1314816 2465792
             64  118016  215552  390144  698368 1560576 2793472
            128  215296  379392  676864 1230848 2707456 4923392
            235  368896  655872 1168384 2131968 4673536 8364032
        "#]]
        .assert_eq(&table);
    }
}
