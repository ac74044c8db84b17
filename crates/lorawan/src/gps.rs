//! GPS time, which counts from 1980-01-06 and knows no leap seconds.

use smartpole_model::UtcMillis;

/// 1980-01-06T00:00:00Z, where GPS time begins (IS-GPS-200, 3.3.4).
const EPOCH: UtcMillis = UtcMillis(315_964_800_000);
/// How far GPS time is ahead of UTC: 18 s since 2017-01-01, and no further leap second is announced (IERS Bulletin C 70).
/// Instants before 2017 come out up to 18 s early.
const LEAP_MILLIS: i64 = 18_000;
/// 9999-12-31T23:59:59.999Z, the last instant that RFC 3339 can write.
const LAST: UtcMillis = UtcMillis(253_402_300_799_999);

/// The instant so many milliseconds of GPS time after its epoch; none before it.
pub fn from_gps_millis(millis: i64) -> Option<UtcMillis> {
    known(EPOCH.plus(millis.checked_sub(LEAP_MILLIS)?)).filter(|_| millis >= 0)
}

/// Milliseconds of GPS time at an instant.
pub fn to_gps_millis(time: UtcMillis) -> i64 {
    time.since(EPOCH).saturating_add(LEAP_MILLIS)
}

/// The instant, unless it lies before GPS time began: then the receiver has none yet.
pub(crate) fn known(time: UtcMillis) -> Option<UtcMillis> {
    (EPOCH..=LAST).contains(&time).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gps_time_is_eighteen_seconds_ahead() {
        // 2022-01-01T00:00:00Z is GPS week 2190, 518,418 s into it.
        let time = from_gps_millis((2190 * 604_800 + 518_418) * 1_000);
        assert_eq!(time, Some("2022-01-01T00:00:00Z".parse().unwrap()));
        assert_eq!(time.map(to_gps_millis), Some((2190 * 604_800 + 518_418) * 1_000));
    }

    #[test]
    fn there_is_no_time_before_gps_time_or_beyond_what_can_be_written() {
        assert_eq!(from_gps_millis(-1), None);
        assert_eq!(from_gps_millis(i64::MIN), None);
        assert_eq!(from_gps_millis(i64::MAX), None);
        assert_eq!(known(UtcMillis(0)), None);
    }
}
