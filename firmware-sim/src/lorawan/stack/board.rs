//! What the stack finds on its board: a radio that only notes what is sent, and chance.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use lorawan_device::{
    RngCore, Timings,
    nb_device::radio::{self, PhyRxTx, RxQuality},
};

use crate::dice::Dice;

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

/// No nonce is laid out.
const NO_NONCE: u32 = u32::MAX;

/// The stack draws a join request's DevNonce first and channels after it; the nonce is laid out for it.
pub(super) struct Chance {
    nonce: Arc<AtomicU32>,
    dice: Dice,
}

/// Lays out the nonce of the next join request.
#[derive(Debug)]
pub(super) struct Nonce(Arc<AtomicU32>);

impl Nonce {
    pub(super) fn lay_out(&self, nonce: u16) {
        self.0.store(nonce.into(), Ordering::Relaxed);
    }
}

impl Chance {
    pub(super) fn new(dice: Dice) -> (Self, Nonce) {
        let nonce = Arc::new(AtomicU32::new(NO_NONCE));
        (Self { nonce: Arc::clone(&nonce), dice }, Nonce(nonce))
    }
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
pub(super) struct Radio {
    pub(super) sent: Option<Emitted>,
    pub(super) received: Vec<u8>,
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
