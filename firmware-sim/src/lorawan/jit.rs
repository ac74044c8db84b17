//! What a gateway can send, as the packet forwarder's queue decides it (Lora-net/packet_forwarder, jitqueue.c).

use super::semtech::Txpk;

/// Why a gateway does not send a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TxError {
    TooLate,
    TooEarly,
    CollisionPacket,
    TxFreq,
    TxPower,
}

impl TxError {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::TooLate => "TOO_LATE",
            Self::TooEarly => "TOO_EARLY",
            Self::CollisionPacket => "COLLISION_PACKET",
            Self::TxFreq => "TX_FREQ",
            Self::TxPower => "TX_POWER",
        }
    }
}

/// Whether a gateway whose clock says `clock` can send this, given what it is to send already (start and end, µs).
pub(crate) fn check(clock: u32, tx: &Txpk, airtime_us: i64, planned: &[(u32, u32)]) -> Result<(), TxError> {
    /// The radio needs so long to get ready, and keeps a frame for so long (jitqueue.c of the packet forwarder).
    const READY_US: i32 = 30_000;
    const AHEAD_US: i32 = 300_000_000;
    /// EU863-870 in MHz, and the most any of its bands allows, dBm EIRP.
    const BAND: std::ops::RangeInclusive<f64> = 863.0..=870.0;
    const POWER: i16 = 29;
    if !BAND.contains(&tx.freq) {
        return Err(TxError::TxFreq);
    }
    if tx.powe.is_some_and(|power| power > POWER) {
        return Err(TxError::TxPower);
    }
    let start = if tx.imme { clock.wrapping_add(READY_US as u32) } else { tx.tmst.unwrap_or(clock) };
    let ahead = start.wrapping_sub(clock) as i32;
    let end = start.wrapping_add(airtime_us as u32);
    let overlaps =
        |(from, to): &(u32, u32)| (start.wrapping_sub(*to) as i32) < 0 && (from.wrapping_sub(end) as i32) < 0;
    match ahead {
        ..READY_US => Err(TxError::TooLate),
        AHEAD_US.. => Err(TxError::TooEarly),
        _ if planned.iter().any(overlaps) => Err(TxError::CollisionPacket),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_sends_what_is_in_time_and_in_its_band() {
        let tx = Txpk { tmst: Some(5_000_000), freq: 868.1, ..Txpk::default() };
        let clocks = [0, 4_969_000, 4_990_000, 5_000_001, 5_000_000u32.wrapping_sub(400_000_000)];
        let outcome = |clock| check(clock, &tx, 50_000, &[]);
        let late = Err(TxError::TooLate);
        assert_eq!(clocks.map(outcome), [Ok(()), Ok(()), late, late, Err(TxError::TooEarly)]);
        assert_eq!(check(0, &tx, 50_000, &[(5_040_000, 5_090_000)]), Err(TxError::CollisionPacket));
        assert_eq!(check(0, &tx, 50_000, &[(5_050_000, 5_090_000)]), Ok(()));
        assert_eq!(check(0, &Txpk { freq: 915.0, ..tx.clone() }, 50_000, &[]), Err(TxError::TxFreq));
        assert_eq!(check(0, &Txpk { powe: Some(40), ..tx.clone() }, 50_000, &[]), Err(TxError::TxPower));
    }

    #[test]
    fn the_clock_may_wrap_before_a_frame_is_due() {
        let tx = Txpk { tmst: Some(500_000), freq: 868.1, ..Txpk::default() };
        assert_eq!(check(u32::MAX - 500_000, &tx, 50_000, &[]), Ok(()));
    }
}
