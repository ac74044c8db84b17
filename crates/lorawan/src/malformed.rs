//! Why a gateway's message cannot be read.

/// Most characters quoted from a parser, which may quote what it met.
const MAX_DETAIL: usize = 160;

/// A gateway's message that is not what its topic says, and where it goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The topic has not the levels of its protocol.
    #[error("topic names no event of a gateway")]
    Topic,
    /// The topic's gateway is no EUI.
    #[error("topic names no gateway: expected 16 hex digits")]
    TopicGateway,
    /// Topic and message do not agree on whose it is.
    #[error("message is of another gateway than its topic")]
    OtherGateway,
    /// The bytes are not the JSON expected, or values in it have the wrong type.
    #[error("not the JSON expected: {0}")]
    Json(String),
    /// The bytes are not the protobuf message expected.
    #[error("not the protobuf message expected: {0}")]
    Protobuf(String),
    /// Something is not there.
    #[error("no {0}")]
    Missing(&'static str),
    /// A value that cannot be.
    #[error("{field}: {problem}")]
    Value {
        /// Its name in the protocol.
        field: &'static str,
        /// What it is not.
        problem: &'static str,
    },
    /// More bytes than a radio frame holds.
    #[error("data: longer than the 255 bytes of a radio frame")]
    TooLong,
    /// The frame's bytes are not as many as the gateway says.
    #[error("data: {data} bytes, but size says {size}")]
    Size {
        /// As many were decoded.
        data: usize,
        /// As many there should be.
        size: u32,
    },
    /// A datagram that is none of the protocol's, and why.
    #[error("not the datagram expected: {0}")]
    Datagram(String),
}

impl Malformed {
    pub(crate) fn json(error: &serde_json::Error) -> Self {
        Self::Json(short(&error.to_string()))
    }

    pub(crate) fn datagram(problem: &str) -> Self {
        Self::Datagram(short(problem))
    }

    pub(crate) fn protobuf(error: &prost::DecodeError) -> Self {
        Self::Protobuf(short(&error.to_string()))
    }
}

fn short(text: &str) -> String {
    text.chars().take(MAX_DETAIL).collect()
}
