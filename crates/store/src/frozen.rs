//! Counts as they were known when they were first shown to the public: what came later is in none of its figures.
//!
//! A quarter's counts are taken as of [`known_at`]. Nearly always nothing has changed them since, which two numbers of the block's
//! row say; only where something has, the block is put together as it was then.
//!
//! Only what is committed is answered about: until then a reading that was received in time may still be missing.

use std::sync::Arc;

use rusqlite::{OptionalExtension, params};
use smartpole_method::public::known_at;
use smartpole_model::{DeviceNo, Inputs, PropertyNo, Quarter, Series, UtcMillis};
use smartpole_pipeline::{Fold, Scope};
use smartpole_window::{Aggregate, Aggregates};

use crate::{
    Error, Queries,
    as_of::Then,
    error::{damaged, sqlite},
    heard::{History, heard, is_told_by},
    moved::{Moves, to_come},
    queries::Snapshot,
    scope::{Member, Part, member_of, members, members_of, pole_parts},
    store::block_id,
};

/// Which counts are wanted.
#[derive(Clone, Copy, Debug)]
pub struct WantedFrozen<'a> {
    /// Of counters at these poles, by their indices in the registry.
    pub poles: &'a [usize],
    /// Interval counts.
    pub properties: [PropertyNo; 2],
    /// First quarter of an hour …
    pub from: Quarter,
    /// … and the first after.
    pub to: Quarter,
}

/// One quarter of an hour of all those counters together; nothing is measured where what was known then is not known any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrozenQuarter {
    /// When.
    pub quarter: Quarter,
    /// How many passed, by property; `None`: no counter measured, which is not zero.
    pub counts: [Option<i64>; 2],
    /// How many counters there are …
    pub counters: u32,
    /// … and how many of them measured.
    pub measuring: u32,
}

/// Counts, each as of its own time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// Everything received before this is in it.
    pub known: UtcMillis,
    /// Each quarter that was asked for, in order; of those that may not be known yet, or have passed retention, nothing is measured.
    pub quarters: Vec<FrozenQuarter>,
}

/// What is known of the counters when the question is asked.
struct Asked {
    parts: Vec<Part>,
    counters: Vec<Counter>,
    inputs: Arc<Inputs>,
    then: Then,
}

/// A device that counts.
struct Counter {
    member: Member,
    pace: Pace,
    /// By what had been received it counts.
    heard: History,
}

/// How often a counter reports, and when it last did.
struct Pace {
    /// Quarters that it may be silent for though it works: it reports less often than each quarter.
    silent: i32,
    /// The last quarter in which it measured, by property.
    measured: [Option<Quarter>; 2],
}

impl WantedFrozen<'_> {
    /// Whether a series tells what is wanted.
    fn is_told_by(&self, inputs: &Inputs, series: Series) -> bool {
        let catalogue = &inputs.registry.properties;
        self.properties.iter().any(|property| is_told_by(catalogue, *property, series.property))
    }
}

impl Queries {
    /// Counts of the quarters of a span, each as it was known at [`known_at`].
    ///
    /// A counter that reports less often than each quarter measures zero in those between: that it was heard there would tell that
    /// somebody passed.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn frozen(&self, wanted: &WantedFrozen<'_>) -> Result<Frozen, Error> {
        let moved = self.moved((wanted.from, wanted.to))?;
        let (mut asked, snapshot) = self.snapshot(|fold| {
            let asked = Asked::new(fold, wanted, &moved);
            let devices = asked.counters.iter().map(|counter| counter.member.device).collect();
            let from = asked.first(wanted.from);
            (asked, devices, from, wanted.to)
        })?;
        asked.hear(&snapshot, wanted)?;
        let known = committed(&snapshot)?;
        let moves = Moves::read(&snapshot, asked.first(wanted.from), wanted.to)?;
        let all = (asked.first(wanted.from).0..wanted.to.0).map(Quarter);
        let mut quarters = Vec::with_capacity(usize::try_from(wanted.to.0 - wanted.from.0).unwrap_or(0));
        for quarter in all {
            let found = match known_at(quarter) <= known && quarter >= snapshot.kept_from {
                true => asked.quarter(&snapshot, &moves, wanted, quarter)?,
                false => FrozenQuarter { quarter, counts: [None; 2], counters: 0, measuring: 0 },
            };
            if quarter >= wanted.from {
                quarters.push(found);
            }
        }
        self.done(snapshot);
        Ok(Frozen { known, quarters })
    }
}

/// Receipt of the newest record that is committed; all older ones are, too.
fn committed(snapshot: &Snapshot) -> Result<UtcMillis, Error> {
    let doing = sqlite("read the cursor");
    let sql = "SELECT received_at FROM cursor WHERE id = 1";
    let found = snapshot.connection.query_row(sql, [], |row| row.get(0)).optional().map_err(&doing)?;
    Ok(UtcMillis(found.unwrap_or(i64::MIN)))
}

impl Asked {
    /// Counters that belong to the poles, or did before a registry moved them.
    fn new(fold: &Fold, wanted: &WantedFrozen<'_>, moved: &[DeviceNo]) -> Self {
        let parts = pole_parts(fold, wanted.poles);
        let counts = |device| heard(fold, device).any(|series| wanted.is_told_by(fold.inputs(), series));
        let now = members_of(fold, &parts);
        let mut strangers = to_come(fold, (wanted.from, wanted.to));
        strangers.extend(moved);
        let strangers = strangers.into_iter().filter(|device| member_of(&now, *device).is_none());
        let strangers: Vec<Member> = strangers.flat_map(|device| members(fold, Scope::Device(device))).collect();
        let members = now.into_iter().chain(strangers).filter(|member| counts(member.device));
        let counter = |member: Member| {
            let interval_ms = member.interval_ms(wanted.from.start());
            Counter { member, pace: Pace::of(interval_ms), heard: History::default() }
        };
        let (counters, inputs) = (members.map(counter).collect(), Arc::clone(fold.inputs()));
        Self { parts, counters, inputs, then: Then::new(fold, UtcMillis(0)) }
    }

    /// Reads since when counters are heard of.
    fn hear(&mut self, snapshot: &Snapshot, wanted: &WantedFrozen<'_>) -> Result<(), Error> {
        let Self { counters, inputs, .. } = self;
        for counter in counters {
            let heard = History::read(snapshot, counter.member.device)?;
            counter.heard = heard.of(|series| wanted.is_told_by(inputs, series));
        }
        Ok(())
    }

    /// The quarter from which it is to be known when counters measured.
    fn first(&self, from: Quarter) -> Quarter {
        Quarter(from.0 - self.counters.iter().map(|counter| counter.pace.silent).max().unwrap_or(0))
    }

    fn quarter(
        &mut self,
        snapshot: &Snapshot,
        moves: &Moves,
        wanted: &WantedFrozen<'_>,
        quarter: Quarter,
    ) -> Result<FrozenQuarter, Error> {
        let Self { parts, counters, then, .. } = self;
        then.go_to(known_at(quarter));
        let mut found = FrozenQuarter { quarter, counts: [None; 2], counters: 0, measuring: 0 };
        let (mut lost, mut unheard) = (false, 0);
        for counter in counters {
            let device = counter.member.device;
            let moved = moves.part_before((quarter, device), then.minute(), parts);
            if moved.unwrap_or_else(|| counter.member.part_at(quarter.start(), parts)).is_none() {
                continue;
            }
            let (aggregates, gone) = aggregates(snapshot, then, device, quarter)?;
            let own = wanted.properties.map(|property| aggregates.as_ref().and_then(|all| passed(all, property)));
            // a sum without it would be another number than the one that was shown
            lost |= gone && own.iter().any(Option::is_some);
            let own = counter.pace.take(quarter, own);
            let measures = own.iter().any(Option::is_some);
            let is_heard = measures || !counter.heard.by(then.minute()).is_empty();
            found.counters += u32::from(is_heard);
            unheard += u32::from(!is_heard);
            found.measuring += u32::from(measures);
            for (sum, own) in found.counts.iter_mut().zip(own) {
                *sum = sum.zip(own).map(|(sum, own)| sum.saturating_add(own)).or(*sum).or(own);
            }
        }
        if found.counters == 0 {
            found.counters = unheard; // a sum of days lacks those of before anything was shown
        }
        if lost {
            (found.counts, found.measuring) = ([None; 2], 0);
        }
        Ok(found)
    }
}

/// Longest silence of a counter that works: a day.
const MOST_SILENT: i32 = 96;

impl Pace {
    fn of(interval_ms: i64) -> Self {
        let silent = i32::try_from((interval_ms - 1).max(0) / Quarter::MILLIS).unwrap_or(i32::MAX);
        Self { silent: silent.min(MOST_SILENT), measured: [None; 2] }
    }

    /// What it measured in the next quarter: nothing passed while it need not report.
    fn take(&mut self, quarter: Quarter, counts: [Option<i64>; 2]) -> [Option<i64>; 2] {
        let mut taken = counts;
        for (count, measured) in taken.iter_mut().zip(&mut self.measured) {
            match count {
                Some(_) => *measured = Some(quarter),
                None => *count = measured.filter(|last| quarter.0 - last.0 <= self.silent).map(|_| 0),
            }
        }
        taken
    }
}

/// What a block came to as it was then, none if nothing of it was known, and whether that is not known any more.
fn aggregates(
    snapshot: &Snapshot,
    then: &Then,
    device: DeviceNo,
    quarter: Quarter,
) -> Result<(Option<Aggregates>, bool), Error> {
    let in_memory = snapshot.recent(quarter, device).is_some();
    if !in_memory && let Some(unchanged) = unchanged(snapshot, then, device, quarter)? {
        return Ok((unchanged, false));
    }
    let was = then.block(snapshot, device, quarter)?;
    Ok(was.map_or((None, false), |was| (Some(was.aggregates), was.gone)))
}

/// What a stored block comes to, if that has not changed since, or that there is none.
fn unchanged(
    snapshot: &Snapshot,
    then: &Then,
    device: DeviceNo,
    quarter: Quarter,
) -> Result<Option<Option<Aggregates>>, Error> {
    let doing = sqlite("read blocks");
    let sql = "SELECT revised_minute, closed_minute, aggregates FROM block WHERE id = ?1";
    let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
    let mut rows = statement.query(params![block_id(quarter, device)]).map_err(&doing)?;
    let Some(row) = rows.next().map_err(&doing)? else { return Ok(Some(None)) };
    let changed = || Ok::<i64, rusqlite::Error>(row.get::<_, i64>(0)?.max(row.get(1)?));
    if !then.knows(changed().map_err(&doing)?) {
        return Ok(None);
    }
    let blob = row.get_ref(2).map_err(&doing)?.as_blob().map_err(|error| doing(error.into()))?;
    Aggregates::unpack(blob).map(|aggregates| Some(Some(aggregates))).map_err(damaged("block"))
}

/// How many passed, all channels together; none if nothing was measured.
fn passed(aggregates: &Aggregates, property: PropertyNo) -> Option<i64> {
    let mut sum = Aggregate::default();
    let own = aggregates.0.iter().filter(|(series, _)| series.property == property);
    own.for_each(|(_, aggregate)| sum.merge(aggregate));
    sum.knows_sum().then_some(sum.sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a counter of this interval measures when it is heard in some quarters only.
    fn taken(minutes: i64, counts: &[Option<i64>]) -> Vec<Option<i64>> {
        let mut pace = Pace::of(minutes * 60_000);
        (0..).zip(counts).map(|(n, count)| pace.take(Quarter(n), [*count, None])[0]).collect()
    }

    #[test]
    fn a_counter_that_reports_each_quarter_is_missing_where_it_was_not_heard() {
        for minutes in [1, 15] {
            assert_eq!(taken(minutes, &[None, Some(2), None, Some(0)]), [None, Some(2), None, Some(0)]);
        }
    }

    #[test]
    fn one_that_reports_less_often_counts_nothing_until_its_next_report_is_due() {
        let heard = [Some(2), None, None, None, None, Some(1)];
        assert_eq!(taken(60, &heard), [Some(2), Some(0), Some(0), Some(0), None, Some(1)]);
        assert_eq!(taken(16, &heard), [Some(2), Some(0), None, None, None, Some(1)]);
    }
}
