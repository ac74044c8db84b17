//! The Semtech UDP packet forwarder.

pub mod datagram;
