//! Remarks that hang on the values before: at once for what comes in order, anew where something came between.
//!
//! A value's remarks are a function of the device's readings. What is the newest of its series is judged by the device's tails;
//! anything else is put into its block first, and then it and the values that look back at it are judged by the blocks.

mod near;
mod renewed;

use smartpole_model::{Flag, Flags, Kind, Quarter, Series, TimeSource, UtcMillis, registry::QualityRules};
use smartpole_validate::{LOOK_BACK, history_flags, is_warming_up, looks_back};
use smartpole_window::{Block, Blocks, Insert, NewRow, Row, RowValue};

use self::near::{Kept, Near};
use crate::{
    LoadError, Mending, RevisionReason,
    active::Active,
    device::Device,
    place::Place,
    tails::{Before, LOOK_BACK_MS},
};

/// Remarks of this module.
const OF_HISTORY: Flags =
    Flags(1 << Flag::Stuck as u16 | 1 << Flag::Spike as u16 | 1 << Flag::Step as u16 | 1 << Flag::WarmingUp as u16);

/// Remarks that a value keeps for ever.
pub(crate) const OWN: Flags = Flags(!OF_HISTORY.0);

/// A value whose remarks or number changed after it was accepted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mended {
    pub(crate) mending: Mending,
    /// When the message was received that the value is of now, if that is not the row's.
    pub(crate) origin: Option<UtcMillis>,
    pub(crate) event_time: UtcMillis,
    pub(crate) received_at: UtcMillis,
    pub(crate) time_source: TimeSource,
    pub(crate) value: RowValue,
}

/// Whether a value can be compared with.
pub(crate) fn is_comparable(value: &RowValue) -> bool {
    value.is_comparable()
}

/// Whether a value says that the device was switched on.
fn is_power_up(active: &Active, value: &RowValue) -> bool {
    value.is_power_up(active.power_up)
}

/// Which values from an instant on are judged anew.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Anew {
    All,
    /// Those that look back at the instant: of any other neither the values before have changed nor the rules.
    LookingBack,
}

/// What is asked of a series.
struct Asked<'a> {
    rules: &'a QualityRules,
    is_count: bool,
}

impl Active {
    /// The rules for a series of a device, if there are any that hang on other readings. Totals are judged by their differences.
    fn asked<'a>(&self, rules: &'a [QualityRules], series: Series) -> Option<Asked<'a>> {
        let rules = rules.get(usize::from(series.property.0))?;
        if !looks_back(rules) && rules.warming_up_s == 0 {
            return None;
        }
        let property = self.inputs.registry.properties.get(series.property)?;
        let is_count = property.kind == Kind::IntervalCount;
        property.counts.is_none().then_some(Asked { rules, is_count })
    }
}

impl Asked<'_> {
    fn flags(&self, before: &[i64], value: &RowValue, since_power_up: Option<i64>) -> Flags {
        let mut flags = Flags::NONE;
        if is_comparable(value) {
            flags = history_flags(self.rules, before, value.value, self.is_count);
        }
        if since_power_up.is_some_and(|since| is_warming_up(self.rules, since)) {
            flags = flags.with(Flag::WarmingUp);
        }
        flags
    }
}

impl Device {
    /// Whether a value measured at `time` is newer than all of its series, those that were superseded included, and no power-up is newer.
    fn is_newest(&self, series: Series, time: UtcMillis) -> bool {
        let latest = self.latest.iter().find(|known| known.series == series);
        let newer = latest.map_or(time < self.newest, |known| known.event_time >= time);
        !newer && self.tails.newest(series).is_none_or(|newest| newest <= time) && self.powered_up <= time
    }

    /// Adds what hangs on the values before to a row's values; `false` if some are not the newest of their series, which have to be
    /// judged by the blocks.
    pub(crate) fn judge_newest(
        &self,
        active: &Active,
        rules: &[QualityRules],
        time: UtcMillis,
        row: &mut [RowValue],
    ) -> bool {
        let switched_on = row.iter().any(|value| is_power_up(active, value));
        let powered_up = if switched_on { time } else { self.powered_up };
        let since = (powered_up.0 > i64::MIN).then(|| time.since(powered_up));
        let mut all_newest = true;
        for value in row {
            let Some(asked) = active.asked(rules, value.series) else { continue };
            if self.is_newest(value.series, time) {
                let before =
                    if looks_back(asked.rules) { self.tails.before(value.series, time) } else { Before::default() };
                value.flags = value.flags.union(asked.flags(before.as_slice(), value, since));
            } else {
                all_newest = false;
            }
        }
        all_newest && (!switched_on || self.newest <= time)
    }

    /// Keeps accepted values for those that look back at them.
    pub(crate) fn note_history(&mut self, active: &Active, rules: &[QualityRules], stride: usize, row: &NewRow<'_>) {
        for value in row.values {
            if is_power_up(active, value) {
                self.powered_up = self.powered_up.max(row.event_time);
            }
            let asked = active.asked(rules, value.series).filter(|asked| looks_back(asked.rules));
            if asked.is_some() && is_comparable(value) {
                self.tails.put(value.series, row.event_time, value.value, stride);
            }
        }
    }
}

impl Place<'_> {
    /// Judges what was just put into a block and all that looks back at it, by the blocks.
    pub(crate) fn judge_again(&mut self, row: &NewRow<'_>, outcomes: &[Insert]) -> Result<(), LoadError> {
        let added = row.values.iter().zip(outcomes).filter(|(_, outcome)| **outcome == Insert::Added);
        let added: Vec<RowValue> = added.map(|(value, _)| *value).collect();
        self.judge_around(row.event_time, &added)
    }

    /// Judges values measured at an instant, and all that looks back at them.
    pub(crate) fn judge_around(&mut self, at: UtcMillis, changed: &[RowValue]) -> Result<(), LoadError> {
        let (rules, stride) = self.active.rules_at(self.no, at);
        let warming_up = changed.iter().any(|value| is_power_up(self.active, value));
        let concerned = |series: &Series| self.active.asked(rules, *series).is_some();
        let series: Vec<Series> = if warming_up {
            self.device.latest.iter().map(|latest| latest.series).filter(concerned).collect()
        } else {
            changed.iter().map(|value| value.series).filter(concerned).collect()
        };
        let longest = self.longest_warm_up(rules, warming_up);
        let mut near = Near::new(at, stride, series);
        let home = at.quarter();
        near.take(self.active, self.get(home));
        self.walk(&mut near, home, -1, at.plus(-longest));
        self.walk(&mut near, home, 1, if warming_up { at.plus(longest) } else { at });
        self.error.take().map_or(Ok(()), Err)?;
        self.follows(RevisionReason::Quality);
        let asked = if self.is_settled && !warming_up { Anew::LookingBack } else { Anew::All };
        self.judge_near(&near.sorted(), asked);
        self.error.take().map_or(Ok(()), Err)
    }

    /// Takes blocks beside `home`, one way, until enough values are there and the quarter of `bound` is.
    fn walk(&mut self, near: &mut Near, home: Quarter, step: i32, bound: UtcMillis) {
        let reach = (LOOK_BACK_MS / Quarter::MILLIS + 1) as i32;
        let newest = self.device.newest.quarter().0;
        for distance in 1..=reach {
            let quarter = Quarter(home.0 + step * distance);
            let beyond = (bound.quarter().0 - quarter.0) * step < 0;
            if (beyond && near.has_enough(step)) || quarter.0 > newest {
                return;
            }
            near.take(self.active, self.get(quarter));
        }
    }

    /// Judges all values of a block anew, by themselves and by those before.
    pub(crate) fn judge_block(&mut self, quarter: Quarter) -> Result<(), LoadError> {
        let Some(rows) = self.get(quarter).map(Block::rows) else { return self.error.take().map_or(Ok(()), Err) };
        for row in &rows {
            self.judge_alone(row);
        }
        self.judge_history(quarter)
    }

    /// Judges all values of a block anew by those before.
    pub(crate) fn judge_history(&mut self, quarter: Quarter) -> Result<(), LoadError> {
        let Some(rows) = self.get(quarter).map(Block::rows) else { return self.error.take().map_or(Ok(()), Err) };
        let (rules, stride) = self.active.rules_at(self.no, quarter.start());
        let all = rows.iter().flat_map(|row| &row.values).map(|value| value.series);
        let asked = all.filter(|series| self.active.asked(rules, *series).is_some());
        let mut near = Near::new(quarter.start(), stride, asked.collect());
        near.take(self.active, self.get(quarter));
        self.walk(&mut near, quarter, -1, quarter.start().plus(-self.longest_warm_up(rules, false)));
        self.judge_near(&near.sorted(), Anew::All);
        self.error.take().map_or(Ok(()), Err)
    }

    /// For how long power-ups are looked for, in milliseconds; not at all if the device never told of one and does not `now`.
    fn longest_warm_up(&self, rules: &[QualityRules], now: bool) -> i64 {
        let told = now || self.device.powered_up.0 > i64::MIN;
        let longest = rules.iter().filter(|_| told).map(|rules| rules.warming_up_s).max();
        i64::from(longest.unwrap_or(0)) * 1_000
    }

    /// Renews the remarks that a row's values have by themselves; whose clock was doubted and what replays did is not forgotten.
    fn judge_alone(&mut self, row: &Row) {
        let kept = [Flag::TimeDoubt, Flag::Replayed, Flag::Superseded].into_iter().fold(OF_HISTORY, Flags::with);
        let mut alone = Vec::new();
        let values = row.values.iter().map(|value| (value.series, value.value));
        self.active.rules.flags(&self.active.inputs.registry.properties, values, &mut alone);
        for (value, alone) in row.values.iter().zip(alone) {
            let flags = Flags(value.flags.0 & kept.0).union(alone);
            if flags != value.flags {
                let (event_time, received_at, time_source) = (row.event_time, row.received_at, row.time_source);
                self.set_flags(&Kept { event_time, received_at, time_source, value: *value }, flags);
            }
        }
    }

    /// Judges what is there from the instant on.
    fn judge_near(&mut self, near: &Near, anew: Anew) {
        for (_, kept) in &near.series {
            self.judge_series(kept, near, anew);
        }
    }

    fn judge_series(&mut self, kept: &[Kept], near: &Near, anew: Anew) {
        // those that can be compared with, and how many of them are too old for the value at hand
        let (mut times, mut usable, mut old) = (Vec::with_capacity(kept.len()), Vec::with_capacity(kept.len()), 0);
        let until_instant = kept.iter().filter(|of| of.event_time <= near.at && is_comparable(&of.value)).count();
        let device = self.active.registered(self.no);
        let (mut installation, mut asked, mut look_back) = (None, None, 0);
        for of in kept {
            if of.event_time >= near.at {
                while times.get(old).is_some_and(|at| of.event_time.since(*at) > LOOK_BACK_MS) {
                    old += 1;
                }
                let now = device.map(|device| std::ptr::from_ref(device.at(of.event_time)));
                if installation != Some(now) {
                    let (rules, stride) = self.active.rules_at(self.no, of.event_time);
                    (installation, look_back) = (Some(now), stride);
                    asked = self.active.asked(rules, of.value.series);
                }
                let looks_there = of.event_time == near.at || usable.len() < until_instant + look_back;
                if let Some(asked) = asked.as_ref().filter(|_| looks_there || anew == Anew::All) {
                    let before = &usable[old.max(usable.len().saturating_sub(LOOK_BACK))..];
                    self.judge_value(of, asked, before, &near.powered_up);
                }
            }
            if is_comparable(&of.value) {
                times.push(of.event_time);
                usable.push(of.value.value);
            }
        }
    }

    fn judge_value(&mut self, of: &Kept, asked: &Asked<'_>, before: &[i64], powered_up: &[UtcMillis]) {
        let since = powered_up.iter().rev().find(|power_up| **power_up <= of.event_time);
        let since = since.map(|power_up| of.event_time.since(*power_up));
        let own = Flags(of.value.flags.0 & OWN.0);
        let flags = own.union(asked.flags(before, &of.value, since));
        if flags != of.value.flags {
            self.set_flags(of, flags);
        }
    }

    fn set_flags(&mut self, of: &Kept, flags: Flags) {
        let Kept { event_time, received_at, time_source, value } = *of;
        let mut changed = false;
        self.update(event_time.quarter(), &mut |block| {
            changed = block.set_flags(event_time, value.series, flags);
            changed
        });
        if changed {
            let value = RowValue { flags, ..value };
            self.device.note_remarks(event_time, &value);
            self.device.dirty = true;
            let mending = Mending::Remarks;
            self.mended.push(Mended { mending, origin: None, event_time, received_at, time_source, value });
        }
    }
}
