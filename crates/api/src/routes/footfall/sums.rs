//! Crossings of a zone, window by window, of all hours or of those in which shops are open.

use std::collections::{BTreeMap, HashMap};

use smartpole_method::{
    calendar::{SundayOpenings, date_and_hour, opening_hours, opens_at},
    compare::{Side, is_covered},
    events::ZoneEvents,
};
use smartpole_model::{PropertyNo, Quarter, UtcMillis};
use smartpole_pipeline::Scope;
use smartpole_store::{Counters, InService, Step, Stretch, Window};
use smartpole_window::Aggregate;

use super::{Hours, IN, OUT};
use crate::{Parts, problem::Problem, routes::window::WindowState};

/// Where counts are gathered, and how.
pub(super) struct Source<'a> {
    pub(super) parts: &'a Parts,
    pub(super) scope: Scope,
    /// Numbers of the properties [`IN`] and [`OUT`], as far as they are in the catalogue.
    numbers: HashMap<&'static str, PropertyNo>,
    pub(super) step: Step,
    pub(super) hours: Hours,
    pub(super) openings: SundayOpenings,
    pub(super) as_of: Option<UtcMillis>,
    /// The instant asked about.
    pub(super) now: UtcMillis,
    pub(super) counters: Counters,
    /// What happens there.
    pub(super) events: ZoneEvents,
}

/// Crossings in a window.
#[derive(Clone, Debug)]
pub(super) struct Sum {
    pub(super) start: UtcMillis,
    pub(super) end: UtcMillis,
    pub(super) passed_in: Option<i64>,
    pub(super) passed_out: Option<i64>,
    /// Readings that came.
    pub(super) count: i64,
    /// Readings that should have come by now.
    pub(super) expected: i64,
    pub(super) state: WindowState,
    pub(super) revision: u32,
    /// The time in it that counts.
    pub(super) stretches: Vec<Stretch>,
}

/// Windows by their first instants.
pub(super) type Sums = BTreeMap<UtcMillis, Sum>;

impl<'a> Source<'a> {
    /// The counters of a zone or pole.
    ///
    /// # Errors
    /// If the registry of then cannot be read.
    pub(super) fn new(
        parts: &'a Parts,
        scope: Scope,
        (step, hours): (Step, Hours),
        as_of: Option<UtcMillis>,
    ) -> Result<Self, Problem> {
        let inputs = parts.queries.inputs(as_of)?;
        let number = |id| Some((id, inputs.registry.properties.by_id(id)?.number));
        let numbers: HashMap<_, _> = [IN, OUT].into_iter().filter_map(number).collect();
        let openings = inputs.registry.sunday_openings.clone();
        let counted: Vec<PropertyNo> = numbers.values().copied().collect();
        let (now, counters) = (parts.queries.at(as_of), parts.queries.counters(scope, (&counted, None), as_of)?);
        Ok(Self { parts, scope, numbers, step, hours, openings, as_of, now, counters, events: ZoneEvents::default() })
    }

    /// The windows that begin in a span and of which something is known.
    pub(super) fn sums(&self, span: Stretch) -> Result<Sums, Problem> {
        match self.hours {
            Hours::All => self.whole(self.step, span),
            Hours::Open => self.open(span),
        }
    }

    /// The windows of all hours that begin in a span and of which something is known.
    pub(super) fn whole(&self, step: Step, (from, to): Stretch) -> Result<Sums, Problem> {
        let (r#in, out) = (self.windows(step, IN, (from, to))?, self.windows(step, OUT, (from, to))?);
        let mut pairs: BTreeMap<UtcMillis, Vec<(bool, &Window)>> = BTreeMap::new();
        for (is_in, windows) in [(true, &r#in), (false, &out)] {
            windows.iter().for_each(|window| pairs.entry(window.start).or_default().push((is_in, window)));
        }
        Ok(pairs.into_iter().filter_map(|(start, pair)| Some((start, self.pair(&pair)?))).collect())
    }

    fn windows(&self, step: Step, property: &str, (from, to): Stretch) -> Result<Vec<Window>, Problem> {
        let Some(property) = self.numbers.get(property).copied() else { return Ok(Vec::new()) };
        let (scope, channel, as_of) = (self.scope, None, self.as_of);
        Ok(self.parts.queries.windows(&smartpole_store::Wanted { scope, property, channel, from, to, step, as_of })?)
    }

    /// Both directions of a window together.
    fn pair(&self, pair: &[(bool, &Window)]) -> Option<Sum> {
        let passed = |wanted: bool| {
            let known = pair.iter().filter(|(is_in, _)| *is_in == wanted).map(|(_, window)| window.aggregate);
            known.filter(Aggregate::knows_sum).map(|known| known.sum).next()
        };
        let (start, end) = pair.first().map(|(_, window)| (window.start, window.end))?;
        let stretches = vec![(start, end)];
        Some(Sum {
            start,
            end,
            passed_in: passed(true),
            passed_out: passed(false),
            count: pair.iter().map(|(_, window)| window.aggregate.count).sum(),
            expected: self.expected(&stretches),
            state: pair.iter().map(|(_, window)| window.state.into()).min().unwrap_or(WindowState::Open),
            revision: pair.iter().map(|(_, window)| window.revision).max().unwrap_or(0),
            stretches,
        })
    }

    /// Ids of the events that are on in a window.
    pub(super) fn events_of(&self, sum: &Sum) -> Vec<String> {
        if self.events.is_empty() {
            return Vec::new();
        }
        let date = |time: UtcMillis| date_and_hour(time).0;
        let events = self.events.between(date(sum.start), date(sum.end.plus(-1)));
        events.into_iter().map(str::to_owned).collect()
    }

    /// Whether an hour is one of those that count.
    pub(super) fn is_wanted(&self, hour: UtcMillis) -> bool {
        self.hours == Hours::All || opens_at(hour, &self.openings)
    }

    /// Readings that should have come in these stretches by now.
    pub(super) fn expected(&self, stretches: &[Stretch]) -> i64 {
        let until_now: Vec<Stretch> = stretches.iter().map(|(from, to)| (*from, (*to).min(self.now))).collect();
        self.counters.expected(&until_now)
    }

    /// The windows that begin in a span and the time in them that counts. A day without hours in which shops are open is none of open
    /// hours.
    pub(super) fn wanted(&self, span: Stretch) -> BTreeMap<Stretch, Vec<Stretch>> {
        let around = |at| self.step.around(false, at);
        let next = |before: &Stretch| Some(around(before.1)).filter(|next| next.0 > before.0); // years end at 9999
        let windows = std::iter::successors(Some(around(span.0)), next);
        let windows = windows.skip_while(|window| window.0 < span.0).take_while(|window| window.0 < span.1);
        let stretches = |window: Stretch| match self.hours {
            Hours::All => vec![window],
            Hours::Open => self.opened(window),
        };
        windows.map(|window| (window, stretches(window))).filter(|(_, stretches)| !stretches.is_empty()).collect()
    }

    /// Hours of the days of a window in which shops are open.
    fn opened(&self, (from, to): Stretch) -> Vec<Stretch> {
        let dates = date_and_hour(from).0.series(jiff::ToSpan::days(1)).take_while(|date| *date < date_and_hour(to).0);
        dates.filter_map(|date| opening_hours(date, &self.openings)).map(|open| (open.from, open.to)).collect()
    }

    /// Days and longer windows, made of the hours in which shops are open.
    fn open(&self, span: Stretch) -> Result<Sums, Problem> {
        let windows = self.wanted(span);
        let Some(((from, _), (_, to))) = windows.keys().next().copied().zip(windows.keys().next_back().copied()) else {
            return Ok(Sums::new());
        };
        let hours = self.whole(Step::Hour, (from, to))?;
        let sum = |(window, stretches): (Stretch, Vec<Stretch>)| {
            let open = stretches.iter().flat_map(|(from, to)| hours.range(from..to)).map(|(_, hour)| hour);
            Some((window.0, self.joined(window, &open.collect::<Vec<_>>(), stretches.clone())?))
        };
        Ok(windows.into_iter().filter_map(sum).collect())
    }

    fn joined(&self, (start, end): Stretch, hours: &[&Sum], stretches: Vec<Stretch>) -> Option<Sum> {
        let add = |of: fn(&Sum) -> Option<i64>| hours.iter().filter_map(|hour| of(hour)).reduce(|sum, more| sum + more);
        let state = hours.iter().map(|hour| hour.state).min()?;
        Some(Sum {
            start,
            end,
            passed_in: add(|hour| hour.passed_in),
            passed_out: add(|hour| hour.passed_out),
            count: hours.iter().map(|hour| hour.count).sum(),
            expected: self.expected(&stretches),
            state: if end > self.now { WindowState::Open } else { state },
            revision: hours.iter().map(|hour| hour.revision).sum(),
            stretches,
        })
    }
}

impl Sum {
    /// Both directions; none where nothing is known.
    pub(super) fn crossings(&self) -> Option<i64> {
        self.passed_in.into_iter().chain(self.passed_out).reduce(|sum, more| sum + more)
    }

    /// Whether reports are still to come.
    pub(super) fn is_open(&self) -> bool {
        self.state == WindowState::Open
    }

    /// Whether it is over and nine tenths of its reports came.
    pub(super) fn is_known(&self) -> bool {
        !self.is_open() && is_covered(self.count, self.expected)
    }

    /// It as a side of a comparison, and the lines it is made of.
    pub(super) fn side(&self, counters: &Counters) -> (Side, InService) {
        let service = counters.in_service(&self.stretches);
        let millis: i64 = self.stretches.iter().map(|(from, to)| to.since(*from)).sum();
        let windows = millis / Quarter::MILLIS;
        let side = Side {
            count: if self.crossings().is_some() { self.count } else { 0 },
            expected: self.expected,
            closed: if self.state == WindowState::Open { windows - 1 } else { windows },
            windows,
            counters: service.throughout.len() as i64,
            partly: service.partly.len() as i64,
            rule: 0,
        };
        (side, service)
    }
}
