//! Which acknowledgements may still go out.

/// How a message must be acknowledged: by PUBACK at QoS 1, by PUBREC at QoS 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ack {
    /// The broker's packet identifier.
    pub(crate) packet_id: u16,
    /// 1 or 2.
    pub(crate) qos: u8,
}

/// Counts what waits for the journal and tells which acknowledgements belong to the connection that is open.
///
/// A packet identifier means something only on the connection that brought it: after a reconnect the broker may have
/// given it to another message, and an acknowledgement that comes late would lose that one. So each message's journal
/// token carries the epoch, and the epoch ends when the connection does:
///
/// ```text
///  63          18 17 16 15              0
/// ┌──────────────┬─────┬─────────────────┐
/// │    epoch     │ QoS │ packet id       │
/// └──────────────┴─────┴─────────────────┘
/// ```
#[derive(Debug, Default)]
pub(crate) struct Acks {
    epoch: u64,
    waiting: usize,
}

impl Acks {
    /// The token of a message that is handed to the journal.
    pub(crate) fn token(&mut self, packet_id: u16, qos: u8) -> u64 {
        self.waiting += 1;
        self.epoch << 18 | u64::from(qos & 3) << 16 | u64::from(packet_id)
    }

    /// A message that has a token was not handed over.
    pub(crate) fn withdraw(&mut self) {
        self.waiting = self.waiting.saturating_sub(1);
    }

    /// What to acknowledge now that these messages are durable, in their order.
    pub(crate) fn durable(&mut self, tokens: &[u64]) -> Vec<Ack> {
        self.waiting = self.waiting.saturating_sub(tokens.len());
        let current = |token: &&u64| **token >> 18 == self.epoch;
        let ack = |token: &u64| Ack { packet_id: *token as u16, qos: (*token >> 16 & 3) as u8 };
        tokens.iter().filter(current).map(ack).filter(|ack| ack.qos > 0).collect()
    }

    /// The connection is gone, and with it the right to acknowledge what it brought.
    pub(crate) fn end_epoch(&mut self) {
        self.epoch += 1;
    }

    /// Messages that wait for the journal, whichever connection brought them.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_durable_message_is_acknowledged_once_by_its_quality_of_service() {
        let mut acks = Acks::default();
        let tokens = [acks.token(7, 1), acks.token(0, 0), acks.token(65_535, 2)];
        assert_eq!(acks.waiting(), 3);
        let expected = [Ack { packet_id: 7, qos: 1 }, Ack { packet_id: 65_535, qos: 2 }];
        assert_eq!(acks.durable(&tokens), expected);
        assert_eq!(acks.waiting(), 0);
    }

    #[test]
    fn what_an_earlier_connection_brought_is_not_acknowledged() {
        let mut acks = Acks::default();
        let old = acks.token(7, 1);
        acks.end_epoch();
        let new = acks.token(7, 1);
        assert_eq!(acks.durable(&[old]), []);
        assert_eq!(acks.durable(&[new]), [Ack { packet_id: 7, qos: 1 }]);
        assert_eq!(acks.waiting(), 0);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Receive { packet_id: u16, qos: u8 },
        Durable { at_most: usize },
        Lose,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (1u16.., 0u8..=2).prop_map(|(packet_id, qos)| Step::Receive { packet_id, qos }),
            2 => (0usize..10).prop_map(|at_most| Step::Durable { at_most }),
            1 => Just(Step::Lose),
        ]
    }

    proptest! {
        /// Against a model that remembers for each message which connection brought it.
        #[test]
        fn acknowledgements_keep_their_order_and_their_connection(steps in prop::collection::vec(step(), 0..200)) {
            let mut acks = Acks::default();
            let mut connection = 0;
            let mut journal = std::collections::VecDeque::new();
            for step in steps {
                match step {
                    Step::Receive { packet_id, qos } => {
                        journal.push_back((connection, Ack { packet_id, qos }, acks.token(packet_id, qos)));
                    }
                    Step::Lose => {
                        acks.end_epoch();
                        connection += 1;
                    }
                    Step::Durable { at_most } => {
                        let group: Vec<_> = journal.drain(..at_most.min(journal.len())).collect();
                        let tokens: Vec<u64> = group.iter().map(|(.., token)| *token).collect();
                        let due = |(brought_by, ack, _): &(i32, Ack, u64)| {
                            (*brought_by == connection && ack.qos > 0).then_some(*ack)
                        };
                        let expected: Vec<Ack> = group.iter().filter_map(due).collect();
                        prop_assert_eq!(acks.durable(&tokens), expected);
                    }
                }
                prop_assert_eq!(acks.waiting(), journal.len());
            }
        }
    }
}
