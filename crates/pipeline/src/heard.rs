//! Since when devices are heard of what they measure: what had been received by a minute, whatever time it is of.

use std::collections::BTreeMap;

use smartpole_model::{DeviceNo, Series, UtcMillis};

use crate::{Fold, HeardRow, device::Device};

/// What became known of devices and is not known to be committed.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// By series, whether it counts since a minute of receipt.
    noted: BTreeMap<(DeviceNo, Series, i64), bool>,
    /// Of the batch under way.
    handed_over: Vec<HeardRow>,
}

impl Heard {
    /// Notes what a device says something of since a receipt, which it did not in its former `known` series.
    pub(crate) fn note_new(&mut self, no: DeviceNo, device: &Device, known: usize, received_at: UtcMillis) {
        for latest in &device.latest[known..] {
            self.note(no, latest.series, received_at, true);
        }
    }

    /// Notes that nothing counts any more of what a device said of a series.
    pub(crate) fn note_gone(&mut self, no: DeviceNo, series: Series, received_at: UtcMillis) {
        self.note(no, series, received_at, false);
    }

    fn note(&mut self, no: DeviceNo, series: Series, received_at: UtcMillis, is_heard: bool) {
        self.noted.insert((no, series, received_at.0.div_euclid(60_000)), is_heard);
    }

    /// What is to be committed, by device, series and minute.
    pub(crate) fn take(&mut self) -> Vec<HeardRow> {
        self.handed_over = rows(&std::mem::take(&mut self.noted)).collect();
        self.handed_over.clone()
    }

    pub(crate) fn committed(&mut self) {
        self.handed_over.clear();
    }
}

fn rows(noted: &BTreeMap<(DeviceNo, Series, i64), bool>) -> impl Iterator<Item = HeardRow> {
    noted.iter().map(|((device, series, minute), is_heard)| HeardRow {
        device: *device,
        series: *series,
        minute: *minute,
        is_heard: *is_heard,
    })
}

impl Fold {
    /// What devices are heard of since minutes that are not known to be committed, in the order in which it was received.
    pub fn heard_lately(&self) -> Vec<HeardRow> {
        self.heard.handed_over.iter().copied().chain(rows(&self.heard.noted)).collect()
    }
}
