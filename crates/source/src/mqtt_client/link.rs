//! What the two versions of MQTT have in common.

use std::future::Future;

use super::acks::Ack;

/// A connection to a broker that is made anew whenever it was lost.
pub(crate) trait Link: Send {
    /// What happens next. Connects if it is not connected, then the first event is [`Event::Connected`]; cancel safe
    /// once that has come, before it cancelling starts the attempt again. After a failure nothing of the old
    /// connection comes any more, neither events nor acknowledgements.
    fn next(&mut self) -> impl Future<Output = Result<Event, Failure>> + Send;

    /// Asks for the configured topics; the answer is [`Event::Subscribed`].
    fn subscribe(&mut self) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Acknowledges messages of this connection, in this order.
    fn acknowledge(&mut self, acks: &[Ack]) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Shows the broker that we live while [`Link::next`] is not called.
    fn ping(&mut self) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Takes packets of this size from the next connection on.
    fn raise_limit(&mut self, bytes: usize);

    /// Sends what is acknowledged and says good-bye; what arrives meanwhile is left to the session.
    fn disconnect(&mut self) -> impl Future<Output = ()> + Send;
}

/// What happened on the connection.
#[derive(Debug)]
pub(crate) enum Event {
    /// The broker took us in.
    Connected {
        /// Whether it still had our session, with its subscriptions.
        session_present: bool,
    },
    /// A message came.
    Message(Message),
    /// What the broker granted, filter by filter: the quality of service, or why not.
    Subscribed(Vec<Result<u8, String>>),
    /// Nothing of interest.
    Other,
}

/// A message of the broker.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) topic: String,
    pub(crate) payload: Vec<u8>,
    pub(crate) qos: u8,
    pub(crate) retained: bool,
    pub(crate) packet_id: u16,
}

/// Why the connection is lost.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// The broker refuses us.
    #[error("the broker refuses the login: {0}")]
    Refused(String),
    /// A packet is larger than we take.
    #[error("a packet of {0} bytes is larger than max_packet_bytes")]
    Oversize(usize),
    /// The broker sent what is no MQTT.
    #[error("the broker sent a malformed packet: {0}")]
    Malformed(String),
    /// The network, or the broker, went away.
    #[error("{0}")]
    Lost(String),
}
