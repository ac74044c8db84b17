//! Several poles together.

use super::Mean;

/// The air of a zone: what its poles measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneMean<K> {
    /// The mean of the poles' means: a pole with two sensors weighs as much as one with one.
    pub mean: Mean,
    /// How many poles have a mean.
    pub poles: u32,
    /// The smallest mean of a pole.
    pub lowest: Mean,
    /// The largest.
    pub highest: Mean,
    /// The pole that has it; of several the first in order.
    pub worst: K,
}

/// The mean of poles, each of the same weight; `None` if no pole has a mean. Poles may come in any order, each once.
pub fn zone_mean<K: Copy + Ord>(poles: impl IntoIterator<Item = (K, Mean)>) -> Option<ZoneMean<K>> {
    let mut poles: Vec<(K, Mean)> = poles.into_iter().collect();
    poles.sort_by_key(|(pole, mean)| (std::cmp::Reverse(*mean), *pole));
    let ((worst, highest), (_, lowest)) = (*poles.first()?, *poles.last()?);
    let mean = Mean::of_means(poles.iter().map(|(_, mean)| *mean))?;
    Some(ZoneMean { mean, poles: u32::try_from(poles.len()).unwrap_or(u32::MAX), lowest, highest, worst })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poles_weigh_equally_and_the_worst_is_named() {
        let zone = zone_mean([("b", Mean(30_000_000)), ("a", Mean(30_000_000)), ("c", Mean(5_000_000))]).unwrap();
        assert_eq!(zone.mean.to_string(), "21.666667");
        assert_eq!((zone.worst, zone.poles), ("a", 3), "of two equal ones the first");
        assert_eq!((zone.lowest, zone.highest), (Mean(5_000_000), Mean(30_000_000)));
    }

    #[test]
    fn a_zone_without_a_pole_that_measures_has_no_mean() {
        assert_eq!(zone_mean::<u8>([]), None);
    }
}
