//! What stands for the embedded listener in a program that was built without it: its options are read and checked all the same,
//! and whoever wants it is told so.

#[path = "mqtt_listener/options.rs"]
mod options;

use std::{convert::Infallible, net::SocketAddr};

use smartpole_journal::Journal;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use self::options::Options;
use crate::{Clock, Error, SourceStatus};

/// A listener that cannot be.
#[derive(Debug)]
pub struct MqttListener(Infallible);

impl MqttListener {
    /// Says that there is none.
    ///
    /// # Errors
    /// [`Error::Listen`], always.
    #[allow(clippy::unused_async, reason = "as the listener's")]
    pub async fn bind(options: Options, _: &Journal, _: Clock) -> Result<Self, Error> {
        let reason =
            "this program was built without the embedded listener: build it with `--features listener`".to_owned();
        Err(Error::Listen { address: options.address, reason })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        match self.0 {}
    }

    /// How it is.
    pub fn status(&self) -> watch::Receiver<SourceStatus> {
        match self.0 {}
    }

    /// Takes messages.
    ///
    /// # Errors
    /// None; there is no such listener.
    #[allow(clippy::unused_async, reason = "as the listener's")]
    pub async fn run(self, _: CancellationToken) -> Result<(), Error> {
        match self.0 {}
    }
}
