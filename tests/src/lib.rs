//! The world around the service, for end-to-end tests: a real Mosquitto, the service's own binary, a fleet that knows the
//! truth, and somebody who asks over HTTP.
//!
//! ```text
//! Town (fleet, truth) ──► Mosquitto ──► Service ◄── Api (HTTP, server-sent events)
//!            └──────────────────────────────▲  │  its own listener
//!                                              └──► ScriptedProxy ──► InfluxDb, InfluxDb1
//! ```
//!
//! Invariants: every port is a free one; every process dies with the test; nothing waits a fixed time: what is to happen is
//! awaited ([`eventually`]). When a test fails, logs and configuration stay in `tests/artefacts`. What is missing on the
//! machine (`mosquitto`, `influxd`, the virtual environment, the built binary) fails the test with what to do.
#![allow(clippy::panic, clippy::unwrap_used, reason = "all of it is test code: a panic is a failed test")]

mod api;
mod artefacts;
mod config;
mod gateway;
mod hook;
mod http;
mod influxd;
mod influxdb;
mod influxdb1;
mod ledger;
mod mail_catcher;
mod messages;
mod mosquitto;
mod openid;
mod process;
mod radio_town;
mod scripted_proxy;
mod service;
mod small_disk;
mod town;
mod udp_relay;
mod wait;

pub use api::{Api, Events};
pub use artefacts::{Artefacts, repository};
pub use config::{Config, Listener};
pub use gateway::{DL_PM, Gateway, join_request, joined, rxpk, uplink};
pub use hook::{Hook, HookRequest};
pub use http::client;
pub use influxd::InfluxQl;
pub use influxdb::{InfluxDb, Row, Token};
pub use influxdb1::InfluxDb1;
pub use ledger::{Ledger, difference};
pub use mail_catcher::{Mail, MailCatcher};
pub use messages::{json_at, message, now, up};
pub use mosquitto::{Mosquitto, Subscription};
pub use openid::OpenIdProvider;
pub use process::free_port;
pub use radio_town::{Playing, RadioTown, Told};
pub use scripted_proxy::{Act, ScriptedProxy};
pub use service::{Service, smartpole, smartpole_with};
pub use small_disk::SmallDisk;
pub use town::Town;
pub use udp_relay::UdpRelay;
pub use wait::{eventually, eventually_within};
