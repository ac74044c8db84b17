//! A gateway by hand, that speaks Semtech's UDP protocol, and frames made by ChirpStack's library.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use lrwn::{
    AES128Key, DevAddr, EUI64, FCtrl, FHDR, FRMPayload, FType, JoinRequestPayload, JoinType, MACCommandSet, MACPayload,
    MACVersion, MHDR, Major, Payload, PhyPayload,
};
use smartpole_model::{Activation, Credentials, Eui, Key};
use tokio::{net::UdpSocket, time::timeout};

use crate::eventually;

/// A gateway's socket.
#[derive(Debug)]
pub struct Gateway {
    socket: UdpSocket,
    eui: Eui,
}

impl Gateway {
    /// One that sends from any address to this port.
    ///
    /// # Panics
    /// If there is no socket.
    pub async fn new(eui: Eui, port: u16) -> Self {
        Self::at("127.0.0.1", eui, port).await
    }

    /// One that sends from this address.
    ///
    /// # Panics
    /// If there is no socket.
    pub async fn at(address: &str, eui: Eui, port: u16) -> Self {
        let socket = UdpSocket::bind((address, 0)).await.expect("a socket");
        socket.connect(("127.0.0.1", port)).await.expect("an address");
        Self { socket, eui }
    }

    /// Sends these bytes as they are.
    ///
    /// # Panics
    /// If that fails.
    pub async fn send(&self, bytes: &[u8]) {
        self.socket.send(bytes).await.expect("it is sent");
    }

    /// Sends a PUSH_DATA.
    pub async fn push(&self, token: u16, body: &str) {
        self.send(&[&self.head(token, 0), body.as_bytes()].concat()).await;
    }

    /// Sends a PUSH_DATA and waits for its acknowledgement.
    ///
    /// # Panics
    /// If there is none within half a minute.
    pub async fn push_until_acknowledged(&self, token: u16, body: &str) {
        eventually("the datagram is acknowledged", async || {
            self.push(token, body).await;
            let [high, low] = token.to_be_bytes();
            match self.answer().await {
                Some(answer) if answer == [2, high, low, 1] => Ok(()),
                other => Err(format!("{other:02x?}")),
            }
        })
        .await;
    }

    /// Sends a PULL_DATA.
    pub async fn pull(&self, token: u16) {
        self.send(&self.head(token, 2)).await;
    }

    /// Sends PULL_DATA until one is answered: from then on the service knows where it is.
    ///
    /// # Panics
    /// If none is within half a minute.
    pub async fn pull_until_acknowledged(&self) {
        eventually("the gateway is known", async || {
            self.pull(0).await;
            while let Some(answer) = self.answer().await {
                if answer.get(3) == Some(&4) {
                    return Ok(());
                }
            }
            Err("no answer".to_owned())
        })
        .await;
    }

    /// The next datagram it gets, if one comes within a second.
    pub async fn answer(&self) -> Option<Vec<u8>> {
        let mut buffer = vec![0; 2_000];
        let length = timeout(Duration::from_secs(1), self.socket.recv(&mut buffer)).await.ok()?.ok()?;
        buffer.truncate(length);
        Some(buffer)
    }

    /// The next frame it shall send, and the instant of its clock, if one comes within a second.
    pub async fn pull_resp(&self) -> Option<(Vec<u8>, u64)> {
        let answer = self.answer().await?;
        let body: serde_json::Value = serde_json::from_slice(answer.strip_prefix(&answer[..4])?).ok()?;
        let frame = STANDARD.decode(body["txpk"]["data"].as_str()?).ok()?;
        Some((frame, body["txpk"]["tmst"].as_u64()?))
    }

    fn head(&self, token: u16, identifier: u8) -> Vec<u8> {
        [&[2][..], &token.to_be_bytes(), &[identifier], &self.eui.0.to_be_bytes()].concat()
    }
}

/// The body of a PUSH_DATA with these frames, heard at this instant of the gateway's clock.
pub fn rxpk(tmst: u32, frames: &[Vec<u8>]) -> String {
    let object = |frame: &Vec<u8>| {
        let (data, size) = (STANDARD.encode(frame), frame.len());
        format!(
            "{{\"tmst\":{tmst},\"freq\":868.1,\"stat\":1,\"modu\":\"LORA\",\"datr\":\"SF7BW125\",\"codr\":\"4/5\",\"rssi\":-80,\"lsnr\":9.5,\"size\":{size},\"data\":\"{data}\"}}"
        )
    };
    format!("{{\"rxpk\":[{}]}}", frames.iter().map(object).collect::<Vec<_>>().join(","))
}

/// An uplink of a personalized device.
///
/// # Panics
/// If the device joins.
pub fn uplink(credentials: &Credentials, f_cnt: u32, payload: &[u8]) -> Vec<u8> {
    let Activation::Abp { dev_addr, nwk_s_key, app_s_key } = credentials.activation else { panic!("it joins") };
    let [network, application] = [nwk_s_key, app_s_key].map(|key| AES128Key::from_bytes(*key.bytes()));
    let devaddr = DevAddr::from_be_bytes(dev_addr.0.to_be_bytes());
    let mut phy = PhyPayload {
        mhdr: MHDR { f_type: FType::UnconfirmedDataUp, major: Major::LoRaWANR1 },
        payload: Payload::MACPayload(MACPayload {
            fhdr: FHDR { devaddr, f_ctrl: FCtrl::default(), f_cnt, f_opts: MACCommandSet::new(vec![]) },
            f_port: Some(1),
            frm_payload: Some(FRMPayload::Raw(payload.to_vec())),
        }),
        mic: None,
    };
    phy.encrypt_frm_payload(&application).expect("a payload");
    phy.set_uplink_data_mic(MACVersion::LoRaWAN1_0, 0, 0, 0, &network, &network).expect("a frame");
    phy.to_vec().expect("a frame")
}

/// A device's request to join.
///
/// # Panics
/// If the device does not join.
pub fn join_request(dev_eui: Eui, credentials: &Credentials, dev_nonce: u16) -> Vec<u8> {
    let Activation::Otaa { join_eui, app_key } = credentials.activation else { panic!("it is personalized") };
    let [join_eui, dev_eui] =
        [join_eui.unwrap_or_default(), dev_eui].map(|eui| EUI64::from_be_bytes(eui.0.to_be_bytes()));
    let mut phy = PhyPayload {
        mhdr: MHDR { f_type: FType::JoinRequest, major: Major::LoRaWANR1 },
        payload: Payload::JoinRequest(JoinRequestPayload { join_eui, dev_eui, dev_nonce }),
        mic: None,
    };
    phy.set_join_request_mic(&AES128Key::from_bytes(*app_key.bytes())).expect("a frame");
    phy.to_vec().expect("a frame")
}

/// The session that a join accept opens, as the device derives it.
///
/// # Panics
/// If the frame is no join accept for it.
pub fn joined(credentials: &Credentials, accept: &[u8], dev_nonce: u16) -> Credentials {
    let Activation::Otaa { app_key, .. } = credentials.activation else { panic!("it is personalized") };
    let key = AES128Key::from_bytes(*app_key.bytes());
    let mut frame = PhyPayload::from_slice(accept).expect("a frame");
    frame.decrypt_join_accept_payload(&key).expect("it is encrypted for the device");
    let fits = frame.validate_join_accept_mic(JoinType::Join, &EUI64::from_be_bytes([0; 8]), dev_nonce, &key);
    assert!(fits.expect("a MIC"), "{frame:?}");
    let Payload::JoinAccept(accept) = &frame.payload else { panic!("{frame:?}") };
    let (join_nonce, net_id) = (accept.join_nonce, accept.home_netid);
    // the JoinEUI is not part of it before LoRaWAN 1.1
    let eui = EUI64::from_be_bytes([0; 8]);
    let network = lrwn::keys::get_f_nwk_s_int_key(false, &key, &net_id, &eui, join_nonce, dev_nonce).expect("a key");
    let application = lrwn::keys::get_app_s_key(false, &key, &net_id, &eui, join_nonce, dev_nonce).expect("a key");
    let [nwk_s_key, app_s_key] = [network, application].map(|key| Key::new(key.to_bytes()));
    let dev_addr = smartpole_model::DevAddr(u32::from_be_bytes(accept.devaddr.to_be_bytes()));
    Credentials { activation: Activation::Abp { dev_addr, nwk_s_key, app_s_key }, ..*credentials }
}

/// A payload of a DL-PM: battery 3.6 V alone.
pub const DL_PM: &[u8] = &[2, 0, 1, 0, 1, 0x0e, 0x10];
