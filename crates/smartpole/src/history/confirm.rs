//! Asks the history, day by day, whether it has the readings that have passed retention here: then they may go.
//!
//! What it answers is compared reading by reading, a quarter of an hour and a property at a time, as those who ask for them later
//! would have them answered.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use smartpole_influx::{History, Options, QueryError, Wanted};
use smartpole_model::{DeviceNo, ObservedProperty, PropertyNo, Quarter, Series, UtcMillis};
use smartpole_pipeline::NameKind;
use smartpole_store::{Due, Queries, Store};
use tokio::{task::spawn_blocking, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{cli::influx::Day, clock, telemetry::Chain};

/// Days of one round that nothing is known of; what they free goes with some commits after.
const DAYS: usize = 4;
/// Between rounds, if one brought something, and if not.
const SOON: Duration = Duration::from_secs(2);
const LATER: Duration = Duration::from_secs(20);
/// How long until days that were set aside are asked about again: at first, and at most.
const AGAIN: Duration = Duration::from_secs(60);
const AGAIN_AT_MOST: Duration = Duration::from_secs(3_600);
const DAY_MS: i64 = 86_400_000;

/// Confirms what the history has.
pub(crate) struct Confirmer {
    options: Options,
    history: History,
    store: Store,
    queries: Queries,
    away: bool,
    aside: Aside,
}

/// When days that were set aside are asked about next.
struct Aside {
    at: Instant,
    pause: Duration,
}

impl Default for Aside {
    fn default() -> Self {
        Self { at: Instant::now(), pause: AGAIN }
    }
}

/// Why nothing could be compared.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Store(#[from] smartpole_store::Error),
    #[error("the history gives no answer")]
    Query(#[from] QueryError),
    #[error("a thread of it failed")]
    Thread(#[from] tokio::task::JoinError),
}

/// A reading by what must be the same.
type Known = (DeviceNo, Series, UtcMillis, i64);

/// Readings of one property of a quarter of an hour, and the ids of their devices.
struct Here {
    property: ObservedProperty,
    devices: Vec<(String, DeviceNo)>,
    readings: Vec<Known>,
}

impl Confirmer {
    /// Of the target of these options; nothing is connected to.
    ///
    /// # Errors
    /// If token, password or certificates cannot be read.
    pub(crate) fn new(options: &Options, store: &Store, queries: &Queries) -> Result<Self, smartpole_influx::Error> {
        let (history, aside) = (History::new(options)?, Aside::default());
        let (options, store, queries) = (options.clone(), store.clone(), queries.clone());
        Ok(Self { options, history, store, queries, away: false, aside })
    }

    /// Asks until `stop`.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        loop {
            let pause = match stop.run_until_cancelled(self.round()).await {
                None => return,
                Some(Ok(0)) => LATER,
                Some(Ok(_)) => SOON,
                Some(Err(error)) => self.report(&error),
            };
            if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                return;
            }
        }
    }

    /// How many days were confirmed.
    async fn round(&mut self) -> Result<usize, Error> {
        let store = self.store.clone();
        let (due, held) = spawn_blocking(move || Ok::<_, Error>((store.due(DAYS)?, store.held_days()?))).await??;
        metrics::gauge!("smartpole_history_held_days").set(held as f64);
        let again = Instant::now() >= self.aside.at;
        let mut confirmed = 0;
        for due in due.into_iter().filter(|due| again || !due.aside) {
            let lacks = if self.is_kept(&due) { self.lacks(&due).await? } else { None };
            confirmed += usize::from(lacks.is_none());
            self.note(due, lacks).await?;
        }
        if std::mem::take(&mut self.away) {
            tracing::info!(influx = self.options.name, "the history answers again");
        }
        if again {
            let pause = if confirmed > 0 { AGAIN } else { (self.aside.pause * 2).min(AGAIN_AT_MOST) };
            self.aside = Aside { at: Instant::now() + self.aside.pause, pause };
        }
        Ok(confirmed)
    }

    /// Whether the target still keeps what was measured on a day: what is older cannot be waited for.
    fn is_kept(&self, due: &Due) -> bool {
        let kept = i64::from(self.options.retention_days) * DAY_MS;
        kept == 0 || clock::now().since(due.quarters().0.start()) < kept
    }

    /// The first reading of a day that is here and not there, in words.
    async fn lacks(&self, due: &Due) -> Result<Option<String>, Error> {
        let (first, end) = due.quarters();
        for quarter in (first.0..end.0).map(Quarter) {
            let queries = self.queries.clone();
            for here in spawn_blocking(move || here(&queries, quarter)).await?? {
                let (from, to) = (quarter.start(), quarter.end());
                let (devices, property) = (here.devices.as_slice(), &here.property);
                let wanted = Wanted { devices, property, channel: None, from, to, limit: usize::MAX };
                let found = self.history.readings(&wanted).await?;
                let there = found.iter().map(|of| (of.device, of.series, of.event_time, of.value)).collect();
                if let Some(lacking) = here.lacking(&there) {
                    return Ok(Some(lacking));
                }
            }
        }
        Ok(None)
    }

    async fn note(&self, due: Due, lacks: Option<String>) -> Result<(), Error> {
        let (store, is_confirmed) = (self.store.clone(), lacks.is_none());
        if let Some(lacks) = lacks.filter(|_| !due.aside) {
            let (influx, day) = (&self.options.name, Day(due.day));
            tracing::warn!(
                influx,
                "the history lacks readings of {day}, so all of that day stay here: it does not have {lacks}; \
                 `smartpole influx backfill --from {day} --to {day}` sends them again"
            );
        }
        let note = move || if is_confirmed { store.confirm(&due).map(drop) } else { store.set_aside(&due) };
        Ok(spawn_blocking(note).await??)
    }

    /// Says once that it cannot be asked, and how long to wait.
    fn report(&mut self, error: &Error) -> Duration {
        if !std::mem::replace(&mut self.away, true) {
            let influx = &self.options.name;
            tracing::warn!(influx, "readings stay here until the history can be asked for them: {}", Chain(error));
        }
        LATER
    }
}

/// The readings of a quarter of an hour that are here, by property; of those that left the catalogue no line can be made.
fn here(queries: &Queries, quarter: Quarter) -> Result<Vec<Here>, Error> {
    let mut found: BTreeMap<PropertyNo, Vec<Known>> = BTreeMap::new();
    queries.each_row(quarter..Quarter(quarter.0.saturating_add(1)), |device, row| {
        for value in &row.values {
            let known = (device, value.series, row.event_time, value.value);
            found.entry(value.series.property).or_default().push(known);
        }
    })?;
    let fold = queries.fold().read().unwrap_or_else(std::sync::PoisonError::into_inner);
    let here = |(number, readings): (PropertyNo, Vec<Known>)| {
        let property = fold.inputs().registry.properties.get(number)?.clone();
        let mut numbers: Vec<DeviceNo> = readings.iter().map(|(device, ..)| *device).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let named = |number: DeviceNo| Some((fold.name(NameKind::Device, number.0)?.to_owned(), number));
        Some(Here { property, devices: numbers.into_iter().filter_map(named).collect(), readings })
    };
    Ok(found.into_iter().filter_map(here).collect())
}

impl Here {
    /// The first reading that is not there, in words.
    fn lacking(&self, there: &HashSet<Known>) -> Option<String> {
        let (device, series, at, value) = self.readings.iter().find(|known| !there.contains(known))?;
        let id = self.devices.iter().find(|(_, number)| number == device).map_or("?", |(id, _)| id);
        let value = smartpole_model::Decimal { mantissa: *value, decimals: self.property.decimals };
        Some(format!("{id} {}/{} {value} at {at}", self.property.id, series.channel))
    }
}
