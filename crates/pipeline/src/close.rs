//! When the windows of a device close, and which of them others were told without.

use smartpole_model::{DeviceNo, Flag, Quarter, UtcMillis};
use smartpole_window::Block;

use crate::{Fold, NameKind, RevisionReason, device::Device};

impl Fold {
    /// Counts a minute for each connected source, and closes the windows of devices that were silent for too many of them.
    pub(crate) fn tick(&mut self, now: UtcMillis, connected: &[&str]) {
        for source in connected {
            let number = self.names.number_or_new(NameKind::Source, source);
            let index = number as usize;
            if self.ticks.len() <= index {
                self.ticks.resize(index + 1, 0);
            }
            self.ticks[index] += 1;
            if !self.pending.ticked.contains(&number) {
                self.pending.ticked.push(number);
            }
        }
        for index in 0..self.devices.len() {
            let no = DeviceNo(index as u32);
            let device = &self.devices[index];
            let silent = self.ticks_of(device.source).saturating_sub(device.ticks);
            let waiting = device.held.iter().any(|held| held.open);
            if waiting && silent >= self.active.silence_ticks(no, now) {
                self.close(no, now.plus(-self.lateness_ms()), false);
            }
        }
    }

    /// Moves a device's watermark up to its newest event time less the lateness bound.
    pub(crate) fn advance(&mut self, no: DeviceNo) {
        let newest = self.devices[no.index()].newest;
        if newest.0 > i64::MIN {
            self.close(no, newest.plus(-self.lateness_ms()), true);
        }
    }

    fn lateness_ms(&self) -> i64 {
        self.active.inputs.settings.lateness_ms()
    }

    /// Closes open blocks that end by `watermark`. With `all`, quarters without a block count as closed too.
    pub(crate) fn close(&mut self, no: DeviceNo, watermark: UtcMillis, all: bool) {
        let passed = Quarter(watermark.quarter().0.saturating_sub(1));
        let device = &mut self.devices[no.index()];
        let mut last = if all { passed } else { device.last_closed };
        if last <= device.last_closed && all {
            return;
        }
        // of a total that was there between others and is not any more nothing is left: nor does a restart know of it
        device.held.retain(|held| !(held.open && held.block.is_empty()));
        let blocks = device.held.iter().enumerate();
        let closing = blocks.filter(|(_, held)| held.open && held.block.quarter() <= passed).map(|(at, _)| at);
        for at in closing.collect::<Vec<_>>() {
            last = last.max(self.close_block(no, at));
        }
        let device = &mut self.devices[no.index()];
        if last > device.last_closed {
            device.last_closed = last;
            device.dirty = true;
            self.touch(no);
        }
    }

    /// Closes a block. One that came late is a revision of what was said without it.
    fn close_block(&mut self, no: DeviceNo, at: usize) -> Quarter {
        let minute = self.received_at.0.div_euclid(60_000);
        let late = self.came_late(no, at);
        let device = &mut self.devices[no.index()];
        let held = &mut device.held[at];
        (held.open, held.changed, held.closed_minute, device.closed) = (false, true, minute, true);
        if let Some(reason) = late {
            self.pending.revisions.extend(held.note_revision(no, minute, reason, None));
        }
        let quarter = held.block.quarter();
        if self.watched {
            self.live_windows.push((no, quarter));
        }
        quarter
    }

    /// Why a block that closes is a revision: its first reading was told after windows without one close, of a device that reports
    /// each `interval_s`.
    fn came_late(&self, no: DeviceNo, at: usize) -> Option<RevisionReason> {
        let device = &self.devices[no.index()];
        let quarter = device.held[at].block.quarter();
        if !self.is_told(no, quarter) {
            return None;
        }
        let (told, reason) = first_told(device, &device.held[at].block);
        (told > self.awaited_to(no, quarter)).then_some(reason)
    }

    /// Whether windows of a quarter have been told without what a device may still say of it.
    pub(crate) fn is_told(&self, no: DeviceNo, quarter: Quarter) -> bool {
        self.received_at > self.awaited_to(no, quarter) && quarter >= self.told_from(no)
    }

    /// Until when others wait for what a device says of a quarter, if it reports each `interval_s`.
    fn awaited_to(&self, no: DeviceNo, quarter: Quarter) -> UtcMillis {
        let interval = self.active.profile_at(no, quarter.start()).map_or(0, |profile| i64::from(profile.interval_s));
        quarter.end().plus(self.lateness_ms() + interval * 1_000)
    }

    /// Before which quarter a block that is new corrects nothing: of what is older than the journal, or of its first hour, nothing had
    /// been said, and a foreign series comes when its provider delivers it.
    pub(crate) fn told_from(&self, no: DeviceNo) -> Quarter {
        let first = self.began.filter(|_| !self.active.is_foreign(no));
        first.map_or(Quarter(i32::MAX), |hour| Quarter(hour.saturating_add(1).saturating_mul(4)))
    }
}

/// When the first of a block was told, and by what; counts between totals, by the one that follows.
fn first_told(device: &Device, block: &Block) -> (UtcMillis, RevisionReason) {
    if let Some(first) = first_received(block, |_| true) {
        return first;
    }
    let following = block.anchors().iter().filter_map(|anchor| anchor.after.map(|after| after.at)).min();
    let Some(at) = following else { return (UtcMillis(i64::MIN), RevisionReason::Total) };
    let held = device.held_at(at.quarter()).ok().map(|index| &device.held[index].block);
    let told = held.and_then(|block| first_received(block, |event_time| event_time == at));
    told.map_or((at, RevisionReason::Total), |(told, reason)| match reason {
        RevisionReason::Late => (told, RevisionReason::Total),
        reason => (told, reason),
    })
}

/// When the row that was received first of those of some instants came, and whether by a replay.
fn first_received(block: &Block, wanted: impl Fn(UtcMillis) -> bool) -> Option<(UtcMillis, RevisionReason)> {
    let mut first = None;
    block.each_row(|row| {
        if wanted(row.event_time) && first.is_none_or(|(known, _)| row.received_at < known) {
            let replayed = row.values.iter().all(|value| value.flags.contains(Flag::Replayed));
            first = Some((row.received_at, if replayed { RevisionReason::Replay } else { RevisionReason::Late }));
        }
    });
    first
}
