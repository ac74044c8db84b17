//! Blocks in bounded pieces, for those who take months of them. Each piece is a question of its own, so between two of them nothing is
//! held: neither a snapshot, which would keep the file's log from being cut, nor a lock.

use std::{borrow::Cow, ops::ControlFlow};

use smartpole_model::{DeviceNo, Quarter, UtcMillis};
use smartpole_pipeline::{BlockMaking, Fold, Scope};
use smartpole_window::Block;

use crate::{
    Error, Queries,
    queries::Snapshot,
    readings::floor,
    scope::{Member, Part, members, parts, registered},
    store::block_id,
    walk::{FIRST, stored},
};

/// Most blocks that a piece looks for.
const MOST_SOUGHT: usize = 50_000;
/// Longest span of a piece from its first stored block on: a week. For so long blocks in memory are gathered.
const MOST_QUARTERS: i32 = 7 * 96;

/// Where a piece begins: blocks come by quarter, then by device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PieceStart {
    /// In this quarter,
    pub quarter: Quarter,
    /// with this device, or the next one that has a block.
    pub device: DeviceNo,
}

/// Which blocks are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// Whose: of devices while they belong to it. Of all that are registered if none.
    pub scope: Option<Scope>,
    /// The first block.
    pub from: PieceStart,
    /// First quarter after.
    pub end: Quarter,
    /// What had been received before this minute, as it was known then.
    pub as_of: Option<UtcMillis>,
    /// Whether blocks of which the readings are gone are visited, too.
    pub sealed: bool,
}

/// A block that is visited.
#[derive(Clone, Copy, Debug)]
pub enum Visited<'a> {
    /// With its readings.
    Kept(&'a Block),
    /// Its readings are gone; of this quarter.
    Sealed(Quarter),
}

/// Who is looked at in a piece, and as of which instant.
struct Asked {
    piece: Piece,
    /// First quarter after the piece.
    end: Quarter,
    members: Vec<Member>,
    /// Of none, whoever is registered belongs.
    parts: Vec<Part>,
}

impl Queries {
    /// Visits the blocks of a piece in order, until the visitor breaks off or the piece has been looked through. `making` is how their values
    /// count. Where the next piece begins; none at the end.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn piece(
        &self,
        piece: Piece,
        mut visit: impl FnMut(DeviceNo, Visited<'_>, &BlockMaking) -> ControlFlow<()>,
    ) -> Result<Option<PieceStart>, Error> {
        let PieceStart { quarter, device } = piece.from;
        let first = self.file(|connection| stored(connection, FIRST, block_id(quarter, device)))?;
        let ((asked, making), snapshot) = self.snapshot(|fold| {
            let asked = Asked::new(fold, piece, first);
            let devices = asked.members.iter().map(|member| member.device).collect();
            let end = asked.end;
            ((asked, fold.block_making()), devices, piece.from.quarter, end)
        })?;
        let next = asked.look(&snapshot, |device, block| visit(device, block, &making))?;
        self.done(snapshot);
        Ok(next.filter(|next| next.quarter < piece.end))
    }
}

impl Asked {
    /// `first` is where the file's first block is: what is before it is in memory only, and little.
    fn new(fold: &Fold, piece: Piece, first: Option<Quarter>) -> Self {
        let end = first.map_or(piece.end, |first| piece.end.min(Quarter(first.0.saturating_add(MOST_QUARTERS))));
        let members = piece.scope.map_or_else(|| registered(fold), |scope| members(fold, scope));
        let parts = piece.scope.map_or_else(Vec::new, |scope| parts(fold, scope, false));
        Self { piece, end, members, parts }
    }

    /// Where the next piece begins.
    fn look(
        &self,
        snapshot: &Snapshot,
        mut visit: impl FnMut(DeviceNo, Visited<'_>) -> ControlFlow<()>,
    ) -> Result<Option<PieceStart>, Error> {
        let PieceStart { mut quarter, device } = self.piece.from;
        let mut first = self.members.partition_point(|member| member.device < device);
        let mut sought = 0;
        while quarter < self.end {
            let mut is_empty = true;
            for member in self.members[first..].iter().filter(|member| self.wants(member, quarter)) {
                let device = member.device;
                if sought >= MOST_SOUGHT {
                    return Ok(Some(PieceStart { quarter, device }));
                }
                sought += 1;
                let block = snapshot.block(quarter, device)?.map(|block| self.then(block));
                let visited = match &block {
                    Some(block) => Visited::Kept(block),
                    None if self.piece.sealed && snapshot.is_sealed(quarter, device)? => Visited::Sealed(quarter),
                    None => continue,
                };
                is_empty = false;
                if visit(device, visited).is_break() {
                    return Ok(Some(PieceStart { quarter, device: DeviceNo(device.0.saturating_add(1)) }));
                }
            }
            (quarter, first) = (Quarter(quarter.0.saturating_add(1)), 0);
            if is_empty {
                quarter = self.existing(quarter, snapshot)?;
            }
        }
        Ok(Some(PieceStart { quarter: self.end, device: DeviceNo(0) }))
    }

    fn wants(&self, member: &Member, quarter: Quarter) -> bool {
        self.piece.scope.is_none() || member.part_at(quarter.start(), &self.parts).is_some()
    }

    fn then<'s>(&self, block: Cow<'s, Block>) -> Cow<'s, Block> {
        match self.piece.as_of {
            Some(as_of) => Cow::Owned(block.as_of(floor(as_of))),
            None => block,
        }
    }

    /// The first quarter from one on in which there is a block, of anybody; not after the piece's end.
    fn existing(&self, from: Quarter, snapshot: &Snapshot) -> Result<Quarter, Error> {
        let stored = stored(&snapshot.connection, FIRST, block_id(from, DeviceNo(0)))?;
        let recent = snapshot.recent.iter().map(|block| block.quarter).find(|recent| *recent >= from);
        Ok(stored.into_iter().chain(recent).chain([self.end]).min().unwrap_or(self.end))
    }
}
