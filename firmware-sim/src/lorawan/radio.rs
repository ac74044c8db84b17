//! From a device's antenna to a gateway's.
//!
//! Path loss by the log-distance model measured for LoRa at 868 MHz in a town: 128.95 dB at 1 km, exponent 2.32, and
//! shadowing of 7.8 dB that stays as it is between two places (Petäjäjärvi et al., *On the coverage of LPWANs*, ITST 2015).
//! Fading is drawn for each frame.

use smartpole_model::Position;

use crate::dice::Dice;

/// Radiated power of a device, dBm: 14 dBm ERP, the limit of most of EU863-870.
const POWER_DBM: f64 = 14.0;
/// Thermal noise in 125 kHz with a receiver of 6 dB noise figure, dBm.
const NOISE_DBM: f64 = -117.0;
/// What a link has left at its usual strength, so that fading seldom breaks it, dB.
const MARGIN_DB: f64 = 8.0;
/// A receiver reports no more than that, dB.
const SNR_CEILING_DB: f64 = 12.0;
/// So much stronger than the frames it overlaps, a frame is heard all the same, dB.
pub(crate) const CAPTURE_DB: f64 = 6.0;

/// How a gateway hears a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Signal {
    /// dBm
    pub(crate) rssi: f64,
    /// dB
    pub(crate) snr: f64,
}

/// Signal of a device at a gateway, without fading; `link` is the chance of this pair.
pub(crate) fn usual(device: Position, gateway: Position, mut link: Dice) -> Signal {
    const SHADOWING_DB: f64 = 7.8;
    let kilometres = (distance(device, gateway) / 1000.0).max(0.01);
    let loss = 128.95 + 23.2 * log10(kilometres) + SHADOWING_DB * link.noise();
    of_strength(POWER_DBM - loss.max(40.0))
}

impl Signal {
    /// The same after this frame's fading.
    pub(crate) fn faded(self, mut frame: Dice) -> Self {
        of_strength(self.rssi + 2.0 * frame.noise())
    }
}

fn of_strength(rssi: f64) -> Signal {
    Signal { rssi, snr: (rssi - NOISE_DBM).min(SNR_CEILING_DB) }
}

/// Signal-to-noise ratio below which nothing is heard, dB (Semtech SX1301 datasheet, LoRa demodulation).
pub(crate) fn floor(spreading_factor: u8) -> f64 {
    -7.5 - 2.5 * f64::from(spreading_factor.clamp(7, 12) - 7)
}

/// The fastest spreading factor that leaves a margin at the best gateway; 12 if none does.
pub(crate) fn spreading_factor(best: Signal) -> u8 {
    (7..12).find(|factor| best.snr >= floor(*factor) + MARGIN_DB).unwrap_or(12)
}

/// Time on air of an uplink, µs: 125 kHz, coding rate 4/5, 8 symbols of preamble, explicit header, checksum (Semtech AN1200.13).
pub(crate) fn airtime_us(spreading_factor: u8, bytes: usize) -> i64 {
    let factor = i64::from(spreading_factor);
    let symbol = 8 << factor;
    let slow = i64::from(spreading_factor >= 11);
    let bits = (8 * bytes as i64 - 4 * factor + 28 + 16).max(0);
    let symbols = 8 + (bits as u64).div_ceil((4 * (factor - 2 * slow)) as u64) as i64 * 5;
    symbol * 49 / 4 + symbols * symbol
}

/// Metres between two places of a town; a degree of longitude is as long as in Castrop-Rauxel.
fn distance(a: Position, b: Position) -> f64 {
    const DEGREE_M: f64 = 111_320.0;
    const OF_LONGITUDE: f64 = 0.622;
    let (north, east) = ((a.lat - b.lat) * DEGREE_M, (a.lon - b.lon) * DEGREE_M * OF_LONGITUDE);
    (north * north + east * east).sqrt()
}

/// Decimal logarithm by the four operations alone, so that it has the same bits on every machine.
fn log10(x: f64) -> f64 {
    const LOG10_2: f64 = std::f64::consts::LOG10_2;
    let exponent = ((x.to_bits() >> 52) & 0x7ff) as i64 - 1023;
    let mantissa = f64::from_bits((x.to_bits() & ((1 << 52) - 1)) | (1023 << 52));
    let y = (mantissa - 1.0) / (mantissa + 1.0);
    let square = y * y;
    let series = 1.0 + square * (1.0 / 3.0 + square * (1.0 / 5.0 + square * (1.0 / 7.0 + square / 9.0)));
    LOG10_2 * (exponent as f64 + 2.0 * std::f64::consts::LOG2_E * y * series)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use expect_test::expect;

    use super::*;

    #[test]
    fn time_on_air_is_that_of_the_data_sheet() {
        let row = |bytes| (7..=12).map(|factor| airtime_us(factor, bytes)).collect::<Vec<_>>();
        expect![[r#"
            13 [46336, 82432, 164864, 288768, 577536, 1155072]
            20 [56576, 102912, 185344, 370688, 741376, 1318912]
            33 [71936, 133632, 246784, 452608, 987136, 1810432]
            64 [118016, 215552, 390144, 698368, 1560576, 2793472]
            235 [368896, 655872, 1168384, 2131968, 4673536, 8364032]
        "#]]
        .assert_eq(&[13, 20, 33, 64, 235].map(|bytes| format!("{bytes} {:?}\n", row(bytes))).concat());
    }

    #[test]
    fn signals_grow_weaker_and_slower_with_distance() {
        let here = Position { lat: 51.55, lon: 7.31 };
        let mut table = String::new();
        for metres in [100, 300, 1000, 3000, 6000, 10_000] {
            let there = Position { lat: here.lat + f64::from(metres) / 111_320.0, ..here };
            let signals: Vec<_> = (0..200).map(|link| usual(here, there, Dice::of(1, &[link]))).collect();
            let share = |factor| signals.iter().filter(|signal| spreading_factor(**signal) == factor).count() / 2;
            let lost = signals.iter().filter(|signal| signal.snr < floor(12)).count() / 2;
            let rssi = signals.iter().map(|signal| signal.rssi).sum::<f64>() / 200.0;
            writeln!(
                table,
                "{metres} m: {rssi:.0} dBm, SF7..12 {:?} %, lost {lost} %",
                [7, 8, 9, 10, 11, 12].map(share)
            )
            .unwrap();
        }
        expect![[r#"
            100 m: -91 dBm, SF7..12 [100, 0, 0, 0, 0, 0] %, lost 0 %
            300 m: -103 dBm, SF7..12 [94, 4, 1, 0, 0, 0] %, lost 0 %
            1000 m: -115 dBm, SF7..12 [61, 8, 9, 8, 4, 7] %, lost 0 %
            3000 m: -126 dBm, SF7..12 [11, 6, 11, 18, 8, 44] %, lost 8 %
            6000 m: -133 dBm, SF7..12 [2, 2, 2, 6, 7, 80] %, lost 30 %
            10000 m: -138 dBm, SF7..12 [0, 0, 1, 2, 2, 93] %, lost 51 %
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn the_logarithm_is_one() {
        for x in [0.01, 0.3, 1.0, 2.5, 9.99, 12_345.0] {
            assert!((log10(x) - x.log10()).abs() < 1e-5, "{x}: {} {}", log10(x), x.log10());
        }
    }
}
