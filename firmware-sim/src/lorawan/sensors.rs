//! Sensors' own bytes, as their makers describe them.
//!
//! | sensor | port | bytes |
//! |---|---|---|
//! | Decentlab DL-PM | 1 | version 2, id u16, flags u16, battery mV u16; PM1, PM2.5, PM4, PM10 in 0.1 µg/m³ and six of size and number; temperature and humidity raw; pressure in 2 Pa; all big-endian (decentlab/decentlab-decoders, DL-PM) |
//! | IMBuildings people counter | 26 | type 2 variant 6: status, battery in 10 mV u16, in and out of the period u16, status, totals u16, number u8; big-endian (TheThingsNetwork/lorawan-devices, imbuildings) |
//! | Milesight VS133 | 85 | `03 D2` total in u32, `04 D2` total out u32; little-endian (Milesight-IoT/SensorDecoders, VS133) |

use smartpole_model::registry::Codec;

/// What a sensor measured: properties with their values at so many decimals.
pub(crate) type Measurement<'a> = [(&'a str, i64, u8)];

/// The part of a device that packs its bytes.
#[derive(Clone, Debug)]
pub(crate) struct Firmware {
    codec: Codec,
    /// Printed on its case, sent with each message.
    id: u16,
    /// In and out at the message before.
    before: Option<[i64; 2]>,
    messages: u8,
}

impl Firmware {
    /// None if the simulator has no such sensor.
    pub(crate) fn of(codec: Codec, id: u16) -> Option<Self> {
        let known = matches!(codec, Codec::DecentlabDlPm | Codec::ImbuildingsPeopleCounter | Codec::MilesightVs133);
        known.then_some(Self { codec, id, before: None, messages: 0 })
    }

    /// FPort and payload of a message.
    pub(crate) fn pack(&mut self, measured: &Measurement<'_>) -> (u8, Vec<u8>) {
        self.messages = self.messages.wrapping_add(1);
        match self.codec {
            Codec::DecentlabDlPm => (1, self.dl_pm(measured)),
            Codec::ImbuildingsPeopleCounter => (26, self.imbuildings(measured)),
            _ => (85, vs133(measured)),
        }
    }

    fn dl_pm(&self, measured: &Measurement<'_>) -> Vec<u8> {
        let tenths = |name| scaled(measured, name, 1).unwrap_or(0);
        let masses = ["pm1", "pm2_5", "pm4", "pm10"].map(tenths);
        let number = |micrometres: i64| masses[0] * 70 / micrometres.max(1);
        let size_and_numbers = [501, number(10), number(9), number(8), number(7), number(7)];
        let mut words = vec![i64::from(self.id), 0b1111, scaled(measured, "battery_voltage", 3).unwrap_or(3600)];
        words.extend(masses);
        words.extend(size_and_numbers);
        words.push(raw_temperature(scaled(measured, "temperature", 2).unwrap_or(0)));
        words.push(raw_humidity(scaled(measured, "relative_humidity", 1).unwrap_or(0)));
        words.push(scaled(measured, "pressure", 2).unwrap_or(0) / 2);
        let mut bytes = vec![2];
        words.iter().for_each(|word| bytes.extend(u16_of(*word).to_be_bytes()));
        bytes
    }

    fn imbuildings(&mut self, measured: &Measurement<'_>) -> Vec<u8> {
        let totals = totals(measured);
        let before = self.before.replace(totals).unwrap_or(totals);
        let passed = [totals[0] - before[0], totals[1] - before[1]].map(|n| n.clamp(0, 0xffff) as u16);
        let mut bytes = vec![0];
        let battery = scaled(measured, "battery_voltage", 2).unwrap_or(355);
        [u16_of(battery), passed[0], passed[1]].iter().for_each(|word| bytes.extend(word.to_be_bytes()));
        bytes.push(0);
        totals.iter().for_each(|total| bytes.extend((*total as u16).to_be_bytes()));
        bytes.push(self.messages);
        bytes
    }
}

fn vs133(measured: &Measurement<'_>) -> Vec<u8> {
    let [people_in, people_out] = totals(measured).map(|total| (total as u32).to_le_bytes());
    [&[0x03, 0xd2], people_in.as_slice(), &[0x04, 0xd2], &people_out].concat()
}

/// In and out since New Year; the bytes keep their lower part, as counters do.
fn totals(measured: &Measurement<'_>) -> [i64; 2] {
    ["people_in_total", "people_out_total"].map(|name| scaled(measured, name, 0).unwrap_or(0))
}

/// A property's value at other decimals, rounded towards zero.
fn scaled(measured: &Measurement<'_>, name: &str, decimals: u8) -> Option<i64> {
    let (_, value, at) = measured.iter().find(|(known, ..)| *known == name)?;
    let factor = |decimals: u8| 10i64.pow(decimals.into());
    Some(value * factor(decimals) / factor(*at))
}

fn u16_of(word: i64) -> u16 {
    word.clamp(0, 0xffff) as u16
}

/// t of 175.72 t / 2¹⁶ − 46.85 °C, from hundredths.
fn raw_temperature(hundredths: i64) -> i64 {
    ((hundredths + 4685) * 65_536 + 8786) / 17_572
}

/// h of 125 h / 2¹⁶ − 6 %, from tenths.
fn raw_humidity(tenths: i64) -> i64 {
    ((tenths + 60) * 65_536 + 625) / 1250
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(codec: Codec, measured: &Measurement<'_>, expected: &Expect) {
        let (port, bytes) = Firmware::of(codec, 0x1b50).unwrap().pack(measured);
        expected.assert_eq(&format!("{port} {}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()));
    }

    #[test]
    fn a_dl_pm_packs_what_its_makers_vector_reads() {
        // Decentlab's example: 3.109 V, PM 3.7 3.9 3.9 3.9 µg/m³, 24.36 °C, 41.6 %, 968.00 hPa
        let air = [("pm1", 370, 2), ("pm2_5", 390, 2), ("pm4", 390, 2), ("pm10", 390, 2), ("temperature", 2436, 2)];
        let rest = [("relative_humidity", 416, 1), ("pressure", 96_800, 2), ("battery_voltage", 3109, 3)];
        let measured: Vec<_> = air.into_iter().chain(rest).collect();
        check(
            Codec::DecentlabDlPm,
            &measured,
            &expect!["1 021b50000f0c25002500270027002701f50103011f01430172017267be617cbd10"],
        );
    }

    #[test]
    fn counters_pack_totals_and_what_passed() {
        let measured = [("people_in_total", 70_000, 0), ("people_out_total", 4001, 0)];
        check(Codec::ImbuildingsPeopleCounter, &measured, &expect!["26 000163000000000011700fa101"]);
        check(Codec::MilesightVs133, &measured, &expect!["85 03d27011010004d2a10f0000"]);
    }
}
