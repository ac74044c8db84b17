//! What is odd about a value, and about the values of one sample beside each other.

use smartpole_model::{Catalogue, Flag, Flags, ObservedProperty, PropertyNo, Series};

/// Mass of particles up to 1, 2.5, 4 and 10 µm: each holds the ones before it, so none may be the greater.
const PARTICLES: [&str; 4] = ["pm1", "pm2_5", "pm4", "pm10"];

/// Flags that say a value is none, so nothing is compared with it.
const NO_VALUE: Flags = Flags(1 << Flag::OutOfRange as u16 | 1 << Flag::Sentinel as u16);

/// The remarks that the catalogue makes on one value, taken alone: `sentinel`, else `out_of_range`.
pub fn value_flags(property: &ObservedProperty, value: i64) -> Flags {
    if property.sentinels.contains(&value) {
        Flags::NONE.with(Flag::Sentinel)
    } else if value < property.min || value > property.max {
        Flags::NONE.with(Flag::OutOfRange)
    } else {
        Flags::NONE
    }
}

/// The rules for the values of one sample; made once for a catalogue.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Smallest particles first.
    particles: Vec<Particles>,
}

#[derive(Clone, Debug)]
struct Particles {
    property: PropertyNo,
    /// To the finest resolution among them.
    factor: i128,
}

impl Rules {
    /// The rules of a catalogue.
    pub fn new(catalogue: &Catalogue) -> Self {
        let known: Vec<_> = PARTICLES.iter().filter_map(|id| catalogue.by_id(id)).collect();
        let finest = known.iter().map(|property| property.decimals).max().unwrap_or(0);
        let factor = |property: &ObservedProperty| 10i128.saturating_pow(u32::from(finest - property.decimals));
        let particles = known.iter().map(|property| Particles { property: property.number, factor: factor(property) });
        Self { particles: particles.collect() }
    }

    /// Replaces `flags` by those of each value of a sample, in order: [`value_flags`], and `inconsistent` on both of two
    /// particle masses of a channel where the smaller particles weigh more. A series unknown to the catalogue has none.
    pub fn flags<I>(&self, catalogue: &Catalogue, values: I, flags: &mut Vec<Flags>)
    where
        I: Iterator<Item = (Series, i64)> + Clone,
    {
        let alone = |(series, value): (Series, i64)| {
            catalogue.get(series.property).map_or(Flags::NONE, |property| value_flags(property, value))
        };
        flags.clear();
        flags.extend(values.clone().map(alone));
        self.flag_inversions(values, flags);
    }

    fn flag_inversions<I>(&self, values: I, flags: &mut [Flags])
    where
        I: Iterator<Item = (Series, i64)> + Clone,
    {
        let masses = values.enumerate().filter_map(|(at, (series, value))| {
            let size = self.particles.iter().position(|particles| particles.property == series.property)?;
            Some((at, series.channel, size, i128::from(value).saturating_mul(self.particles[size].factor)))
        });
        for (small_at, channel, small, light) in masses.clone() {
            for (large_at, _, _, _) in
                masses.clone().filter(|(_, other, large, heavy)| *other == channel && *large > small && *heavy < light)
            {
                if !flags[small_at].union(flags[large_at]).intersects(NO_VALUE) {
                    flags[small_at] = flags[small_at].with(Flag::Inconsistent);
                    flags[large_at] = flags[large_at].with(Flag::Inconsistent);
                }
            }
        }
    }
}
