//! Hours of air as tables: a row is an hour of a pollutant, with the indices of the hour repeated on each.

use std::collections::BTreeSet;

use super::{
    AirAnswer, Items,
    hour::{IndexHour, PoleHour, PollutantHour},
    official::Official,
    zone::{ZoneHour, ZoneIndex, ZonePollutant},
};
use crate::{
    citation::{SOURCE, Stretch},
    csv::{Cell, Tabular, Writer},
    list::Cursor,
    routes::MethodName,
};

/// Indices that have columns: those that answers name.
const INDICES: [&str; 3] = ["uba_lqi_2025", "uba_lqi_former", "european_aqi_2024"];
const POLE: [&str; 32] = [
    "pole",
    "start",
    "start_local",
    "end",
    "end_local",
    "hour_end_label",
    "pollutant",
    "unit",
    "value",
    "coverage",
    "valid",
    "flags",
    "state",
    "revision",
    "uba_lqi_2025_of_pollutant",
    "uba_lqi_2025_class",
    "uba_lqi_2025_worst",
    "uba_lqi_2025_complete",
    "uba_lqi_former_of_pollutant",
    "uba_lqi_former_class",
    "uba_lqi_former_worst",
    "uba_lqi_former_complete",
    "european_aqi_2024_of_pollutant",
    "european_aqi_2024_class",
    "european_aqi_2024_worst",
    "european_aqi_2024_complete",
    "official_station",
    "official_provider",
    "official_distance_m",
    "official_value",
    "official_uba_lqi_2025_class",
    "official_status",
];
const ZONE: [&str; 29] = [
    "zone",
    "start",
    "start_local",
    "end",
    "end_local",
    "hour_end_label",
    "pollutant",
    "unit",
    "mean",
    "lowest",
    "highest",
    "pole",
    "poles",
    "coverage",
    "flags",
    "state",
    "revision",
    "uba_lqi_2025_class",
    "uba_lqi_2025_worst",
    "uba_lqi_2025_pole",
    "uba_lqi_2025_complete",
    "uba_lqi_former_class",
    "uba_lqi_former_worst",
    "uba_lqi_former_pole",
    "uba_lqi_former_complete",
    "european_aqi_2024_class",
    "european_aqi_2024_worst",
    "european_aqi_2024_pole",
    "european_aqi_2024_complete",
];

impl Tabular for AirAnswer {
    fn write(&self, out: &mut Writer) -> csv::Result<()> {
        let id = self.scope.id.as_str();
        match &self.items {
            Items::Pole(hours) => out.table(POLE, hours.iter().flat_map(|hour| hour.rows(id))),
            Items::Zone(hours) => out.table(ZONE, hours.iter().flat_map(|hour| hour.rows(id))),
        }
    }

    fn next(&self) -> Option<&Cursor> {
        self.next.as_ref()
    }

    fn methods(&self) -> Vec<MethodName> {
        vec![self.method]
    }

    /// Names whose stations stand beside ours.
    fn source(&self) -> Option<String> {
        let Items::Pole(hours) = &self.items else { return None };
        let beside = hours.iter().filter_map(|hour| hour.official.as_ref());
        let beside: BTreeSet<String> =
            beside.map(|Official { name, provider, status, .. }| format!("{provider}, {name}, {status}")).collect();
        let beside: Vec<String> = beside.into_iter().collect();
        (!beside.is_empty()).then(|| format!("{SOURCE}; beside them {}", beside.join("; ")))
    }

    fn stretches(&self) -> Vec<Stretch> {
        match &self.items {
            Items::Pole(hours) => hours.iter().flat_map(PoleHour::stretches).collect(),
            Items::Zone(hours) => hours.iter().flat_map(ZoneHour::stretches).collect(),
        }
    }
}

impl PoleHour {
    fn stretches(&self) -> impl Iterator<Item = Stretch> {
        let (start, end) = (self.start, self.end);
        self.pollutants.iter().map(move |hour| Stretch { start, end, coverage: Some(hour.coverage) })
    }

    fn rows<'a>(&'a self, pole: &'a str) -> impl Iterator<Item = [Cell<'a>; POLE.len()]> {
        self.pollutants.iter().map(move |hour| self.row(pole, hour))
    }

    fn row<'a>(&'a self, pole: &'a str, hour: &'a PollutantHour) -> [Cell<'a>; POLE.len()] {
        let ([start, start_local], [end, end_local]) = (Cell::instant(self.start), Cell::instant(self.end));
        let [now, former, european] = INDICES.map(|id| self.index(id, hour.pollutant));
        let own = [
            pole.into(),
            start,
            start_local,
            end,
            end_local,
            self.hour_end_label.as_str().into(),
            hour.pollutant.into(),
            hour.unit.into(),
            hour.value.into(),
            hour.coverage.into(),
            hour.valid.into(),
            hour.flags.into(),
            Cell::word(&hour.state),
            hour.revision.into(),
        ];
        joined([&own, &now, &former, &european, &self.official(hour.pollutant)])
    }

    /// The same hour of the pollutant at the official station.
    fn official(&self, pollutant: &str) -> [Cell<'_>; 6] {
        let Some(official) = &self.official else { return [const { Cell::Empty }; 6] };
        let measured = official.pollutants.iter().find(|hour| hour.pollutant == pollutant);
        let index = official.indices.iter().find(|index| index.index == INDICES[0]);
        [
            official.station.as_str().into(),
            official.provider.as_str().into(),
            official.distance_m.into(),
            measured.and_then(|hour| hour.value).into(),
            index.and_then(|index| index.class).map(u32::from).into(),
            official.status.into(),
        ]
    }

    /// The class of the pollutant, that of the hour, what sets it, and whether it is complete.
    fn index(&self, id: &str, pollutant: &str) -> [Cell<'_>; 4] {
        let index = self.indices.iter().find(|index| index.index == id);
        let class = |class: Option<u8>| class.map(u32::from).into();
        index.map_or([const { Cell::Empty }; 4], |IndexHour { class: all, worst, classes, complete, .. }| {
            [class(classes.get(pollutant).copied()), class(*all), (*worst).into(), (*complete).into()]
        })
    }
}

impl ZoneHour {
    fn stretches(&self) -> impl Iterator<Item = Stretch> {
        let (start, end) = (self.start, self.end);
        self.pollutants.iter().map(move |hour| Stretch { start, end, coverage: Some(hour.coverage) })
    }

    fn rows<'a>(&'a self, zone: &'a str) -> impl Iterator<Item = [Cell<'a>; ZONE.len()]> {
        self.pollutants.iter().map(move |hour| self.row(zone, hour))
    }

    fn row<'a>(&'a self, zone: &'a str, hour: &'a ZonePollutant) -> [Cell<'a>; ZONE.len()] {
        let ([start, start_local], [end, end_local]) = (Cell::instant(self.start), Cell::instant(self.end));
        let [now, former, european] = INDICES.map(|id| self.index(id));
        let own = [
            zone.into(),
            start,
            start_local,
            end,
            end_local,
            self.hour_end_label.as_str().into(),
            hour.pollutant.into(),
            hour.unit.into(),
            hour.mean.into(),
            hour.lowest.into(),
            hour.highest.into(),
            hour.pole.as_str().into(),
            hour.poles.into(),
            hour.coverage.into(),
            hour.flags.into(),
            Cell::word(&hour.state),
            hour.revision.into(),
        ];
        joined([&own, &now, &former, &european, &[]])
    }

    /// The worst class of a pole, what sets it, at which pole, and whether it is complete.
    fn index(&self, id: &str) -> [Cell<'_>; 4] {
        let index = self.indices.iter().find(|index| index.index == id);
        index.map_or([const { Cell::Empty }; 4], |ZoneIndex { class, worst, pole, complete, .. }| {
            [class.map(u32::from).into(), (*worst).into(), pole.as_deref().into(), (*complete).into()]
        })
    }
}

/// The parts of a row behind each other.
fn joined<'a, const N: usize>(parts: [&[Cell<'a>]; 5]) -> [Cell<'a>; N] {
    let mut cells = parts.into_iter().flatten().cloned();
    std::array::from_fn(|_| cells.next().unwrap_or(Cell::Empty))
}
