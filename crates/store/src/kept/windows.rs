//! Windows as the file has them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError},
};

use rusqlite::{Connection, OptionalExtension, params};
use smartpole_model::{DeviceNo, Inputs, Kind, Mean, PoleNo, PropertyNo, Quarter, Series, UtcMillis, ZoneNo};
use smartpole_pipeline::{Fold, NameKind, Scope};
use smartpole_window::{Aggregate, Aggregates, Level, mean_of, next_start};

use super::devices;
use crate::{
    Error, Queries, State,
    commit::scope_key,
    error::{damaged, sqlite},
    expected::Expected,
    heard::{channels, heard},
    scope::{Member, Part, members, parts},
    store::block_id,
};

/// How long a kept window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// A quarter of an hour, of a device.
    Quarter,
    /// An hour or a day, of a device, pole or zone.
    Level(Level),
}

impl Grain {
    /// All there are.
    pub const ALL: [Self; 4] =
        [Self::Quarter, Self::Level(Level::Hour), Self::Level(Level::Day), Self::Level(Level::CetDay)];
}

/// Names a kept window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowKey {
    /// Whose.
    pub scope: Scope,
    /// How long.
    pub grain: Grain,
    /// Its first instant.
    pub start: UtcMillis,
}

impl WindowKey {
    /// First instant after it.
    pub fn end(&self) -> UtcMillis {
        match self.grain {
            Grain::Quarter => self.start.plus(Quarter::MILLIS),
            Grain::Level(level) => next_start(level, self.start),
        }
    }
}

/// A window as the file has it.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptWindow {
    /// Which.
    pub key: WindowKey,
    /// By series; of poles and zones all channels together, as channel 0.
    pub values: Vec<KeptValue>,
}

/// What a kept window says of one series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeptValue {
    /// Of what.
    pub series: Series,
    /// Count, sum, extremes, revisions.
    pub aggregate: Aggregate,
    /// How settled it is.
    pub state: State,
    /// The mean in units of the property's resolution; of a zone the mean of its poles' means.
    pub mean: Option<f64>,
    /// Readings there should be by now.
    pub expected: i64,
}

/// Windows whose fold is asked for under one lock.
const STEP: usize = 500;

/// Reads windows as the file has them, without what is in memory: each change of the file comes with a batch that names it.
#[derive(Debug)]
pub struct KeptWindows {
    queries: Queries,
    connection: Connection,
    /// The inputs that `scopes` are of.
    inputs: Arc<Inputs>,
    scopes: HashMap<Scope, (Vec<Member>, Vec<Part>)>,
}

impl KeptWindows {
    pub(super) fn new(queries: &Queries) -> Result<Self, Error> {
        let (queries, connection) = (queries.clone(), queries.connection()?);
        Ok(Self { queries, connection, inputs: Arc::default(), scopes: HashMap::new() })
    }

    /// The windows of a grain that there are with `from <= start < to`.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn keys(&self, grain: Grain, from: UtcMillis, to: UtcMillis) -> Result<Vec<WindowKey>, Error> {
        let Grain::Level(level) = grain else { return self.blocks(from, to) };
        let doing = sqlite("read hours and days");
        let sql = "SELECT start FROM rollup
                   WHERE level = ?1 AND scope = ?2 AND number = ?3 AND start >= ?4 AND start < ?5";
        let mut statement = self.connection.prepare_cached(sql).map_err(&doing)?;
        let mut keys = Vec::new();
        for scope in self.scopes() {
            let (kind, number) = scope_key(scope);
            let range = params![level as u8, kind, number, from.0, to.0];
            let rows = statement.query_map(range, |row| Ok(WindowKey { scope, grain, start: UtcMillis(row.get(0)?) }));
            for key in rows.map_err(&doing)? {
                keys.push(key.map_err(&doing)?);
            }
        }
        Ok(keys)
    }

    /// Every device, pole and zone there ever was.
    fn scopes(&self) -> Vec<Scope> {
        let fold = self.queries.fold.read().unwrap_or_else(PoisonError::into_inner);
        let devices = devices(&fold).into_iter().map(Scope::Device);
        let poles = (0..fold.count(NameKind::Pole)).map(|number| Scope::Pole(PoleNo(number)));
        let zones = (0..fold.count(NameKind::Zone)).map(|number| Scope::Zone(ZoneNo(number)));
        devices.chain(poles).chain(zones).collect()
    }

    fn blocks(&self, from: UtcMillis, to: UtcMillis) -> Result<Vec<WindowKey>, Error> {
        let quarter = |time: UtcMillis| time.plus(Quarter::MILLIS - 1).quarter();
        let doing = sqlite("read blocks");
        let sql = "SELECT quarter, device FROM block WHERE id >= ?1 AND id < ?2";
        let mut statement = self.connection.prepare_cached(sql).map_err(&doing)?;
        let range = params![block_id(quarter(from), DeviceNo(0)), block_id(quarter(to), DeviceNo(0))];
        let rows = statement.query_map(range, |row| {
            let (quarter, device) = (Quarter(row.get(0)?), DeviceNo(row.get(1)?));
            Ok(WindowKey { scope: Scope::Device(device), grain: Grain::Quarter, start: quarter.start() })
        });
        rows.map_err(&doing)?.collect::<rusqlite::Result<_>>().map_err(&doing)
    }

    /// These windows as they are now; those that are not there are left out.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn get(&mut self, keys: &[WindowKey]) -> Result<Vec<KeptWindow>, Error> {
        let mut windows = Vec::with_capacity(keys.len());
        for step in keys.chunks(STEP) {
            let found = step.iter().map(|key| self.read(key)).collect::<Result<Vec<_>, _>>()?;
            self.judge(found.into_iter().flatten().collect(), &mut windows)?;
        }
        Ok(windows)
    }

    /// Aggregates of a window.
    fn read(&self, key: &WindowKey) -> Result<Option<(WindowKey, Aggregates)>, Error> {
        let doing = sqlite("read a window");
        let take = |row: &rusqlite::Row<'_>| Ok(Aggregates::unpack(row.get_ref(0)?.as_blob()?));
        let found = match (key.grain, key.scope) {
            (Grain::Quarter, Scope::Device(device)) => {
                let sql = "SELECT aggregates FROM block WHERE id = ?1";
                let mut statement = self.connection.prepare_cached(sql).map_err(&doing)?;
                statement.query_row(params![block_id(key.start.quarter(), device)], take)
            }
            (Grain::Quarter, _) => return Ok(None), // kept of devices only
            (Grain::Level(level), scope) => {
                let sql = "SELECT aggregates FROM rollup
                           WHERE level = ?1 AND scope = ?2 AND number = ?3 AND start = ?4";
                let mut statement = self.connection.prepare_cached(sql).map_err(&doing)?;
                let (kind, number) = scope_key(scope);
                statement.query_row(params![level as u8, kind, number, key.start.0], take)
            }
        };
        let found = found.optional().map_err(&doing)?.transpose().map_err(damaged("window"))?;
        Ok(found.map(|aggregates| (*key, aggregates)))
    }

    /// Adds what the fold knows: how many readings there should be, and whether more are to come.
    fn judge(&mut self, found: Vec<(WindowKey, Aggregates)>, out: &mut Vec<KeptWindow>) -> Result<(), Error> {
        let means = found.iter().map(|(key, _)| self.means(key)).collect::<Result<Vec<_>, _>>()?;
        let fold = Arc::clone(&self.queries.fold);
        let fold = fold.read().unwrap_or_else(PoisonError::into_inner);
        self.renew(&fold);
        let (now, registry) = (fold.position().1, &fold.inputs().registry);
        let lateness_ms = fold.inputs().settings.lateness_ms();
        for ((key, aggregates), means) in found.into_iter().zip(means) {
            let (members, parts) = self
                .scopes
                .entry(key.scope)
                .or_insert_with(|| (members(&*fold, key.scope), parts(&*fold, key.scope, false)));
            let end = key.end();
            let (first, last) = (key.start.quarter(), end.quarter());
            let open = members.iter().any(|member| fold.has_open(member.device, first, last));
            let value = |(series, aggregate): (Series, Aggregate)| {
                let channel = matches!(key.scope, Scope::Device(_)).then_some(series.channel);
                let catalogue = &registry.properties;
                let channels = |device| channels(catalogue, heard(&fold, device), series.property, channel).len();
                let expected = Expected::of(members, parts, channels);
                let property = catalogue.get(series.property);
                let (mean, decimals) = property.map_or((Mean::Arithmetic, 0), |known| (known.mean, known.decimals));
                let own = || aggregate.mean(mean, decimals);
                let mean = means.get(&series.property).copied().or_else(own);
                let open = open || expected.awaits((key.start, end), lateness_ms, now);
                let state = State::of(open, end, now, aggregate.revisions.unsigned_abs());
                KeptValue { series, aggregate, state, mean, expected: expected.within(key.start, end.min(now)) }
            };
            let values = joined(key.scope, aggregates).into_iter().map(value).collect();
            out.push(KeptWindow { key, values });
        }
        Ok(())
    }

    /// Means of a zone's levels: the means of its poles' means. Nothing for other scopes.
    fn means(&self, key: &WindowKey) -> Result<HashMap<PropertyNo, f64>, Error> {
        let Scope::Zone(_) = key.scope else { return Ok(HashMap::new()) };
        let (poles, inputs) = {
            let fold = self.queries.fold.read().unwrap_or_else(PoisonError::into_inner);
            let poles: Vec<Scope> = parts(&*fold, key.scope, true).iter().map(|part| part.scope).collect();
            (poles, Arc::clone(fold.inputs()))
        };
        let mut levels: HashMap<PropertyNo, Vec<Aggregate>> = HashMap::new();
        for scope in poles {
            let Some((_, aggregates)) = self.read(&WindowKey { scope, ..*key })? else { continue };
            for (series, aggregate) in joined(scope, aggregates) {
                let property = inputs.registry.properties.get(series.property);
                if property.is_none_or(|property| property.kind != Kind::IntervalCount) {
                    levels.entry(series.property).or_default().push(aggregate);
                }
            }
        }
        let mean = |(number, levels): (PropertyNo, Vec<Aggregate>)| {
            let property = inputs.registry.properties.get(number);
            let (mean, decimals) = property.map_or((Mean::Arithmetic, 0), |known| (known.mean, known.decimals));
            Some((number, mean_of(levels.iter(), mean, decimals)?))
        };
        Ok(levels.into_iter().filter_map(mean).collect())
    }

    fn renew(&mut self, fold: &Fold) {
        if !Arc::ptr_eq(&self.inputs, fold.inputs()) {
            (self.inputs, self.scopes) = (Arc::clone(fold.inputs()), HashMap::new());
        }
    }
}

/// Series as a scope shows them: of poles and zones the channels together.
fn joined(scope: Scope, aggregates: Aggregates) -> Vec<(Series, Aggregate)> {
    if let Scope::Device(_) = scope {
        return aggregates.0;
    }
    let mut joined: BTreeMap<Series, Aggregate> = BTreeMap::new();
    for (series, aggregate) in aggregates.0 {
        joined.entry(Series { channel: 0, ..series }).or_default().merge(&aggregate);
    }
    joined.into_iter().collect()
}
