//! What the fold shows: to those who watch, and to those who ask about now.

use std::sync::Arc;

use smartpole_model::{DeviceNo, Quarter, Seq, UtcMillis};
use smartpole_window::{Aggregates, Block, aggregate};

use crate::{Counts, Fold, Latest, Live, LiveWindow, NameKind, RecentBlock, device::Held};

impl Fold {
    /// Whether anybody watches: only then readings and windows are collected for [`Fold::take_live`].
    pub fn watch(&mut self, watched: bool) {
        self.watched = watched;
    }

    /// What happened since it was last taken.
    pub fn take_live(&mut self) -> Live {
        let readings = std::mem::take(&mut self.live_readings);
        let mut touched = std::mem::take(&mut self.live_windows);
        touched.sort_unstable();
        touched.dedup();
        let window = |(device, quarter): (DeviceNo, Quarter)| {
            let held = &self.devices[device.index()];
            let held = &held.held[held.held_at(quarter).ok()?];
            let aggregates = held.with_revisions(self.aggregates(device, &held.block));
            Some(LiveWindow { device, quarter, open: held.open, aggregates })
        };
        Live { readings, windows: touched.into_iter().filter_map(window).collect() }
    }

    pub(crate) fn aggregates(&self, device: DeviceNo, block: &Block) -> Aggregates {
        aggregate(block, &self.active.making(device, block.quarter()))
    }

    /// Blocks of a device in memory with `from <= quarter < to`.
    pub fn recent(&self, device: DeviceNo, from: Quarter, to: Quarter) -> Vec<RecentBlock> {
        self.held_within(device, from, to).map(|held| self.recent_block(device, held)).collect()
    }

    /// The quarters of these blocks.
    pub fn recent_quarters(&self, device: DeviceNo, from: Quarter, to: Quarter) -> impl Iterator<Item = Quarter> {
        self.held_within(device, from, to).map(|held| held.block.quarter())
    }

    /// Such a block for those who want its readings alone: it has no aggregates.
    pub fn recent_readings(&self, device: DeviceNo, quarter: Quarter) -> Option<RecentBlock> {
        let held = self.held_within(device, quarter, Quarter(quarter.0.saturating_add(1))).next()?;
        let (block, open, batch) = (held.block.clone(), held.open, held.batch);
        let (aggregates, gain) = (Aggregates::default(), Aggregates::default());
        Some(RecentBlock { quarter, device, open, batch, block, aggregates, gain })
    }

    fn held_within(&self, device: DeviceNo, from: Quarter, to: Quarter) -> impl Iterator<Item = &Held> {
        let held = self.devices.get(device.index()).map_or(&[][..], |device| &device.held);
        held.iter().map(Box::as_ref).filter(move |held| {
            let quarter = held.block.quarter();
            (from..to).contains(&quarter) && (held.open || held.changed || held.batch.is_some())
        })
    }

    /// Whether a block of a device with `from <= quarter < to` still takes readings without a revision.
    pub fn has_open(&self, device: DeviceNo, from: Quarter, to: Quarter) -> bool {
        let held = self.devices.get(device.index()).map_or(&[][..], |device| &device.held);
        held.iter().any(|held| held.open && (from..to).contains(&held.block.quarter()))
    }

    fn recent_block(&self, device: DeviceNo, held: &Held) -> RecentBlock {
        let aggregates = held.with_revisions(self.aggregates(device, &held.block));
        let gain = match &held.stored {
            Some(stored) if held.batch.is_some() => stored.gain.clone(),
            Some(stored) => aggregates.minus(&stored.aggregates),
            None => aggregates.clone(),
        };
        let (block, open, batch) = (held.block.clone(), held.open, held.batch);
        RecentBlock { quarter: block.quarter(), device, open, batch, block, aggregates, gain }
    }

    /// The newest reading of each series of a device.
    pub fn latest(&self, device: DeviceNo) -> &[Latest] {
        self.devices.get(device.index()).map_or(&[], |device| &device.latest)
    }

    /// When the device's newest accepted reading was received.
    pub fn last_received_at(&self, device: DeviceNo) -> Option<UtcMillis> {
        let known = self.devices.get(device.index())?.received_at;
        (known.0 > i64::MIN).then_some(known)
    }

    /// The number of the source that brought a device's newest accepted reading, and the minutes since at whose ends that
    /// source was connected, or configured no longer, and brought none.
    pub fn silence(&self, device: DeviceNo) -> Option<(u32, u64)> {
        let known = self.devices.get(device.index()).filter(|known| known.received_at.0 > i64::MIN)?;
        Some((known.source, self.ticks_of(known.source).saturating_sub(known.ticks)))
    }

    /// The UTC day of a device's newest message, and what became of its messages and readings of that day.
    pub fn today(&self, device: DeviceNo) -> Option<(i32, Counts)> {
        self.devices.get(device.index()).map(|known| known.today.today())
    }

    /// Session, counters and receptions of a LoRaWAN device.
    pub fn link(&self, device: DeviceNo) -> Option<smartpole_lorawan::Link> {
        self.radio.network.link(device)
    }

    /// What a gateway has told so far; none before its first message.
    pub fn gateway(&self, gateway: smartpole_model::Eui) -> Option<&crate::GatewayState> {
        self.radio.gateways.get(gateway)
    }

    /// Registry and settings in force; empty ones before the journal's first inputs.
    pub fn inputs(&self) -> &Arc<smartpole_model::Inputs> {
        &self.active.inputs
    }

    /// Hash of the inputs in force, empty before the first.
    pub fn inputs_hash(&self) -> &str {
        &self.active.hash
    }

    /// Numbers of the registry's devices, in its order.
    pub fn device_numbers(&self) -> &[DeviceNo] {
        self.active.numbers()
    }

    /// The number of a device's id.
    pub fn device_no(&self, id: &str) -> Option<DeviceNo> {
        self.names.number(NameKind::Device, id).map(DeviceNo)
    }

    /// The id of a number.
    pub fn name(&self, kind: NameKind, number: u32) -> Option<&str> {
        self.names.id(kind, number)
    }

    /// The number of an id.
    pub fn number(&self, kind: NameKind, id: &str) -> Option<u32> {
        self.names.number(kind, id)
    }

    /// How many there are of a kind; their numbers go from 0.
    pub fn count(&self, kind: NameKind) -> u32 {
        self.names.count(kind) as u32
    }

    /// Sums of the ledger over all time, uncommitted ones included.
    pub fn ledger(&self) -> Counts {
        self.tally.sums()
    }

    /// The last record folded, and the newest receipt time.
    pub fn position(&self) -> (Seq, UtcMillis) {
        (self.seq, self.received_at)
    }
}
