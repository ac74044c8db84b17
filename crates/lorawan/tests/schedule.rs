//! Who answers a device, and when.
#![allow(clippy::unwrap_used)]

use expect_test::expect;
use proptest::prelude::*;
use smartpole_lorawan::{
    Context, DataRate, DutyCycle, NotSent, Reception, Transmit, choose,
    region::{SubBand, time_on_air},
};
use smartpole_model::{Eui, UtcMillis};

const HOUR_MS: i64 = 3_600_000;
/// When all that was sent before is known to be long ago.
const NOW: UtcMillis = UtcMillis(HOUR_MS);

fn duty() -> DutyCycle {
    DutyCycle::new(UtcMillis(0))
}

fn heard(gateway: u64, snr: i16, rssi: i16) -> Reception {
    Reception {
        gateway: Eui(gateway),
        rssi,
        snr: Some(snr),
        frequency: 868_100_000,
        data_rate: DataRate::lora(7, 125),
        time: None,
        context: Context::Tmst(gateway as u32),
    }
}

fn at(reception: Reception, frequency: u32, data_rate: Option<DataRate>) -> Reception {
    Reception { frequency, data_rate, ..reception }
}

/// Who sends, at what frequency and data rate, with what power, and how much later.
fn told(result: &Result<Transmit, NotSent>) -> String {
    match result {
        Ok(sent) => {
            let Transmit { gateway, frequency, power, delay_ms, context, .. } = sent;
            format!(
                "{gateway} {frequency} DR{} {power} dBm {delay_ms} ms {context:?}\n",
                sent.data_rate.index().unwrap()
            )
        }
        Err(problem) => format!("! {problem}\n"),
    }
}

fn chosen(receptions: &[Reception], bytes: usize) -> String {
    told(&choose(receptions, 1_000, vec![0x60; bytes], &mut duty(), NOW))
}

#[test]
fn the_gateway_that_heard_best_answers() {
    let lines = [
        chosen(&[heard(1, 50, -100), heard(2, 51, -110), heard(3, -51, -30)], 20), // by SNR
        chosen(&[heard(1, 50, -100), heard(2, 50, -99)], 20),                      // then by RSSI
        chosen(&[heard(2, 50, -99), heard(1, 50, -99)], 20),                       // then the lower EUI
        chosen(&[], 20),
    ];
    expect![[r#"
        0000000000000002 868100000 DR5 16 dBm 1000 ms Tmst(2)
        0000000000000002 868100000 DR5 16 dBm 1000 ms Tmst(2)
        0000000000000001 868100000 DR5 16 dBm 1000 ms Tmst(1)
        ! no gateway heard the device
    "#]]
    .assert_eq(&lines.concat());
}

#[test]
fn a_frame_that_does_not_fit_the_first_window_waits_for_the_second() {
    let sf12 = DataRate::lora(12, 125);
    let lines = [
        chosen(&[at(heard(1, 0, 0), 868_100_000, None)], 64), // its modulation is unknown
        chosen(&[at(heard(1, 0, 0), 868_650_000, sf12)], 64), // nobody may send there
        chosen(&[at(heard(1, 0, 0), 868_100_000, DataRate::lora(7, 500))], 64), // not of this region
        chosen(&[at(heard(1, 0, 0), 868_100_000, sf12)], 65),
        chosen(&[at(heard(1, 50, 0), 868_100_000, sf12), heard(2, 0, 0)], 65), // but another gateway heard it at SF7
        chosen(&[heard(1, 0, 0)], 255),
        chosen(&[heard(1, 0, 0)], 256),
    ];
    expect![[r#"
        0000000000000001 869525000 DR0 27 dBm 2000 ms Tmst(1)
        0000000000000001 869525000 DR0 27 dBm 2000 ms Tmst(1)
        0000000000000001 869525000 DR0 27 dBm 2000 ms Tmst(1)
        ! frame is too long for the device's windows
        0000000000000002 868100000 DR5 16 dBm 1000 ms Tmst(2)
        0000000000000001 868100000 DR5 16 dBm 1000 ms Tmst(1)
        ! frame is too long for the device's windows
    "#]]
    .assert_eq(&lines.concat());
}

#[test]
fn a_gateway_without_airtime_leaves_it_to_the_second_window_and_then_to_the_next_gateway() {
    let receptions =
        [heard(1, 50, -100), heard(2, 40, -100)].map(|reception| at(reception, 864_000_000, DataRate::lora(12, 125)));
    let mut duty = duty();
    // 3.6 s an hour at 864 MHz hold one frame of 1.8 s, 360 s at 869.525 MHz 198 of them.
    let sent: Vec<_> = (0..600).map(|_| told(&choose(&receptions, 5_000, vec![0x20; 33], &mut duty, NOW))).collect();
    let runs: String = sent.chunk_by(|a, b| a == b).map(|run| format!("{:>3} × {}", run.len(), run[0])).collect();
    expect![[r#"
          1 × 0000000000000001 864000000 DR0 16 dBm 5000 ms Tmst(1)
        198 × 0000000000000001 869525000 DR0 27 dBm 6000 ms Tmst(1)
          1 × 0000000000000002 864000000 DR0 16 dBm 5000 ms Tmst(2)
        198 × 0000000000000002 869525000 DR0 27 dBm 6000 ms Tmst(2)
        202 × ! duty cycle of every gateway that heard the device is used up
    "#]]
    .assert_eq(&runs);
}

#[test]
fn what_fits_a_window_without_airtime_is_held_up_by_the_duty_cycle() {
    let reception = [at(heard(1, 0, 0), 864_000_000, DataRate::lora(7, 125))];
    let mut duty = duty();
    let last = (0..20).map(|_| choose(&reception, 1_000, vec![0; 200], &mut duty, NOW)).last();
    assert_eq!(last, Some(Err(NotSent::DutyCycle)));
}

#[test]
fn half_the_airtime_is_kept_while_the_last_hour_is_not_known() {
    let reception = [at(heard(1, 0, 0), 868_100_000, None)];
    let mut duty = duty();
    let mut count =
        |now| (0..).take_while(|_| choose(&reception, 1_000, vec![0; 33], &mut duty, UtcMillis(now)).is_ok()).count();
    let airtime = time_on_air(DataRate::lora(12, 125).unwrap(), 33, false);
    let half = (180_000_000 / airtime) as usize;
    assert_eq!((count(0), count(HOUR_MS - 1)), (half, 0));
    assert_eq!(count(HOUR_MS), (360_000_000 / airtime) as usize - half);
    assert_eq!(count(HOUR_MS + 2_000), 0); // the first ones ended 3.6 s after they were asked for
    assert_eq!(count(HOUR_MS + 4_000), half);
}

/// When a frame was on air, µs.
#[derive(Debug)]
struct OnAir {
    gateway: Eui,
    frequency: u32,
    start: u64,
    end: u64,
}

/// Airtime of a gateway and sub-band within the hour that ends at `end`, µs.
fn in_hour(sent: &[OnAir], gateway: Eui, band: &SubBand, end: u64) -> u64 {
    let from = end.saturating_sub(HOUR_MS as u64 * 1_000);
    let same = |frame: &&OnAir| frame.gateway == gateway && SubBand::of(frame.frequency) == Some(band);
    sent.iter().filter(same).map(|frame| frame.end.min(end).saturating_sub(frame.start.max(from))).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_hour_has_more_airtime_than_its_sub_band_allows(
        asked in prop::collection::vec(
            (0i64..120_000, 1u64..3, prop::sample::select(vec![864_000_000, 868_100_000, 868_800_000]), 7u32..13, 12usize..100, 1u32..7),
            1..400,
        ),
    ) {
        let mut duty = duty();
        let (mut now, mut sent) = (UtcMillis(0), Vec::new());
        for (wait, gateway, frequency, factor, bytes, delay_s) in asked {
            now = now.plus(wait);
            let reception = at(heard(gateway, 0, 0), frequency, DataRate::lora(factor, 125));
            if let Ok(frame) = choose(&[reception], delay_s * 1_000, vec![0; bytes], &mut duty, now) {
                let start = (now.0 as u64 + u64::from(frame.delay_ms)) * 1_000;
                let end = start + time_on_air(frame.data_rate, bytes, false);
                sent.push(OnAir { gateway: frame.gateway, frequency: frame.frequency, start, end });
            }
        }
        for frame in &sent {
            let band = SubBand::of(frame.frequency).unwrap();
            let limit = u64::from(band.airtime_ms) * 1_000;
            prop_assert!(in_hour(&sent, frame.gateway, band, frame.end) <= limit);
        }
    }
}
