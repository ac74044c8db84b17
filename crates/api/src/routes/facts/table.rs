//! Facts as a table: a row an installation or calibration, which the column `fact` tells.

use super::{Facts, Mounted};
use crate::{
    csv::{Cell, Rows, Writer},
    routes::device_facts::CalibrationItem,
};

const COLUMNS: [&str; 28] = [
    "device",
    "fact",
    "from",
    "from_local",
    "to",
    "to_local",
    "state",
    "pole",
    "profile",
    "line",
    "direction",
    "reversed",
    "height_m",
    "width_m",
    "interval_s",
    "sensing",
    "expected",
    "width_bits",
    "max_per_minute",
    "resets_at",
    "resets_at_power_up",
    "kappa",
    "cap_percent",
    "property",
    "channel",
    "offset",
    "gain",
    "lifts_uncalibrated",
];

type Row<'a> = [Cell<'a>; COLUMNS.len()];

/// Without the comparisons that calibrations rest on.
impl Rows for Facts {
    fn write(items: &[Self], out: &mut Writer) -> csv::Result<()> {
        out.table(COLUMNS, items.iter().flat_map(Self::rows))
    }
}

impl Facts {
    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let installations = self.installations.iter().map(|mounted| self.row(Some(mounted), None));
        installations.chain(self.calibrations.iter().map(|calibration| self.row(None, Some(calibration))))
    }

    /// The row of one of both.
    fn row<'a>(&'a self, mounted: Option<&'a Mounted>, calibration: Option<&'a CalibrationItem>) -> Row<'a> {
        let (at, profile) = (mounted.map(|of| &of.installation), mounted.map(|of| &of.profile));
        let (counter, humidity) = (profile.map(|of| &of.counter), profile.and_then(|of| of.humidity.as_ref()));
        let [from, from_local] = Cell::instant(at.map_or_else(|| calibration?.from, |of| of.from));
        let [to, to_local] = Cell::instant(at.map_or_else(|| calibration?.to, |of| of.to));
        [
            self.device.as_str().into(),
            at.map_or("calibration", |_| "installation").into(),
            from,
            from_local,
            to,
            to_local,
            at.map_or(Cell::Empty, |of| Cell::word(&of.state)),
            at.map(|of| of.pole.as_str()).into(),
            at.map(|of| of.profile.as_str()).into(),
            at.map(|of| of.line.as_str()).into(),
            at.map(|of| of.direction.as_str()).into(),
            at.map_or(Cell::Empty, |of| channels(&of.reversed)),
            at.and_then(|of| of.height_m).into(),
            at.and_then(|of| of.width_m).into(),
            profile.and_then(|of| of.interval_s).into(),
            profile.map_or(Cell::Empty, |of| Cell::word(&of.sensing)),
            profile.map_or(Cell::Empty, |of| Cell::words(&of.expected)),
            counter.map(|of| u32::from(of.width_bits)).into(),
            counter.map(|of| of.max_per_minute).into(),
            counter.and_then(|of| of.resets_at.as_deref()).into(),
            counter.map(|of| of.resets_at_power_up).into(),
            humidity.map(|of| of.kappa).into(),
            humidity.map(|of| of.cap_percent).into(),
            calibration.map(|of| of.property.as_str()).into(),
            calibration.map(|of| u32::from(of.channel)).into(),
            calibration.map(|of| of.offset).into(),
            calibration.map(|of| of.gain).into(),
            calibration.map(|of| of.lifts_uncalibrated).into(),
        ]
    }
}

fn channels(channels: &[u8]) -> Cell<'static> {
    let words: Vec<String> = channels.iter().map(u8::to_string).collect();
    Cell::words(&words)
}
