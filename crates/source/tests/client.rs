//! The MQTT client against a real Mosquitto.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod common;

use common::{
    PATIENCE, Recorder, TOPIC, clock, connect,
    mosquitto::{Mosquitto, dynamic_security},
    next_packet, numbered, numbers, publish, until, until_state,
};
use rumqttc::{Packet, QoS};
use smartpole_source::{
    Error, MqttClient, SourceState, SourceStatus,
    mqtt_client::{Options, Protocol},
};
use tokio::{sync::watch, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

const CLIENT_ID: &str = "smartpole";
const ANONYMOUS: &str = "allow_anonymous true";

fn options(broker: &Mosquitto, protocol: Protocol) -> Options {
    Options {
        host: "127.0.0.1".to_owned(),
        port: broker.port,
        protocol,
        client_id: CLIENT_ID.to_owned(),
        ..Options::default()
    }
}

/// A client at work.
struct Running {
    status: watch::Receiver<SourceStatus>,
    shutdown: CancellationToken,
    task: JoinHandle<Result<(), Error>>,
}

impl Running {
    fn start(options: Options, recorder: &Recorder) -> Self {
        let client = MqttClient::new(options, &recorder.journal, clock).unwrap();
        let status = client.status();
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(client.run(shutdown.clone()));
        Self { status, shutdown, task }
    }

    async fn connected(options: Options, recorder: &Recorder) -> Self {
        let mut running = Self::start(options, recorder);
        until_state(&mut running.status, SourceState::Connected).await;
        running
    }

    /// Stops it, and waits until the broker has read its good-bye with all that came before.
    async fn stop(self, broker: &mut Mosquitto) {
        self.end().await;
        broker.until_logged("disconnected.").await;
    }

    async fn end(self) {
        self.shutdown.cancel();
        timeout(PATIENCE, self.task).await.expect("the client stops").unwrap().unwrap();
        assert_eq!(self.status.borrow().state, SourceState::Stopped);
    }
}

/// Takes the client's session over and asserts that the broker has nothing left in it: the next message it gets is a
/// new one.
async fn assert_nothing_is_left(broker: &Mosquitto) {
    let (_client, mut eventloop) = connect(CLIENT_ID, broker.port, |options| {
        options.set_clean_session(false);
    })
    .await;
    publish(broker.port, [(TOPIC.to_owned(), b"marker".to_vec())]).await;
    let packet = next_packet(&mut eventloop).await;
    assert!(matches!(&packet, Packet::Publish(publish) if publish.payload == "marker"), "{packet:?}");
}

async fn all_is_durable_and_acknowledged(protocol: Protocol) {
    let mut broker = Mosquitto::start(ANONYMOUS).await;
    let recorder = Recorder::new();
    let mut running = Running::connected(options(&broker, protocol), &recorder).await;
    publish(broker.port, numbered(0..3_000)).await;

    let messages = recorder.messages(3_000).await;
    assert_eq!(messages.len(), 3_000);
    assert_eq!(numbers(&messages), (0..3_000).collect::<Vec<_>>());
    let first = &messages[0];
    assert_eq!((first.source.as_str(), first.topic.as_str(), first.qos), ("broker", TOPIC, 1));
    assert_eq!((first.received_at, first.retained), (clock(), false));

    let status = until(&mut running.status, |status| status.received == 3_000 && status.unacknowledged == 0).await;
    assert_eq!((status.dropped, status.reconnects, status.last_error), (0, 0, None));
    running.stop(&mut broker).await;
    assert_nothing_is_left(&broker).await;
}

#[tokio::test]
async fn with_mqtt_3_1_1_all_messages_are_durable_and_acknowledged() {
    all_is_durable_and_acknowledged(Protocol::V311).await;
}

#[tokio::test]
async fn with_mqtt_5_all_messages_are_durable_and_acknowledged() {
    all_is_durable_and_acknowledged(Protocol::V5).await;
}

async fn a_broker_restart_loses_nothing(protocol: Protocol) {
    let mut broker = Mosquitto::start(ANONYMOUS).await;
    let recorder = Recorder::new();
    let mut running = Running::connected(options(&broker, protocol), &recorder).await;
    publish(broker.port, numbered(0..100)).await;
    recorder.messages(100).await;

    // What arrives now is received and not acknowledged when the broker goes away.
    recorder.withhold(true);
    publish(broker.port, numbered(100..110)).await;
    broker.restart().await;
    until(&mut running.status, |status| status.reconnects > 0 && status.state == SourceState::Connected).await;
    recorder.withhold(false);
    publish(broker.port, numbered(110..200)).await;

    let mut wanted = 200;
    let found = loop {
        let messages = recorder.messages(wanted).await;
        if numbers(&messages).len() == 200 {
            break messages;
        }
        wanted = messages.len() + 1; // some came twice, as they may
    };
    assert_eq!(numbers(&found), (0..200).collect::<Vec<_>>());
    until(&mut running.status, |status| status.unacknowledged == 0).await;
    running.stop(&mut broker).await;
    assert_nothing_is_left(&broker).await;
}

#[tokio::test]
async fn with_mqtt_3_1_1_a_broker_restart_loses_nothing() {
    a_broker_restart_loses_nothing(Protocol::V311).await;
}

#[tokio::test]
async fn with_mqtt_5_a_broker_restart_loses_nothing() {
    a_broker_restart_loses_nothing(Protocol::V5).await;
}

#[tokio::test]
async fn what_is_published_while_the_service_is_away_comes_at_the_next_start() {
    let mut broker = Mosquitto::start(ANONYMOUS).await;
    let recorder = Recorder::new();
    Running::connected(options(&broker, Protocol::V311), &recorder).await.stop(&mut broker).await;
    publish(broker.port, numbered(0..500)).await;
    let running = Running::connected(options(&broker, Protocol::V311), &recorder).await;
    assert_eq!(numbers(&recorder.messages(500).await), (0..500).collect::<Vec<_>>());
    running.stop(&mut broker).await;
}

#[tokio::test]
async fn a_stop_acknowledges_what_the_journal_confirms_meanwhile() {
    for protocol in [Protocol::V311, Protocol::V5] {
        let mut broker = Mosquitto::start(ANONYMOUS).await;
        let recorder = Recorder::new();
        let running = Running::connected(options(&broker, protocol), &recorder).await;
        publish(broker.port, numbered(0..10)).await;
        recorder.messages(10).await;
        running.stop(&mut broker).await;
        assert_nothing_is_left(&broker).await;
    }
}

#[tokio::test]
async fn a_small_window_passes_a_large_backlog() {
    for protocol in [Protocol::V311, Protocol::V5] {
        let mut broker = Mosquitto::start("allow_anonymous true\nmax_inflight_messages 0").await;
        let recorder = Recorder::narrow(4_096);
        let options = Options { window: 7, ..options(&broker, protocol) };
        Running::connected(options.clone(), &recorder).await.stop(&mut broker).await;
        publish(broker.port, numbered(0..2_000)).await;
        let mut running = Running::connected(options, &recorder).await;
        assert_eq!(numbers(&recorder.messages(2_000).await), (0..2_000).collect::<Vec<_>>());
        until(&mut running.status, |status| status.unacknowledged == 0).await;
        running.stop(&mut broker).await;
        assert_nothing_is_left(&broker).await;
    }
}

#[tokio::test]
async fn an_oversize_message_is_let_in_once_it_blocks_the_session() {
    let mut broker = Mosquitto::start(ANONYMOUS).await;
    let recorder = Recorder::new();
    let options = Options { max_packet_bytes: 10_000, ..options(&broker, Protocol::V311) };
    let mut running = Running::connected(options, &recorder).await;
    publish(broker.port, [(TOPIC.to_owned(), vec![b'x'; 50_000])]).await;

    let blocked = |status: &SourceStatus| status.last_error.as_ref().is_some_and(|error| error.contains("let in"));
    let status = until(&mut running.status, blocked).await;
    assert_eq!((status.state, status.reconnects), (SourceState::Failed, 3));
    let size = 2 + TOPIC.len() + 2 + 50_000; // topic with its length, packet identifier, payload
    assert!(status.last_error.unwrap().contains(&format!("{size} bytes")));

    let messages = recorder.messages(1).await;
    assert_eq!(messages[0].payload.len(), 50_000);
    until_state(&mut running.status, SourceState::Connected).await;
    running.stop(&mut broker).await;
    assert_nothing_is_left(&broker).await;
}

#[tokio::test]
async fn a_refused_subscription_is_an_alarm_and_the_others_go_on() {
    let plugin = dynamic_security();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("security.json");
    std::fs::write(&file, SECURITY).unwrap();
    let extra = format!("allow_anonymous true\nplugin {}\nplugin_opt_config_file {}", plugin.display(), file.display());
    let mut broker = Mosquitto::start(&extra).await;
    for (protocol, reason) in [(Protocol::V311, "refused"), (Protocol::V5, "NotAuthorized")] {
        let recorder = Recorder::new();
        let options = Options {
            subscriptions: vec!["smartpole/#".to_owned(), "secret/#".to_owned()],
            ..options(&broker, protocol)
        };
        let mut running = Running::start(options, &recorder);
        let status = until_state(&mut running.status, SourceState::Refused).await;
        let expected = format!("the broker refuses the subscription to secret/#: {reason}");
        assert_eq!(status.last_error, Some(expected));
        publish(broker.port, numbered(0..1)).await;
        recorder.messages(1).await;
        running.stop(&mut broker).await;
    }
}

/// Anyone may do anything, but subscribe only below `smartpole`.
const SECURITY: &str = r#"{
    "defaultACLAccess": {"publishClientSend": true, "publishClientReceive": true, "subscribe": false, "unsubscribe": true},
    "anonymousGroup": "everyone",
    "groups": [{"groupname": "everyone", "roles": [{"rolename": "reader"}]}],
    "roles": [{"rolename": "reader", "acls": [{"acltype": "subscribePattern", "topic": "smartpole/#", "allow": true}]}],
    "clients": []
}"#;

#[tokio::test]
async fn a_refused_login_is_named() {
    let broker = Mosquitto::start("allow_anonymous false").await;
    for protocol in [Protocol::V311, Protocol::V5] {
        let recorder = Recorder::new();
        let mut running = Running::start(options(&broker, protocol), &recorder);
        let status = until_state(&mut running.status, SourceState::Refused).await;
        assert_eq!(status.last_error.unwrap(), "the broker refuses the login: NotAuthorized");
        running.end().await;
    }
}

#[tokio::test]
async fn a_retained_message_keeps_its_flag() {
    let mut broker = Mosquitto::start(ANONYMOUS).await;
    let (client, mut eventloop) = connect("retainer", broker.port, |_| {}).await;
    client.publish(TOPIC, QoS::AtLeastOnce, true, "1").await.unwrap();
    assert!(matches!(next_packet(&mut eventloop).await, Packet::PubAck(_)));
    for protocol in [Protocol::V311, Protocol::V5] {
        let recorder = Recorder::new();
        let options = Options { client_id: format!("{protocol:?}"), ..options(&broker, protocol) };
        let running = Running::connected(options, &recorder).await;
        let messages = recorder.messages(1).await;
        assert!(messages[0].retained, "{messages:?}");
        running.stop(&mut broker).await;
    }
}

#[tokio::test]
async fn messages_of_qos_0_beyond_the_room_are_dropped_and_counted() {
    let mut broker = Mosquitto::start(ANONYMOUS).await;
    let recorder = Recorder::narrow(2_000);
    recorder.withhold(true);
    let options = Options { qos: 0, ..options(&broker, Protocol::V311) };
    let mut running = Running::connected(options, &recorder).await;
    publish(broker.port, numbered(0..100)).await;
    until(&mut running.status, |status| status.dropped > 0).await;
    recorder.withhold(false);
    let status = until(&mut running.status, |status| status.received == 100 && status.unacknowledged == 0).await;
    let journalled = recorder.messages(1).await.len() as u64;
    assert!(journalled < 100);
    assert_eq!(status.dropped + journalled, 100);
    running.stop(&mut broker).await;
}

#[tokio::test]
async fn a_journal_that_takes_nothing_more_ends_the_client() {
    let broker = Mosquitto::start(ANONYMOUS).await;
    let recorder = Recorder::new();
    let running = Running::connected(options(&broker, Protocol::V311), &recorder).await;
    recorder.journal.close().await.unwrap();
    let ended = timeout(PATIENCE, running.task).await.unwrap().unwrap();
    assert!(matches!(ended, Err(Error::Journal { .. })), "{ended:?}");
    assert_eq!(running.status.borrow().state, SourceState::Stopped);
}
