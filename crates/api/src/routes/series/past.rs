//! Readings of the store, and of the history where the store keeps their sums alone.
//!
//! A sum tells how many readings it was made of. If the history has fewer, the answer says how many are missing.

use std::collections::BTreeMap;

use smartpole_model::{DeviceNo, ObservedProperty, Quarter, Reading, UtcMillis};
use smartpole_pipeline::{NameKind, Scope};
use smartpole_store::Sealed;

use crate::{
    History, HistoryWanted, Parts,
    history::{Missing, Sought, is_known},
    problem::Problem,
};

const DAY_MS: i64 = 86_400_000;

/// Which readings are wanted.
pub(crate) struct Past<'a> {
    pub(crate) parts: &'a Parts,
    pub(crate) scope: Scope,
    pub(crate) property: &'a ObservedProperty,
    pub(crate) channel: Option<u8>,
    pub(crate) as_of: Option<UtcMillis>,
}

/// Readings by event time, device and channel, complete up to the last one's instant.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) readings: Vec<Reading>,
    pub(super) missing: Option<Missing>,
}

impl Past<'_> {
    /// At most about `most` readings, and then all of the last one's instant.
    ///
    /// # Errors
    /// 503 if the history is away.
    pub(crate) fn page(&self, (from, to): (UtcMillis, UtcMillis), most: usize) -> Result<Page, Problem> {
        let Some(history) = &self.parts.history else {
            return Ok(Page { readings: self.kept((from, to), most)?, missing: None });
        };
        let (mut page, mut at, mut missing) = (Page::default(), from, 0);
        while at < to && page.readings.len() < most {
            let end = to.min(UtcMillis((at.0.div_euclid(DAY_MS) + 1) * DAY_MS));
            let stretch = self.stretch(history.as_ref(), (at, end), most - page.readings.len())?;
            page.readings.extend(stretch.readings);
            missing += stretch.missing;
            at = stretch.end;
        }
        page.missing = Missing::new(self.parts, missing);
        Ok(page)
    }

    fn kept(&self, span: (UtcMillis, UtcMillis), most: usize) -> Result<Vec<Reading>, Problem> {
        Ok(self.parts.queries.readings(self.scope, self.property.number, self.channel, span, self.as_of, most)?)
    }

    /// A day of a page at most.
    fn stretch(
        &self,
        history: &dyn History,
        (from, to): (UtcMillis, UtcMillis),
        most: usize,
    ) -> Result<Stretch, Problem> {
        let last = Quarter(to.plus(-1).quarter().0.saturating_add(1));
        // in this order: what goes between the two is in both, never in none
        let mut readings = self.kept((from, to), most)?;
        let sealed = self.parts.queries.sealed(self.scope, from.quarter()..last)?;
        let mut end = complete_to(&readings, most, to);
        readings.retain(|reading| !is_sealed(&sealed, reading));
        let Some((first, last)) = sealed.first().zip(sealed.last()) else {
            return Ok(Stretch { readings, end, missing: 0 });
        };
        let span = (from.max(first.quarter.start()), to.min(last.quarter.end()));
        let found = self.ask(history, &sealed, span, most)?;
        end = end.min(complete_to(&found, most, to));
        // a quarter is counted where it is read to its end, with what was read of it before
        let begun = first.quarter.start();
        let before = if begun < from { self.ask(history, &sealed, (begun, from), usize::MAX)? } else { Vec::new() };
        let missing = self.missing(&sealed, before.iter().chain(&found), end);
        readings.extend(
            found
                .into_iter()
                .filter(|reading| is_known(reading.received_at, self.as_of) && is_sealed(&sealed, reading)),
        );
        readings.retain(|reading| reading.event_time < end);
        readings.sort_by_key(|reading| (reading.event_time, reading.device, reading.series));
        Ok(Stretch { readings, end, missing })
    }

    fn ask(
        &self,
        history: &dyn History,
        sealed: &[Sealed],
        (from, to): (UtcMillis, UtcMillis),
        limit: usize,
    ) -> Result<Vec<Reading>, Problem> {
        let fold = self.parts.fold();
        let mut numbers: Vec<DeviceNo> = sealed.iter().map(|block| block.device).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let named = |number: DeviceNo| Some((fold.name(NameKind::Device, number.0)?.to_owned(), number));
        let devices: Vec<(String, DeviceNo)> = numbers.into_iter().filter_map(named).collect();
        drop(fold);
        let (property, channel, patient) = (self.property, self.channel, false);
        let wanted = HistoryWanted { devices: &devices, property, channel, from, to, limit, patient };
        history.readings(&wanted).map_err(|away| Problem::history_away(history.name(), &away.0))
    }

    /// How many readings the sums of quarters that ended by `end` were made of and that were not found.
    fn missing<'b>(&self, sealed: &[Sealed], found: impl Iterator<Item = &'b Reading>, end: UtcMillis) -> u64 {
        let mut counts: BTreeMap<(Quarter, DeviceNo), usize> = BTreeMap::new();
        for reading in found {
            *counts.entry((reading.event_time.quarter(), reading.device)).or_default() += 1;
        }
        let sought = Sought { property: self.property, channel: self.channel };
        let lacks = |block: &Sealed| {
            sought.missing(self.parts, block, counts.get(&(block.quarter, block.device)).copied().unwrap_or(0))
        };
        sealed.iter().filter(|block| block.quarter.end() <= end).map(lacks).sum()
    }
}

/// A part of a page.
struct Stretch {
    readings: Vec<Reading>,
    /// Before which it is complete.
    end: UtcMillis,
    missing: u64,
}

/// Before which a list of at most `most` readings, and all of the last one's instant, is complete.
fn complete_to(readings: &[Reading], most: usize, to: UtcMillis) -> UtcMillis {
    readings.last().filter(|_| readings.len() >= most).map_or(to, |last| last.event_time.plus(1))
}

fn is_sealed(sealed: &[Sealed], reading: &Reading) -> bool {
    let at = (reading.event_time.quarter(), reading.device);
    sealed.binary_search_by_key(&at, |block| (block.quarter, block.device)).is_ok()
}
