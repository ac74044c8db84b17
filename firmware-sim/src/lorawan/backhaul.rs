//! From a gateway's radio to the service: clocks, damage, and ways that are slow or gone for an hour.

use std::sync::Arc;

use smartpole_model::UtcMillis;

use super::{
    air::Reception,
    fleet::Fleet,
    frame::{Copy, Frame, Said},
    semtech::{Received, Rxpk},
};
use crate::dice::{Dice, wave};

const HOUR_MS: i64 = 3_600_000;

/// A frame comes from a gateway.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub(super) gateway: usize,
    pub(super) copy: Copy,
    pub(super) rxpk: Rxpk,
    /// Whether its outcome depends on what came before.
    pub(super) ordered: bool,
}

/// A frame as a gateway passes it on, and when; none if that would be too late to be of use. Join requests from before `now` have
/// no time: they are made now, and a stale time would tell the service not to answer.
pub(super) fn pass(
    fleet: &Fleet,
    now: UtcMillis,
    frame: &Arc<Frame>,
    reception: Reception,
) -> Option<(UtcMillis, Arrival)> {
    let Reception { gateway, signal, weak } = reception;
    let (seed, faults) = (fleet.spec().seed, fleet.spec().faults);
    let mut dice = Dice::of(seed, &[77, frame.number as i64, gateway as i64]);
    let registered = gateway < fleet.registered_gateways().len();
    let crc_ok = !registered || !(weak && dice.chance(0.5) || dice.chance(faults.bad_crc));
    let at = leaves(fleet, frame, gateway, &mut dice)?;
    let stale = matches!(frame.said, Said::Join { .. }) && frame.end < now;
    let lost = happens(fleet, 79, gateway, frame.end, faults.gps_lost);
    let time = Some(clock(fleet, gateway, frame.end)).filter(|_| !lost && !stale);
    let bytes = if crc_ok { frame.bytes.clone() } else { damaged(&frame.bytes, &mut dice) };
    let rxpk = Rxpk::new(&Received {
        time,
        tmst: tmst(gateway, frame.end),
        frequency: frame.frequency,
        spreading_factor: frame.spreading_factor,
        crc_ok,
        rssi: signal.rssi,
        snr: signal.snr,
        bytes: &bytes,
    });
    let (frame, ordered) = (Arc::clone(frame), frame.ordered);
    Some((at, Arrival { gateway, copy: Copy { frame, time, crc_ok }, rxpk, ordered }))
}

/// When a gateway passes a frame on. Nobody waits for a join request of an hour ago.
fn leaves(fleet: &Fleet, frame: &Frame, gateway: usize, dice: &mut Dice) -> Option<UtcMillis> {
    let faults = fleet.spec().faults;
    let join = matches!(frame.said, Said::Join { .. });
    let mut at = frame.end.plus(30 + dice.below(120));
    if !join && dice.chance(faults.backhaul) {
        at = at.plus(1_000 + dice.below(7_000));
    }
    match happens(fleet, 78, gateway, frame.end, faults.outage) {
        true if join => None,
        true => Some(at.max(UtcMillis((hour(frame.end) + 1) * HOUR_MS).plus(dice.below(20_000)))),
        false => Some(at),
    }
}

/// Whether something is the case at a registered gateway in the whole hour of an instant.
fn happens(fleet: &Fleet, purpose: i64, gateway: usize, at: UtcMillis, rate: f64) -> bool {
    let registered = gateway < fleet.registered_gateways().len();
    registered && Dice::of(fleet.spec().seed, &[purpose, gateway as i64, hour(at)]).chance(rate)
}

/// What a gateway takes for GPS time: off within ±100 s and back again in 23 days, if it drifts.
fn clock(fleet: &Fleet, gateway: usize, at: UtcMillis) -> UtcMillis {
    let (seed, rate) = (fleet.spec().seed, fleet.spec().faults.drift);
    let drifts = Dice::of(seed, &[81, gateway as i64]).chance(rate);
    let off = if drifts { 100_000.0 * wave(at.0 as f64 / (23 * 24 * HOUR_MS) as f64) } else { 0.0 };
    at.plus(off as i64)
}

fn hour(at: UtcMillis) -> i64 {
    at.0.div_euclid(HOUR_MS)
}

/// A gateway's clock at an instant, µs; each began somewhere else.
fn tmst(gateway: usize, at: UtcMillis) -> u32 {
    (at.0 as u64).wrapping_mul(1000).wrapping_add(gateway as u64 * 1_234_567_891) as u32
}

/// Other bytes with the same length.
fn damaged(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..3 {
        let at = dice.below(bytes.len() as i64) as usize;
        bytes[at] ^= 1 << dice.below(8);
    }
    bytes
}
