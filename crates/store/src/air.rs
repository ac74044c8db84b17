//! The air-quality index of poles, of the newest hour that counts.

use smartpole_model::{PoleNo, Quarter, Series, UtcMillis};
use smartpole_pipeline::Fold;
use smartpole_window::{Aggregate, Aggregates, Level, air_index};

use rusqlite::params;

use crate::{
    Error, Queries,
    error::{damaged, sqlite},
    queries::Snapshot,
    scope::{self, Expected, Member, Part},
};

/// How old an hour may be to be called the air now.
const HOURS: i64 = 3;
const HOUR_MS: i64 = 3_600_000;

/// The air at a pole.
#[derive(Clone, Debug, PartialEq)]
pub struct Air {
    /// 0 sehr gut … 4 sehr schlecht.
    pub class: u8,
    /// Id of the pollutant that sets it.
    pub worst: &'static str,
    /// First instant of the hour.
    pub hour: UtcMillis,
    /// Whether all five pollutants were measured.
    pub complete: bool,
    /// Part of the expected readings that came, 0 to 1.
    pub coverage: f64,
}

/// What is known of a pole when the question is asked.
struct Asked {
    pole: PoleNo,
    parts: [Part; 1],
    members: Vec<Member>,
    /// Pollutant, its number, its decimals, how much of it is expected.
    pollutants: Vec<(&'static str, smartpole_model::PropertyNo, u8, Expected)>,
}

impl Asked {
    fn new(fold: &Fold, pole: PoleNo, part: Part, members: Vec<Member>) -> Self {
        let parts = [part];
        let known = air_index::pollutants().filter_map(|id| {
            let property = fold.inputs().registry.properties.by_id(id)?;
            let expected = Expected::of(fold, &members, &parts, property.number, None);
            Some((id, property.number, property.decimals, expected))
        });
        Self { pole, pollutants: known.collect(), parts, members }
    }

    /// The index of an hour, if enough of it was measured.
    fn index(&self, hour: UtcMillis, now: UtcMillis, aggregates: &Aggregates) -> Option<Air> {
        let end = hour.plus(HOUR_MS).min(now);
        let measured = self.pollutants.iter().filter_map(|(id, number, decimals, expected)| {
            let mut all = Aggregate::default();
            let channels = aggregates.0.iter().filter(|(Series { property, .. }, _)| property == number);
            channels.for_each(|(_, aggregate)| all.merge(aggregate));
            let expected = expected.within(hour, end);
            let class = air_index::class(id, all.sum, all.count, *decimals)?;
            air_index::hour_counts(all.count, expected).then_some((class, *id, all.count, expected))
        });
        let measured: Vec<_> = measured.collect();
        let (class, worst, ..) =
            measured.iter().copied().reduce(|worst, next| if next.0 > worst.0 { next } else { worst })?;
        let (count, expected) =
            measured.iter().fold((0, 0), |(count, all), (_, _, n, expected)| (count + n, all + expected));
        let coverage = if expected > 0 { (count as f64 / expected as f64).min(1.0) } else { 1.0 };
        Some(Air { class, worst, hour, complete: measured.len() == air_index::pollutants().count(), coverage })
    }
}

impl Queries {
    /// The air at each of these poles, in their order, each asked for once: of the running hour once a quarter of it has passed, else of the newest
    /// of the hours before it that counts.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn air(&self, poles: &[PoleNo]) -> Result<Vec<Option<Air>>, Error> {
        let ((asked, now), snapshot) = self.snapshot(|fold| {
            let mut known = scope::poles(fold);
            let asked =
                |pole: &PoleNo| known.remove(pole).map(|(part, members)| Asked::new(fold, *pole, part, members));
            let asked: Vec<Option<Asked>> = poles.iter().map(asked).collect();
            let now = fold.position().1;
            let devices = asked.iter().flatten().flat_map(|asked| &asked.members).map(|member| member.device).collect();
            let from = Level::Hour.start(now).plus(-HOURS * HOUR_MS).quarter();
            ((asked, now), devices, from, Quarter(now.quarter().0.saturating_add(2)))
        })?;
        let air = |asked: &Option<Asked>| asked.as_ref().map_or(Ok(None), |asked| air(&snapshot, asked, now));
        let airs = asked.iter().map(air).collect();
        self.done(snapshot);
        airs
    }
}

fn air(snapshot: &Snapshot, asked: &Asked, now: UtcMillis) -> Result<Option<Air>, Error> {
    let running = Level::Hour.start(now);
    let first = if now.since(running) >= Quarter::MILLIS { 0 } else { 1 };
    for back in first..=HOURS {
        let hour = running.plus(-back * HOUR_MS);
        let mut aggregates = stored(snapshot, asked.pole, hour)?;
        for quarter in (hour.quarter().0..).take(4).map(Quarter) {
            let here = |member: &&Member| member.part_at(quarter.start(), &asked.parts).is_some();
            for member in asked.members.iter().filter(here) {
                if let Some(block) = snapshot.recent(quarter, member.device) {
                    aggregates.merge(&block.gain);
                }
            }
        }
        if let Some(air) = asked.index(hour, now, &aggregates) {
            return Ok(Some(air));
        }
    }
    Ok(None)
}

fn stored(snapshot: &Snapshot, pole: PoleNo, hour: UtcMillis) -> Result<Aggregates, Error> {
    let doing = sqlite("read an hour");
    let sql = "SELECT aggregates FROM rollup WHERE level = ?1 AND scope = 2 AND number = ?2 AND start = ?3";
    let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
    let mut rows = statement.query(params![Level::Hour as u8, pole.0, hour.0]).map_err(&doing)?;
    let Some(row) = rows.next().map_err(&doing)? else { return Ok(Aggregates::default()) };
    let blob = row.get_ref(0).map_err(&doing)?.as_blob().map_err(|error| doing(error.into()))?;
    Aggregates::unpack(blob).map_err(damaged("hour"))
}
