//! `keys.csv`: what the frames of LoRaWAN devices are read with.
//!
//! No problem quotes a cell, not even one that should hold no key: columns get mixed up. Known words of the other files may
//! be named.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use super::{
    Codec, Device, Problem, Profile, Registry, devices,
    names::{self, FirstLines, Names, one_of},
    table::{self, Layout, Row},
};
use crate::{Activation, Credentials, DevAddr, Eui, FCntReset, HexError, Key};

/// The file of the LoRaWAN devices' keys.
pub const FILE: &str = "keys.csv";

const LAYOUT: Layout = Layout {
    file: FILE,
    required: &["device", "activation"],
    optional: &["join_eui", "app_key", "dev_addr", "nwk_s_key", "app_s_key", "f_cnt_reset"],
    key: &["device"],
    numbers: &[],
    secret: true,
};

const ACTIVATIONS: [(&str, Read); 2] = [("otaa", otaa), ("abp", abp)];
const F_CNT_RESETS: [(&str, FCntReset); 2] = [("refuse", FCntReset::Refuse), ("accept", FCntReset::Accept)];

/// Reads the columns of one way of activation.
type Read = fn(&Row<'_>, &mut Vec<Problem>) -> Option<Activation>;

/// Reads the keys and gives them to their devices, whose ids are `ids`.
pub(super) fn read(text: &str, registry: &mut Registry, ids: &Names, problems: &mut Vec<Problem>) {
    let (mut lines, mut keys) = (FirstLines::default(), FirstLines::default());
    table::rows(text, &LAYOUT, problems, |row, problems| {
        let id = device_id(row, ids, problems);
        if let Some(first) = id.as_ref().and_then(|id| lines.taken(id.clone(), row.line)) {
            let message = format!("the device is on line {first} already");
            problems.push(row.problem("device", message, "remove one of the lines"));
        }
        let credentials = credentials(row, problems);
        if let Some(credentials) = &credentials {
            check_repeated(row, &credentials.activation, &mut keys, problems);
        }
        let Some(index) = id.and_then(|id| registry.device_index(&id)) else { return };
        let device = &mut registry.devices[index];
        check_codecs(row, device, &registry.profiles, problems);
        device.credentials = credentials;
    });
}

fn device_id(row: &Row<'_>, ids: &Names, problems: &mut Vec<Problem>) -> Option<String> {
    let Ok(eui) = row.get("device").parse::<Eui>() else {
        let hint = "a DevEUI has 16 hex digits: compare with the label; only LoRaWAN devices have keys here";
        problems.push(row.problem("device", "no DevEUI", hint));
        return None;
    };
    let id = eui.to_string();
    if let Some(hint) = ids.missing(&id, devices::FILE) {
        problems.push(row.problem("device", "unknown device", hint));
    }
    Some(id)
}

fn credentials(row: &Row<'_>, problems: &mut Vec<Problem>) -> Option<Credentials> {
    let activation = word(row, "activation", &ACTIVATIONS, problems).and_then(|read| read(row, problems));
    let f_cnt_reset = match row.get("f_cnt_reset") {
        "" => Some(FCntReset::default()),
        _ => word(row, "f_cnt_reset", &F_CNT_RESETS, problems),
    };
    Some(Credentials { activation: activation?, f_cnt_reset: f_cnt_reset? })
}

fn word<T: Copy>(row: &Row<'_>, column: &str, choices: &[(&str, T)], problems: &mut Vec<Problem>) -> Option<T> {
    let choice = names::choose(row.get(column), choices);
    choice.map_err(|hint| problems.push(row.problem(column, "unknown or no word", hint))).ok()
}

fn otaa(row: &Row<'_>, problems: &mut Vec<Problem>) -> Option<Activation> {
    unneeded(row, &["dev_addr", "nwk_s_key", "app_s_key"], "an otaa device gets it by its join: remove it", problems);
    let join_eui =
        if row.get("join_eui").is_empty() { Some(None) } else { hex::<Eui>(row, "join_eui", problems).map(Some) };
    let app_key = key(row, "app_key", problems);
    Some(Activation::Otaa { join_eui: join_eui?, app_key: app_key? })
}

fn abp(row: &Row<'_>, problems: &mut Vec<Problem>) -> Option<Activation> {
    unneeded(row, &["join_eui", "app_key"], "an abp device never joins: remove it", problems);
    let dev_addr = hex::<DevAddr>(row, "dev_addr", problems);
    let (nwk_s_key, app_s_key) = (key(row, "nwk_s_key", problems), key(row, "app_s_key", problems));
    Some(Activation::Abp { dev_addr: dev_addr?, nwk_s_key: nwk_s_key?, app_s_key: app_s_key? })
}

fn unneeded(row: &Row<'_>, columns: &[&str], hint: &str, problems: &mut Vec<Problem>) {
    for column in columns.iter().filter(|column| !row.get(column).is_empty()) {
        problems.push(row.problem(column, "not used with this activation", hint));
    }
}

fn hex<T: FromStr<Err = HexError>>(row: &Row<'_>, column: &str, problems: &mut Vec<Problem>) -> Option<T> {
    let cell = row.get(column);
    let read = cell.parse::<T>();
    if let Err(error) = &read {
        let message = if cell.is_empty() { "missing for this activation".to_owned() } else { error.to_string() };
        let hint = "copy it from the device's papers, most significant byte first";
        problems.push(row.problem(column, message, hint));
    }
    read.ok()
}

fn key(row: &Row<'_>, column: &str, problems: &mut Vec<Problem>) -> Option<Key> {
    let key: Key = hex(row, column, problems)?;
    if *key.bytes() == [0; 16] {
        problems.push(row.problem(column, "the key is all zeros", "give the device a key that nobody can guess"));
    }
    Some(key)
}

/// A root key for two devices is known to whoever opens one of them. Devices may share an address, but then only the key
/// tells them apart.
fn check_repeated(
    row: &Row<'_>,
    activation: &Activation,
    keys: &mut FirstLines<(Option<DevAddr>, [u8; 16])>,
    problems: &mut Vec<Problem>,
) {
    let (column, key) = match activation {
        Activation::Otaa { app_key, .. } => ("app_key", (None, *app_key.bytes())),
        Activation::Abp { dev_addr, nwk_s_key, .. } => ("nwk_s_key", (Some(*dev_addr), *nwk_s_key.bytes())),
    };
    if let Some(first) = keys.taken(key, row.line) {
        let message = format!("the key is that of line {first}");
        problems.push(row.problem(column, message, "give each device a key of its own"));
    }
}

/// A profile that is not there is a problem of other files.
fn check_codecs(row: &Row<'_>, device: &Device, known: &BTreeMap<String, Profile>, problems: &mut Vec<Problem>) {
    let profiles: BTreeSet<&String> = device.installations.iter().map(|installation| &installation.profile).collect();
    let readers = || Codec::ALL.iter().filter(|(_, codec)| codec.reads_frames()).map(|(code, _)| *code);
    for id in profiles {
        if known.get(id).is_some_and(|profile| !profile.codec.reads_frames()) {
            let message = format!("its profile in {} cannot read frames: {}{id}.toml", devices::FILE, super::PROFILES);
            let hint =
                format!("for `codec` {}; or remove this line if a network server reads its frames", one_of(readers()));
            problems.push(row.problem("device", message, hint));
        }
    }
}
