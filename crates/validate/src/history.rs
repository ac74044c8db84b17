//! What is odd about a value beside the ones before it: `stuck`, `spike`, `step`, `warming_up`.
//!
//! Each rule looks back only, in order of event time, at readings of the same series that are neither sentinels nor out of range
//! and not older than [`smartpole_model::registry::RULES_LOOK_BACK_S`]. So a value's remarks are a function of the set of readings, whatever order they came
//! in, and a value that comes in order changes no remark of another. `spike` is the Hampel identifier (Hampel 1974; Pearson 2002)
//! in its causal form: median and median absolute deviation (MAD) of the values before; 1.4826 × MAD estimates σ of a normal
//! distribution. Neither `spike` nor `step` excludes by itself: New Year's Eve is real.

use smartpole_model::{
    Flag, Flags,
    registry::{QualityRules, Spike},
};

/// Most values that any rule looks back at: `stuck` of 16, `spike` of 15 neighbours.
pub const LOOK_BACK: usize = 15;

/// 1.4826 in ten-thousandths, thousandths of deviations beside it.
const SCALE: i128 = 10_000 * 1_000;
const MAD_TO_SIGMA: i128 = 14_826;

/// Whether any of the rules needs the values before.
pub fn looks_back(rules: &QualityRules) -> bool {
    rules.stuck.is_some() || rules.spike.is_some() || rules.step.is_some()
}

/// Remarks on `value` after the values `before` it, oldest first. `is_count` says that zero is as good as any number, however
/// often it comes.
pub fn history_flags(rules: &QualityRules, before: &[i64], value: i64, is_count: bool) -> Flags {
    let mut flags = Flags::NONE;
    if rules.stuck.is_some_and(|n| is_stuck(n, before, value) && !(is_count && value == 0)) {
        flags = flags.with(Flag::Stuck);
    }
    if rules.spike.is_some_and(|spike| is_spike(spike, before, value)) {
        flags = flags.with(Flag::Spike);
    }
    let jump = before.last().map_or(0, |last| value.abs_diff(*last));
    if rules.step.is_some_and(|step| jump > step.unsigned_abs()) {
        flags = flags.with(Flag::Step);
    }
    flags
}

/// Whether a device that was switched on `since_power_up_ms` ago is still warming up.
pub fn is_warming_up(rules: &QualityRules, since_power_up_ms: i64) -> bool {
    (0..i64::from(rules.warming_up_s) * 1_000).contains(&since_power_up_ms)
}

fn is_stuck(n: u8, before: &[i64], value: i64) -> bool {
    let others = usize::from(n).saturating_sub(1);
    let from = before.len().checked_sub(others);
    others > 0 && from.is_some_and(|from| before[from..].iter().all(|former| *former == value))
}

fn is_spike(spike: Spike, before: &[i64], value: i64) -> bool {
    let n = usize::from(spike.neighbours).min(LOOK_BACK);
    let Some(from) = before.len().checked_sub(n).filter(|_| n > 0) else { return false };
    let neighbours = &before[from..];
    let least = spike.least.unsigned_abs();
    // where most of the neighbours are this near, so is their median
    if neighbours.iter().filter(|former| former.abs_diff(value) <= least).count() > n / 2 {
        return false;
    }
    let middle = median(neighbours.iter().copied(), n);
    let deviation = i128::from(value.abs_diff(middle));
    let mad = i128::from(median(neighbours.iter().map(|former| former.abs_diff(middle).cast_signed()), n));
    let bound = mad * MAD_TO_SIGMA * i128::from(spike.deviations_milli);
    deviation > i128::from(least) && deviation * SCALE > bound
}

/// The middle of `n` values, the lower one of two.
fn median(values: impl Iterator<Item = i64>, n: usize) -> i64 {
    let mut sorted = [0; LOOK_BACK];
    sorted.iter_mut().zip(values).for_each(|(place, value)| *place = value);
    sorted[..n].sort_unstable();
    sorted[(n - 1) / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALM: [i64; 7] = [100, 104, 98, 101, 103, 99, 100];

    fn spike(least: i64) -> QualityRules {
        let spike = Spike { neighbours: 7, deviations_milli: 5_000, least };
        QualityRules { spike: Some(spike), ..QualityRules::default() }
    }

    #[track_caller]
    fn has(flag: Flag, rules: &QualityRules, before: &[i64], value: i64) -> bool {
        history_flags(rules, before, value, false).contains(flag)
    }

    #[test]
    fn a_value_is_stuck_from_the_nth_identical_one_on() {
        let rules = QualityRules { stuck: Some(6), ..QualityRules::default() };
        assert!(has(Flag::Stuck, &rules, &[3, 7, 7, 7, 7, 7], 7));
        assert!(!has(Flag::Stuck, &rules, &[7, 7, 7, 7], 7), "the fifth of six");
        assert!(!has(Flag::Stuck, &rules, &[7, 7, 8, 7, 7, 7], 7));
        assert!(has(Flag::Stuck, &rules, &[0; 5], 0));
        assert!(!history_flags(&rules, &[0; 5], 0, true).contains(Flag::Stuck), "nobody came, again");
        assert!(history_flags(&rules, &[4; 5], 4, true).contains(Flag::Stuck));
    }

    #[test]
    fn a_spike_is_further_from_the_median_than_five_scaled_deviations() {
        // median 100, deviations 0 4 2 1 3 1 0, MAD 1: 5 × 1.4826 = 7.413
        assert!(has(Flag::Spike, &spike(1), &CALM, 108) && !has(Flag::Spike, &spike(1), &CALM, 107));
        assert!(has(Flag::Spike, &spike(1), &CALM, 92) && !has(Flag::Spike, &spike(1), &CALM, 93));
        assert!(
            !has(Flag::Spike, &spike(50), &CALM, 150) && has(Flag::Spike, &spike(50), &CALM, 151),
            "at least so far"
        );
        assert!(!has(Flag::Spike, &spike(1), &CALM[1..], 500), "six neighbours judge nothing");
    }

    #[test]
    fn a_step_is_a_jump_from_the_value_before() {
        let rules = QualityRules { step: Some(30), ..QualityRules::default() };
        assert!(has(Flag::Step, &rules, &[0, 100], 131) && !has(Flag::Step, &rules, &[0, 100], 130));
        assert!(has(Flag::Step, &rules, &[i64::MIN], i64::MAX) && !has(Flag::Step, &rules, &[], 500));
    }

    #[test]
    fn a_device_warms_up_from_power_up_on_for_so_many_seconds() {
        let rules = QualityRules { warming_up_s: 60, ..QualityRules::default() };
        assert!(is_warming_up(&rules, 0) && is_warming_up(&rules, 59_999));
        assert!(!is_warming_up(&rules, 60_000) && !is_warming_up(&rules, -1));
    }

    #[test]
    fn the_shortcut_of_near_neighbours_never_changes_the_answer() {
        let mut seed = 7u64;
        for _ in 0..20_000 {
            let mut next = || {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (seed >> 40) as i64 % 60
            };
            let before: Vec<i64> = (0..7).map(|_| next()).collect();
            let (value, rule) = (next(), Spike { neighbours: 7, deviations_milli: 2_000, least: next() % 20 });
            let mut sorted = before.clone();
            sorted.sort_unstable();
            let middle = sorted[3];
            let mut away: Vec<i64> = before.iter().map(|former| (former - middle).abs()).collect();
            away.sort_unstable();
            let far = (value - middle).abs();
            let plain = far > rule.least && far * 10_000 > away[3] * 14_826 * 2;
            assert_eq!(is_spike(rule, &before, value), plain, "{before:?} {value} {rule:?}");
        }
    }
}
