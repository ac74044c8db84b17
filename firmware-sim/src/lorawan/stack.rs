//! A device's LoRaWAN stack: `lorawan-device`, as it runs on a microcontroller, with a radio that only notes what is sent.
//!
//! The stack leaves some things to its user, done here: a payload is no longer than the data rate allows (the stack panics
//! on what does not fit its buffer), DevNonces are told to it (its own are random), each join starts with a new stack (it
//! takes channels from join accepts before it checks them), and a panic ends one device only.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use lorawan_device::{
    JoinMode, RngCore, Timings,
    default_crypto::DefaultFactory,
    mac::Session,
    nb_device::{
        self, Event, Response,
        radio::{self, PhyRxTx, RxQuality},
    },
    region::{self, DR},
};
use smartpole_model::{Activation, DevAddr, Eui, Key};

use crate::dice::Dice;

/// Bytes of the radio's buffer: the longest frame is 255.
const BUFFER: usize = 256;

type Device = nb_device::Device<Radio, DefaultFactory, Chance, BUFFER>;

/// What the stack gave to its radio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Emitted {
    /// The frame.
    pub(crate) bytes: Vec<u8>,
    /// Carrier, Hz.
    pub(crate) frequency: u32,
    /// 7 to 12.
    pub(crate) spreading_factor: u8,
}

/// One of the two instants after an uplink at which a device listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Window {
    /// On the uplink's channel, 1 s after it (5 s after a join request).
    Rx1,
    /// At 869.525 MHz and SF12, 1 s later.
    Rx2,
}

/// What the device made of its windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answered {
    /// It has a session.
    Joined,
    /// It heard the network.
    Downlink,
    /// Nothing, or nothing for it.
    Silence,
}

/// The stack cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StackError {
    /// The payload is longer than the data rate allows.
    #[error("{0} bytes are more than a frame may carry")]
    TooLong(usize),
    /// It refused, or panicked.
    #[error("the device's stack failed")]
    Failed,
}

/// A device's stack between power-on and power-off.
pub(crate) struct Stack {
    device: Device,
    nonce: Arc<AtomicU32>,
    spreading_factor: u8,
}

impl Stack {
    /// A device that is not in a network; `dice` chooses its channels.
    pub(crate) fn new(spreading_factor: u8, dice: Dice) -> Self {
        let nonce = Arc::new(AtomicU32::new(NO_NONCE));
        let chance = Chance { nonce: Arc::clone(&nonce), dice };
        let mut device = Device::new(region::Configuration::new(region::Region::EU868), Radio::default(), chance);
        device.set_datarate(data_rate(spreading_factor));
        Self { device, nonce, spreading_factor }
    }

    /// A device with the session of its personalization, whose next frame has this counter.
    pub(crate) fn personalized(
        spreading_factor: u8,
        dice: Dice,
        (dev_addr, nwk_s_key, app_s_key): (DevAddr, Key, Key),
        f_cnt: u32,
    ) -> Self {
        let mut stack = Self::new(spreading_factor, dice);
        let on_air = dev_addr.0.to_le_bytes();
        let mut session = Session::new(
            (*nwk_s_key.bytes()).into(),
            (*app_s_key.bytes()).into(),
            lorawan_device::DevAddr::from(on_air),
        );
        session.fcnt_up = f_cnt;
        stack.device.set_session(session);
        stack
    }

    /// Asks to join.
    pub(crate) fn join(
        &mut self,
        dev_eui: Eui,
        join_eui: Eui,
        app_key: Key,
        nonce: u16,
    ) -> Result<Emitted, StackError> {
        self.nonce.store(nonce.into(), Ordering::Relaxed);
        let (deveui, appeui) = (dev_eui.0.to_le_bytes().into(), join_eui.0.to_le_bytes().into());
        let mode = JoinMode::OTAA { deveui, appeui, appkey: (*app_key.bytes()).into() };
        self.guarded(|device| device.join(mode).is_ok())?;
        self.emitted()
    }

    /// Sends data.
    pub(crate) fn send(&mut self, port: u8, payload: &[u8], confirmed: bool) -> Result<Emitted, StackError> {
        if payload.len() > longest(self.spreading_factor) {
            return Err(StackError::TooLong(payload.len()));
        }
        self.guarded(|device| device.send(payload, port, confirmed).is_ok())?;
        self.emitted()
    }

    /// Both windows, with what could be heard in them.
    pub(crate) fn listen(&mut self, heard: &[(Window, Vec<u8>)]) -> Result<Answered, StackError> {
        let mut answered = Answered::Silence;
        self.guarded(|device| {
            answered = both_windows(device, heard);
            true
        })?;
        Ok(answered)
    }

    /// DevAddr of the session, if there is one.
    pub(crate) fn dev_addr(&self) -> Option<DevAddr> {
        let on_air: [u8; 4] = self.device.get_session()?.devaddr().as_ref().try_into().ok()?;
        Some(DevAddr(u32::from_le_bytes(on_air)))
    }

    /// Counter of the next frame, if there is a session.
    pub(crate) fn f_cnt(&self) -> Option<u32> {
        self.device.get_fcnt_up()
    }

    fn guarded(&mut self, act: impl FnOnce(&mut Device) -> bool) -> Result<(), StackError> {
        match catch_unwind(AssertUnwindSafe(|| act(&mut self.device))) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(StackError::Failed),
        }
    }

    fn emitted(&mut self) -> Result<Emitted, StackError> {
        self.device.get_radio().sent.take().ok_or(StackError::Failed)
    }
}

fn both_windows(device: &mut Device, heard: &[(Window, Vec<u8>)]) -> Answered {
    for window in [Window::Rx1, Window::Rx2] {
        let _opened = device.handle_event(Event::TimeoutFired);
        for (_, bytes) in heard.iter().filter(|(when, _)| *when == window) {
            device.get_radio().received = bytes.clone();
            match device.handle_event(Event::RadioEvent(radio::Event::Phy(()))) {
                Ok(Response::JoinSuccess) => return Answered::Joined,
                Ok(Response::DownlinkReceived(_)) => return Answered::Downlink,
                _ => {}
            }
        }
        let _closed = device.handle_event(Event::TimeoutFired);
    }
    Answered::Silence
}

/// Longest payload with empty FOpts at a spreading factor and 125 kHz, in bytes, leaving 15 for the MAC commands that the
/// stack may add (RP002-1.0.4, EU863-870, N).
pub(crate) fn longest(spreading_factor: u8) -> usize {
    const FOPTS: usize = 15;
    let n = match spreading_factor {
        10.. => 51,
        9 => 115,
        _ => 222,
    };
    n - FOPTS
}

fn data_rate(spreading_factor: u8) -> DR {
    match spreading_factor {
        12.. => DR::_0,
        11 => DR::_1,
        10 => DR::_2,
        9 => DR::_3,
        8 => DR::_4,
        _ => DR::_5,
    }
}

const NO_NONCE: u32 = u32::MAX;

/// The stack draws a join request's DevNonce first and channels after it; the nonce is laid out for it.
struct Chance {
    nonce: Arc<AtomicU32>,
    dice: Dice,
}

impl RngCore for Chance {
    fn next_u32(&mut self) -> u32 {
        match self.nonce.swap(NO_NONCE, Ordering::Relaxed) {
            NO_NONCE => self.dice.next() as u32,
            // The stack sends the higher byte first, the air has the lower one first (LoRaWAN 1.0.4, 6.2.5).
            nonce => u32::from((nonce as u16).swap_bytes()),
        }
    }

    fn next_u64(&mut self) -> u64 {
        self.dice.next()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        bytes.iter_mut().for_each(|byte| *byte = self.dice.next() as u8);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

/// A radio on paper: sending takes no time, as the simulation keeps the time.
#[derive(Debug, Default)]
struct Radio {
    sent: Option<Emitted>,
    received: Vec<u8>,
}

impl Timings for Radio {
    fn get_rx_window_offset_ms(&self) -> i32 {
        0
    }

    fn get_rx_window_duration_ms(&self) -> u32 {
        100
    }
}

impl PhyRxTx for Radio {
    type PhyEvent = ();
    type PhyError = ();
    type PhyResponse = ();

    const MAX_RADIO_POWER: u8 = 14;

    fn get_mut_radio(&mut self) -> &mut Self {
        self
    }

    fn get_received_packet(&mut self) -> &mut [u8] {
        &mut self.received
    }

    fn handle_event(&mut self, event: radio::Event<'_, Self>) -> Result<radio::Response<Self>, ()> {
        Ok(match event {
            radio::Event::TxRequest(config, bytes) => {
                let spreading_factor = config.rf.bb.sf.factor() as u8;
                self.sent = Some(Emitted { bytes: bytes.to_vec(), frequency: config.rf.frequency, spreading_factor });
                radio::Response::TxDone(0)
            }
            radio::Event::RxRequest(_) => radio::Response::Rxing,
            radio::Event::CancelRx => radio::Response::Idle,
            radio::Event::Phy(()) => radio::Response::RxDone(RxQuality::new(-80, 8)),
        })
    }
}

impl std::fmt::Debug for Stack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stack").field("dev_addr", &self.dev_addr()).field("f_cnt", &self.f_cnt()).finish()
    }
}

/// How a device comes by its session, with its JoinEUI filled in.
pub(crate) fn join_eui(activation: &Activation) -> Eui {
    match activation {
        Activation::Otaa { join_eui: Some(eui), .. } => *eui,
        Activation::Otaa { join_eui: None, .. } | Activation::Abp { .. } => Eui(0),
    }
}
