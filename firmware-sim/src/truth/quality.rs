//! What a reading counts as, or that it stays out.
//!
//! - `sentinel`: one of the property's words for "none"; else `out_of_range`: outside its valid range.
//! - `stuck`: the last n readings of the series up to this one, neither sentinels nor out of range and from the last three hours, are
//!   identical; zero counts never are.
//! - `warming_up`: a reading of `power_up`, less than the rule's seconds before this one, says that the device was switched on.
//! - particle masses of a profile with κ and a humidity of the same instant that does not stay out itself: `humid` above the cap,
//!   else mass / C with C = 1 + κ/1.65 · RH / (100 − RH), rounded half away from zero.
//!
//! A reading stays out if the catalogue says so of one of its remarks.

use smartpole_model::{Flag, Kind, ObservedProperty, Registry, Series, UtcMillis};

use super::Accepted;

const THREE_HOURS_MS: i64 = 3 * 3_600_000;

/// A series of a device, and all that was accepted.
pub(super) struct Told<'a> {
    pub(super) registry: &'a Registry,
    pub(super) accepted: &'a Accepted,
    pub(super) device: usize,
    pub(super) property: &'a ObservedProperty,
}

impl Told<'_> {
    /// What a reading of the series, of which `all` are given by time, counts as.
    pub(super) fn counted(&self, all: &[(UtcMillis, i64)], at: UtcMillis, value: i64) -> Option<i64> {
        if self.stays_out(all, at, value) {
            return None;
        }
        match self.dried(at, value) {
            Some(None) if self.property.excluded_by.contains(Flag::Humid) => None,
            Some(Some(dry)) => Some(dry),
            _ => Some(value),
        }
    }

    /// Whether one of its own remarks keeps it out.
    fn stays_out(&self, all: &[(UtcMillis, i64)], at: UtcMillis, value: i64) -> bool {
        let stays_out = |flag| self.property.excluded_by.contains(flag);
        let is_none = self.is_none(value);
        is_none.is_some_and(stays_out)
            || (is_none.is_none() && self.is_stuck(all, at, value) && stays_out(Flag::Stuck))
            || (self.is_warming_up(at) && stays_out(Flag::WarmingUp))
    }

    /// When the device says it was switched on, in order of time.
    pub(super) fn power_ups(&self) -> Vec<UtcMillis> {
        let Some(property) = self.registry.properties.by_id("power_up") else { return Vec::new() };
        let all = self.all(Series { property: property.number, channel: 0 });
        all.into_iter().filter(|(_, value)| (1..=property.max).contains(value)).map(|(at, _)| at).collect()
    }

    /// All readings of a series of the device, in order of time.
    fn all(&self, series: Series) -> Vec<(UtcMillis, i64)> {
        let ends = [i64::MIN, i64::MAX].map(|time| (self.device, series, UtcMillis(time)));
        self.accepted.range(ends[0]..=ends[1]).map(|((.., at), value)| (*at, *value)).collect()
    }

    fn is_warming_up(&self, at: UtcMillis) -> bool {
        let profile = &self.registry.devices[self.device].at(at).profile;
        let seconds = self.registry.quality_rules(self.property.number, profile).warming_up_s;
        // totals have no rules
        let asked = seconds > 0 && self.property.counts.is_none();
        asked && self.power_ups().iter().any(|on| *on <= at && at.since(*on) < i64::from(seconds) * 1_000)
    }

    fn is_none(&self, value: i64) -> Option<Flag> {
        if self.property.sentinels.contains(&value) {
            return Some(Flag::Sentinel);
        }
        (value < self.property.min || value > self.property.max).then_some(Flag::OutOfRange)
    }

    fn is_stuck(&self, all: &[(UtcMillis, i64)], at: UtcMillis, value: i64) -> bool {
        let profile = &self.registry.devices[self.device].at(at).profile;
        let Some(n) = self.registry.quality_rules(self.property.number, profile).stuck.map(usize::from) else {
            return false;
        };
        if self.property.counts.is_some() || (self.property.kind == Kind::IntervalCount && value == 0) {
            return false;
        }
        let usable = all
            .iter()
            .filter(|(time, known)| *time <= at && at.since(*time) <= THREE_HOURS_MS && self.is_none(*known).is_none());
        let newest: Vec<i64> = usable.map(|(_, known)| *known).rev().take(n).collect();
        newest.len() == n && newest.iter().all(|known| *known == value)
    }

    /// The mass without its water; `None` in it above the cap.
    fn dried(&self, at: UtcMillis, value: i64) -> Option<Option<i64>> {
        let profile = &self.registry.devices[self.device].at(at).profile;
        let humidity = self.registry.profiles.get(profile)?.humidity?;
        if !["pm1", "pm2_5", "pm4", "pm10"].contains(&self.property.id.as_str()) {
            return None;
        }
        let of = self.registry.properties.by_id("relative_humidity")?;
        let series = (0..=u8::MAX).map(|channel| Series { property: of.number, channel });
        let series = series.into_iter().find(|series| self.accepted.contains_key(&(self.device, *series, at)))?;
        let all = self.all(series);
        let wet = all.iter().find(|(time, _)| *time == at).map(|(_, wet)| *wet)?;
        let whole = i128::from(10i64.pow(of.decimals.into()));
        let its_own = Told { property: of, ..*self };
        if its_own.stays_out(&all, at, wet) {
            return None;
        }
        let wet = i128::from(wet);
        if wet > i128::from(humidity.cap_percent) * whole {
            return Some(None);
        }
        let air = 1_650 * (100 * whole - wet);
        let (above, below) = (i128::from(value) * air, air + i128::from(humidity.kappa_milli) * wet);
        let (quotient, rest) = (above / below, above % below);
        let away = if 2 * rest.abs() >= below { above.signum() } else { 0 };
        Some(Some((quotient + away) as i64))
    }
}
