//! Stand-in for the store's queries.

use smartpole_model::{PropertyNo, Reading, Reason, Seq, UtcMillis};
use smartpole_pipeline::Scope;
use smartpole_window::Aggregate;

use crate::{
    Parts,
    routes::window::Frame,
    span::{Span, Step},
};

pub(crate) struct WindowRow {
    pub(crate) frame: Frame,
    pub(crate) aggregate: Aggregate,
}

#[derive(Clone, Copy)]
pub(crate) struct FootfallRow {
    pub(crate) frame: Frame,
    pub(crate) count: u64,
    pub(crate) into: Option<i64>,
    pub(crate) out: Option<i64>,
    pub(crate) crossings: Option<i64>,
}

pub(crate) struct QuarantineRow {
    pub(crate) seq: Seq,
    pub(crate) received_at: UtcMillis,
    pub(crate) device: Option<String>,
    pub(crate) reason: Reason,
    pub(crate) detail: String,
}

pub(crate) fn windows(_: &Parts, _: Scope, _: PropertyNo, _: Option<u8>, _: Span, _: Step) -> Vec<WindowRow> {
    Vec::new()
}

pub(crate) fn readings(_: &Parts, _: Scope, _: PropertyNo, _: Option<u8>, _: Span, _: usize) -> Vec<Reading> {
    Vec::new()
}

pub(crate) fn quarantine(_: &Parts, _: Option<Reason>, _: Option<Seq>, _: usize) -> Vec<QuarantineRow> {
    Vec::new()
}

pub(crate) fn footfall(_: &Parts, _: Scope, _: Span, _: Step) -> Vec<FootfallRow> {
    Vec::new()
}
