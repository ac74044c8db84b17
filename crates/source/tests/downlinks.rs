//! Publishing downlinks to a real Mosquitto, beside a client that takes messages.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod common;

use std::time::Duration;

use common::{PATIENCE, Recorder, clock, connect, mosquitto::Mosquitto, next_packet, numbered, publish, until_state};
use rumqttc::{Packet, QoS};
use smartpole_source::{
    MqttClient, NotSent, SourceState,
    mqtt_client::{Options, Protocol, Publisher},
};
use tokio::{
    select,
    time::{interval, timeout},
};
use tokio_util::sync::CancellationToken;

const TOPIC: &str = "eu868/gateway/0000000000000001/command/down";

/// Publishes again and again, as a connection that is lost is not noticed at once, until a gateway gets it.
async fn received(broker: &Mosquitto, publisher: &Publisher, payload: &[u8]) -> (String, Vec<u8>, QoS) {
    let (client, mut eventloop) = connect("gateway", broker.port, |_| {}).await;
    client.subscribe("+/gateway/+/command/down", QoS::AtLeastOnce).await.unwrap();
    let mut again = interval(Duration::from_millis(20));
    loop {
        select! {
            packet = next_packet(&mut eventloop) => if let Packet::Publish(message) = packet {
                return (message.topic, message.payload.to_vec(), message.qos);
            },
            _ = again.tick() => match publisher.publish(TOPIC.to_owned(), payload.to_vec()) {
                Ok(()) | Err(NotSent::NotConnected | NotSent::Full) => {}
                Err(error) => panic!("{error}"),
            },
        }
    }
}

async fn downlinks_arrive_beside_uplinks(protocol: Protocol) {
    let mut broker = Mosquitto::start("allow_anonymous true").await;
    let recorder = Recorder::new();
    let options = Options {
        host: "127.0.0.1".to_owned(),
        port: broker.port,
        protocol,
        client_id: "smartpole".to_owned(),
        downlinks: true,
        ..Options::default()
    };
    let client = MqttClient::new(options, &recorder.journal, clock).unwrap();
    let (publisher, mut status) = (client.publisher().unwrap(), client.status());
    assert!(matches!(publisher.publish(TOPIC.to_owned(), vec![1]), Err(NotSent::NotConnected)));
    let shutdown = CancellationToken::new();
    let task = tokio::spawn(client.run(shutdown.clone()));
    let got = received(&broker, &publisher, &[2]).await;
    assert_eq!(got, (TOPIC.to_owned(), vec![2], QoS::AtMostOnce));

    broker.restart().await;
    assert_eq!(received(&broker, &publisher, &[3]).await.1, [3]);
    until_state(&mut status, SourceState::Connected).await;
    publish(broker.port, numbered(0..10)).await;
    assert_eq!(recorder.messages(10).await.len(), 10);

    shutdown.cancel();
    timeout(PATIENCE, task).await.expect("the client stops").unwrap().unwrap();
    assert!(matches!(publisher.publish(TOPIC.to_owned(), vec![4]), Err(NotSent::NotConnected)));
}

#[tokio::test]
async fn with_mqtt_3_1_1_downlinks_arrive_beside_uplinks() {
    downlinks_arrive_beside_uplinks(Protocol::V311).await;
}

#[tokio::test]
async fn with_mqtt_5_downlinks_arrive_beside_uplinks() {
    downlinks_arrive_beside_uplinks(Protocol::V5).await;
}

#[tokio::test]
async fn a_client_publishes_nothing_unless_it_is_told_to() {
    let recorder = Recorder::new();
    let options = Options { client_id: "smartpole".to_owned(), ..Options::default() };
    assert!(MqttClient::new(options, &recorder.journal, clock).unwrap().publisher().is_none());
}
