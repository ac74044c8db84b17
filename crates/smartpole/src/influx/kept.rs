//! What is kept here, as points of a target; read beside a service that may run.

use std::{
    ops::Range,
    path::Path,
    sync::{Arc, RwLock},
};

use smartpole_influx::{Left, Names, Options, Points, Schema};
use smartpole_model::{Quarter, UtcMillis};
use smartpole_store::{Grain, KeptWindows, Queries, Store, WindowKey};
use smartpole_window::{NewRow, Row};

use super::Error;
use crate::{cli::influx::Day, config::Config, fold_loop, inputs::InputLibrary};

/// Readings and windows as of one commit.
pub(super) struct Kept {
    pub(super) queries: Queries,
    windows: KeptWindows,
    schema: Schema,
}

impl Kept {
    /// Opens the store of a configuration.
    pub(super) fn open(config: &Config, target: &Options) -> Result<Self, Error> {
        let dir: &Path = &config.data;
        if !dir.join(smartpole_store::FILE).is_file() {
            return Err(Error::NoStore { dir: dir.to_owned() });
        }
        let store = Store::open(dir)?;
        let library = InputLibrary::new(dir, config.inputs_key_file.clone());
        let fold = fold_loop::restore(&store, &library)?;
        let schema = Schema::new(fold.inputs(), Names::of(&fold), target);
        let queries = Queries::new(&store, Arc::new(RwLock::new(fold)));
        let windows = queries.kept_windows()?;
        Ok(Self { queries, windows, schema })
    }

    /// First and last day of which all readings and windows are kept.
    pub(super) fn days(&self) -> Result<Option<(Day, Day)>, Error> {
        let found = self.queries.quarters()?;
        // the first day of air begins an hour before, or two
        let days = found.map(|(first, last)| (Day::of(first.start().plus(-7_200_000)), Day::of(last.start())));
        let whole_from = self.whole_from();
        Ok(days.map(|(first, last)| (whole_from.map_or(first, |from| first.max(from)), last)))
    }

    /// The first day of which no reading has passed retention, once some have.
    fn whole_from(&self) -> Option<Day> {
        let kept_from = self.queries.all_readings_kept_from();
        (kept_from.0 > i64::MIN).then(|| Day::of(Day::of(kept_from.plus(-1)).end()))
    }

    /// What is gone here cannot be compared, and what a target still has of it is not deleted.
    pub(super) fn check_whole(&self, from: Day) -> Result<(), Error> {
        match self.whole_from() {
            Some(first) if from < first => Err(Error::Gone { from: from.to_string(), first: first.to_string() }),
            _ => Ok(()),
        }
    }

    /// Points of readings measured, and of windows that start, within whole quarters.
    pub(super) fn points(&mut self, from: UtcMillis, to: UtcMillis, points: &mut impl Points) -> Result<(), Error> {
        let quarters: Range<Quarter> = from.quarter()..to.quarter();
        let schema = &mut self.schema;
        let mut left = Left::default();
        self.queries.each_row(quarters, |device, Row { event_time, received_at, time_source, values }| {
            let row = NewRow { event_time, received_at, time_source, values: &values };
            left.add(schema.reading(device, &row, points));
        })?;
        if left.unknown > 0 {
            tracing::warn!(readings = left.unknown, "the registry does not know their property any more: left out");
        }
        for grain in Grain::ALL {
            let mut keys: Vec<WindowKey> = self.windows.keys(grain, from, to)?;
            keys.retain(|key| self.schema.wants(key));
            for window in self.windows.get(&keys)? {
                self.schema.window(&window, points);
            }
        }
        Ok(())
    }

    /// Measurements that points of this schema may have.
    pub(super) fn measurements(&self) -> &[String] {
        self.schema.measurements()
    }
}
