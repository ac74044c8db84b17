//! Where entities come from.

use std::ops::ControlFlow;

use smartpole_model::UtcMillis;

use crate::{Kind, SourceError, Value};

/// Entities by number, and observations in the order of time. All that it shows may be shown.
pub trait Source {
    /// The newest instant of which something is known.
    fn now(&self) -> UtcMillis;

    /// All entities of a kind, ascending; of observations none.
    fn ids(&self, kind: Kind) -> Vec<i64>;

    /// What a property says of an entity; nothing of one there is not.
    fn property(&self, kind: Kind, id: i64, name: &'static str) -> Value;

    /// Entities that one is related to, ascending. Of a feature of interest also the datastreams whose observations are about it.
    fn related(&self, kind: Kind, id: i64, to: Kind) -> Vec<i64>;

    /// One observation.
    ///
    /// # Errors
    /// If observations cannot be read.
    fn observation(&self, id: i64) -> Result<Option<Observation>, SourceError>;

    /// Observations of some datastreams in the order of time, those of one instant by their numbers, both backwards if the newest
    /// are to come first; until the visitor has enough or too many blocks were looked for.
    ///
    /// # Errors
    /// If observations cannot be read.
    fn observations(
        &self,
        wanted: &Wanted<'_>,
        visit: &mut dyn FnMut(Observation) -> ControlFlow<()>,
    ) -> Result<Walk, SourceError>;
}

/// Which observations are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Of these datastreams, ascending.
    pub datastreams: &'a [i64],
    /// First instant.
    pub from: UtcMillis,
    /// First instant after.
    pub to: UtcMillis,
    /// Whether the newest come first.
    pub newest_first: bool,
    /// Most blocks to look for, a device's quarter of an hour each.
    pub blocks: usize,
}

/// How far a walk through observations went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Blocks that were looked for.
    pub blocks: usize,
    /// Whether it ended as they were too many.
    pub cut: bool,
}

/// One reading.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Its number.
    pub id: i64,
    /// Its datastream.
    pub datastream: i64,
    /// What it is about.
    pub feature_of_interest: i64,
    /// When it was measured.
    pub time: UtcMillis,
    /// The value that counts, or nothing.
    pub result: Value,
    /// What is remarked.
    pub quality: Value,
    /// What else is known.
    pub parameters: Value,
}

/// An entity that is looked at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    /// One that has a number.
    Entity(Kind, i64),
    /// An observation.
    Observation(Box<Observation>),
}

impl Item {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Entity(kind, _) => *kind,
            Self::Observation(_) => Kind::Observation,
        }
    }

    pub(crate) fn id(&self) -> i64 {
        match self {
            Self::Entity(_, id) => *id,
            Self::Observation(observation) => observation.id,
        }
    }

    pub(crate) fn property(&self, source: &dyn Source, name: &'static str) -> Value {
        match self {
            Self::Entity(kind, id) => source.property(*kind, *id, name),
            Self::Observation(observation) => match name {
                "phenomenonTime" | "resultTime" => Value::Instant(observation.time),
                "result" => observation.result.clone(),
                "resultQuality" => observation.quality.clone(),
                "parameters" => observation.parameters.clone(),
                _ => Value::Null,
            },
        }
    }

    /// Entities that it is related to; observations are not among them.
    pub(crate) fn related(&self, source: &dyn Source, to: Kind) -> Vec<Self> {
        let ids = match (self, to) {
            (Self::Entity(kind, id), to) => source.related(*kind, *id, to),
            (Self::Observation(observation), Kind::Datastream) => vec![observation.datastream],
            (Self::Observation(observation), Kind::FeatureOfInterest) => vec![observation.feature_of_interest],
            _ => Vec::new(),
        };
        ids.into_iter().map(|id| Self::Entity(to, id)).collect()
    }
}
