//! What a change of the registry changes.

use std::sync::Arc;

use serde::Serialize;
use smartpole_model::{
    Inputs, Quarter, Registry, UtcMillis,
    registry::{InstallationState, Move, Standing},
};
use smartpole_pipeline::Settling;
use utoipa::ToSchema;

use crate::{NotTried, Parts, problem::Problem, routes::replays::EffectItem};

/// Most names of an answer, of each kind.
const SHOWN: usize = 100;

/// What another registry changes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RegistryEffect {
    /// What is new, gone or other, by kind; kinds without any are left out.
    entries: Vec<EntriesOfKind>,
    /// How many times there are in which devices hang elsewhere, or are read otherwise.
    move_count: usize,
    /// The first hundred of them.
    moves: Vec<MoveItem>,
    /// What of the past would be settled anew; null unless it is a dry run, or if another one is under way.
    settled: Option<Settled>,
    /// What would come of reading all that is in quarantine again; null unless it is a dry run, if another one is under way, or if that
    /// is too much to try out.
    quarantine: Option<EffectItem>,
}

/// Entries of one kind.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntriesOfKind {
    /// `poles`, `devices`, `zones`, `profiles`, `gateways`, `properties`.
    kind: &'static str,
    /// New ones.
    added: Ids,
    /// Ones that are gone.
    removed: Ids,
    /// Ones that say something else.
    changed: Ids,
}

/// How many, and the first hundred.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegistryIds)]
pub(crate) struct Ids {
    count: usize,
    ids: Vec<String>,
}

/// A time in which a device hangs elsewhere, or is read otherwise.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegistryMove)]
pub(crate) struct MoveItem {
    /// Its id.
    device: String,
    /// From when on; null = always.
    #[schema(value_type = Option<String>, format = DateTime)]
    from: Option<UtcMillis>,
    /// Until when; null = still.
    #[schema(value_type = Option<String>, format = DateTime)]
    to: Option<UtcMillis>,
    /// Where it hung; null = nowhere.
    former: Option<StandingItem>,
    /// Where it hangs; null = nowhere.
    now: Option<StandingItem>,
}

/// Where a device hangs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegistryStanding)]
pub(crate) struct StandingItem {
    /// Id of the pole.
    pole: String,
    /// Id of the profile.
    profile: String,
    /// Whether it is at work.
    #[schema(value_type = String, example = "active")]
    state: InstallationState,
}

/// What is settled anew.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Settled {
    /// Devices.
    devices: usize,
    /// Their quarters of an hour, at most.
    quarters: u64,
    /// The first of these.
    #[schema(value_type = Option<String>, format = DateTime)]
    from: Option<UtcMillis>,
}

impl RegistryEffect {
    /// That of `next`; with a dry run also what of the past it changes.
    pub(super) fn of(parts: &Parts, was: &Registry, next: &Arc<Inputs>, dry_run: bool) -> Result<Self, Problem> {
        let differences = was.differences(&next.registry).into_iter();
        let entries = differences.map(|of| EntriesOfKind {
            kind: of.kind,
            added: Ids::of(of.added),
            removed: Ids::of(of.removed),
            changed: Ids::of(of.changed),
        });
        let moves = was.moves(&next.registry);
        let tried = match dry_run.then(|| parts.registries.try_out(Arc::clone(next))) {
            None | Some(Err(NotTried::Busy | NotTried::TooMany(_))) => None,
            Some(Err(error @ NotTried::Failed(_))) => return Err(Problem::internal(&error)),
            Some(Ok(tried)) => Some(tried),
        };
        Ok(Self {
            entries: entries.collect(),
            move_count: moves.len(),
            moves: moves.into_iter().take(SHOWN).map(MoveItem::from).collect(),
            settled: tried.map(|tried| tried.settling.into()),
            quarantine: tried.and_then(|tried| tried.replay).map(EffectItem::from),
        })
    }
}

impl Ids {
    fn of(mut ids: Vec<String>) -> Self {
        let count = ids.len();
        ids.truncate(SHOWN);
        Self { count, ids }
    }
}

impl From<Move> for MoveItem {
    fn from(Move { device, from, to, former, now }: Move) -> Self {
        let standing = |Standing { pole, profile, state }| StandingItem { pole, profile, state };
        let bounded = |time: UtcMillis, open: i64| (time.0 != open).then_some(time);
        let (from, to) = (bounded(from, i64::MIN), bounded(to, i64::MAX));
        Self { device, from, to, former: former.map(standing), now: now.map(standing) }
    }
}

impl From<Settling> for Settled {
    fn from(Settling { devices, quarters, first }: Settling) -> Self {
        Self { devices, quarters, from: first.map(Quarter::start) }
    }
}
