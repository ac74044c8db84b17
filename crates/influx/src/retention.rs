//! How long a bucket keeps points.

use std::fmt;

/// How long points are kept; InfluxDB counts it in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Seconds; 0 is for ever.
    pub seconds: u64,
}

impl Retention {
    /// So many days; 0 is for ever.
    pub fn days(days: u32) -> Self {
        Self { seconds: u64::from(days) * 86_400 }
    }

    /// Length of the shards that InfluxDB gives a bucket by default: an hour up to two days, a day up to half a year, else a week
    /// (docs.influxdata.com/influxdb/v2/reference/internals/shards, "shard group duration").
    pub(crate) fn shard_seconds(self) -> u64 {
        match self.seconds / 86_400 {
            _ if self.seconds == 0 => 7 * 86_400,
            0..2 => 3_600,
            2..183 => 86_400,
            _ => 7 * 86_400,
        }
    }

    /// Whether points that `self` keeps are lost with `other`.
    pub fn is_longer_than(self, other: Self) -> bool {
        let order = |retention: Self| if retention.seconds == 0 { u64::MAX } else { retention.seconds };
        order(self) > order(other)
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.seconds, self.seconds / 86_400, self.seconds % 86_400) {
            (0, ..) => f.write_str("for ever"),
            (_, 1, 0) => f.write_str("for 1 day"),
            (_, days, 0) => write!(f, "for {days} days"),
            (seconds, ..) => write!(f, "for {seconds} seconds"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nought_is_for_ever_and_longer_than_anything() {
        let [ever, day, month] = [0, 1, 30].map(Retention::days);
        let hour = Retention { seconds: 3_600 };
        assert_eq!(
            [ever, day, month, hour].map(|kept| kept.to_string()),
            ["for ever", "for 1 day", "for 30 days", "for 3600 seconds"]
        );
        assert!(ever.is_longer_than(month) && month.is_longer_than(day) && day.is_longer_than(hour));
        assert!(!day.is_longer_than(ever) && !day.is_longer_than(day));
    }

    #[test]
    fn shards_are_never_longer_than_what_is_kept() {
        let shards = [0, 1, 2, 7, 182, 183, 3_650].map(|days| Retention::days(days).shard_seconds() / 3_600);
        assert_eq!(shards, [168, 1, 24, 24, 24, 168, 168]);
    }
}
