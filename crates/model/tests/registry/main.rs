//! The registry's files: sound ones, broken ones, the shipped ones.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod alerts;
mod any_bytes;
mod borders;
mod calendar;
mod calibrations;
mod castrop_rauxel;
mod contradictions;
mod counts;
mod differences;
mod events;
mod fixture;
mod fold_settings;
mod foreign;
mod installations;
mod lighting;
mod lorawan;
mod overlap;
mod profiles;
mod relations;
mod rows;
mod rules;
mod sound;
mod tables;
mod toml_files;
mod unreadable_catalogue;
