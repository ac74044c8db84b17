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
}
