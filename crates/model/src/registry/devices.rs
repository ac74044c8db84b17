//! `devices.csv`: which sensor hangs where, and from when.

use jiff::{civil::Date, tz::TimeZone};

use super::{
    Device, Installation, InstallationState, Problem,
    names::{self, FirstLines, Names},
    table::{self, Layout, Row},
};
use crate::UtcMillis;

/// The file's name.
pub(super) const FILE: &str = "devices.csv";

const LAYOUT: Layout = Layout {
    file: FILE,
    required: &["id", "pole", "profile"],
    optional: &["from", "line", "direction"],
    secret: false,
};

/// A date begins where the city lives.
const ZONE: &str = "Europe/Berlin";

/// Reads the devices, and which ids there are. `pole` gives the index of a pole's id; names that lead nowhere are problems.
pub(super) fn read(
    text: &str,
    pole: impl Fn(&str) -> Option<usize>,
    poles: &Names,
    profiles: &Names,
    problems: &mut Vec<Problem>,
) -> (Vec<Device>, Names) {
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
        let Some(from) = from(row, problems) else { return };
        let (profile, line) = (row.get("profile").to_owned(), row.get("line").to_owned());
        let pole = pole(row.get("pole")).unwrap_or_default(); // an unknown one is a problem already
        let installation = Installation {
            from,
            to: UtcMillis(i64::MAX),
            pole,
            profile,
            state: InstallationState::Active,
            line,
            direction: row.get("direction").to_owned(),
            reversed: Vec::new(),
            height_cm: None,
            width_cm: None,
        };
        devices.add(id, installation, row, problems);
    });
    for device in &mut devices.list {
        device.installations.sort_by_key(|installation| installation.from);
        device.installations.shrink_to_fit();
    }
    (devices.list, if whole { Names::new(ids) } else { Names::unreadable() })
}

#[derive(Default)]
struct Devices {
    list: Vec<Device>,
    index: std::collections::HashMap<String, usize>,
    lines: FirstLines<(String, UtcMillis)>,
}

impl Devices {
    fn add(&mut self, id: String, installation: Installation, row: &Row<'_>, problems: &mut Vec<Problem>) {
        if let Some(first) = self.lines.taken((id.clone(), installation.from), row.line) {
            let message = format!("device `{id}` is on line {first} already, with the same `from`");
            problems.push(row.problem("id", message, "remove one line, or say in `from` when the device moved"));
        }
        let index = *self.index.entry(id).or_insert_with_key(|id| {
            self.list.push(Device { id: id.clone(), installations: Vec::new(), calibrations: Vec::new(), credentials: None });
            self.list.len() - 1
        });
        self.list[index].installations.push(installation);
    }
}

/// A DevEUI is 16 hex digits; labels print it in capitals and with `-` or `:` between.
fn device_id(row: &Row<'_>, problems: &mut Vec<Problem>) -> String {
    let id = row.get("id");
    let bare = id.replace(['-', ':'], "");
    let is_hex = bare.bytes().all(|byte| byte.is_ascii_hexdigit());
    match bare.len() {
        16 if is_hex => return bare.to_ascii_lowercase(),
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
    id.to_owned()
}

fn from(row: &Row<'_>, problems: &mut Vec<Problem>) -> Option<UtcMillis> {
    let cell = row.get("from");
    if cell.is_empty() {
        return Some(UtcMillis(i64::MIN));
    }
    let from = cell.parse().ok().or_else(|| midnight(cell));
    if from.is_none() {
        let hint = "write a date like 2026-01-31 or a time like 2026-01-31T08:00:00Z, or leave it empty for \"always\"";
        problems.push(row.problem("from", format!("{cell:?} is no date"), hint));
    }
    from
}

fn midnight(date: &str) -> Option<UtcMillis> {
    let date: Date = Some(date).filter(|date| date.len() == "2026-01-31".len())?.parse().ok()?;
    let start = date.to_zoned_datetime(TimeZone::get(ZONE).ok()?).ok()?;
    Some(UtcMillis(start.timestamp().as_millisecond()))
}
