//! A store in memory.

use std::{collections::BTreeMap, rc::Rc};

use sha2::{Digest, Sha256};
use smartpole_model::{DeviceNo, Quarter, RawMessage, Record, Seq, Series, UtcMillis};
use smartpole_pipeline::{
    BlockSpan, Changes, CheckpointRow, Counts, Env, Fold, GatewayRow, LedgerDeviceRow, LedgerMove, LedgerSourceKey,
    LoadError, LorawanRow, MovedRow, Name, Parts, QuarantineRow, Replay, Restore, RevisionRow, Scope, StoredBlock,
    StoredBlocks,
};
use smartpole_window::{Aggregates, Level, next_start};

use super::registry::Library;

/// What the store keeps, as plainly as can be.
#[derive(Clone, Default)]
pub struct Memory {
    pub restore: Restore,
    pub blocks: BTreeMap<(Quarter, DeviceNo), StoredBlock>,
    pub rollups: BTreeMap<(Level, i64, Scope), Aggregates>,
    pub revisions: Vec<RevisionRow>,
    pub moved: BTreeMap<(Quarter, DeviceNo, i64), MovedRow>,
    pub ledger: BTreeMap<(i32, u32, u16), i64>,
    pub ledger_devices: BTreeMap<(i32, DeviceNo), Vec<u8>>,
    pub quarantine: BTreeMap<Seq, QuarantineRow>,
    pub replays: BTreeMap<Seq, Replay>,
    /// Whether a device is heard of a series, since a minute.
    pub heard: BTreeMap<(DeviceNo, Series, i64), bool>,
    /// What is folded, to be read again.
    pub journal: Rc<Vec<Record>>,
    pub checkpoints: Vec<(Seq, Vec<u8>)>,
    /// Whether it lets go of what may go as soon as it may.
    pub eager: bool,
    pub persons: Vec<DeviceNo>,
}

impl Memory {
    pub fn commit(&mut self, changes: Changes) {
        self.commit_ledger(changes.ledger_sources, changes.ledger_devices, changes.ledger_moves);
        let restore = &mut self.restore;
        (restore.batch, restore.cursor, restore.received_at) = (changes.batch, changes.cursor, changes.received_at);
        restore.names.extend(changes.names);
        restore.names.sort_by_key(|Name { kind, number, .. }| (*kind, *number));
        restore.inputs = changes.inputs.or(restore.inputs.take());
        for row in changes.devices {
            restore.devices.retain(|known| known.device != row.device);
            restore.devices.push(row);
        }
        self.heard.extend(changes.heard.iter().map(|row| ((row.device, row.series, row.minute), row.is_heard)));
        commit_radio(restore, changes.lorawan, changes.gateways);
        for (source, n) in changes.ticks {
            restore.ticks.retain(|(known, _)| *known != source);
            restore.ticks.push((source, n));
        }
        restore.batch_rows.push((changes.batch, changes.batch_row));
        restore.batch_rows.retain(|(batch, _)| *batch >= changes.replay_from);
        for row in changes.blocks {
            let (revision, revised_minute, closed_minute) = (row.revision, row.revised_minute, row.closed_minute);
            let (aggregates, rows) = (row.aggregates, row.rows);
            let key = (row.quarter, row.device, revision);
            let own = |known: &&RevisionRow| (known.quarter, known.device, known.revision) == key;
            let new = changes.revisions.iter().find(own).map(|known| known.former.clone());
            let known = || self.blocks.get(&(row.quarter, row.device)).and_then(|block| block.former.clone());
            let former = new.or_else(known);
            let stored = StoredBlock { revision, revised_minute, closed_minute, aggregates, former, rows };
            self.blocks.insert((row.quarter, row.device), stored);
        }
        for row in changes.rollups {
            let aggregates = self.rollups.entry((row.level, row.start.0, row.scope)).or_default();
            aggregates.merge(&row.aggregates);
            if let Some(anew) = row.anew {
                let former = aggregates.clone();
                let mut sum = sum_up(&self.blocks, &self.rollups, (row.level, row.start, row.scope), &anew.parts);
                sum.take_revisions(&former);
                self.rollups.insert((row.level, row.start.0, row.scope), sum);
            }
        }
        self.revisions.extend(changes.revisions);
        for row in changes.moved {
            self.moved.entry((row.quarter, row.device, row.minute)).or_insert(row);
        }
        self.commit_quarantine(changes.quarantine, &changes.released);
        let restore = &mut self.restore;
        restore.resettling = changes.resettling.unwrap_or(std::mem::take(&mut restore.resettling));
        for replay in changes.replays {
            restore.replay = Some(replay.clone());
            self.replays.insert(replay.id, replay);
        }
        self.commit_checkpoint(changes.checkpoint);
    }

    fn commit_quarantine(&mut self, rows: Vec<QuarantineRow>, released: &[Seq]) {
        self.quarantine.extend(rows.into_iter().map(|row| (row.seq, row)));
        self.quarantine.retain(|seq, _| !released.contains(seq));
    }

    fn commit_checkpoint(&mut self, checkpoint: Option<CheckpointRow>) {
        if let Some(checkpoint) = checkpoint {
            (self.restore.checkpoint_day, self.restore.cuts) = (Some(checkpoint.day), checkpoint.cuts);
            self.checkpoints.push((checkpoint.seq, checkpoint.state));
            self.persons = checkpoint.persons;
        }
        if self.eager {
            let (cuts, persons) = (self.restore.cuts, self.persons.clone());
            self.let_go(|no| if persons.contains(&no) { cuts.personal.max(cuts.raw) } else { cuts.raw });
        }
    }

    fn commit_ledger(
        &mut self,
        sources: Vec<(LedgerSourceKey, i64)>,
        devices: Vec<LedgerDeviceRow>,
        moves: Vec<LedgerMove>,
    ) {
        for (key, n) in sources {
            let sum = self.ledger.entry((key.hour, key.source, key.entry)).or_insert(0);
            *sum += n;
            let sum = self.restore.ledger.0.entry(key.entry).or_insert(0);
            *sum = sum.checked_add_signed(n).unwrap();
        }
        self.ledger.retain(|_, n| *n != 0);
        self.restore.began = self.ledger.keys().next().map(|(hour, ..)| *hour);
        for row in devices {
            self.ledger_devices.insert((row.day, row.device), row.counts);
        }
        for LedgerMove { day, device, entry, n } in moves {
            let row = self.ledger_devices.entry((day, device)).or_insert_with(|| Counts::default().pack());
            let mut counts = Counts::unpack(row).unwrap();
            let sum = counts.0.entry(entry).or_insert(0);
            *sum = sum.checked_add_signed(n).unwrap();
            counts.0.retain(|_, n| *n > 0);
            *row = counts.pack();
        }
    }

    /// Drops blocks and revisions that may go, and the rows of the others before a quarter.
    pub fn let_go(&mut self, sealed_to: impl Fn(DeviceNo) -> Quarter) {
        let first = self.restore.cuts.quarters;
        self.blocks.retain(|(quarter, _), _| *quarter >= first);
        self.revisions.retain(|row| row.quarter >= first);
        for ((quarter, device), block) in &mut self.blocks {
            if *quarter < sealed_to(*device) {
                block.rows.clear();
            }
        }
    }

    pub fn restored(&self, library: &Library) -> Fold {
        let mut restore = self.restore.clone();
        let day = restore.received_at.utc_day();
        let rows = self.ledger_devices.iter().filter(|((row_day, _), _)| *row_day == day);
        restore.ledger_devices = rows
            .map(|((day, device), counts)| smartpole_pipeline::LedgerDeviceRow {
                day: *day,
                device: *device,
                counts: counts.clone(),
            })
            .collect();
        Fold::restore(restore, &Env { stored: self, inputs: library }).unwrap()
    }

    /// Everything that must not depend on batches and kills.
    pub fn text(&self) -> String {
        let mut devices = self.restore.devices.clone();
        devices.retain(|row| row.last_closed.0 > i32::MIN); // a checkpoint has rows of devices that never reported, too
        devices.sort_by_key(|row| row.device);
        format!(
            "{:#?}{:#?}{:#?}{:#?}{:#?}{:#?}{:#?}{:#?}{:#?}{:#?}",
            self.blocks,
            self.rollups,
            (&self.revisions, &self.moved),
            self.ledger,
            self.ledger_devices,
            self.quarantine,
            self.replays,
            self.heard,
            devices,
            (
                &self.restore.names,
                &self.restore.ticks,
                &self.restore.inputs,
                self.restore.cursor,
                &self.restore.lorawan,
                &self.restore.gateways
            ),
        )
    }

    pub fn digest(&self) -> String {
        Sha256::digest(self.text().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub fn counts(&self) -> Counts {
        self.restore.ledger.clone()
    }
}

impl StoredBlocks for Memory {
    fn load(&self, device: DeviceNo, quarter: Quarter) -> Result<Option<StoredBlock>, LoadError> {
        Ok(self.blocks.get(&(quarter, device)).cloned())
    }

    fn messages(&self, seqs: &[Seq]) -> Result<Vec<Option<RawMessage>>, LoadError> {
        let message = |seq: &Seq| match self.journal.get(seq.0 as usize - 1) {
            Some(Record::Message(message)) => Some(message.clone()),
            _ => None,
        };
        Ok(seqs.iter().map(message).collect())
    }

    fn first_quarter(&self, from: Quarter) -> Result<Option<Quarter>, LoadError> {
        Ok(self.blocks.range((from, DeviceNo(0))..).next().map(|((quarter, _), _)| *quarter))
    }

    fn moved(&self, device: DeviceNo, quarter: Quarter, minute: i64) -> Result<Option<MovedRow>, LoadError> {
        Ok(self.moved.get(&(quarter, device, minute)).cloned())
    }

    fn quarantined(&self, seqs: &[Seq]) -> Result<BTreeMap<Seq, QuarantineRow>, LoadError> {
        let found = seqs.iter().filter_map(|seq| Some((*seq, self.quarantine.get(seq)?.clone())));
        Ok(found.collect())
    }
}

fn commit_radio(restore: &mut Restore, lorawan: Vec<LorawanRow>, gateways: Vec<GatewayRow>) {
    for row in lorawan {
        restore.lorawan.retain(|known| known.device != row.device);
        restore.lorawan.push(row);
    }
    restore.lorawan.sort_by_key(|row| row.device);
    for row in gateways {
        restore.gateways.retain(|known| known.gateway != row.gateway);
        restore.gateways.push(row);
    }
    restore.gateways.sort_by_key(|row| row.gateway);
}

/// What aggregates say, however often they were revised.
pub fn said(all: &Aggregates) -> Aggregates {
    let mut said = all.clone();
    said.0.retain(|(_, aggregate)| aggregate.revisions == 0 || !aggregate.is_blank());
    said.take_revisions(&Aggregates::default());
    said
}

/// What is said by blocks.
pub type Quarters = Vec<((Quarter, DeviceNo), Aggregates)>;
/// What is said by hours and days.
pub type Longer = Vec<((Level, i64, Scope), Aggregates)>;

/// Of each block, and of hours and days that say anything.
pub fn windows(memory: &Memory) -> (Quarters, Longer) {
    let block = |(key, block): (&_, &StoredBlock)| (*key, said(&Aggregates::unpack(&block.aggregates).unwrap()));
    let rollups = memory.rollups.iter().map(|(key, rollup)| (*key, said(rollup)));
    (memory.blocks.iter().map(block).collect(), rollups.filter(|(_, said)| !said.0.is_empty()).collect())
}

fn sum_up(
    blocks: &BTreeMap<(Quarter, DeviceNo), StoredBlock>,
    rollups: &BTreeMap<(Level, i64, Scope), Aggregates>,
    (level, start, scope): (Level, UtcMillis, Scope),
    parts: &Parts,
) -> Aggregates {
    let mut sum = Aggregates::default();
    match parts {
        Parts::Blocks(spans) => {
            for BlockSpan { device, from, to } in spans {
                let of_device = |((_, of), _): &(&(Quarter, DeviceNo), &StoredBlock)| of == device;
                for (_, block) in blocks.range((*from, DeviceNo(0))..(*to, DeviceNo(0))).filter(of_device) {
                    sum.merge(&Aggregates::unpack(&block.aggregates).unwrap());
                }
            }
        }
        Parts::Hours(air) => {
            let hours = rollups.iter().filter(|((of, at, whose), _)| {
                *of == Level::Hour && *whose == scope && (start.0..next_start(level, start).0).contains(at)
            });
            for (_, hour) in hours {
                let mut part = hour.clone();
                part.0.retain(|(series, _)| air.belongs(level, series.property));
                sum.merge(&part);
            }
        }
        Parts::Poles(poles) => {
            for pole in poles {
                if let Some(part) = rollups.get(&(level, start.0, Scope::Pole(*pole))) {
                    sum.merge(part);
                }
            }
        }
    }
    sum
}
