//! From the gateway's message to the commit: 10,000 LoRaWAN devices, a frame of 8 values each minute, heard by one gateway, as
//! Semtech's `rxpk` objects and as the Gateway Bridge's protobuf.
//!
//! `cargo bench -p smartpole-store --bench lorawan`; see `fold.rs`. It folds in two passes, as the service does: MIC, counters and
//! decryption first.

mod common;

use common::{DEVICES, Dice, Failure, Library, ROUNDS, fill, measure};
use lrwn::{
    AES128Key, DevAddr, FCtrl, FHDR, FRMPayload, FType, MACCommandSet, MACPayload, MACVersion, MHDR, Major, Payload,
    PhyPayload,
};
use prost::Message as _;
use smartpole_lorawan::gw;
use smartpole_model::{Inputs, UtcMillis, registry::Files};

const GATEWAY: &str = "0016c001f153a14c";

/// Battery, PM1, PM2.5, PM4, PM10, temperature, humidity, pressure, as the DL-PM has them.
const LEVELS: [i64; 8] = [3_600, 52, 73, 95, 121, 25_600, 35_000, 50_660];

fn main() -> Result<(), Failure> {
    let library = Library::of(Inputs::parse(&registry()).map_err(|problems| format!("{problems:?}"))?);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for (name, wrap) in [("rxpk", rxpk as fn(i64, &[u8]) -> (String, Vec<u8>)), ("bridge", bridge)] {
        for round in 1..=ROUNDS {
            let dir = tempfile::tempdir()?;
            let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
            let mut counters = vec![0; DEVICES as usize];
            let messages = |at: i64, index: usize| {
                counters[index] += 1;
                let frame = frame(index, counters[index], &payload(&mut dice)).expect("a frame of our own");
                [wrap(at - 300 - dice.around(200), &frame)]
            };
            runtime.block_on(fill(&dir.path().join("journal"), messages))?;
            measure(&format!("{round} {name}"), dir.path(), &library)?;
        }
    }
    Ok(())
}

const ZONES: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"stadt","name":"Stadt","kind":"city","count":"none","poles":["P"]},"geometry":null}]}"#;

/// The shipped catalogue and profile, one pole, and devices that are personalized.
fn registry() -> Files {
    let shipped = |name: &str| {
        let path = format!("{}/../../deploy/castrop-rauxel/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(path).expect("a file of this repository")
    };
    let profile = "profiles/decentlab-dl-pm.toml";
    let mut devices = String::from("id,pole,profile\n");
    let mut keys = String::from("device,activation,dev_addr,nwk_s_key,app_s_key\n");
    for index in 0..DEVICES as usize {
        devices.push_str(&format!("{index:016x},P,decentlab-dl-pm\n"));
        let (nwk, app) = (key(1, index), key(2, index));
        keys.push_str(&format!("{index:016x},abp,{index:08x},{nwk:032x},{app:032x}\n"));
    }
    [
        ("properties.toml", shipped("properties.toml")),
        (profile, shipped(profile)),
        ("poles.csv", b"id,name,place,lat,lon\nP,P,P,51.55,7.31\n".to_vec()),
        ("zones.geojson", ZONES.as_bytes().to_vec()),
        ("gateways.csv", format!("id,name,lat,lon\n{GATEWAY},G,51.55,7.31\n").into_bytes()),
        ("devices.csv", devices.into_bytes()),
        ("keys.csv", keys.into_bytes()),
    ]
    .map(|(name, bytes)| (name.to_owned(), bytes))
    .into()
}

fn key(kind: u128, index: usize) -> u128 {
    ((kind << 64) + index as u128 + 1) * 0x9e37_79b9_7f4a_7c15
}

fn payload(dice: &mut Dice) -> Vec<u8> {
    let words: Vec<u16> = LEVELS.iter().map(|level| (level + dice.around(level / 50)) as u16).collect();
    let number = [0u16; 6];
    let blocks = words[..5].iter().chain(&number).chain(&words[5..]);
    [2, 0, 1, 0, 15].into_iter().chain(blocks.flat_map(|word| word.to_be_bytes())).collect()
}

fn frame(index: usize, f_cnt: u32, payload: &[u8]) -> Result<Vec<u8>, Failure> {
    let keys = [1, 2].map(|kind| AES128Key::from_bytes(key(kind, index).to_be_bytes()));
    let mut phy = PhyPayload {
        mhdr: MHDR { f_type: FType::UnconfirmedDataUp, major: Major::LoRaWANR1 },
        payload: Payload::MACPayload(MACPayload {
            fhdr: FHDR {
                devaddr: DevAddr::from_be_bytes((index as u32).to_be_bytes()),
                f_ctrl: FCtrl::default(),
                f_cnt,
                f_opts: MACCommandSet::new(vec![]),
            },
            f_port: Some(1),
            frm_payload: Some(FRMPayload::Raw(payload.to_vec())),
        }),
        mic: None,
    };
    phy.encrypt_frm_payload(&keys[1])?;
    phy.set_uplink_data_mic(MACVersion::LoRaWAN1_0, 0, 0, 0, &keys[0], &keys[0])?;
    Ok(phy.to_vec()?)
}

fn rxpk(at: i64, frame: &[u8]) -> (String, Vec<u8>) {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let (data, time, tmst) = (STANDARD.encode(frame), UtcMillis(at), at as u32);
    let object = format!(
        "{{\"time\":\"{time}\",\"tmst\":{tmst},\"chan\":2,\"rfch\":1,\"freq\":868.1,\"stat\":1,\"modu\":\"LORA\",\"datr\":\"SF7BW125\",\"codr\":\"4/5\",\"rssi\":-92,\"lsnr\":7.2,\"size\":{},\"data\":\"{data}\"}}",
        frame.len()
    );
    (format!("semtech/{GATEWAY}/rxpk"), object.into_bytes())
}

fn bridge(at: i64, frame: &[u8]) -> (String, Vec<u8>) {
    let time = prost_types::Timestamp { seconds: at / 1_000, nanos: (at % 1_000) as i32 * 1_000_000 };
    let lora = gw::LoraModulationInfo { bandwidth: 125_000, spreading_factor: 7, ..Default::default() };
    let modulation = gw::Modulation { parameters: Some(gw::modulation::Parameters::Lora(lora)) };
    let uplink = gw::UplinkFrame {
        phy_payload: frame.to_vec(),
        tx_info: Some(gw::UplinkTxInfo { frequency: 868_100_000, modulation: Some(modulation) }),
        rx_info: Some(gw::UplinkRxInfo {
            gateway_id: GATEWAY.to_owned(),
            gw_time: Some(time),
            rssi: -92,
            snr: 7.2,
            context: vec![1, 2, 3, 4],
            crc_status: gw::CrcStatus::CrcOk.into(),
            ..Default::default()
        }),
    };
    (format!("eu868/gateway/{GATEWAY}/event/up"), uplink.encode_to_vec())
}
