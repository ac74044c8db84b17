//! What a reading counts as, or that it stays out.
//!
//! - `sentinel`: one of the property's words for "none"; else `out_of_range`: outside its valid range.
//! - `stuck`: the last n readings of the series up to this one, neither sentinels nor out of range and from the last three hours, are
//!   identical; zero counts never are.
//! - particle masses of a profile with κ and a humidity of the same instant: `humid` above the cap, else mass / C with
//!   C = 1 + κ/1.65 · RH / (100 − RH), rounded half away from zero.
//!
//! A reading stays out if the catalogue says so of one of its remarks. `warming_up` is left out: the fleet never says it was switched on.

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
        let stays_out = |flag| self.property.excluded_by.contains(flag);
        let is_none = self.is_none(value);
        if is_none.is_some_and(stays_out)
            || (is_none.is_none() && self.is_stuck(all, at, value) && stays_out(Flag::Stuck))
        {
            return None;
        }
        match self.dried(at, value) {
            Some(None) if stays_out(Flag::Humid) => None,
            Some(Some(dry)) => Some(dry),
            _ => Some(value),
        }
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
        let wet = series.into_iter().find_map(|series| self.accepted.get(&(self.device, series, at)))?;
        let whole = i128::from(10i64.pow(of.decimals.into()));
        let wet = i128::from(*wet);
        if of.sentinels.iter().any(|none| i128::from(*none) == wet) || !(0..=100 * whole).contains(&wet) {
            return None;
        }
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
