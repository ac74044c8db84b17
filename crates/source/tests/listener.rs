//! The embedded listener with real clients.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]
#![cfg(feature = "listener")]

mod common;

use std::time::Duration;

use common::{PATIENCE, Recorder, TOPIC, clock, connect, next_packet, numbered, numbers, publish, until};
use rumqttc::{Packet, QoS};
use smartpole_source::{Error, MqttListener, SourceState, SourceStatus, mqtt_listener::Options};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// A listener at work on a port of its own.
struct Running {
    port: u16,
    status: watch::Receiver<SourceStatus>,
    shutdown: CancellationToken,
    task: JoinHandle<Result<(), Error>>,
}

impl Running {
    async fn anonymous(recorder: &Recorder) -> Self {
        Self::start(Options { allow_anonymous: true, ..Options::default() }, recorder).await
    }

    async fn start(options: Options, recorder: &Recorder) -> Self {
        let options = Options { address: "127.0.0.1:0".parse().unwrap(), ..options };
        let listener = MqttListener::bind(options, &recorder.journal, clock).await.unwrap();
        let (port, status) = (listener.local_addr().port(), listener.status());
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(listener.run(shutdown.clone()));
        Self { port, status, shutdown, task }
    }

    async fn stop(self) {
        self.shutdown.cancel();
        timeout(PATIENCE, self.task).await.expect("the listener stops").unwrap().unwrap();
        assert_eq!(self.status.borrow().state, SourceState::Stopped);
    }
}

#[tokio::test]
async fn a_publish_is_acknowledged_only_once_it_is_durable() {
    let recorder = Recorder::new();
    recorder.withhold(true);
    let mut running = Running::anonymous(&recorder).await;
    let (client, mut eventloop) = connect("pole-1", running.port, |_| {}).await;
    client.publish(TOPIC, QoS::AtLeastOnce, false, "1").await.unwrap();
    tokio::select! {
        packet = next_packet(&mut eventloop) => panic!("too early: {packet:?}"),
        status = until(&mut running.status, |status| status.unacknowledged == 1) => assert_eq!(status.received, 1),
    }
    // An acknowledgement that is sent too early has time to arrive.
    let early = timeout(Duration::from_millis(100), next_packet(&mut eventloop)).await;
    assert!(early.is_err(), "too early: {early:?}");

    recorder.withhold(false);
    assert!(matches!(next_packet(&mut eventloop).await, Packet::PubAck(_)));
    let messages = recorder.messages(1).await;
    let message = &messages[0];
    assert_eq!((message.source.as_str(), message.topic.as_str()), ("listener", TOPIC));
    assert_eq!((message.payload.as_slice(), message.qos, message.retained), (b"1".as_slice(), 1, false));
    assert_eq!(message.received_at, clock());
    until(&mut running.status, |status| status.unacknowledged == 0).await;
    running.stop().await;
}

#[tokio::test]
async fn a_backlog_of_a_pole_passes_in_order_without_a_rate_limit() {
    let recorder = Recorder::new();
    let running = Running::anonymous(&recorder).await;
    publish(running.port, numbered(0..1_500)).await;
    let messages = recorder.messages(1_500).await;
    let payloads: Vec<_> = messages.into_iter().map(|message| message.payload).collect();
    assert_eq!(payloads, numbered(0..1_500).map(|(_, payload)| payload).collect::<Vec<_>>());
    running.stop().await;
}

#[tokio::test]
async fn messages_received_in_one_millisecond_have_instants_of_their_own() {
    let recorder = Recorder::new();
    let running = Running::anonymous(&recorder).await;
    publish(running.port, numbered(0..20)).await; // the test's clock stands still
    let received: Vec<_> = recorder.messages(20).await.into_iter().map(|message| message.received_at).collect();
    assert_eq!(received, (0..20).map(|n| clock().plus(n)).collect::<Vec<_>>());
    running.stop().await;
}

#[tokio::test]
async fn every_quality_of_service_and_the_retained_flag_are_journalled() {
    let recorder = Recorder::new();
    let running = Running::anonymous(&recorder).await;
    let (client, mut eventloop) = connect("pole-1", running.port, |_| {}).await;
    client.publish(TOPIC, QoS::AtMostOnce, false, "0").await.unwrap();
    client.publish(TOPIC, QoS::AtLeastOnce, true, "1").await.unwrap();
    client.publish(TOPIC, QoS::ExactlyOnce, false, "2").await.unwrap();
    while !matches!(next_packet(&mut eventloop).await, Packet::PubComp(_)) {}
    let messages = recorder.messages(3).await;
    let found: Vec<_> = messages.iter().map(|message| (message.qos, message.retained)).collect();
    assert_eq!(found, [(0, false), (1, true), (2, false)]);
    assert_eq!(numbers(&messages), [0, 1, 2]);
    running.stop().await;
}

#[tokio::test]
async fn a_payload_of_a_megabyte_passes_and_more_cuts_off_only_its_sender() {
    let recorder = Recorder::new();
    let running = Running::anonymous(&recorder).await;
    publish(running.port, [(TOPIC.to_owned(), vec![b'x'; 1_000_000])]).await;
    assert_eq!(recorder.messages(1).await[0].payload.len(), 1_000_000);

    let (client, mut eventloop) = connect("pole-2", running.port, |_| {}).await;
    client.publish(TOPIC, QoS::AtLeastOnce, false, vec![b'x'; 1_100_000]).await.unwrap();
    let cut_off = async { while eventloop.poll().await.is_ok() {} };
    timeout(PATIENCE, cut_off).await.expect("the sender is cut off");

    publish(running.port, numbered(7..8)).await;
    let messages = recorder.messages(2).await;
    assert_eq!((messages.len(), messages[1].payload.as_slice()), (2, b"7".as_slice()));
    running.stop().await;
}

#[tokio::test]
async fn garbage_ends_its_connection_and_harms_no_other() {
    let recorder = Recorder::new();
    let running = Running::anonymous(&recorder).await;
    let (client, mut eventloop) = connect("pole-1", running.port, |_| {}).await;
    for garbage in
        [b"GET / HTTP/1.1\r\n\r\n".as_slice(), &[0xFF; 64], &[0x10, 0x02, 0, 0], &[0x30, 0xFF, 0xFF, 0xFF, 0xFF]]
    {
        let mut stream = TcpStream::connect(("127.0.0.1", running.port)).await.unwrap();
        stream.write_all(garbage).await.unwrap();
        let mut answer = Vec::new();
        let closed = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
        closed.expect("the connection ends").ok(); // by a good-bye or by a reset
    }
    client.publish(TOPIC, QoS::AtLeastOnce, false, "1").await.unwrap();
    assert!(matches!(next_packet(&mut eventloop).await, Packet::PubAck(_)));
    assert_eq!(recorder.messages(1).await.len(), 1);
    running.stop().await;
}

#[tokio::test]
async fn with_a_password_file_only_its_users_get_in() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("passwords");
    let hash = mqtt5::broker::PasswordAuthProvider::hash_password("lantern").unwrap();
    std::fs::write(&file, format!("pole:{hash}\n")).unwrap();
    let recorder = Recorder::new();
    let running = Running::start(Options { password_file: Some(file), ..Options::default() }, &recorder).await;

    for login in [None, Some(("pole", "wrong")), Some(("nobody", "lantern"))] {
        let mut options = rumqttc::MqttOptions::new("stranger", "127.0.0.1", running.port);
        if let Some((user, password)) = login {
            options.set_credentials(user, password);
        }
        let (_client, mut eventloop) = rumqttc::AsyncClient::new(options, 1);
        let refused = timeout(PATIENCE, eventloop.poll()).await.expect("the listener answers");
        assert!(matches!(refused, Err(rumqttc::ConnectionError::ConnectionRefused(_))), "{login:?}: {refused:?}");
    }

    let (client, mut eventloop) = connect("pole-1", running.port, |options| {
        options.set_credentials("pole", "lantern");
    })
    .await;
    client.publish(TOPIC, QoS::AtLeastOnce, false, "1").await.unwrap();
    assert!(matches!(next_packet(&mut eventloop).await, Packet::PubAck(_)));
    assert_eq!(recorder.messages(1).await[0].principal, "pole");
    running.stop().await;
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_full_disk_and_acknowledges_nothing() {
    let recorder = Recorder::new();
    recorder.withhold(true);
    let mut running = Running::anonymous(&recorder).await;
    let (client, mut eventloop) = connect("pole-1", running.port, |_| {}).await;
    client.publish(TOPIC, QoS::AtLeastOnce, false, "1").await.unwrap();
    tokio::select! {
        packet = next_packet(&mut eventloop) => panic!("too early: {packet:?}"),
        _ = until(&mut running.status, |status| status.unacknowledged == 1) => {}
    }
    running.stop().await;
    assert_eq!(recorder.journal.durable().borrow().0, 0);
    assert!(!std::path::Path::new("mqtt_storage").exists());
}

#[tokio::test]
async fn a_journal_that_takes_nothing_more_ends_the_listener() {
    let recorder = Recorder::new();
    let running = Running::anonymous(&recorder).await;
    let (client, mut eventloop) = connect("pole-1", running.port, |_| {}).await;
    recorder.journal.close().await.unwrap();
    client.publish(TOPIC, QoS::AtLeastOnce, false, "1").await.unwrap();
    let ended = tokio::select! {
        packet = next_packet(&mut eventloop) => panic!("acknowledged: {packet:?}"),
        ended = running.task => ended.unwrap(),
    };
    assert!(matches!(ended, Err(Error::Journal { .. })), "{ended:?}");
    assert_eq!(running.status.borrow().state, SourceState::Stopped);
}

#[tokio::test]
async fn an_address_that_is_taken_is_an_error() {
    let recorder = Recorder::new();
    let running = Running::anonymous(&recorder).await;
    let address = ([127, 0, 0, 1], running.port).into();
    let options = Options { address, allow_anonymous: true, ..Options::default() };
    let taken = MqttListener::bind(options, &recorder.journal, clock).await;
    assert!(matches!(taken, Err(Error::Listen { .. })), "{taken:?}");
    running.stop().await;
}
