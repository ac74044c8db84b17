//! `devices.csv`: which sensor hangs where, and from when.

use super::{
    Device, Installation, InstallationState, Problem, Profile,
    foreign::{self, Mount},
    instant,
    names::{self, FirstLines, Names},
    spans::{self, Overlap},
    table::{self, Layout, Row},
};
use crate::UtcMillis;

/// The file's name.
pub(super) const FILE: &str = "devices.csv";

pub(super) const LAYOUT: Layout = Layout {
    file: FILE,
    required: &["id", "pole", "profile"],
    optional: &["from", "to", "state", "line", "direction", "reversed", "height_m", "width_m"],
    key: &["id", "from"],
    numbers: &["height_m", "width_m"],
    secret: false,
};

const STATES: [(&str, InstallationState); 5] = [
    ("stock", InstallationState::Stock),
    ("commissioning", InstallationState::Commissioning),
    ("active", InstallationState::Active),
    ("maintenance", InstallationState::Maintenance),
    ("retired", InstallationState::Retired),
];

/// Longer lengths than this, in centimetres, are typing errors: lamps and lines of counters are shorter.
const MOST_CM: i64 = 10_000;

/// Reads the devices, and which ids there are. Names that lead nowhere are problems.
pub(super) fn read(text: &str, mount: &Mount<'_>, problems: &mut Vec<Problem>) -> (Vec<Device>, Names) {
    let Mount { poles, profiles, .. } = mount;
    let (mut devices, mut ids) = (Devices::default(), Vec::new());
    let whole = table::rows(text, &LAYOUT, problems, |row, problems| {
        let id = device_id(row, problems);
        ids.push(id.clone());
        if let Some(hint) = poles.missing(row.get("pole"), super::poles::FILE) {
            problems.push(row.problem("pole", format!("unknown pole `{}`", row.get("pole")), hint));
        }
        if let Some(hint) = profiles.missing(row.get("profile"), super::PROFILES) {
            problems.push(row.problem("profile", format!("unknown profile `{}`", row.get("profile")), hint));
        }
        foreign::check(row, mount, problems);
        if let Some(installation) = installation(row, mount, problems) {
            devices.add(id, installation, row, problems);
        }
    });
    let ids = if whole { Names::new(ids) } else { Names::unreadable() };
    (devices.ordered(problems), ids)
}

/// One row's; what is flawed in it is reported and passes for something else.
fn installation(row: &Row<'_>, mount: &Mount<'_>, problems: &mut Vec<Problem>) -> Option<Installation> {
    let state = state(row, problems);
    let reversed = reversed(row, problems);
    problems.extend(mount.profile(row.get("profile")).and_then(|profile| without_line(row, &reversed, profile)));
    let (height_cm, width_cm) = (centimetres(row, "height_m", 0, problems), centimetres(row, "width_m", 1, problems));
    let (from, to) = instant::span(row, ["from", "to"], problems)?;
    Some(Installation {
        from,
        to,
        pole: mount.index.get(row.get("pole")).copied().unwrap_or_default(), // an unknown one is a problem already
        profile: row.get("profile").to_owned(),
        state,
        line: row.get("line").to_owned(),
        direction: row.get("direction").to_owned(),
        reversed,
        height_cm,
        width_cm,
    })
}

fn state(row: &Row<'_>, problems: &mut Vec<Problem>) -> InstallationState {
    let word = row.get("state");
    if word.is_empty() {
        return InstallationState::default();
    }
    names::choose(word, &STATES).unwrap_or_else(|hint| {
        problems.push(row.problem("state", format!("unknown state `{word}`"), hint));
        InstallationState::default()
    })
}

/// Channels of a counter, with `;` between, in ascending order.
fn reversed(row: &Row<'_>, problems: &mut Vec<Problem>) -> Vec<u8> {
    let cell = row.get("reversed");
    let channels: Result<std::collections::BTreeSet<u8>, _> =
        cell.split(';').map(str::trim).filter(|channel| !channel.is_empty()).map(str::parse).collect();
    if channels.is_err() {
        let hint = "write channels from 0 to 255 with `;` between, like \"0\" or \"0;2\", or leave it empty";
        problems.push(row.problem("reversed", format!("{cell:?} is no list of channels"), hint));
    }
    channels.unwrap_or_default().into_iter().collect()
}

/// What is wrong with channels that no line of the profile has, as far as its lines are known. It was not asked for before.
fn without_line(row: &Row<'_>, reversed: &[u8], profile: &Profile) -> Option<Problem> {
    let lines = profile.lines()?;
    let channel = reversed.iter().find(|channel| !lines.contains(channel))?;
    let known: Vec<String> = lines.iter().map(u8::to_string).collect();
    let hint = match known.is_empty() {
        true => "leave it empty".to_owned(),
        false => format!("name lines that are mounted the wrong way round by their channels: {}", known.join(", ")),
    };
    let message = format!("devices of the profile `{}` have no line on channel {channel}", profile.id);
    Some(row.problem("reversed", message, hint).sparing_kept())
}

fn centimetres(row: &Row<'_>, column: &str, least: i64, problems: &mut Vec<Problem>) -> Option<u32> {
    if row.get(column).is_empty() {
        return None;
    }
    let length = row.decimal(column).and_then(|metres| metres.at(2).ok());
    let length =
        length.filter(|length| (least..=MOST_CM).contains(length)).and_then(|length| u32::try_from(length).ok());
    if length.is_none() {
        let message = format!("{:?} is no length of at most {} m", row.get(column), MOST_CM / 100);
        problems.push(row.problem(column, message, "write metres like 3.5, or leave it empty"));
    }
    length
}

#[derive(Default)]
struct Devices {
    list: Vec<Device>,
    /// Lines of each device's installations.
    lines: Vec<Vec<usize>>,
    index: std::collections::HashMap<String, usize>,
    begins: FirstLines<(String, UtcMillis)>,
}

impl Devices {
    fn add(&mut self, id: String, installation: Installation, row: &Row<'_>, problems: &mut Vec<Problem>) {
        if let Some(first) = self.begins.taken((id.clone(), installation.from), row.line) {
            let message = format!("device `{id}` is on line {first} already, with the same `from`");
            problems.push(row.problem("id", message, "remove one line, or say in `from` when the device moved"));
            return;
        }
        let index = *self.index.entry(id).or_insert_with_key(|id| {
            let (installations, calibrations) = (Vec::new(), Vec::new());
            self.list.push(Device { id: id.clone(), installations, calibrations, credentials: None });
            self.lines.push(Vec::new());
            self.list.len() - 1
        });
        self.list[index].installations.push(installation);
        self.lines[index].push(row.line);
    }

    /// Each device's installations one after the other.
    fn ordered(self, problems: &mut Vec<Problem>) -> Vec<Device> {
        let mut list = self.list;
        for (device, lines) in list.iter_mut().zip(self.lines) {
            let installations = std::mem::take(&mut device.installations).into_iter().zip(lines).collect();
            device.installations = spans::in_order(installations, |overlap| {
                let Overlap { line, until, next_line, from } = overlap;
                let message =
                    format!("device `{}` stands on line {line} until {until}, and here from {from}", device.id);
                let hint = format!("end line {line} when this one begins, or leave its `to` empty");
                problems.push(Problem::new(FILE, message, hint).at_line(next_line).in_field("from"));
            });
        }
        list
    }
}

/// A DevEUI is 16 hex digits; labels print it in capitals and with `-` or `:` between.
pub(super) fn bare_id(id: &str) -> String {
    let bare = id.replace(['-', ':'], "");
    let is_dev_eui = bare.len() == 16 && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_dev_eui { bare.to_ascii_lowercase() } else { id.to_owned() }
}

fn device_id(row: &Row<'_>, problems: &mut Vec<Problem>) -> String {
    let id = row.get("id");
    let bare = id.replace(['-', ':'], "");
    let is_hex = bare.bytes().all(|byte| byte.is_ascii_hexdigit());
    match bare.len() {
        16 if is_hex => {}
        digits @ (14 | 15 | 17 | 18) if is_hex => {
            let message = format!("`{id}` looks like a DevEUI but has {digits} digits");
            problems.push(row.problem("id", message, "a DevEUI has 16 hex digits: compare with the label"));
        }
        _ => {
            if let Some(problem) = names::bad_id(id) {
                problems.push(row.problem("id", format!("the id {problem}"), names::ID_HINT));
            }
        }
    }
    bare_id(id)
}
