//! The counters that a count is made of: where they count, when they were in service, and what they should have sent.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use smartpole_model::{Catalogue, DeviceNo, PropertyNo, Quarter, Series, UtcMillis};
use smartpole_pipeline::Scope;

use crate::{
    Error, Queries,
    as_of::earlier,
    expected::Expected,
    heard::{channels, heard, heard_by},
    queries::Snapshot,
    scope::{Member, Part, Seen, members, parts},
};

/// A span of time: from an instant to before another.
pub type Stretch = (UtcMillis, UtcMillis);

/// What is counted: a line at a pole, in a direction. A swapped device continues it; a line of another name is another one, and so is
/// what a second device counts at the same time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// Id of the pole.
    pub pole: String,
    /// What the installation says is counted.
    pub line: String,
    /// Which way "in" is.
    pub direction: String,
    /// How many others were counted there when its first device came.
    pub beside: usize,
}

/// Lines that were in service in some stretches of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InService {
    /// For all of it.
    pub throughout: BTreeSet<Line>,
    /// For a part of it.
    pub partly: BTreeSet<Line>,
}

/// The counters of a device, pole or zone.
#[derive(Debug)]
pub struct Counters {
    lines: BTreeMap<Line, Vec<Stretch>>,
    expected: Vec<Expected>,
}

impl Queries {
    /// The counters of a scope that have reported one of these properties, or totals that feed it; of one channel, or of all. By the
    /// registry of now, or of an earlier instant, and by what they had reported by then.
    ///
    /// # Errors
    /// If that registry or the file cannot be read.
    pub fn counters(
        &self,
        scope: Scope,
        (properties, channel): (&[PropertyNo], Option<u8>),
        as_of: Option<UtcMillis>,
    ) -> Result<Counters, Error> {
        let inputs = self.inputs(as_of)?;
        let ((mut asked, then), snapshot) = self.snapshot(|fold| {
            let asked = Asked::new(Seen { fold, inputs: &inputs }, scope);
            let then = earlier(as_of, fold.position().1);
            ((asked, then), Vec::new(), Quarter(0), Quarter(0))
        })?;
        if let Some(then) = then {
            asked.go_back(&snapshot, then)?;
        }
        self.done(snapshot);
        Ok(asked.counters(&inputs.registry.properties, properties, channel))
    }
}

/// What is known of the scope when the question is asked.
struct Asked {
    members: Vec<Member>,
    parts: Vec<Part>,
    heard: HashMap<DeviceNo, BTreeSet<Series>>,
}

impl Asked {
    fn new(seen: Seen<'_>, scope: Scope) -> Self {
        let (members, parts) = (members(seen, scope), parts(seen, scope, false));
        let heard = |member: &Member| (member.device, heard(seen.fold, member.device).collect());
        let heard = members.iter().map(heard).collect();
        Self { members, parts, heard }
    }

    /// Takes what devices had been heard of by an earlier instant.
    fn go_back(&mut self, snapshot: &Snapshot, as_of: UtcMillis) -> Result<(), Error> {
        for (device, heard) in &mut self.heard {
            *heard = heard_by(snapshot, *device, as_of)?;
        }
        Ok(())
    }

    fn counters(self, catalogue: &Catalogue, properties: &[PropertyNo], channel: Option<u8>) -> Counters {
        let Self { members, parts, heard } = self;
        let heard = |device| heard.get(&device).into_iter().flatten().copied();
        let channels = |device, property: &PropertyNo| channels(catalogue, heard(device), *property, channel).len();
        let counts = |member: &&Member| properties.iter().any(|property| channels(member.device, property) > 0);
        let lines = continued(members.iter().filter(counts).flat_map(|member| member.lines(&parts)).collect());
        let expected = |property: &PropertyNo| Expected::of(&members, &parts, |device| channels(device, property));
        Counters { lines, expected: properties.iter().map(expected).collect() }
    }
}

impl Counters {
    /// Readings of all properties together that should have come in these stretches.
    pub fn expected(&self, stretches: &[Stretch]) -> i64 {
        let within = |expected: &Expected| -> i64 {
            stretches.iter().map(|(from, to)| expected.within(*from, (*to).max(*from))).sum()
        };
        self.expected.iter().map(within).sum()
    }

    /// Readings that a counter should have sent in a stretch if it had been in service for all of it, as whoever compares it with that
    /// stretch expects. Its lines follow each other.
    pub fn expected_throughout(&self, stretch: Stretch) -> i64 {
        let all = stretch.1.since(stretch.0);
        let served: i64 = self.lines.values().map(|served| all - missing(served, stretch)).sum();
        let expected = i128::from(self.expected(&[stretch])) * i128::from(all);
        expected.checked_div(served.into()).and_then(|expected| i64::try_from(expected).ok()).unwrap_or(0)
    }

    /// The lines that were in service then.
    pub fn in_service(&self, stretches: &[Stretch]) -> InService {
        let mut found = InService::default();
        for (line, served) in &self.lines {
            let missing = stretches.iter().map(|stretch| missing(served, *stretch)).sum::<i64>();
            let all: i64 = stretches.iter().map(|(from, to)| to.since(*from)).sum();
            if missing == 0 {
                found.throughout.insert(line.clone());
            } else if missing < all {
                found.partly.insert(line.clone());
            }
        }
        found
    }
}

/// When each line was in service: who comes after another left continues it, who comes beside begins one of his own.
fn continued(mut served: Vec<(Line, Stretch)>) -> BTreeMap<Line, Vec<Stretch>> {
    served.sort_unstable_by_key(|(_, stretch)| *stretch);
    let mut lines: BTreeMap<Line, Vec<Stretch>> = BTreeMap::new();
    for (mut line, (from, to)) in served {
        while lines.get(&line).and_then(|known| known.last()).is_some_and(|(_, end)| *end > from) {
            line.beside += 1;
        }
        lines.entry(line).or_default().push((from, to));
    }
    lines
}

/// Milliseconds of a stretch in which a line was not in service; `served` is in order.
fn missing(served: &[Stretch], (from, to): Stretch) -> i64 {
    let (mut missing, mut known) = (0, from);
    for (begin, end) in served {
        missing += begin.max(&known).min(&to).since(known);
        known = known.max((*end).min(to));
    }
    missing + to.since(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(from: i64, to: i64) -> Stretch {
        (UtcMillis(from), UtcMillis(to))
    }

    fn line(name: &str) -> Line {
        Line { pole: name.to_owned(), line: String::new(), direction: String::new(), beside: 0 }
    }

    #[test]
    fn who_comes_after_another_continues_its_line_and_who_comes_beside_begins_one() {
        let served = [(-9, 100), (100, 200), (-9, 150), (150, 160), (40, 90)];
        let lines = continued(served.map(|(from, to)| (line("P1"), stretch(from, to))).into());
        let told: Vec<_> =
            lines.iter().map(|(line, served)| (line.beside, served.len(), missing(served, stretch(0, 200)))).collect();
        assert_eq!(told, [(0, 2, 0), (1, 2, 40), (2, 1, 150)]);
    }

    #[test]
    fn a_swapped_counter_serves_on_and_one_with_a_gap_serves_partly() {
        let always = stretch(i64::MIN, i64::MAX);
        let lines = [
            ("swapped", vec![stretch(i64::MIN, 100), stretch(100, i64::MAX)]),
            ("repaired", vec![stretch(0, 100), stretch(120, 900)]),
            ("gone", vec![stretch(0, 40)]),
            ("kept", vec![always]),
        ];
        let lines = lines.into_iter().map(|(name, served)| (line(name), served)).collect();
        let counters = Counters { lines, expected: Vec::new() };
        let names = |lines: &BTreeSet<Line>| lines.iter().map(|line| line.pole.clone()).collect::<Vec<_>>().join(" ");
        let at = |stretches: &[Stretch]| {
            let service = counters.in_service(stretches);
            (names(&service.throughout), names(&service.partly))
        };
        assert_eq!(at(&[stretch(50, 200)]), ("kept swapped".into(), "repaired".into()));
        assert_eq!(at(&[stretch(50, 100), stretch(120, 200)]), ("kept repaired swapped".into(), String::new()));
        assert_eq!(at(&[stretch(39, 41)]), ("kept repaired swapped".into(), "gone".into()));
    }
}
