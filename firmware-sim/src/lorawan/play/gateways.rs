//! Sockets of gateways, what they asked to send, and which frames a downlink may answer.

use std::{collections::VecDeque, io, net::SocketAddr, sync::Arc};

use smartpole_model::Eui;
use tokio::{
    net::UdpSocket,
    sync::mpsc,
    task::JoinSet,
    time::{Duration, Instant},
};

use super::super::{
    frame::{Frame, Said},
    jit::{TxError, check},
    radio::airtime_us,
    semtech::{Counts, Txpk},
    stack::Window,
};

/// Frames that a downlink may still answer.
const EXCHANGES: usize = 8_192;
/// Downlinks that a gateway may still be busy with.
const PLANNED: Duration = Duration::from_secs(10);
/// RX2 of EU863-870, Hz and spreading factor (RP002-1.0.4, 2.4.7).
const RX2: (u32, u8) = (869_525_000, 12);

/// A gateway.
#[derive(Debug)]
pub(super) struct GatewayLink {
    pub(super) eui: Eui,
    pub(super) counts: Counts,
    /// Whether the server knows where to reach it.
    pub(super) pulled: bool,
    socket: Arc<UdpSocket>,
    tokens: u16,
    /// What it is to send: start and end by its clock, and since when.
    planned: Vec<(u32, u32, Instant)>,
}

/// Opens a socket for each gateway; what comes goes to the channel.
pub(super) async fn open(
    euis: &[Eui],
    service: SocketAddr,
    incoming: &mpsc::Sender<(usize, Vec<u8>)>,
    readers: &mut JoinSet<()>,
) -> io::Result<Vec<GatewayLink>> {
    let mut links = Vec::new();
    for (gateway, eui) in euis.iter().enumerate() {
        let any: SocketAddr = if service.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0u16; 8], 0).into() };
        let socket = Arc::new(UdpSocket::bind(any).await?);
        socket.connect(service).await?;
        readers.spawn(read(Arc::clone(&socket), gateway, incoming.clone()));
        let (counts, planned) = (Counts::default(), Vec::new());
        links.push(GatewayLink { eui: *eui, counts, pulled: false, socket, tokens: 0, planned });
    }
    Ok(links)
}

async fn read(socket: Arc<UdpSocket>, gateway: usize, incoming: mpsc::Sender<(usize, Vec<u8>)>) {
    /// A socket reports that nobody listened to what was sent; then somebody may again.
    const PAUSE: Duration = Duration::from_millis(10);
    let mut buffer = vec![0; 1 << 16];
    loop {
        match socket.recv(&mut buffer).await {
            Ok(length) if incoming.send((gateway, buffer[..length].to_vec())).await.is_err() => return,
            Ok(_) => {}
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

impl GatewayLink {
    pub(super) fn token(&mut self) -> u16 {
        self.tokens = self.tokens.wrapping_add(1);
        self.tokens
    }

    /// Sends; what is lost on the way is sent again, or missed.
    pub(super) async fn send(&self, bytes: &[u8]) {
        let _lost_if_it_fails = self.socket.send(bytes).await;
    }

    /// Whether it can send this at `clock`; if so it will.
    pub(super) fn plan(&mut self, clock: u32, tx: &Txpk) -> Result<(), TxError> {
        self.counts.asked += 1;
        self.planned.retain(|(.., since)| since.elapsed() < PLANNED);
        let airtime = airtime_us(tx.spreading_factor().unwrap_or(12), tx.size);
        let planned: Vec<_> = self.planned.iter().map(|(start, end, _)| (*start, *end)).collect();
        check(clock, tx, airtime, &planned)?;
        let start = tx.tmst.unwrap_or(clock);
        self.planned.push((start, start.wrapping_add(airtime as u32), Instant::now()));
        self.counts.sent += 1;
        Ok(())
    }
}

/// A frame that a gateway passed on.
#[derive(Debug)]
pub(super) struct Exchange {
    gateway: usize,
    tmst: u32,
    pub(super) frame: Arc<Frame>,
    sent: Instant,
}

/// The latest frames passed on. A gateway's clock runs on from the frame that is answered: between a frame of long ago and its
/// answer passes the time that passes here.
#[derive(Debug, Default)]
pub(super) struct Exchanges(VecDeque<Exchange>);

impl Exchanges {
    pub(super) fn add(&mut self, gateway: usize, tmst: u32, frame: Arc<Frame>) {
        if self.0.len() == EXCHANGES {
            self.0.pop_front();
        }
        self.0.push_back(Exchange { gateway, tmst, frame, sent: Instant::now() });
    }

    /// When a frame was passed on first.
    pub(super) fn sent(&self, frame: u64) -> Option<Instant> {
        self.0.iter().find(|exchange| exchange.frame.number == frame).map(|exchange| exchange.sent)
    }

    /// The frame whose windows begin when this is sent.
    pub(super) fn answered(&self, gateway: usize, tx: &Txpk) -> Option<(&Exchange, Window)> {
        let of_gateway = self.0.iter().rev().filter(|exchange| exchange.gateway == gateway);
        of_gateway.filter_map(|exchange| Some((exchange, exchange.window(tx)?))).next()
    }

    /// A gateway's clock.
    pub(super) fn clock(&self, gateway: usize, answered: Option<&Exchange>) -> u32 {
        let latest = self.0.iter().rev().find(|exchange| exchange.gateway == gateway);
        let now = |exchange: &Exchange| exchange.tmst.wrapping_add(exchange.sent.elapsed().as_micros() as u32);
        answered.or(latest).map_or(0, now)
    }
}

impl Exchange {
    /// The window that begins when this is sent (RP002-1.0.4, 2.4: RECEIVE_DELAY, JOIN_ACCEPT_DELAY).
    fn window(&self, tx: &Txpk) -> Option<Window> {
        let delay_us = tx.tmst?.wrapping_sub(self.tmst);
        let rx1 = if matches!(self.frame.said, Said::Join { .. }) { 5_000_000 } else { 1_000_000 };
        match delay_us {
            _ if delay_us == rx1 => Some(Window::Rx1),
            _ if delay_us == rx1 + 1_000_000 => Some(Window::Rx2),
            _ => None,
        }
    }

    /// Whether its device listens on that channel then.
    pub(super) fn hears(&self, window: Window, tx: &Txpk) -> bool {
        let channel = match window {
            Window::Rx1 => (self.frame.frequency, self.frame.spreading_factor),
            Window::Rx2 => RX2,
        };
        tx.ipol && (tx.frequency(), tx.spreading_factor()) == (channel.0, Some(channel.1))
    }
}
