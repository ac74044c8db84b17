//! What a block was before each of its revisions, and where it counted: by series, as revisions are.
//!
//! A revision keeps the aggregates before it, with the revisions of each series until then. It changed a series if that has more after it.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};
use smartpole_model::{DeviceNo, PropertyNo, Quarter};
use smartpole_pipeline::RevisionReason;
use smartpole_window::{Aggregate, Aggregates};

use crate::{
    Error,
    error::{damaged, sqlite},
    moved::Moves,
    queries::Snapshot,
    scope::{Member, Part},
    store::block_id,
};

/// Whose history is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Histories<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) moves: &'a Moves,
    /// What blocks count for, or not.
    pub(crate) parts: &'a [Part],
    pub(crate) property: PropertyNo,
    /// One channel, or all.
    pub(crate) channel: Option<u8>,
}

/// What a block says now, and what changed that while it counted for one of the parts; closed ones as of the last commit.
pub(crate) struct History {
    /// Of the channels wanted.
    pub(crate) now: Aggregates,
    /// Oldest first; of a minute moves first.
    pub(crate) changes: Vec<Change>,
}

/// A change of one series of a block.
pub(crate) struct Change {
    pub(crate) channel: u8,
    pub(crate) minute: i64,
    pub(crate) reason: RevisionReason,
    pub(crate) former: Former,
}

/// What a series of a block was before it changed.
pub(crate) enum Former {
    /// What it came to; nothing if it was not there.
    Aggregate(Option<Aggregate>),
    /// The part that it counted for, if any, and what it came to then: elsewhere it may have changed since.
    Part(Option<u32>, Option<Aggregate>),
}

/// A revision: its minute and reason, and what the block came to before.
type Revision = (i64, RevisionReason, Aggregates);

impl Histories<'_> {
    /// The history of a block that counts for a part `now`, if for any.
    pub(crate) fn of(&self, block: (Quarter, DeviceNo), now: Option<u32>) -> Result<History, Error> {
        let (revision, aggregates) = self.block(block)?;
        let revisions = if revision > 0 { self.revisions(block)? } else { Vec::new() };
        let mut changes = self.moved(block, now, &revisions, &aggregates);
        let later = revisions.iter().skip(1).map(|(.., former)| former).chain([&aggregates]);
        for ((minute, reason, former), after) in revisions.iter().zip(later) {
            // what a registry changed while it moved the block is a revision of where it counts since
            if self.moves.part_before(block, minute + 1, self.parts).unwrap_or(now).is_some() {
                changes.extend(changed(former, after).map(|(channel, former)| Change {
                    channel,
                    minute: *minute,
                    reason: *reason,
                    former: Former::Aggregate(former),
                }));
            }
        }
        changes.sort_by_key(|change| change.minute);
        Ok(History { now: aggregates, changes })
    }

    /// How often a quarter of the parts was revised by what was received before a minute: by blocks of their members, and by others that
    /// moved.
    pub(crate) fn count<'m>(
        &self,
        quarter: Quarter,
        members: impl Iterator<Item = &'m Member>,
        before: i64,
    ) -> Result<i32, Error> {
        let mut blocks: BTreeMap<DeviceNo, Option<u32>> =
            self.moves.devices(quarter).map(|device| (device, None)).collect();
        blocks.extend(members.map(|member| (member.device, member.part_at(quarter.start(), self.parts))));
        blocks.into_iter().try_fold(0, |sum, (device, now)| {
            let History { changes, .. } = self.of((quarter, device), now)?;
            Ok(sum + changes.iter().filter(|change| change.minute < before).count() as i32)
        })
    }

    /// Revision and aggregates.
    fn block(&self, (quarter, device): (Quarter, DeviceNo)) -> Result<(u32, Aggregates), Error> {
        let doing = sqlite("read blocks");
        let sql = "SELECT revision, aggregates FROM block WHERE id = ?1";
        let mut statement = self.snapshot.connection.prepare_cached(sql).map_err(&doing)?;
        let stored = statement.query_row(params![block_id(quarter, device)], |row| {
            Ok((row.get(0)?, Aggregates::unpack_of(row.get_ref(1)?.as_blob()?, &[self.property])))
        });
        let (revision, aggregates) = match stored.optional().map_err(&doing)? {
            Some((revision, unpacked)) => (revision, unpacked.map_err(damaged("block"))?),
            None => {
                let recent = self.snapshot.recent(quarter, device);
                (0, recent.map_or_else(Aggregates::default, |block| block.aggregates.clone()))
            }
        };
        Ok((revision, self.wanted(aggregates)))
    }

    fn wanted(&self, mut aggregates: Aggregates) -> Aggregates {
        aggregates.0.retain(|(series, _)| {
            series.property == self.property && self.channel.is_none_or(|channel| channel == series.channel)
        });
        aggregates
    }

    fn revisions(&self, (quarter, device): (Quarter, DeviceNo)) -> Result<Vec<Revision>, Error> {
        let doing = sqlite("read revisions");
        let sql = "SELECT minute, reason, former FROM revision WHERE quarter = ?1 AND device = ?2 ORDER BY revision";
        let mut statement = self.snapshot.connection.prepare_cached(sql).map_err(&doing)?;
        let mut rows = statement.query(params![quarter.0, device.0]).map_err(&doing)?;
        let mut revisions = Vec::new();
        while let Some(row) = rows.next().map_err(&doing)? {
            let read = || Ok((row.get(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?));
            let (minute, reason, former) = read().map_err(&doing)?;
            // of a block that was not there nothing is kept
            let former = if former.is_empty() { vec![0] } else { former };
            let former = Aggregates::unpack_of(&former, &[self.property]).map_err(damaged("revision"))?;
            let reason = RevisionReason::from_number(reason).unwrap_or(RevisionReason::Late);
            revisions.push((minute, reason, self.wanted(former)));
        }
        Ok(revisions)
    }

    /// Moves to or from the parts, or from one to another. Where it was open, nothing that was published changed.
    fn moved(
        &self,
        block: (Quarter, DeviceNo),
        now: Option<u32>,
        revisions: &[Revision],
        aggregates: &Aggregates,
    ) -> Vec<Change> {
        let moves = self.moves.of(block);
        if self.parts.iter().any(Part::is_device) {
            return Vec::new();
        }
        let (mut changes, reason) = (Vec::new(), RevisionReason::Registry);
        let later = moves.iter().skip(1).map(|moved| moved.part(self.parts)).chain([now]);
        for (moved, after) in moves.iter().zip(later).filter(|(moved, _)| !moved.open) {
            let former = moved.part(self.parts);
            if former != after {
                let next = revisions.iter().find(|(minute, ..)| *minute > moved.minute).map(|(.., former)| former);
                changes.extend(next.unwrap_or(aggregates).0.iter().map(|(series, then)| {
                    let (channel, minute) = (series.channel, moved.minute);
                    Change { channel, minute, reason, former: Former::Part(former, Some(*then)) }
                }));
            }
        }
        changes
    }
}

/// Channels that a revision changed, and what they came to before.
fn changed(former: &Aggregates, after: &Aggregates) -> impl Iterator<Item = (u8, Option<Aggregate>)> {
    let revised = after.0.iter().filter_map(|(series, after)| {
        let known = former.get(*series).copied();
        (known.map_or(0, |known| known.revisions) < after.revisions).then_some((series.channel, known))
    });
    revised.collect::<Vec<_>>().into_iter()
}
