//! What a client says about itself.

use super::{Failure, Link, Session};
use crate::SourceState;

impl<L: Link> Session<L> {
    pub(super) fn connected(&mut self) {
        tracing::info!(source = self.name, "connected");
        self.board.enter(SourceState::Connected, None);
    }

    /// Shows how it is, and the broker that we live while nothing is read.
    pub(super) async fn pulse(&mut self, full: bool) -> Result<(), Failure> {
        self.post();
        if full { self.link.ping().await } else { Ok(()) }
    }

    pub(super) fn post(&self) {
        self.board.update(|status| {
            status.received = self.received;
            status.dropped = self.dropped;
            status.unacknowledged = self.acks.waiting() as u64;
        });
    }

    /// Looks what the broker granted: what it refuses, or grants at a lower quality, would be missed in silence.
    pub(super) fn subscribed(&mut self, answers: &[Result<u8, String>]) {
        let complaint = |(filter, answer): (&String, &Result<u8, String>)| match answer {
            Ok(qos) if *qos >= self.qos => None,
            Ok(qos) => Some(format!("the broker grants only QoS {qos} for {filter}")),
            Err(reason) => Some(format!("the broker refuses the subscription to {filter}: {reason}")),
        };
        let complaints: Vec<String> = self.filters.iter().zip(answers).filter_map(complaint).collect();
        self.subscribed = complaints.is_empty();
        if self.subscribed {
            return self.connected();
        }
        let complaints = complaints.join("; ");
        tracing::error!(source = self.name, "{complaints}");
        self.board.enter(SourceState::Refused, Some(complaints));
    }
}
