//! The ledger as it grows, cheap enough for the hot path.

use smartpole_model::{DeviceNo, Outcome, UtcMillis, Verdict};

use crate::{Counts, Entry, LedgerDeviceRow, LedgerSourceKey, ledger::pack_counts};

/// One more than the highest entry number.
const ENTRIES: usize = 160;

#[derive(Debug)]
struct Page {
    hour: i32,
    source: u32,
    counts: Box<[i64; ENTRIES]>,
}

/// Additions since the last commit, and sums over all time.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pages: Vec<Page>,
    current: usize,
    committed: Counts,
}

impl Tally {
    pub(crate) fn restore(committed: Counts) -> Self {
        Self { committed, ..Self::default() }
    }

    /// Turns to the page of a message.
    pub(crate) fn turn_to(&mut self, received_at: UtcMillis, source: u32) {
        let hour = received_at.utc_hour();
        let fits = |page: &Page| page.hour == hour && page.source == source;
        if self.pages.get(self.current).is_some_and(fits) {
            return;
        }
        self.current = self.pages.iter().position(fits).unwrap_or_else(|| {
            self.pages.push(Page { hour, source, counts: Box::new([0; ENTRIES]) });
            self.pages.len() - 1
        });
    }

    pub(crate) fn add(&mut self, entry: Entry, n: u64) {
        self.shift(entry, n.cast_signed());
    }

    /// Adds, or takes away what a replay moves elsewhere.
    pub(crate) fn shift(&mut self, entry: Entry, n: i64) {
        if let Some(page) = self.pages.get_mut(self.current) {
            page.counts[usize::from(entry.number())] += n;
        }
    }

    /// Sums up to the last batch that was taken.
    pub(crate) fn committed(&self) -> &Counts {
        &self.committed
    }

    pub(crate) fn sums(&self) -> Counts {
        let mut sums = self.committed.clone();
        for (entry, n) in self.pages.iter().flat_map(Page::entries) {
            let sum = sums.0.entry(entry).or_insert(0);
            *sum = sum.saturating_add_signed(n);
        }
        sums
    }

    pub(crate) fn take(&mut self) -> Vec<(LedgerSourceKey, i64)> {
        self.committed = self.sums();
        self.current = 0;
        let mut rows: Vec<_> = std::mem::take(&mut self.pages).iter().flat_map(Page::rows).collect();
        rows.sort_unstable_by_key(|(key, _)| *key);
        rows
    }
}

impl Page {
    fn entries(&self) -> impl Iterator<Item = (u16, i64)> {
        self.counts.iter().enumerate().filter(|(_, n)| **n != 0).map(|(entry, n)| (entry as u16, *n))
    }

    fn rows(&self) -> Vec<(LedgerSourceKey, i64)> {
        let (hour, source) = (self.hour, self.source);
        self.entries().map(|(entry, n)| (LedgerSourceKey { hour, source, entry }, n)).collect()
    }
}

/// A device's ledger of the current receipt day; earlier days are in the store and never change again.
#[derive(Clone, Debug, Default)]
pub(crate) struct DayTally {
    day: i32,
    /// By entry. Few, so a list.
    counts: Vec<(u16, u64)>,
}

impl DayTally {
    /// The receipt day, and what became of the messages of that day.
    pub(crate) fn today(&self) -> (i32, Counts) {
        (self.day, Counts(self.counts.iter().copied().collect()))
    }

    pub(crate) fn restore(row: &LedgerDeviceRow) -> Self {
        let counts = Counts::unpack(&row.counts).unwrap_or_default();
        Self { day: row.day, counts: counts.0.into_iter().collect() }
    }

    /// Counts a message and its readings; gives the finished row of the former day when a new one begins.
    pub(crate) fn count(
        &mut self,
        day: i32,
        device: DeviceNo,
        outcome: Outcome,
        verdicts: &[(Verdict, u64)],
    ) -> Option<LedgerDeviceRow> {
        let finished = self.turn_to(day, device);
        self.add(Entry::Message(outcome), 1);
        for (verdict, n) in verdicts {
            self.add(Entry::Reading(*verdict), *n);
        }
        finished
    }

    /// Begins a day, unless it is that one; gives the finished row of the former.
    pub(crate) fn turn_to(&mut self, day: i32, device: DeviceNo) -> Option<LedgerDeviceRow> {
        if self.day == day {
            return None;
        }
        let finished = (!self.counts.is_empty()).then(|| self.row(device));
        *self = Self { day, counts: Vec::new() };
        finished
    }

    fn add(&mut self, entry: Entry, n: u64) {
        let number = entry.number();
        let at = self.counts.partition_point(|(known, _)| *known < number);
        match self.counts.get_mut(at) {
            Some((known, sum)) if *known == number => *sum += n,
            _ => self.counts.insert(at, (number, n)),
        }
    }

    /// Moves what a replay moves, if this is the day; `false` if another is.
    pub(crate) fn shift(&mut self, day: i32, entry: Entry, n: i64) -> bool {
        if self.day != day {
            return false;
        }
        self.add(entry, 0);
        if let Some((_, sum)) = self.counts.iter_mut().find(|(known, _)| *known == entry.number()) {
            *sum = sum.saturating_add_signed(n);
        }
        self.counts.retain(|(_, n)| *n > 0);
        true
    }

    pub(crate) fn row(&self, device: DeviceNo) -> LedgerDeviceRow {
        let counts = pack_counts(self.counts.len(), self.counts.iter().copied());
        LedgerDeviceRow { day: self.day, device, counts }
    }
}
