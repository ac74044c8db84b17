//! Windows of a device, pole or zone: quarters from blocks, hours and days from roll-ups, both with what is in memory; weeks, months
//! and years from days, by the rules by which days are made of hours.

mod gather;
mod summed;
mod then;

use std::{collections::HashMap, sync::Arc};

use smartpole_model::{DeviceNo, Inputs, Kind, Mean, PropertyNo, Quarter, Series, UtcMillis};
use smartpole_pipeline::Scope;
use smartpole_window::{Aggregate, Aggregates, Level};

use crate::{
    Error, Queries, Step,
    as_of::{Then, earlier, instant},
    expected::Expected,
    heard::{channels, heard, heard_by},
    moved::Moves,
    queries::Snapshot,
    scope::{Member, Part, Seen, members, parts},
};
use gather::{Gathered, Sum};
pub(crate) use summed::Summed;

/// Which windows are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Whose.
    pub scope: Scope,
    /// Of what.
    pub property: PropertyNo,
    /// Of one channel, or of all together.
    pub channel: Option<u8>,
    /// Windows that start from here on …
    pub from: UtcMillis,
    /// … and before this.
    pub to: UtcMillis,
    /// How long they are.
    pub step: Step,
    /// As what had been received by then would have answered; floored to the minute. None: as of now. A window that was open then is
    /// left out once the readings it was made of have passed retention.
    pub as_of: Option<UtcMillis>,
}

/// How settled a window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Readings are still to come: as long as a quarter of an hour in it is open, and until the lateness bound and the longest interval of
    /// those who measure have passed since its end.
    Open,
    /// Closed within the last day.
    Provisional,
    /// Closed for longer than a day.
    Final,
    /// Changed after it was closed.
    Corrected,
}

/// How long a closed window is called provisional.
pub(crate) const PROVISIONAL_MS: i64 = 86_400_000;

impl State {
    /// The state of a window that ends at `end`; `open` says whether a block in it is.
    pub fn of(open: bool, end: UtcMillis, now: UtcMillis, revision: u32) -> Self {
        match () {
            () if open || end > now => Self::Open,
            () if revision > 0 => Self::Corrected,
            () if now.since(end) > PROVISIONAL_MS => Self::Final,
            () => Self::Provisional,
        }
    }
}

/// One window that has something to say; where a device was silent there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// First instant.
    pub start: UtcMillis,
    /// First instant after it.
    pub end: UtcMillis,
    /// What it says; channels taken together.
    pub aggregate: Aggregate,
    /// The mean in units of the property's resolution; of a zone the mean of its poles' means, which weigh alike.
    pub mean: Option<f64>,
    /// Readings there should be by now.
    pub expected: i64,
    /// How settled it is.
    pub state: State,
    /// Revisions of the blocks in it that changed what they say of the property, and that brought such blocks or took them away: each
    /// channel counts its own.
    pub revision: u32,
}

/// What is known of the scope when the question is asked.
struct Asked {
    members: Vec<Member>,
    parts: Vec<Part>,
    /// Of levels of a zone, whose parts are its poles: the zone, which tells of revisions. Poles leave it and come.
    zone: Option<Part>,
    inputs: Arc<Inputs>,
    /// How many channels of the property devices have been heard of.
    channels: HashMap<DeviceNo, usize>,
    expected: Expected,
    /// The instant asked about: the newest receipt, or an earlier one.
    now: UtcMillis,
    lateness_ms: i64,
    /// Of a question about an earlier instant: its minute and how devices' values count.
    then: Option<Then>,
    /// Whether its days are those of air.
    air: bool,
    /// The roll-up that windows are, or are made of.
    level: Level,
    /// First instants of blocks or roll-ups to look at: from here on, and before this.
    span: (UtcMillis, UtcMillis),
    mean: Mean,
    decimals: u8,
}

impl Queries {
    /// The windows that have something to say, in order.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn windows(&self, wanted: &Wanted) -> Result<Vec<Window>, Error> {
        let (asked, sums) = self.gathered(wanted)?;
        Ok(sums.map(|(start, sum)| asked.window(UtcMillis(start), &sum, wanted)).collect())
    }

    /// All windows of the span, in order; of those that have nothing to say that they have not.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn every_window(&self, wanted: &Wanted) -> Result<Vec<Window>, Error> {
        let (asked, sums) = self.gathered(wanted)?;
        let (mut sums, mut every) = (sums.peekable(), Vec::new());
        let first = wanted.step.around(asked.air, wanted.from.plus(-1)).1;
        let next = |start: &UtcMillis| Some(wanted.step.around(asked.air, *start).1);
        for start in std::iter::successors(Some(first), next).take_while(|start| *start < wanted.to) {
            let known = sums.next_if(|(known, _)| *known == start.0).map(|(_, sum)| sum);
            every.push(asked.window(start, &known.unwrap_or_default(), wanted));
        }
        Ok(every)
    }

    fn gathered(&self, wanted: &Wanted) -> Result<(Asked, impl Iterator<Item = (i64, Sum)>), Error> {
        let mut moved = match wanted.as_of {
            Some(_) => self.moved(wanted.around())?,
            None => Vec::new(),
        };
        let inputs = self.inputs(wanted.as_of)?;
        let (mut asked, snapshot) = self.snapshot(|fold| {
            let asked = Asked::new(Seen { fold, inputs: &inputs }, wanted);
            let mut devices: Vec<_> = asked.members.iter().map(|member| member.device).collect();
            devices.append(&mut moved);
            let (from, to) = asked.span;
            // a day may have begun up to 25 hours before the last instant asked for
            (asked, devices, from.quarter(), Quarter(to.quarter().0.saturating_add(101)))
        })?;
        asked.expect(&snapshot, wanted)?;
        let mut gathered = Gathered::default();
        match (&asked.then, wanted.step) {
            (Some(then), _) => then::gather(&snapshot, wanted, &asked, then, &mut gathered)?,
            (None, Step::Quarter) => gather::quarters(&snapshot, wanted, &asked, &mut gathered)?,
            (None, _) => gather::rollups(&snapshot, wanted, &asked, &self.summed, &mut gathered)?,
        }
        self.done(snapshot);
        let span = wanted.from.0..wanted.to.0;
        Ok((asked, gathered.sums().filter(move |(start, _)| span.contains(start))))
    }
}

impl Asked {
    fn new(seen: Seen<'_>, wanted: &Wanted) -> Self {
        let fold = seen.fold;
        let property = seen.registry().properties.get(wanted.property);
        let gauge = property.is_none_or(|property| property.kind != Kind::IntervalCount);
        let air = property.is_some_and(|property| property.theme == "air_quality");
        let level = wanted.step.level(air).unwrap_or(Level::Hour);
        let span = wanted.step.whole(air, (wanted.from, wanted.to));
        let whole = || parts(seen, wanted.scope, false).pop();
        let zone = (gauge && matches!(wanted.scope, Scope::Zone(_))).then(whole).flatten();
        let (members, parts) = (members(seen, wanted.scope), parts(seen, wanted.scope, gauge));
        let inputs = Arc::clone(seen.inputs);
        let channels = |device| wanted.channels(&inputs, heard(fold, device));
        let channels = members.iter().map(|member| (member.device, channels(member.device))).collect();
        let (mean, decimals) = property.map_or((Mean::Arithmetic, 0), |property| (property.mean, property.decimals));
        let newest = fold.position().1;
        let then = earlier(wanted.as_of, newest);
        let now = instant(wanted.as_of, newest);
        let then = then.map(|as_of| Then::new(seen, as_of).of(wanted.property));
        let (expected, lateness_ms) = (Expected::default(), seen.inputs.settings.lateness_ms());
        Self {
            members,
            parts,
            zone,
            inputs,
            channels,
            expected,
            now,
            lateness_ms,
            then,
            air,
            level,
            span,
            mean,
            decimals,
        }
    }

    /// Expects readings of the channels that devices have been heard of, by the instant asked about.
    fn expect(&mut self, snapshot: &Snapshot, wanted: &Wanted) -> Result<(), Error> {
        if let Some(then) = &self.then {
            for (device, channels) in &mut self.channels {
                *channels = wanted.channels(&self.inputs, heard_by(snapshot, *device, then.as_of)?);
            }
        }
        let channels = |device| self.channels.get(&device).copied().unwrap_or(0);
        self.expected = Expected::of(&self.members, &self.parts, channels).not_before(wanted.from);
        Ok(())
    }

    /// What blocks count for where the revisions of those that moved are counted.
    fn revised(&self, moves: &Moves) -> Vec<Part> {
        match &self.zone {
            Some(zone) => moves.parts(self.parts.clone(), zone.scope),
            None => self.parts.clone(),
        }
    }

    /// The window that a roll-up which begins at `start` is, or is a part of.
    fn window_of(&self, step: Step, start: UtcMillis) -> UtcMillis {
        match step {
            Step::Quarter | Step::Hour | Step::Day => start,
            Step::Week | Step::Month | Step::Year => step.around(self.air, start).0,
        }
    }

    fn window(&self, start: UtcMillis, sum: &Sum, wanted: &Wanted) -> Window {
        let end = wanted.step.around(self.air, start).1;
        let aggregate = sum.aggregate;
        let revision = aggregate.revisions.unsigned_abs();
        let mean = sum.means.mean(self.mean, self.decimals);
        let open = sum.open || self.expected.awaits((start, end), self.lateness_ms, self.now);
        let state = State::of(open, end, self.now, revision);
        let expected = self.expected.within(start, end.min(self.now));
        Window { start, end, aggregate, mean, expected, state, revision }
    }
}

impl Wanted {
    /// Quarters of all its windows, whatever their days are.
    pub(crate) fn around(&self) -> (Quarter, Quarter) {
        let ends = |at: UtcMillis| self.step.around(false, at);
        let (from, to) = (ends(self.from).0, ends(self.to).1);
        (from.plus(-Quarter::MILLIS * 4 * 24).quarter(), to.plus(Quarter::MILLIS * 4 * 24).quarter())
    }

    /// How many of the wanted channels a device is heard of.
    fn channels(&self, inputs: &Inputs, heard: impl IntoIterator<Item = Series>) -> usize {
        channels(&inputs.registry.properties, heard, self.property, self.channel).len()
    }

    /// What these aggregates say of what is wanted.
    fn of(self, aggregates: &Aggregates) -> impl Iterator<Item = Aggregate> {
        let fits = move |series: Series| {
            series.property == self.property && self.channel.is_none_or(|channel| channel == series.channel)
        };
        aggregates.0.iter().filter(move |(series, _)| fits(*series)).map(|(_, aggregate)| *aggregate)
    }
}
