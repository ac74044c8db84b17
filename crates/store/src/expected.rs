//! How many readings there should be, and when no more are waited for.

use smartpole_model::{DeviceNo, UtcMillis};

use crate::scope::{Member, Part};

/// How often something should be reported: by how many series alike, and when.
#[derive(Debug, Default)]
pub(crate) struct Expected(Vec<(i64, Reports)>);

/// The reports of one series while its device hung in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reports {
    pub(crate) from: UtcMillis,
    pub(crate) to: UtcMillis,
    pub(crate) interval_ms: i64,
}

impl Expected {
    /// Of the series that devices have reported, so many of each, while they belonged to `parts`.
    pub(crate) fn of(members: &[Member], parts: &[Part], series: impl Fn(DeviceNo) -> usize) -> Self {
        let mut expected = Self::default();
        for member in members {
            for _ in 0..series(member.device) {
                expected.0.extend(member.reports(parts).map(|reports| (1, reports)));
            }
        }
        expected
    }

    /// The same for those who ask for nothing before an instant, from when on most devices of a zone report alike: they are one then.
    pub(crate) fn not_before(mut self, first: UtcMillis) -> Self {
        self.0.iter_mut().for_each(|(_, reports)| reports.from = reports.from.max(first));
        self.0.sort_unstable_by_key(|(_, reports)| *reports);
        self.0.dedup_by(|(alike, next), (all, reports)| {
            let is_alike = next == reports;
            *all += if is_alike { *alike } else { 0 };
            is_alike
        });
        self
    }

    /// Whether readings from `start` to `end` are still awaited.
    pub(crate) fn awaits(&self, (start, end): (UtcMillis, UtcMillis), lateness_ms: i64, now: UtcMillis) -> bool {
        let here = self.0.iter().filter(|(_, reports)| reports.from < end && start < reports.to);
        let longest = here.map(|(_, reports)| reports.interval_ms).max().unwrap_or(0);
        are_awaited(end, lateness_ms, longest, now)
    }

    /// Readings expected from `start` to `end`.
    pub(crate) fn within(&self, start: UtcMillis, end: UtcMillis) -> i64 {
        let overlap = |reports: &Reports| reports.to.min(end).since(reports.from.max(start)).max(0);
        self.0.iter().map(|(alike, reports)| alike * (overlap(reports) / reports.interval_ms)).sum()
    }
}

/// Whether readings from before `end` are still awaited: until the lateness bound and the longest interval of those who measure have passed.
/// A device that has closed the quarter before may begin its last one until then, which is no correction.
pub(crate) fn are_awaited(end: UtcMillis, lateness_ms: i64, interval_ms: i64, now: UtcMillis) -> bool {
    end.plus(lateness_ms + interval_ms) > now
}
