//! `gateways.csv`: whose frames are taken.

use super::{
    Problem,
    names::FirstLines,
    poles,
    table::{self, Layout, Row},
};
use crate::{Eui, Gateway, Position};

/// The file's name.
pub(super) const FILE: &str = "gateways.csv";

const LAYOUT: Layout = Layout { file: FILE, required: &["id", "name"], optional: &["lat", "lon"], secret: false };

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
        let position = position(row, problems);
        let Some(eui) = eui(row, problems) else { return };
        if let Some(first) = lines.taken(eui, row.line) {
            let message = format!("gateway `{eui}` is on line {first} already");
            problems.push(row.problem("id", message, "remove one of the lines"));
        }
        let name = Some(row.get("name")).filter(|name| !name.is_empty()).map_or_else(|| eui.to_string(), str::to_owned);
        gateways.push(GatewayRow { line: row.line, gateway: Gateway { eui, name, position } });
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

/// The place, if one is given.
fn position(row: &Row<'_>, problems: &mut Vec<Problem>) -> Option<Position> {
    let missing = ["lat", "lon"].map(|column| row.get(column).is_empty());
    if missing == [true, true] { None } else { poles::position(row, problems) }
}
