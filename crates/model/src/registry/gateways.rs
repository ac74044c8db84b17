//! `gateways.csv`: whose frames are taken.

use super::{
    Problem, lighting,
    names::FirstLines,
    position,
    table::{self, Layout, Row},
};
use crate::{Eui, Gateway};

/// The file's name.
pub(super) const FILE: &str = "gateways.csv";

pub(super) const LAYOUT: Layout = Layout {
    file: FILE,
    required: &["id", "name"],
    optional: &["lat", "lon", "easting", "northing", "switch_point"],
    key: &["id"],
    numbers: &["lat", "lon", "easting", "northing"],
    secret: false,
};

/// A gateway and the line it stands on.
#[derive(Debug)]
pub(super) struct GatewayRow {
    pub(super) line: usize,
    pub(super) gateway: Gateway,
}

/// Reads the gateways.
pub(super) fn read(text: &str, problems: &mut Vec<Problem>) -> Vec<GatewayRow> {
    let mut gateways = Vec::new();
    let mut lines = FirstLines::default();
    table::rows(text, &LAYOUT, problems, |row, problems| {
        let position = position::read(row, problems);
        let switch_point = lighting::name(row, "switch_point", problems);
        let Some(eui) = eui(row, problems) else { return };
        if let Some(first) = lines.taken(eui, row.line) {
            let message = format!("gateway `{eui}` is on line {first} already");
            problems.push(row.problem("id", message, "remove one of the lines"));
        }
        let name = Some(row.get("name")).filter(|name| !name.is_empty()).map_or_else(|| eui.to_string(), str::to_owned);
        gateways.push(GatewayRow {
            line: row.line,
            gateway: Gateway { eui, name, position: position.flatten(), switch_point },
        });
    });
    gateways
}

fn eui(row: &Row<'_>, problems: &mut Vec<Problem>) -> Option<Eui> {
    let cell = row.get("id");
    let eui = cell.parse();
    if eui.is_err() {
        let hint =
            "a gateway's EUI has 16 hex digits: compare with its label, or with gateway_ID in its packet forwarder";
        problems.push(row.problem("id", format!("{cell:?} is no EUI"), hint));
    }
    eui.ok()
}
