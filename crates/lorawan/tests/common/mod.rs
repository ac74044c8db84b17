//! Devices by another implementation: ChirpStack's `lrwn` writes their frames and reads what is sent to them.
#![allow(dead_code, reason = "each test uses some of it")]

use lrwn::{
    AES128Key, EUI64, FCtrl, FHDR, FRMPayload, FType, JoinAcceptPayload, JoinRequestPayload, JoinType, MACCommandSet,
    MACPayload, MACVersion, MHDR, Major, NetID, Payload, PhyPayload, keys,
};
use smartpole_lorawan::{Answer, Context, Crc, DataRate, Heard, Hearing, Network, Reception, Request};
use smartpole_model::{Activation, Credentials, DevAddr, DeviceNo, Eui, FCntReset, Key, UtcMillis};

pub const NET_ID: u32 = 0x13;
pub const JOIN_EUI: Eui = Eui(0x70b3_d57e_d000_0001);
/// 2026-11-25T10:00:00Z.
pub const START: UtcMillis = UtcMillis(1_795_600_800_000);

/// What an uplink is made of.
#[derive(Clone, Debug, Default)]
pub struct Up {
    pub confirmed: bool,
    pub adr_ack_req: bool,
    pub f_opts: Vec<u8>,
    pub f_port: Option<u8>,
    pub payload: Vec<u8>,
}

/// An unconfirmed uplink on port 2.
pub fn plain(payload: &[u8]) -> Up {
    Up { f_port: Some(2), payload: payload.to_vec(), ..Up::default() }
}

/// A confirmed uplink on port 2.
pub fn confirmed(payload: &[u8]) -> Up {
    Up { confirmed: true, ..plain(payload) }
}

/// A session as the device knows it.
#[derive(Clone, Copy, Debug)]
pub struct Radio {
    pub dev_addr: DevAddr,
    pub nwk_s_key: [u8; 16],
    pub app_s_key: [u8; 16],
}

impl Radio {
    pub fn new(dev_addr: u32, seed: u8) -> Self {
        Self { dev_addr: DevAddr(dev_addr), nwk_s_key: [seed; 16], app_s_key: [!seed; 16] }
    }

    /// The registry's row of the device.
    pub fn abp(&self, f_cnt_reset: FCntReset) -> Credentials {
        let (nwk_s_key, app_s_key) = (Key::new(self.nwk_s_key), Key::new(self.app_s_key));
        let activation = Activation::Abp { dev_addr: self.dev_addr, nwk_s_key, app_s_key };
        Credentials { activation, f_cnt_reset }
    }

    /// A frame on the air.
    pub fn frame(&self, f_cnt: u32, up: &Up) -> Vec<u8> {
        let f_type = if up.confirmed { FType::ConfirmedDataUp } else { FType::UnconfirmedDataUp };
        let payload = MACPayload {
            fhdr: FHDR {
                devaddr: lrwn::DevAddr::from_be_bytes(self.dev_addr.0.to_be_bytes()),
                f_ctrl: FCtrl { adr_ack_req: up.adr_ack_req, ..FCtrl::default() },
                f_cnt,
                f_opts: MACCommandSet::from_slice(&up.f_opts),
            },
            f_port: up.f_port,
            frm_payload: up.f_port.filter(|_| !up.payload.is_empty()).map(|_| FRMPayload::Raw(up.payload.clone())),
        };
        let mhdr = MHDR { f_type, major: Major::LoRaWANR1 };
        let mut frame = PhyPayload { mhdr, payload: Payload::MACPayload(payload), mic: None };
        let key = if up.f_port == Some(0) { self.nwk_s_key } else { self.app_s_key };
        frame.encrypt_frm_payload(&AES128Key::from_bytes(key)).unwrap();
        let key = AES128Key::from_bytes(self.nwk_s_key);
        frame.set_uplink_data_mic(MACVersion::LoRaWAN1_0, 0, 0, 0, &key, &key).unwrap();
        frame.to_vec().unwrap()
    }

    /// A downlink as the device reads it: whether its MIC fits this counter, whether it acknowledges, and its FOpts.
    pub fn read(&self, f_cnt: u32, frame: &[u8]) -> (bool, bool, Vec<u8>) {
        let mut frame = PhyPayload::from_slice(frame).unwrap();
        assert_eq!(frame.mhdr.f_type, FType::UnconfirmedDataDown);
        let Payload::MACPayload(payload) = &mut frame.payload else { panic!("no data frame") };
        assert_eq!(payload.fhdr.devaddr.to_be_bytes(), self.dev_addr.0.to_be_bytes());
        assert_eq!(payload.fhdr.f_cnt, f_cnt & 0xffff);
        assert_eq!((payload.f_port, &payload.frm_payload), (None, &None));
        payload.fhdr.f_cnt = f_cnt;
        let (ack, f_opts) = (payload.fhdr.f_ctrl.ack, payload.fhdr.f_opts.to_vec().unwrap());
        let key = AES128Key::from_bytes(self.nwk_s_key);
        (frame.validate_downlink_data_mic(MACVersion::LoRaWAN1_0, 0, &key).unwrap(), ack, f_opts)
    }
}

/// A device that joins.
#[derive(Clone, Copy, Debug)]
pub struct Joiner {
    pub dev_eui: Eui,
    pub app_key: [u8; 16],
}

impl Joiner {
    pub fn new(number: u8) -> Self {
        Self { dev_eui: Eui(0x70b3_d57b_a000_1100 + u64::from(number)), app_key: [number; 16] }
    }

    pub fn otaa(&self) -> Credentials {
        let activation = Activation::Otaa { join_eui: Some(JOIN_EUI), app_key: Key::new(self.app_key) };
        Credentials { activation, f_cnt_reset: FCntReset::Refuse }
    }

    pub fn request(&self, join_eui: Eui, dev_nonce: u16) -> Vec<u8> {
        let payload = JoinRequestPayload {
            join_eui: EUI64::from_be_bytes(join_eui.0.to_be_bytes()),
            dev_eui: EUI64::from_be_bytes(self.dev_eui.0.to_be_bytes()),
            dev_nonce,
        };
        let mhdr = MHDR { f_type: FType::JoinRequest, major: Major::LoRaWANR1 };
        let mut frame = PhyPayload { mhdr, payload: Payload::JoinRequest(payload), mic: None };
        frame.set_join_request_mic(&AES128Key::from_bytes(self.app_key)).unwrap();
        frame.to_vec().unwrap()
    }

    /// A join accept as the device reads it, and the session it opens.
    pub fn accept(&self, dev_nonce: u16, frame: &[u8]) -> (JoinAcceptPayload, Radio) {
        let key = AES128Key::from_bytes(self.app_key);
        let join_eui = EUI64::from_be_bytes(JOIN_EUI.0.to_be_bytes());
        let mut frame = PhyPayload::from_slice(frame).unwrap();
        frame.decrypt_join_accept_payload(&key).unwrap();
        assert!(frame.validate_join_accept_mic(JoinType::Join, &join_eui, dev_nonce, &key).unwrap());
        let Payload::JoinAccept(accept) = frame.payload else { panic!("no join accept") };
        let net_id: NetID = accept.home_netid;
        let nonce = accept.join_nonce;
        let nwk_s_key =
            keys::get_f_nwk_s_int_key(false, &key, &net_id, &join_eui, nonce, dev_nonce).unwrap().to_bytes();
        let app_s_key = keys::get_app_s_key(false, &key, &net_id, &join_eui, nonce, dev_nonce).unwrap().to_bytes();
        let dev_addr = DevAddr(u32::from_be_bytes(accept.devaddr.to_be_bytes()));
        (accept, Radio { dev_addr, nwk_s_key, app_s_key })
    }
}

/// A frame as gateway `gateway` hears it at an instant of its clock.
pub fn heard(phy_payload: &[u8], gateway: u64, tmst: u32) -> Heard {
    let reception = Reception {
        gateway: Eui(gateway),
        rssi: -97,
        snr: Some(55),
        frequency: 868_100_000,
        data_rate: Some(DataRate::Lora { spreading_factor: 7, bandwidth: 125 }),
        time: None,
        context: Context::Tmst(tmst),
    };
    Heard { phy_payload: phy_payload.to_vec(), crc: Crc::Ok, reception }
}

/// A network and a clock.
#[derive(Clone, Debug)]
pub struct Town {
    pub network: Network,
    pub now: UtcMillis,
}

impl Town {
    pub fn new(enrolled: &[(u32, Eui, Credentials)]) -> Self {
        let mut network = Network::new(NET_ID);
        network.put_in_force(NET_ID, enrolled.iter().map(|(no, eui, credentials)| (DeviceNo(*no), *eui, *credentials)));
        Self { network, now: START }
    }

    /// One second later a frame is heard, and noted.
    pub fn hear(&mut self, heard: &Heard) -> (Hearing, Option<Answer>) {
        self.now = self.now.plus(1_000);
        let hearing = self.network.hear(heard, self.now);
        let answer = self.network.note(&hearing, std::slice::from_ref(&heard.reception), self.now);
        (hearing, answer)
    }

    /// The same by the first gateway, in words.
    pub fn say(&mut self, frame: &[u8]) -> String {
        let tmst = self.now.0 as u32;
        let (hearing, answer) = self.hear(&heard(frame, 1, tmst));
        say(&hearing, answer.as_ref())
    }
}

/// A hearing in words.
pub fn say(hearing: &Hearing, answer: Option<&Answer>) -> String {
    let said = match hearing {
        Hearing::Uplink(up) => format!("{}: uplink {} port {:?} {:02x?}", up.device.0, up.f_cnt, up.f_port, up.payload),
        Hearing::Copy(copy) => match copy.id.to {
            Request::Uplink(f_cnt) if copy.retransmission => format!("{}: {f_cnt} sent again", copy.id.device.0),
            Request::Uplink(f_cnt) => format!("{}: copy of {f_cnt}", copy.id.device.0),
            Request::Join(nonce) => format!("{}: copy of join {nonce}", copy.id.device.0),
        },
        Hearing::Join(join) => format!("{}: join {}", join.device.0, join.dev_nonce),
        Hearing::Refused(refused) => {
            assert!(refused.detail.len() <= 200);
            let device = refused.device.map_or("-".to_owned(), |no| no.0.to_string());
            format!("{device}: {} ({})", refused.reason.code(), refused.detail)
        }
    };
    let answered = answer.map(|answer| format!(" -> answered after {} ms", answer.rx1_delay_ms));
    said + &answered.unwrap_or_default()
}
