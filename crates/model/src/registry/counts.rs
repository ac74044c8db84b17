//! `counts.csv`: what persons counted by hand beside a counter (Kontrollzählung).

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Device, DeviceIndex, Problem, Profile, Registry, devices, instant,
    names::Names,
    spans::{self, Dated, Overlap},
    table::{self, Layout, Row},
};
use crate::{Kind, PropertyNo, Quarter, UtcMillis};

/// The file's name.
pub(super) const FILE: &str = "counts.csv";

pub(super) const LAYOUT: Layout = Layout {
    file: FILE,
    required: &["device", "from", "to", "in", "out", "counted_by"],
    optional: &["channel"],
    key: &["device", "channel", "from"],
    numbers: &[],
    secret: false,
};

/// Nobody counts for longer; a year that is one too late does.
const MOST_MS: i64 = 7 * 86_400_000;
/// Nobody counts more.
const MOST: i64 = 1_000_000;

/// A count by hand of one line of a counter. It corrects nothing: it stands beside what the device counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManualCount {
    /// Index in [`Registry::devices`].
    pub device: DeviceIndex,
    /// The device's channel that counts the same line.
    pub channel: u8,
    /// First instant, the begin of a quarter of an hour.
    pub from: UtcMillis,
    /// First instant after it, the same; at most a week later.
    pub to: UtcMillis,
    /// Crossings in, in the direction that the registry calls so.
    pub passed_in: i64,
    /// Crossings out.
    pub passed_out: i64,
    /// Who counted, free text.
    pub counted_by: String,
}

impl Dated for ManualCount {
    fn from(&self) -> UtcMillis {
        self.from
    }
    fn to(&mut self) -> &mut UtcMillis {
        &mut self.to
    }
}

/// Reads the counts of devices whose ids are `ids`; ordered by device, channel and time.
pub(super) fn read(text: &str, registry: &Registry, ids: &Names, problems: &mut Vec<Problem>) -> Vec<ManualCount> {
    let mut found: BTreeMap<(DeviceIndex, u8), Vec<(ManualCount, usize)>> = BTreeMap::new();
    table::rows(text, &LAYOUT, problems, |row, problems| {
        if let Some(count) = manual_count(row, registry, ids, problems) {
            found.entry((count.device, count.channel)).or_default().push((count, row.line));
        }
    });
    let mut in_order = |counts| {
        spans::in_order(counts, |overlap| {
            let Overlap { line, until, next_line, from } = overlap;
            let message = format!("line {line} counts the same line until {until}, and this one from {from}");
            let hint = "correct the times, or remove one of the two: a line is counted once at a time";
            problems.push(Problem::new(FILE, message, hint).at_line(next_line).in_field("from"));
        })
    };
    found.into_values().flat_map(&mut in_order).collect()
}

/// Counts that end later than `now`: nobody has counted yet.
pub(super) fn premature(text: &str, now: UtcMillis) -> Vec<Problem> {
    let mut premature = Vec::new();
    table::rows(text, &LAYOUT, &mut Vec::new(), |row, problems| {
        let to = instant::read(row, "to", instant::ALWAYS, problems).filter(|to| *to > now);
        premature.extend(to.map(|to| {
            let hint = "correct the date: a count is written down when it has ended; if this machine's clock is behind, set it";
            row.problem("to", format!("{to} lies in the future"), hint)
        }));
    });
    premature
}

fn manual_count(row: &Row<'_>, registry: &Registry, ids: &Names, problems: &mut Vec<Problem>) -> Option<ManualCount> {
    let id = devices::bare_id(row.get("device"));
    if let Some(hint) = ids.missing(&id, devices::FILE) {
        problems.push(row.problem("device", format!("unknown device `{id}`"), hint));
    }
    let channel = match row.get("channel") {
        "" => Some(0),
        channel => channel.parse().ok(),
    };
    if channel.is_none() {
        let message = format!("{:?} is no channel", row.get("channel"));
        problems.push(row.problem("channel", message, "use 0 to 255, or leave it empty for 0"));
    }
    let (passed_in, passed_out) = (passed(row, "in", problems), passed(row, "out", problems));
    let counted_by = row.get("counted_by").to_owned();
    if counted_by.is_empty() {
        problems.push(row.problem("counted_by", "nobody is named", "write the office or firm that counted"));
    }
    let (from, to) = span(row, problems)?;
    let device = registry.device_index(&id)?;
    let (passed_in, passed_out) = (passed_in?, passed_out?);
    problems.extend(no_counter(row, registry, &registry.devices[device]));
    Some(ManualCount { device, channel: channel?, from, to, passed_in, passed_out, counted_by })
}

/// What is wrong with a count beside a device whose profiles say what it measures, and nothing of that is counted: nothing would ever
/// stand beside it. It was not asked for before.
fn no_counter(row: &Row<'_>, registry: &Registry, device: &Device) -> Option<Problem> {
    let counts = |number: PropertyNo| {
        let property = registry.properties.get(number);
        property.is_none_or(|known| {
            // UCUM's unity, with a word for what is counted or without; energy is summed up, and counted by nobody
            let is_number = known.unit == "1" || known.unit.starts_with('{');
            matches!(known.kind, Kind::IntervalCount | Kind::TotalCount) && is_number
        })
    };
    let may_count = |profile: &Profile| {
        let mut all = profile.measured().peekable();
        all.peek().is_none() || all.any(counts)
    };
    if !registry.holds_for_profiles(device, |profile| !may_count(profile)) {
        return None;
    }
    let profiles: BTreeSet<&str> = registry.profiles_of(device).map(|profile| profile.id.as_str()).collect();
    let profiles = profiles.into_iter().collect::<Vec<_>>().join(", ");
    let message = format!("`{}` is no counter: its profile {profiles} measures nothing that is counted", device.id);
    let hint = "name the counter that counts this line, or what else the device counts in `expected` of its profile";
    Some(row.problem("device", message, hint).sparing_kept())
}

fn passed(row: &Row<'_>, column: &str, problems: &mut Vec<Problem>) -> Option<i64> {
    let cell = row.get(column);
    let passed = cell.parse().ok().filter(|passed| (0..=MOST).contains(passed));
    if passed.is_none() {
        let hint = format!("write how many passed, 0 to {MOST}; 0 if nobody did");
        problems.push(row.problem(column, format!("{cell:?} is no count"), hint));
    }
    passed
}

/// The span of a count: it is compared with windows, which begin and end on quarters of an hour.
fn span(row: &Row<'_>, problems: &mut Vec<Problem>) -> Option<(UtcMillis, UtcMillis)> {
    let missing: Vec<&str> = ["from", "to"].into_iter().filter(|column| row.get(column).is_empty()).collect();
    for column in &missing {
        problems.push(row.problem(
            column,
            "is empty",
            "write when the count began and ended, 2026-05-05T10:00:00+02:00",
        ));
    }
    if !missing.is_empty() {
        return None;
    }
    let (from, to) = instant::span(row, ["from", "to"], problems)?;
    let before = problems.len();
    for (column, time) in [("from", from), ("to", to)] {
        if time.quarter().start() != time {
            let message = format!("{time} is not on a quarter of an hour");
            let hint = format!(
                "the device's count is known for quarters of an hour: count from and to :00, :15, :30 or :45, not for 20 minutes; the quarter \
                 around it begins at {}",
                time.quarter().start()
            );
            problems.push(row.problem(column, message, hint));
        }
    }
    if to.since(from) > MOST_MS {
        let message = format!("the count lasts {} hours", to.since(from) / (4 * Quarter::MILLIS));
        problems.push(row.problem(
            "to",
            message,
            "nobody counts for more than a week: correct the date, or write a row a day",
        ));
    }
    (problems.len() == before).then_some((from, to))
}
