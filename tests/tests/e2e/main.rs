//! The service's binary from outside: what a city sees of it.

mod access;
mod alerts;
mod backup;
mod bad_frames;
mod bad_input;
mod command_line;
mod corrections;
mod demo;
mod export;
mod full_disk;
mod gateway_bridge;
mod import;
mod influx;
mod kill;
mod ledger_verify;
mod lorawan;
mod openid;
mod real_input;
mod registry;
mod replay;
mod tls;
mod truth;
