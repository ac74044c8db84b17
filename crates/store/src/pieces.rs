//! Blocks in bounded pieces, for those who take months of them. Each piece is a question of its own, so between two of them nothing is
//! held: neither a snapshot, which would keep the file's log from being cut, nor a lock.

use std::{borrow::Cow, ops::ControlFlow};

use smartpole_model::{DeviceNo, Quarter, UtcMillis};
use smartpole_pipeline::{BlockMaking, Fold, RecentBlock, Scope};

use crate::{
    Error, Queries, Visited,
    queries::Snapshot,
    readings::floor,
    scope::{Member, Part, Seen, members, parts, registered},
    store::block_id,
    walk::{FIRST, stored},
};

mod in_order;

use in_order::InOrder;

/// Most blocks that a piece looks for.
const MOST_SOUGHT: usize = 50_000;
/// Most blocks of a piece that are in memory: they are copied while the fold waits.
const MOST_RECENT: usize = 1_024;
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

/// Who is looked at in a piece, and as of which instant.
struct Asked {
    piece: Piece,
    /// The first block after the piece.
    end: PieceStart,
    members: Vec<Member>,
    /// Of none, whoever is registered belongs.
    parts: Vec<Part>,
}

impl PieceStart {
    /// The first block of a quarter.
    fn of(quarter: Quarter) -> Self {
        Self { quarter, device: DeviceNo(0) }
    }
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
        mut visit: impl FnMut(DeviceNo, &Visited<'_>, &BlockMaking) -> ControlFlow<()>,
    ) -> Result<Option<PieceStart>, Error> {
        let PieceStart { quarter, device } = piece.from;
        let first = self.file(|connection| stored(connection, FIRST, block_id(quarter, device)))?;
        let (inputs, making) = (self.inputs(piece.as_of)?, self.making(piece.as_of)?);
        let (asked, snapshot) = self.snapshot_with(|fold| Asked::new(Seen { fold, inputs: &inputs }, piece, first))?;
        let next = asked.look(&snapshot, &mut |device, block| visit(device, block, &making))?;
        self.done(snapshot);
        Ok(Some(next).filter(|next| next.quarter < piece.end))
    }
}

impl Asked {
    /// With blocks in memory. `first` is where the file's first block is: what is before it is in memory only, and little.
    fn new(seen @ Seen { fold, .. }: Seen<'_>, piece: Piece, first: Option<Quarter>) -> (Self, Vec<RecentBlock>) {
        let end = first.map_or(piece.end, |first| piece.end.min(Quarter(first.0.saturating_add(MOST_QUARTERS))));
        let members = piece.scope.map_or_else(|| registered(seen), |scope| members(seen, scope));
        let parts = piece.scope.map_or_else(Vec::new, |scope| parts(seen, scope, false));
        let mut asked = Self { piece, end: PieceStart::of(end), members, parts };
        let mut starts = asked.in_memory(fold);
        if starts.len() > MOST_RECENT {
            asked.end = *starts.select_nth_unstable(MOST_RECENT).1;
            starts.truncate(MOST_RECENT);
        }
        let recent = starts.iter().filter_map(|start| fold.recent_readings(start.device, start.quarter)).collect();
        (asked, recent)
    }

    /// Where blocks of the piece are in memory: the first ones of them at least.
    fn in_memory(&self, fold: &Fold) -> Vec<PieceStart> {
        let PieceStart { quarter, device } = self.piece.from;
        let next = Quarter(quarter.0.saturating_add(1));
        let within = |device: DeviceNo, from, to| {
            fold.recent_quarters(device, from, to).map(move |quarter| PieceStart { quarter, device })
        };
        let own = self.members[self.first(device)..].iter();
        // most pieces that meet blocks in memory end within their first quarter
        let mut starts: Vec<PieceStart> =
            own.flat_map(|member| within(member.device, quarter, next)).take(MOST_RECENT + 1).collect();
        if starts.len() <= MOST_RECENT {
            starts.extend(self.members.iter().flat_map(|member| within(member.device, next, self.end.quarter)));
        }
        starts
    }

    /// The first member from a device on.
    fn first(&self, device: DeviceNo) -> usize {
        self.members.partition_point(|member| member.device < device)
    }

    /// Where the next piece begins.
    fn look(
        &self,
        snapshot: &Snapshot,
        visit: &mut dyn FnMut(DeviceNo, &Visited<'_>) -> ControlFlow<()>,
    ) -> Result<PieceStart, Error> {
        let (mut at, mut sought) = (self.piece.from, 0);
        while at < self.end {
            let members = &self.members[self.first(at.device)..];
            let is_empty = match self.quarter(members, at.quarter, (snapshot, &mut sought), visit)? {
                ControlFlow::Break(next) => return Ok(next),
                ControlFlow::Continue(is_empty) => is_empty,
            };
            at = PieceStart::of(Quarter(at.quarter.0.saturating_add(1)));
            if is_empty {
                at.quarter = self.existing(at.quarter, snapshot)?;
            }
        }
        Ok(self.end)
    }

    /// Visits blocks of a quarter: whether there are none, or where the next piece begins if it ends here.
    fn quarter(
        &self,
        members: &[Member],
        quarter: Quarter,
        (snapshot, sought): (&Snapshot, &mut usize),
        visit: &mut dyn FnMut(DeviceNo, &Visited<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<PieceStart, bool>, Error> {
        let mut is_empty = true;
        let mut statement = InOrder::prepare(snapshot)?;
        let mut blocks = InOrder::new(snapshot, &mut statement, quarter, members, self.piece.sealed)?;
        for member in members.iter().filter(|member| self.wants(member, quarter)) {
            let at = PieceStart { quarter, device: member.device };
            if *sought >= MOST_SOUGHT || at >= self.end {
                return Ok(ControlFlow::Break(at));
            }
            *sought += 1;
            let Some(found) = blocks.find(member.device)?.map(|found| self.then(found)) else { continue };
            let visited = visit(at.device, &found);
            is_empty = false;
            if visited.is_break() {
                return Ok(ControlFlow::Break(PieceStart { device: DeviceNo(at.device.0.saturating_add(1)), ..at }));
            }
        }
        Ok(ControlFlow::Continue(is_empty))
    }

    fn wants(&self, member: &Member, quarter: Quarter) -> bool {
        self.piece.scope.is_none() || member.part_at(quarter.start(), &self.parts).is_some()
    }

    fn then<'s>(&self, found: Visited<'s>) -> Visited<'s> {
        match (found, self.piece.as_of) {
            (Visited::Kept(block), Some(as_of)) => Visited::Kept(Cow::Owned(block.as_of(floor(as_of)))),
            (found, _) => found,
        }
    }

    /// The first quarter from one on in which there is a block, of anybody; not after the piece's end.
    fn existing(&self, from: Quarter, snapshot: &Snapshot) -> Result<Quarter, Error> {
        let stored = stored(&snapshot.connection, FIRST, block_id(from, DeviceNo(0)))?;
        let recent = snapshot.recent.iter().map(|block| block.quarter).find(|recent| *recent >= from);
        let end = self.end.quarter;
        Ok(stored.into_iter().chain(recent).chain([end]).min().unwrap_or(end))
    }
}
