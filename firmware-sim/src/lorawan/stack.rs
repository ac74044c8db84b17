//! A device's LoRaWAN stack: `lorawan-device`, as it runs on a microcontroller, with a radio that only notes what is sent.
//!
//! The stack leaves some things to its user, done here: a payload is no longer than the data rate allows (the stack panics
//! on what does not fit its buffer), DevNonces are told to it (its own are random), each join starts with a new stack (it
//! takes channels from join accepts before it checks them), and a panic ends one device only.

mod board;

use std::panic::{AssertUnwindSafe, catch_unwind};

use lorawan_device::{
    JoinMode,
    default_crypto::DefaultFactory,
    mac::Session,
    nb_device::{self, Event, Response, radio},
    region::{self, DR},
};
use smartpole_model::{Activation, DevAddr, Eui, Key};

use crate::dice::Dice;
pub(crate) use board::Emitted;
use board::{Chance, Nonce, Radio};

/// Bytes of the radio's buffer: the longest frame is 255.
const BUFFER: usize = 256;

type Device = nb_device::Device<Radio, DefaultFactory, Chance, BUFFER>;

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
    nonce: Nonce,
    spreading_factor: u8,
}

impl Stack {
    /// A device that is not in a network; `dice` chooses its channels.
    pub(crate) fn new(spreading_factor: u8, dice: Dice) -> Self {
        let (chance, nonce) = Chance::new(dice);
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
        self.nonce.lay_out(nonce);
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

impl std::fmt::Debug for Stack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stack").field("dev_addr", &self.dev_addr()).field("f_cnt", &self.f_cnt()).finish()
    }
}

/// The join server a device asks for; it may be any if its registry names none.
pub(crate) fn join_eui(activation: &Activation) -> Eui {
    match activation {
        Activation::Otaa { join_eui: Some(eui), .. } => *eui,
        Activation::Otaa { join_eui: None, .. } | Activation::Abp { .. } => Eui(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn personalized(f_cnt: u32) -> Stack {
        let keys = (DevAddr(0x2601_1bda), Key::new([1; 16]), Key::new([2; 16]));
        Stack::personalized(12, Dice::of(1, &[1]), keys, f_cnt)
    }

    #[test]
    fn a_join_request_bears_the_names_and_the_nonce_it_was_given() {
        let mut stack = Stack::new(7, Dice::of(1, &[1]));
        let emitted = stack.join(Eui(0x0102_0304_0506_0708), Eui(0x70b3), Key::new([1; 16]), 0xa1b2).unwrap();
        assert_eq!(emitted.bytes[..9], [0, 0xb3, 0x70, 0, 0, 0, 0, 0, 0]);
        assert_eq!(emitted.bytes[9..19], [8, 7, 6, 5, 4, 3, 2, 1, 0xb2, 0xa1]);
        assert_eq!((emitted.spreading_factor, emitted.bytes.len(), stack.dev_addr()), (7, 23, None));
    }

    #[test]
    fn a_frame_bears_address_and_counter_and_the_counter_rises_when_the_windows_are_over() {
        let mut stack = personalized(0x1_fffe);
        let emitted = stack.send(1, b"air", false).unwrap();
        assert_eq!(emitted.bytes[..8], [0x40, 0xda, 0x1b, 0x01, 0x26, 0, 0xfe, 0xff]);
        assert_eq!(stack.listen(&[]), Ok(Answered::Silence));
        assert_eq!((stack.f_cnt(), stack.dev_addr()), (Some(0x1_ffff), Some(DevAddr(0x2601_1bda))));
    }

    #[test]
    fn a_payload_that_does_not_fit_is_refused() {
        assert_eq!(personalized(0).send(1, &[0; 60], false), Err(StackError::TooLong(60)));
    }

    #[test]
    fn a_device_without_a_session_sends_nothing_and_noise_moves_it_not() {
        let mut stack = Stack::new(7, Dice::of(1, &[1]));
        assert_eq!(stack.send(1, b"air", false), Err(StackError::Failed));
        stack.join(Eui(1), Eui(2), Key::new([1; 16]), 1).unwrap();
        let noise = [(Window::Rx1, vec![0x20; 17]), (Window::Rx2, vec![]), (Window::Rx2, vec![0xff; 255])];
        assert_eq!(stack.listen(&noise), Ok(Answered::Silence));
    }
}
