//! The fold: state in memory, one record at a time.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use smartpole_model::{DeviceNo, Flags, Quarter, Reading, RecordRef, Seq, Series, UtcMillis};
use smartpole_window::{Insert, NewRow, RowValue};

use crate::{
    Cuts, Entry, Env, LedgerMove, LoadError, MovedRow, NameKind, Offer, QuarantineRow, Replay, RevisionReason,
    RevisionRow, SUMS_VERSION,
    active::Active,
    batch_row::BatchRow,
    changes::{BlockRow, CheckpointRow, LedgerDeviceRow},
    device::Device,
    heard::Heard,
    judge::Mended,
    listen::Radio,
    names::Names,
    place::Place,
    resettle::{RESETTLE, Range, Resettling},
    rollups::Rollups,
    tally::Tally,
};

/// All that the service knows beside the store: the state at [`Fold::position`].
#[derive(Debug)]
pub struct Fold {
    pub(crate) active: Arc<Active>,
    pub(crate) names: Names,
    pub(crate) devices: Vec<Device>,
    /// Ticks counted by source number.
    pub(crate) ticks: Vec<u64>,
    pub(crate) tally: Tally,
    /// The last record folded.
    pub(crate) seq: Seq,
    /// The record being folded.
    pub(crate) at: Seq,
    pub(crate) radio: Radio,
    pub(crate) received_at: UtcMillis,
    /// The hour in which the first message ever was received (UTC hours since 1970).
    pub(crate) began: Option<i32>,
    pub(crate) checkpoint_day: Option<i32>,
    pub(crate) cuts: Cuts,
    /// Number of the last batch handed over.
    pub(crate) batch: u64,
    /// The newest replay.
    pub(crate) replay: Option<Replay>,
    /// What the registry changed for the past and is not settled yet.
    pub(crate) resettling: Resettling,
    /// What is settled of it since the last commit.
    pub(crate) settled: Vec<Range>,
    pub(crate) pending: Pending,
    pub(crate) heard: Heard,
    /// Devices whose blocks in memory must be looked through after the commit.
    pub(crate) handed_over: Vec<DeviceNo>,
    pub(crate) scratch: Scratch,
    pub(crate) watched: bool,
    pub(crate) live_readings: Vec<Reading>,
    pub(crate) live_windows: Vec<(DeviceNo, Quarter)>,
}

/// What waits for the next commit, beside blocks that nobody asked for yet.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    pub(crate) batch_row: BatchRow,
    pub(crate) blocks: BTreeMap<(Quarter, DeviceNo), BlockRow>,
    pub(crate) rollups: Rollups,
    pub(crate) inputs: Option<String>,
    pub(crate) revisions: Vec<RevisionRow>,
    /// The first of each block in each minute.
    pub(crate) moved: BTreeMap<(Quarter, DeviceNo, i64), MovedRow>,
    pub(crate) quarantine: BTreeMap<Seq, QuarantineRow>,
    pub(crate) released: BTreeSet<Seq>,
    pub(crate) ledger_moves: Vec<LedgerMove>,
    pub(crate) replays: BTreeMap<Seq, Replay>,
    pub(crate) resettled: bool,
    pub(crate) finished_days: Vec<LedgerDeviceRow>,
    pub(crate) ticked: Vec<u32>,
    pub(crate) began_anew: Vec<(DeviceNo, Quarter, Series)>,
    pub(crate) checkpoint: Option<CheckpointRow>,
    /// Devices to look at, each once.
    pub(crate) touched: Vec<DeviceNo>,
}

/// Buffers used over and over.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) values: Vec<RowValue>,
    pub(crate) accepted: Vec<RowValue>,
    pub(crate) flags: Vec<Flags>,
    pub(crate) outcomes: Vec<Insert>,
    pub(crate) mended: Vec<Mended>,
}

impl Fold {
    /// Folds the record `seq`; records come in order, each once. `broken` says that a former attempt panicked: the message
    /// goes to quarantine as `fold_failed`.
    ///
    /// # Errors
    /// If the store or the inputs cannot be read. The state is then of no use: restore it and fold on from the cursor.
    pub fn apply(&mut self, seq: Seq, record: &RecordRef<'_>, broken: bool, env: &Env<'_>) -> Result<(), LoadError> {
        self.at = seq;
        if self.radio.heard_to < seq {
            self.listen(seq, record, broken);
        }
        if let Some(received_at) = record.received_at() {
            self.received_at = self.received_at.max(received_at);
        }
        match record {
            RecordRef::Message(message) => self.message(seq, *message, broken, env)?,
            RecordRef::Tick { received_at, connected } => self.tick(*received_at, connected),
            RecordRef::Inputs { hash, .. } => self.take_inputs(hash, env)?,
            RecordRef::Command { text, .. } if *text == RESETTLE => self.resettle_step(env)?,
            RecordRef::Command { received_at, text } => self.command(seq, *received_at, text),
            RecordRef::ReplayStep { seqs } => self.replay_step(seqs, env)?,
            RecordRef::CodecStalled { .. } => {} // vendor codecs are to come; in a journal of today it orders nothing
        }
        self.seq = seq;
        self.checkpoint_if_due();
        Ok(())
    }

    /// Folds records in two passes: sessions and what devices shall be told first, everything else after it. `broken` as in
    /// [`Fold::apply`]; `answer` gets what devices shall be told as soon as that is known.
    ///
    /// # Errors
    /// As [`Fold::apply`].
    pub fn apply_all(
        &mut self,
        records: &[(Seq, RecordRef<'_>)],
        broken: impl Fn(Seq) -> bool,
        env: &Env<'_>,
        mut answer: impl FnMut(Vec<Offer>),
    ) -> Result<(), LoadError> {
        let mut rest = records;
        while !rest.is_empty() {
            let last = rest.iter().position(|(_, record)| self.ends_pass(record)).unwrap_or(rest.len() - 1);
            let (pass, after) = rest.split_at(last + 1);
            for (seq, record) in pass {
                self.listen(*seq, record, broken(*seq));
            }
            if !self.radio.offers.is_empty() {
                answer(std::mem::take(&mut self.radio.offers));
            }
            for (seq, record) in pass {
                self.apply(*seq, record, broken(*seq), env)?;
            }
            rest = after;
        }
        Ok(())
    }

    /// The record being folded: after a panic, the one that caused it.
    pub fn at(&self) -> Seq {
        self.at
    }

    /// Whether anybody can answer devices.
    pub fn answer(&mut self, answering: bool) {
        self.radio.answering = answering;
    }

    fn take_inputs(&mut self, hash: &str, env: &Env<'_>) -> Result<(), LoadError> {
        if hash != self.active.hash {
            let inputs = env.inputs.load(hash)?;
            self.settle_blocks();
            let (former, seals) = (Arc::clone(&self.active), self.seals());
            self.active = Arc::new(Active::new(hash, inputs, &mut self.names));
            self.keep_seals(&seals);
            let summed_by = env.inputs.fold_version(&former.hash)?;
            self.plan_resettling(&former, summed_by.is_none_or(|version| version < SUMS_VERSION), env)?;
            self.devices.resize_with(self.names.count(NameKind::Device), Device::default);
            self.renew_tails(&former, env)?;
            self.active.put_credentials_in_force(&mut self.radio.network);
            self.pending.inputs = Some(hash.to_owned());
        }
        Ok(())
    }

    pub(crate) fn ticks_of(&self, source: u32) -> u64 {
        self.ticks.get(source as usize).copied().unwrap_or(0)
    }

    /// Puts a row into its block and says when it came as the windows see it. `judged` says that its values have all their remarks.
    pub(crate) fn place(
        &mut self,
        no: DeviceNo,
        active: &Active,
        (row, judged, reason): (&NewRow<'_>, bool, RevisionReason),
        outcomes: &mut Vec<Insert>,
        env: &Env<'_>,
    ) -> Result<Entry, LoadError> {
        if self.is_expired(no, row) {
            outcomes.clear();
            outcomes.resize(row.values.len(), Insert::Added);
            return Ok(Entry::Expired);
        }
        let (sealed_to, told_from, is_settled) = (self.sealed_to(no), self.told_from(no), !self.is_resettling());
        let device = &mut self.devices[no.index()];
        device.note_first(row.event_time.quarter());
        let late = row.event_time.quarter() <= device.last_closed;
        let minute = row.received_at.0.div_euclid(60_000);
        let mut place = Place::new(no, device, active, env, self.batch + 1, minute, &mut self.pending.revisions);
        (place.reason, place.sealed_to, place.told_from, place.is_settled) = (reason, sealed_to, told_from, is_settled);
        place.insert(row, outcomes)?;
        if !judged && outcomes.contains(&Insert::Added) {
            place.judge_again(row, outcomes)?;
            place.device.dirty |= !place.device.is_refilled();
        }
        self.scratch.mended.append(&mut place.mended);
        if self.watched {
            let touched = place.touched.into_iter().map(|quarter| (no, quarter));
            self.live_windows.extend(touched);
        }
        if late || !judged {
            self.touch(no);
        }
        Ok(if late { Entry::Late } else { Entry::OnTime })
    }

    /// Remembers that a device must be looked at when changes are taken.
    pub(crate) fn touch(&mut self, no: DeviceNo) {
        let device = &mut self.devices[no.index()];
        if !device.touched {
            device.touched = true;
            self.pending.touched.push(no);
        }
    }
}
