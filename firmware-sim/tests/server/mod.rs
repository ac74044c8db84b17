//! A network server of few lines on `lrwn`, ChirpStack's implementation of LoRaWAN.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::SocketAddr,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use lrwn::{
    AES128Key, CFList, CFListChannels, DLSettings, EUI64, FRMPayload, FType, JoinAcceptPayload, JoinType, MACVersion,
    MHDR, Major, NetID, Payload, PhyPayload,
    keys::{get_app_s_key, get_f_nwk_s_int_key},
};
use serde_json::{Value, json};
use smartpole_model::{Activation, DevAddr, Inputs};
use tokio::{net::UdpSocket, sync::oneshot, task::JoinHandle};

/// How the server behaves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Of so many acknowledgements one is not sent.
    pub lose_acks: usize,
    /// So many join accepts are sent for an instant that has passed.
    pub late_accepts: usize,
}

/// What it saw.
#[derive(Debug, Default)]
pub struct Seen {
    /// Port and payload by address and counter.
    pub uplinks: BTreeMap<(DevAddr, u32), (u8, Vec<u8>)>,
    /// What it could not make sense of.
    pub wrong: Vec<String>,
    /// Devices that used a session of a join.
    pub joined: BTreeSet<String>,
    /// Frames by gateway, clock and bytes.
    pub frames: BTreeSet<(String, u64, String)>,
    /// Errors of TX_ACKs.
    pub tx_errors: Vec<String>,
    /// DevNonces of each device, in order.
    pub nonces: BTreeMap<String, Vec<u16>>,
}

struct Session {
    device: String,
    joined: bool,
    nwk_s_key: AES128Key,
    app_s_key: AES128Key,
    highest: Option<u32>,
}

struct State {
    settings: Settings,
    seen: Seen,
    app_keys: HashMap<String, AES128Key>,
    sessions: HashMap<u32, Session>,
    gateways: HashMap<[u8; 8], SocketAddr>,
    pushes: usize,
    accepts: usize,
}

/// A running server.
pub struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Seen>,
}

impl Server {
    pub async fn start(inputs: &Inputs, settings: Settings) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let state = State::new(inputs, settings);
        Self { address, stop, task: tokio::spawn(serve(socket, state, stopped)) }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub async fn stop(self) -> Seen {
        self.stop.send(()).unwrap();
        self.task.await.unwrap()
    }
}

async fn serve(socket: UdpSocket, mut state: State, mut stopped: oneshot::Receiver<()>) -> Seen {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let (length, peer) = tokio::select! {
            biased;
            received = socket.recv_from(&mut buffer) => received.unwrap(),
            _ = &mut stopped => return state.seen,
        };
        for (datagram, to) in state.take(&buffer[..length], peer) {
            socket.send_to(&datagram, to).await.unwrap();
        }
    }
}

impl State {
    fn new(inputs: &Inputs, settings: Settings) -> Self {
        let (mut app_keys, mut sessions) = (HashMap::new(), HashMap::new());
        for device in &inputs.registry.devices {
            match device.credentials.map(|credentials| credentials.activation) {
                Some(Activation::Otaa { app_key, .. }) => {
                    app_keys.insert(device.id.clone(), AES128Key::from_bytes(*app_key.bytes()));
                }
                Some(Activation::Abp { dev_addr, nwk_s_key, app_s_key }) => {
                    let [nwk_s_key, app_s_key] = [nwk_s_key, app_s_key].map(|key| AES128Key::from_bytes(*key.bytes()));
                    let device = device.id.clone();
                    sessions.insert(dev_addr.0, Session { device, joined: false, nwk_s_key, app_s_key, highest: None });
                }
                None => {}
            }
        }
        let (seen, gateways) = (Seen::default(), HashMap::new());
        Self { settings, seen, app_keys, sessions, gateways, pushes: 0, accepts: 0 }
    }

    fn take(&mut self, datagram: &[u8], peer: SocketAddr) -> Vec<(Vec<u8>, SocketAddr)> {
        let gateway: [u8; 8] = datagram[4..12].try_into().unwrap();
        let ack = |kind| vec![2, datagram[1], datagram[2], kind];
        match datagram[3] {
            0 => {
                let body: Value = serde_json::from_slice(&datagram[12..]).unwrap();
                let frames = body["rxpk"].as_array().cloned().unwrap_or_default();
                let mut answers: Vec<_> = frames.iter().filter_map(|rxpk| self.rxpk(gateway, rxpk)).collect();
                self.pushes += 1;
                if self.settings.lose_acks == 0 || !self.pushes.is_multiple_of(self.settings.lose_acks) {
                    answers.push((ack(1), peer));
                }
                answers
            }
            2 => {
                self.gateways.insert(gateway, peer);
                vec![(ack(4), peer)]
            }
            _ => {
                let body: Value = serde_json::from_slice(&datagram[12..]).unwrap();
                self.seen.tx_errors.push(body["txpk_ack"]["error"].as_str().unwrap().to_owned());
                Vec::new()
            }
        }
    }

    fn rxpk(&mut self, gateway: [u8; 8], rxpk: &Value) -> Option<(Vec<u8>, SocketAddr)> {
        let data = rxpk["data"].as_str().unwrap();
        let bytes = STANDARD.decode(data).unwrap();
        assert_eq!(rxpk["size"].as_u64().unwrap(), bytes.len() as u64);
        let name = format!("{gateway:02x?}");
        let tmst = rxpk["tmst"].as_u64().unwrap();
        if !self.seen.frames.insert((name, tmst, data.to_owned())) || rxpk["stat"] != 1 {
            return None;
        }
        let frame = PhyPayload::from_slice(&bytes).unwrap();
        match &frame.payload {
            Payload::JoinRequest(_) => self.join(gateway, rxpk, &frame),
            Payload::MACPayload(_) => {
                self.uplink(frame);
                None
            }
            other => {
                self.seen.wrong.push(format!("no device sends {other:?}"));
                None
            }
        }
    }

    fn join(&mut self, gateway: [u8; 8], rxpk: &Value, frame: &PhyPayload) -> Option<(Vec<u8>, SocketAddr)> {
        let Payload::JoinRequest(request) = &frame.payload else { return None };
        let device = format!("{}", request.dev_eui);
        let key = self.app_keys[&device];
        assert!(frame.validate_join_request_mic(&key).unwrap(), "{device}");
        let nonces = self.seen.nonces.entry(device.clone()).or_default();
        if nonces.contains(&request.dev_nonce) {
            return None;
        }
        nonces.push(request.dev_nonce);
        let join_nonce = nonces.len() as u32;
        let number = self.app_keys.keys().filter(|known| **known < device).count() as u32;
        let addr = number << 12 | join_nonce;
        let (net, eui, nonce) = (NetID::from_be_bytes([0, 0, 0]), request.join_eui, request.dev_nonce);
        let session = Session {
            device,
            joined: true,
            nwk_s_key: get_f_nwk_s_int_key(false, &key, &net, &eui, join_nonce, nonce).unwrap(),
            app_s_key: get_app_s_key(false, &key, &net, &eui, join_nonce, nonce).unwrap(),
            highest: None,
        };
        self.sessions.insert(addr, session);
        let accept = accept(&key, (join_nonce, net, addr), &eui, nonce);
        self.accepts += 1;
        let late = self.accepts <= self.settings.late_accepts;
        let delay = if late { 1_000u32.wrapping_neg() } else { 5_000_000 };
        let txpk = json!({"txpk": {
            "imme": false, "tmst": (rxpk["tmst"].as_u64().unwrap() as u32).wrapping_add(delay), "freq": rxpk["freq"],
            "rfch": 0, "powe": 14, "modu": "LORA", "datr": rxpk["datr"], "codr": "4/5", "ipol": true,
            "size": accept.len(), "data": STANDARD.encode(&accept)
        }});
        Some(([vec![2, 0, 7, 3], txpk.to_string().into_bytes()].concat(), *self.gateways.get(&gateway)?))
    }

    fn uplink(&mut self, mut frame: PhyPayload) {
        let Payload::MACPayload(mac) = &frame.payload else { return };
        let addr = u32::from_be_bytes(mac.fhdr.devaddr.to_be_bytes());
        let half = mac.fhdr.f_cnt;
        let Some(session) = self.sessions.get_mut(&addr) else {
            return self.seen.wrong.push(format!("{addr:08x}: nobody's"));
        };
        let upper = session.highest.map_or(0..=16, |highest| highest >> 16..=(highest >> 16) + 1);
        let signed = upper.map(|upper| upper << 16 | half).find(|f_cnt| {
            set_f_cnt(&mut frame, *f_cnt);
            let key = &session.nwk_s_key;
            frame.validate_uplink_data_mic(MACVersion::LoRaWAN1_0, 0, 0, 0, key, key).unwrap()
        });
        let Some(f_cnt) = signed else { return self.seen.wrong.push(format!("{addr:08x} {half}: wrong MIC")) };
        session.highest = session.highest.max(Some(f_cnt));
        if session.joined {
            self.seen.joined.insert(session.device.clone());
        }
        frame.decrypt_frm_payload(&session.app_s_key).unwrap();
        let Payload::MACPayload(mac) = &frame.payload else { return };
        let Some(FRMPayload::Raw(payload)) = &mac.frm_payload else {
            return self.seen.wrong.push(format!("{addr:08x} {f_cnt}: no payload"));
        };
        self.seen.uplinks.insert((DevAddr(addr), f_cnt), (mac.f_port.unwrap(), payload.clone()));
    }
}

fn set_f_cnt(frame: &mut PhyPayload, f_cnt: u32) {
    if let Payload::MACPayload(mac) = &mut frame.payload {
        mac.fhdr.f_cnt = f_cnt;
    }
}

/// A join accept with the usual five channels more.
fn accept(key: &AES128Key, (join_nonce, home_netid, addr): (u32, NetID, u32), eui: &EUI64, dev_nonce: u16) -> Vec<u8> {
    let channels = [867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000];
    let payload = JoinAcceptPayload {
        join_nonce,
        home_netid,
        devaddr: lrwn::DevAddr::from_be_bytes(addr.to_be_bytes()),
        dl_settings: DLSettings { opt_neg: false, rx2_dr: 0, rx1_dr_offset: 0 },
        rx_delay: 1,
        cflist: Some(CFList::Channels(CFListChannels::new(channels))),
    };
    let mhdr = MHDR { f_type: FType::JoinAccept, major: Major::LoRaWANR1 };
    let mut frame = PhyPayload { mhdr, payload: Payload::JoinAccept(payload), mic: None };
    frame.set_join_accept_mic(JoinType::Join, eui, dev_nonce, key).unwrap();
    frame.encrypt_join_accept_payload(key).unwrap();
    frame.to_vec().unwrap()
}
