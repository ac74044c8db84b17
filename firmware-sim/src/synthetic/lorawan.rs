//! Synthetic registries with LoRaWAN poles.

use std::fmt::Write;

use smartpole_model::registry::Files;

use super::{DISTRICT, corner, device_rows, pole_id, synthetic};
use crate::dice::Dice;

/// Makers' sensors and their profiles.
const PROFILES: [(&str, &str); 3] = [
    ("decentlab-dl-pm", include_str!("../../../deploy/castrop-rauxel/profiles/decentlab-dl-pm.toml")),
    (
        "imbuildings-people-counter",
        include_str!("../../../deploy/castrop-rauxel/profiles/imbuildings-people-counter.toml"),
    ),
    ("milesight-vs133", include_str!("../../../deploy/castrop-rauxel/profiles/milesight-vs133.toml")),
];

/// As [`synthetic`], but every second pole speaks LoRaWAN: a Decentlab DL-PM and a people counter of IMBuildings or Milesight.
/// Three of four such devices join; of the others, half may begin their counter again. A gateway stands in every fourth
/// district, and there are three at least.
pub fn synthetic_with_lorawan(poles: usize, seed: u64) -> Files {
    let mut files = synthetic(poles, seed);
    let mut put = |name: &str, text: String| files.insert(name.to_owned(), text.into_bytes());
    let devices: Vec<usize> =
        (0..poles).filter(|pole| speaks_lorawan(*pole)).flat_map(|pole| [2 * pole, 2 * pole + 1]).collect();
    put("devices.csv", devices_csv(poles));
    put("keys.csv", keys_csv(&devices, seed));
    put("gateways.csv", gateways_csv(poles));
    for (id, text) in PROFILES {
        put(&format!("profiles/{id}.toml"), text.to_owned());
    }
    files
}

fn speaks_lorawan(pole: usize) -> bool {
    pole % 2 == 1
}

/// DevEUI of a device: an EUI of nobody's range.
fn dev_eui(device: usize) -> String {
    format!("70b3d57e{device:08x}")
}

fn devices_csv(poles: usize) -> String {
    let mut text = "id,pole,profile,from,line,direction\n".to_owned();
    for pole in 0..poles {
        if !speaks_lorawan(pole) {
            text += &device_rows(pole);
            continue;
        }
        let (id, air, counter) = (pole_id(pole), dev_eui(2 * pole), dev_eui(2 * pole + 1));
        let maker = if pole % 4 == 1 { "imbuildings-people-counter" } else { "milesight-vs133" };
        writeln!(text, "{air},{id},decentlab-dl-pm,,,\n{counter},{id},{maker},,Gehweg,stadteinwärts")
            .expect("writing to a string succeeds");
    }
    text
}

fn keys_csv(devices: &[usize], seed: u64) -> String {
    let mut text = "device,activation,join_eui,app_key,dev_addr,nwk_s_key,app_s_key,f_cnt_reset\n".to_owned();
    for (number, device) in devices.iter().enumerate() {
        let (eui, mut dice) = (dev_eui(*device), Dice::of(seed, &[51, *device as i64]));
        let mut key = || format!("{:016x}{:016x}", dice.next(), dice.next());
        let (one, two) = (key(), key());
        match number % 8 {
            3 => writeln!(text, "{eui},abp,,,{:08x},{one},{two},refuse", 0x0200_0000 + device),
            7 => writeln!(text, "{eui},abp,,,{:08x},{one},{two},accept", 0x0200_0000 + device),
            _ => writeln!(text, "{eui},otaa,70b3d57e00000000,{one},,,,"),
        }
        .expect("writing to a string succeeds");
    }
    text
}

fn gateways_csv(poles: usize) -> String {
    let mut text = "id,name,lat,lon\n".to_owned();
    for gateway in 0..poles.div_ceil(4 * DISTRICT).max(3) {
        let (south, west) = corner(4 * gateway);
        let (lat, lon) = (south + 0.005, west + 0.005);
        writeln!(text, "aa555a0000{gateway:06x},Gateway {gateway},{lat:.6},{lon:.6}")
            .expect("writing to a string succeeds");
    }
    text
}
