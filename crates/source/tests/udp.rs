//! The UDP server with gateways of one socket each.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod common;

use std::{net::SocketAddr, sync::Arc};

use common::{PATIENCE, Recorder, clock, until};
use smartpole_model::{Eui, RawMessage};
use smartpole_source::{
    Error, NotSent, SourceState, SourceStatus, UdpServer,
    udp::{Downlinks, Options},
};
use tokio::{net::UdpSocket, sync::watch, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

const PUSH_DATA: u8 = 0;
const PUSH_ACK: u8 = 1;
const PULL_DATA: u8 = 2;
const PULL_ACK: u8 = 4;
const TX_ACK: u8 = 5;

/// Known are EUIs below 16.
const KNOWN: Eui = Eui(1);
const STRANGER: Eui = Eui(0x00ff);

/// A server at work on a port of its own.
struct Running {
    address: SocketAddr,
    downlinks: Downlinks,
    status: watch::Receiver<SourceStatus>,
    shutdown: CancellationToken,
    task: JoinHandle<Result<(), Error>>,
}

impl Running {
    async fn start(options: Options, recorder: &Recorder) -> Self {
        let options = Options { address: "127.0.0.1:0".parse().unwrap(), ..options };
        let known = Arc::new(|gateway: Eui| gateway.0 < 16);
        let server = UdpServer::bind(options, &recorder.journal, clock, known).await.unwrap();
        let (address, downlinks, status) = (server.local_addr(), server.downlinks(), server.status());
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(server.run(shutdown.clone()));
        Self { address, downlinks, status, shutdown, task }
    }

    async fn stop(self) {
        self.shutdown.cancel();
        timeout(PATIENCE, self.task).await.expect("the server stops").unwrap().unwrap();
        assert_eq!(self.status.borrow().state, SourceState::Stopped);
    }
}

/// A packet forwarder's end.
struct Gateway {
    eui: Eui,
    socket: UdpSocket,
}

impl Gateway {
    async fn of(eui: Eui, server: &Running) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        socket.connect(server.address).await.unwrap();
        Self { eui, socket }
    }

    async fn send(&self, token: u8, identifier: u8, body: &str) {
        let header = [[2, 0, token, identifier].as_slice(), &self.eui.0.to_be_bytes()].concat();
        self.socket.send(&[&header, body.as_bytes()].concat()).await.unwrap();
    }

    async fn next(&self) -> Vec<u8> {
        let mut buffer = vec![0; 1_000];
        let length = timeout(PATIENCE, self.socket.recv(&mut buffer)).await.expect("the server sends").unwrap();
        buffer.truncate(length);
        buffer
    }

    /// All datagrams from this socket are dealt with when its pull is answered, and all answers that were due have come before.
    async fn pull_is_answered_first(&self, token: u8) {
        self.send(token, PULL_DATA, "").await;
        assert_eq!(self.next().await, [2, 0, token, PULL_ACK]);
    }
}

fn topics_and_payloads(messages: &[RawMessage]) -> Vec<(&str, &str)> {
    let text = |bytes| std::str::from_utf8(bytes).unwrap();
    messages.iter().map(|message| (message.topic.as_str(), text(&message.payload))).collect()
}

#[tokio::test]
async fn a_datagram_is_acknowledged_only_once_all_its_messages_are_durable() {
    let recorder = Recorder::new();
    recorder.withhold(true);
    let mut running = Running::start(Options::default(), &recorder).await;
    let gateway = Gateway::of(KNOWN, &running).await;
    gateway.send(7, PUSH_DATA, r#"{"rxpk":[{"tmst":1}, {"tmst":1}],"stat":{"rxnb":2}}"#).await;
    gateway.pull_is_answered_first(8).await;
    let status = until(&mut running.status, |status| status.unacknowledged == 3).await;
    assert_eq!((status.received, status.dropped, status.state), (3, 0, SourceState::Connected));

    recorder.withhold(false);
    assert_eq!(gateway.next().await, [2, 0, 7, PUSH_ACK]);
    let messages = recorder.messages(3).await;
    assert_eq!(
        topics_and_payloads(&messages),
        [
            ("semtech/0000000000000001/rxpk", r#"{"tmst":1}"#),
            ("semtech/0000000000000001/rxpk", r#"{"tmst":1}"#),
            ("semtech/0000000000000001/stat", r#"{"rxnb":2}"#),
        ]
    );
    let peer = gateway.socket.local_addr().unwrap().to_string();
    let expected = RawMessage { source: "udp".to_owned(), received_at: clock(), peer, ..RawMessage::default() };
    for (message, put_off) in messages.into_iter().zip([0, 1, 1]) {
        // no two of a topic have one instant in the journal, and none goes back
        let expected = RawMessage { received_at: clock().plus(put_off), ..expected.clone() };
        assert_eq!(RawMessage { topic: String::new(), payload: Vec::new(), ..message }, expected);
    }
    until(&mut running.status, |status| status.unacknowledged == 0).await;
    running.stop().await;
}

#[tokio::test]
async fn datagrams_of_many_gateways_are_acknowledged_each_by_its_own_token() {
    let recorder = Recorder::new();
    let running = Running::start(Options::default(), &recorder).await;
    let mut gateways = Vec::new();
    for eui in 0..10 {
        gateways.push(Gateway::of(Eui(eui), &running).await);
    }
    for token in 0..50 {
        for gateway in &gateways {
            gateway.send(token, PUSH_DATA, r#"{"rxpk":[{},{}]}"#).await;
        }
        for gateway in &gateways {
            assert_eq!(gateway.next().await, [2, 0, token, PUSH_ACK]);
        }
    }
    assert_eq!(recorder.messages(1_000).await.len(), 1_000);
    running.stop().await;
}

#[tokio::test]
async fn a_status_alone_is_acknowledged_from_a_stranger_too() {
    let recorder = Recorder::new();
    let running = Running::start(Options::default(), &recorder).await;
    let gateway = Gateway::of(STRANGER, &running).await;
    gateway.send(1, PUSH_DATA, r#"{"stat":{"lati":null}}"#).await;
    assert_eq!(gateway.next().await, [2, 0, 1, PUSH_ACK]);
    let messages = recorder.messages(1).await;
    assert_eq!(topics_and_payloads(&messages), [("semtech/00000000000000ff/stat", r#"{"lati":null}"#)]);
    running.stop().await;
}

#[tokio::test]
async fn what_is_not_understood_is_journalled_whole_and_not_acknowledged() {
    let recorder = Recorder::new();
    let running = Running::start(Options::default(), &recorder).await;
    let gateway = Gateway::of(KNOWN, &running).await;
    let raw = [vec![], vec![2, 0, 1], vec![1; 12], vec![b'x'; 65_507]];
    for (token, bytes) in (1..).zip(&raw) {
        gateway.socket.send(bytes).await.unwrap();
        gateway.pull_is_answered_first(token).await; // the kernel has room for few of the largest
    }
    for body in ["", "{}", "[]", r#"{"rxpk":[{]}"#] {
        gateway.send(1, PUSH_DATA, body).await;
    }
    gateway.pull_is_answered_first(9).await;
    let messages = recorder.messages(8).await;
    let [of_none, of_gateway] = [messages[..4].iter(), messages[4..].iter()];
    assert!(of_none.clone().all(|message| message.topic == "semtech/-/datagram"));
    assert_eq!(of_none.map(|message| &message.payload).collect::<Vec<_>>(), raw.iter().collect::<Vec<_>>());
    assert!(of_gateway.clone().all(|message| message.topic == "semtech/0000000000000001/datagram"));
    assert_eq!(of_gateway.map(|message| message.payload.len()).collect::<Vec<_>>(), [12, 14, 14, 24]);
    running.stop().await;
}

#[tokio::test]
async fn a_datagram_that_finds_no_room_is_dropped_and_not_acknowledged() {
    let recorder = Recorder::new();
    recorder.withhold(true);
    let mut running = Running::start(Options { window: 2, ..Options::default() }, &recorder).await;
    let gateway = Gateway::of(KNOWN, &running).await;
    gateway.send(1, PUSH_DATA, r#"{"rxpk":[1,2,3,4]}"#).await;
    let status = until(&mut running.status, |status| status.dropped > 0).await;
    assert_eq!((status.received, status.dropped, status.unacknowledged), (4, 2, 2));

    recorder.withhold(false);
    until(&mut running.status, |status| status.unacknowledged == 0).await;
    gateway.send(2, PUSH_DATA, r#"{"rxpk":[5]}"#).await;
    assert_eq!(gateway.next().await, [2, 0, 2, PUSH_ACK]);
    let messages = recorder.messages(3).await;
    assert_eq!(
        topics_and_payloads(&messages).into_iter().map(|(_, payload)| payload).collect::<Vec<_>>(),
        ["1", "2", "5"]
    );
    running.stop().await;
}

#[tokio::test]
async fn pulls_of_unknown_gateways_are_not_answered_and_leave_nothing_behind() {
    let recorder = Recorder::new();
    let running = Running::start(Options::default(), &recorder).await;
    let gateway = Gateway::of(STRANGER, &running).await;
    gateway.send(1, PULL_DATA, "").await;
    let known = Gateway { eui: KNOWN, socket: gateway.socket };
    known.pull_is_answered_first(2).await;
    let to_stranger = running.downlinks.send(STRANGER, |_| vec![0]).await;
    assert!(matches!(to_stranger, Err(NotSent::NeverPulled)), "{to_stranger:?}");
    assert_eq!(recorder.journal.durable().borrow().0, 0);
    running.stop().await;
}

#[tokio::test]
async fn strangers_can_be_left_unheard() {
    let recorder = Recorder::new();
    let running = Running::start(Options { unknown_per_s: 0, ..Options::default() }, &recorder).await;
    let stranger = Gateway::of(STRANGER, &running).await;
    stranger.send(1, PUSH_DATA, r#"{"rxpk":[1]}"#).await;
    stranger.socket.send(b"garbage").await.unwrap();
    let known = Gateway { eui: KNOWN, socket: stranger.socket };
    known.send(2, PUSH_DATA, r#"{"rxpk":[2]}"#).await;
    assert_eq!(known.next().await, [2, 0, 2, PUSH_ACK]);
    assert_eq!(recorder.messages(1).await.len(), 1);
    running.stop().await;
}

#[tokio::test]
async fn a_downlink_reaches_the_newest_address_of_its_gateway() {
    let recorder = Recorder::new();
    let running = Running::start(Options::default(), &recorder).await;
    let [home, moved] = [Gateway::of(KNOWN, &running).await, Gateway::of(KNOWN, &running).await];
    home.pull_is_answered_first(1).await;
    moved.pull_is_answered_first(2).await;

    let datagram = |[t0, t1]: [u8; 2]| vec![2, t0, t1, 3, b'{', b'}'];
    let first = running.downlinks.send(KNOWN, datagram).await.unwrap();
    assert_eq!(moved.next().await, datagram(first));
    home.pull_is_answered_first(3).await;
    let second = running.downlinks.send(KNOWN, datagram).await.unwrap();
    assert_eq!(home.next().await, datagram(second));
    assert_ne!(first, second);

    home.send(second[1], TX_ACK, "").await;
    let messages = recorder.messages(1).await;
    assert_eq!(messages[0].topic, "semtech/0000000000000001/tx_ack");
    assert_eq!(messages[0].payload, [&[2, second[0], second[1], TX_ACK][..], &KNOWN.0.to_be_bytes()].concat());
    running.stop().await;
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_full_disk() {
    let recorder = Recorder::new();
    recorder.withhold(true);
    let mut running = Running::start(Options::default(), &recorder).await;
    let gateway = Gateway::of(KNOWN, &running).await;
    gateway.send(1, PUSH_DATA, r#"{"rxpk":[1]}"#).await;
    until(&mut running.status, |status| status.unacknowledged == 1).await;
    running.stop().await;
    assert_eq!(recorder.journal.durable().borrow().0, 0);
}

#[tokio::test]
async fn a_journal_that_takes_nothing_more_ends_the_server() {
    let recorder = Recorder::new();
    let running = Running::start(Options::default(), &recorder).await;
    recorder.journal.close().await.unwrap();
    let ended = timeout(PATIENCE, running.task).await.expect("the server ends").unwrap();
    assert!(matches!(ended, Err(Error::Journal { .. })), "{ended:?}");
    assert_eq!(running.status.borrow().state, SourceState::Stopped);
}

#[tokio::test]
async fn an_address_that_is_taken_is_an_error() {
    let recorder = Recorder::new();
    let running = Running::start(Options::default(), &recorder).await;
    let options = Options { address: running.address, ..Options::default() };
    let taken = UdpServer::bind(options, &recorder.journal, clock, Arc::new(|_| true)).await;
    assert!(matches!(taken, Err(Error::Listen { .. })), "{taken:?}");
    running.stop().await;
}
