//! Devices as a table: of gateways the one that hears it best.

use super::DeviceItem;
use crate::csv::{Cell, Rows, Writer};

const COLUMNS: [&str; 26] = [
    "id",
    "pole",
    "profile",
    "state",
    "last_received_at",
    "last_received_at_local",
    "interval_s",
    "battery",
    "battery_property",
    "unit",
    "clock_offset_s",
    "flags",
    "outcomes_since",
    "outcomes_since_local",
    "messages",
    "quarantined",
    "activation",
    "dev_addr",
    "received",
    "lost",
    "loss",
    "gateways",
    "best_gateway",
    "rssi",
    "snr",
    "spreading_factor",
];

impl Rows for DeviceItem {
    fn write(items: &[Self], out: &mut Writer) -> csv::Result<()> {
        out.table(COLUMNS, items.iter().map(Self::row))
    }
}

impl DeviceItem {
    fn row(&self) -> [Cell<'_>; COLUMNS.len()] {
        let [heard, heard_local] = Cell::instant(self.last_received_at);
        let [since, since_local] = Cell::instant(self.outcomes.since);
        let (battery, radio) = (self.battery.as_ref(), self.lorawan.as_ref());
        let best = radio.and_then(|radio| radio.gateways.first());
        [
            self.id.as_str().into(),
            self.pole.as_str().into(),
            self.profile.as_str().into(),
            Cell::word(&self.state),
            heard,
            heard_local,
            self.interval_s.into(),
            battery.map(|battery| battery.value).into(),
            battery.map(|battery| battery.property.as_str()).into(),
            battery.map(|battery| battery.unit.as_str()).into(),
            self.clock_offset_s.into(),
            self.flags.into(),
            since,
            since_local,
            counted(self.outcomes.messages),
            counted(self.outcomes.quarantined),
            radio.map_or(Cell::Empty, |radio| Cell::word(&radio.activation)),
            radio.and_then(|radio| radio.dev_addr.as_deref()).into(),
            radio.map_or(Cell::Empty, |radio| counted(radio.received)),
            radio.map_or(Cell::Empty, |radio| counted(radio.lost)),
            radio.map(|radio| radio.loss).into(),
            radio.map_or(Cell::Empty, |radio| counted(radio.gateways.len() as u64)),
            best.map(|gateway| gateway.id.as_str()).into(),
            best.map(|gateway| i64::from(gateway.rssi)).into(),
            best.and_then(|gateway| gateway.snr).into(),
            best.and_then(|gateway| gateway.spreading_factor).map(u32::from).into(),
        ]
    }
}

/// More than the largest number of a table are told as that.
fn counted(n: u64) -> Cell<'static> {
    i64::try_from(n).unwrap_or(i64::MAX).into()
}
