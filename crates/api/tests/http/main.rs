//! The interface over a small city: two poles, three devices, one of them never heard.

#![allow(clippy::unwrap_used, reason = "tests may panic, their fixtures too")]

mod air;
mod asker;
mod attacker;
mod cache;
mod catalog;
mod citation;
mod city_pages;
mod coverage;
mod csv;
mod datasets;
mod device_facts;
mod devices;
mod errors;
mod events;
mod export;
mod files;
mod fixture;
mod heat;
mod hours;
mod imports;
mod incomparable;
mod kept;
mod ledger;
mod live;
mod ngsi_ld;
mod noise;
mod official;
mod openapi;
mod operation;
mod page;
mod peers;
mod planner;
mod profile;
mod public;
mod quarantine;
mod ranking;
mod replays;
mod sites;
mod sta;
mod targets;
mod totals;
mod trace;
mod trace_radio;
mod values;
