//! Makes loads, on a thread that may block.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use smartpole_model::Quarter;
use smartpole_pipeline::{AcceptedRow, Fold, LoadInputs, accepted_rows};
use smartpole_store::{Grain, KeptWindows, Outbox, Place, Queries, Store, Unsent, WindowKey};
use smartpole_window::{Level, NewRow};
use tokio::task::spawn_blocking;

use super::Load;
use crate::{Error, Names, Options, Schema};

/// Registries by hash, for several threads.
pub type SharedInputs = Arc<dyn LoadInputs + Send + Sync>;

/// Readings of a load, about: a few requests.
const READINGS: u64 = 50_000;
/// Windows are final a day after their end.
const FINAL_AFTER: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;

/// Makes loads; clones are the same one.
#[derive(Clone, Debug)]
pub(super) struct Encoder(Arc<Mutex<Work>>);

/// Reads the outbox and makes lines of it.
struct Work {
    options: Options,
    outbox: Outbox,
    windows: KeptWindows,
    fold: Arc<RwLock<Fold>>,
    inputs: SharedInputs,
    /// The schema of the inputs that were needed last, with their hash.
    schema: Option<(String, Schema)>,
}

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Work").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Encoder {
    pub(super) fn new(
        options: &Options,
        store: &Store,
        queries: &Queries,
        inputs: SharedInputs,
    ) -> Result<Self, Error> {
        let (outbox, windows) = (store.outbox()?, queries.kept_windows()?);
        let fold = Arc::clone(queries.fold());
        Ok(Self(Arc::new(Mutex::new(Work { options: options.clone(), outbox, windows, fold, inputs, schema: None }))))
    }

    /// What comes after `place`, made on a thread that may block; `None` if there is nothing yet.
    pub(super) async fn load_after(&self, place: Place) -> Result<Option<Load>, Error> {
        let work = Arc::clone(&self.0);
        let load = move || work.lock().unwrap_or_else(PoisonError::into_inner).next(place);
        spawn_blocking(load).await.map_err(Error::Thread)?
    }
}

impl Work {
    /// What comes after `place`: batches, or if there are none an hour that has become final.
    fn next(&mut self, place: Place) -> Result<Option<Load>, Error> {
        let batches = self.outbox.next(place.batch, READINGS)?;
        if batches.is_empty() { self.settled(place) } else { self.batches(&batches, place).map(Some) }
    }

    fn batches(&mut self, batches: &[Unsent], place: Place) -> Result<Load, Error> {
        let mut load = Load::new(place);
        if let Some(first) = batches.first().filter(|_| place.settled.0 <= 0) {
            // the first ever: what ended a day before is final as it is sent
            load.place.settled = first.received_at.plus(-FINAL_AFTER);
        }
        let mut keys = Vec::new();
        for batch in batches {
            let schema = schema(&mut self.schema, &batch.inputs, &self.inputs, &self.fold, &self.options)?;
            for row in accepted_rows(&batch.rows)? {
                let AcceptedRow { device, event_time, received_at, time_source, mended, ref values, .. } = row;
                let row = NewRow { event_time, received_at, time_source, values };
                match mended {
                    None => load.left.add(schema.reading(device, &row, &mut load.lines)),
                    Some(_) => {
                        let before = load.lines.len();
                        schema.mended(device, &row, &mut load.lines);
                        load.windows += (load.lines.len() - before) as u64;
                    }
                }
            }
            keys.extend(batch.windows.iter().copied());
            (load.place.batch, load.at) = (batch.batch, batch.received_at);
        }
        keys.sort_unstable();
        keys.dedup();
        self.add_windows(&keys, &mut load)?;
        Ok(load)
    }

    /// Windows of the hour after `place.settled`, once that hour is a day ago.
    fn settled(&mut self, place: Place) -> Result<Option<Load>, Error> {
        if place.settled.0 <= 0 {
            return Ok(None); // before the first batch nothing was sent
        }
        let (from, to) = (place.settled, place.settled.plus(HOUR));
        let (now, hash) = {
            let fold = self.fold.read().unwrap_or_else(PoisonError::into_inner);
            (fold.position().1, fold.inputs_hash().to_owned())
        };
        if now.since(to) < FINAL_AFTER || hash.is_empty() {
            return Ok(None);
        }
        schema(&mut self.schema, &hash, &self.inputs, &self.fold, &self.options)?;
        let mut load = Load { at: now, ..Load::new(Place { settled: to, ..place }) };
        let mut keys = Vec::new();
        for (grain, longest) in LONGEST {
            let ended = self.windows.keys(grain, from.plus(-longest), to)?;
            keys.extend(ended.into_iter().filter(|key| (from.0 + 1..=to.0).contains(&key.end().0)));
        }
        self.add_windows(&keys, &mut load)?;
        Ok(Some(load))
    }

    fn add_windows(&mut self, keys: &[WindowKey], load: &mut Load) -> Result<(), Error> {
        let Some((_, schema)) = &self.schema else { return Ok(()) };
        let before = load.lines.len();
        let keys: Vec<WindowKey> = keys.iter().filter(|key| schema.wants(key)).copied().collect();
        for window in self.windows.get(&keys)? {
            schema.window(&window, &mut load.lines);
        }
        load.windows += (load.lines.len() - before) as u64;
        Ok(())
    }
}

/// How long a window of a grain is at most.
const LONGEST: [(Grain, i64); 4] = [
    (Grain::Quarter, Quarter::MILLIS),
    (Grain::Level(Level::Hour), HOUR),
    (Grain::Level(Level::Day), 25 * HOUR),
    (Grain::Level(Level::CetDay), 24 * HOUR),
];

/// The schema of inputs, made anew if others were needed last.
fn schema<'a>(
    known: &'a mut Option<(String, Schema)>,
    hash: &str,
    inputs: &SharedInputs,
    fold: &RwLock<Fold>,
    options: &Options,
) -> Result<&'a mut Schema, Error> {
    let (found, schema) = match known.take() {
        Some((of, schema)) if of == hash => (of, schema),
        _ => {
            let names = Names::of(&fold.read().unwrap_or_else(PoisonError::into_inner));
            (hash.to_owned(), Schema::new(&inputs.load(hash)?, names, options))
        }
    };
    Ok(&mut known.insert((found, schema)).1)
}
