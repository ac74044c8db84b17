//! A scripted broker: an acknowledgement must never reach another connection than the one that brought the message.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod common;

use common::{PATIENCE, Recorder, TOPIC, clock, until, until_state};
use smartpole_source::{
    MqttClient, SourceState,
    mqtt_client::{Options, Protocol},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

const SUBSCRIBE: u8 = 0x82;
const PUBACK: u8 = 0x40;
const DISCONNECT: u8 = 0xE0;

/// The broker's end of a connection.
struct Peer {
    stream: TcpStream,
    protocol: Protocol,
}

impl Peer {
    /// Takes the next connection and its CONNECT, and answers.
    async fn accept(listener: &TcpListener, protocol: Protocol, session_present: bool) -> Self {
        let (stream, _) = timeout(PATIENCE, listener.accept()).await.expect("the client connects").unwrap();
        let mut peer = Self { stream, protocol };
        assert_eq!(peer.read().await.0, 0x10);
        peer.send(&packet(0x20, &[&[u8::from(session_present), 0], peer.no_properties()])).await;
        peer
    }

    async fn read(&mut self) -> (u8, Vec<u8>) {
        let mut header = [0; 2];
        let read = timeout(PATIENCE, self.stream.read_exact(&mut header)).await;
        read.expect("the client sends something").unwrap();
        let mut body = vec![0; usize::from(header[1])];
        self.stream.read_exact(&mut body).await.unwrap();
        (header[0], body)
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    fn no_properties(&self) -> &'static [u8] {
        if self.protocol == Protocol::V5 { &[0] } else { &[] }
    }

    fn suback(&self) -> Vec<u8> {
        packet(0x90, &[&[0, 1], self.no_properties(), &[1]])
    }

    /// A QoS 1 message.
    fn publish(&self, packet_id: u8) -> Vec<u8> {
        let length = [0, TOPIC.len() as u8];
        packet(0x32, &[&length, TOPIC.as_bytes(), &[0, packet_id], self.no_properties(), b"payload"])
    }
}

fn packet(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    [&[kind, body.len() as u8], body.as_slice()].concat()
}

/// How the first connection ends.
#[derive(Clone, Copy)]
enum Ending {
    /// By closing, when the client has handed the message to the journal.
    Taken,
    /// By a malformed packet right behind the message.
    Unreadable,
}

/// The first connection brings message 7 and ends by `ending` before it is durable; the second brings message 9.
async fn only_the_message_of_the_second_connection_is_acknowledged(protocol: Protocol, ending: Ending) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let recorder = Recorder::new();
    recorder.withhold(true);
    let options = Options {
        host: "127.0.0.1".to_owned(),
        port: listener.local_addr().unwrap().port(),
        protocol,
        client_id: "smartpole".to_owned(),
        subscriptions: vec!["smartpole/#".to_owned()],
        ..Options::default()
    };
    let client = MqttClient::new(options, &recorder.journal, clock).unwrap();
    let mut status = client.status();
    let shutdown = CancellationToken::new();
    let task = tokio::spawn(client.run(shutdown.clone()));

    let mut first = Peer::accept(&listener, protocol, false).await;
    assert_eq!(first.read().await.0, SUBSCRIBE);
    first.send(&first.suback()).await;
    until_state(&mut status, SourceState::Connected).await;
    match ending {
        Ending::Taken => {
            first.send(&first.publish(7)).await;
            until(&mut status, |status| status.unacknowledged == 1).await;
        }
        Ending::Unreadable => first.send(&[first.publish(7), vec![0xF0, 0]].concat()).await,
    }
    first.stream.shutdown().await.unwrap();

    let mut second = Peer::accept(&listener, protocol, true).await;
    until(&mut status, |status| status.reconnects == 1 && status.state == SourceState::Connected).await;
    recorder.withhold(false);
    second.send(&second.publish(9)).await;
    let (kind, body) = second.read().await;
    assert_eq!((kind, &body[..2]), (PUBACK, [0, 9].as_slice()));
    shutdown.cancel();
    assert_eq!(second.read().await.0, DISCONNECT);
    timeout(PATIENCE, task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn what_a_closed_connection_brought_is_not_acknowledged_on_the_next() {
    for protocol in [Protocol::V311, Protocol::V5] {
        only_the_message_of_the_second_connection_is_acknowledged(protocol, Ending::Taken).await;
    }
}

/// rumqttc keeps what it read before the error and gives it out after the reconnect.
#[tokio::test]
async fn what_was_read_ahead_of_an_error_is_not_acknowledged_on_the_next_connection() {
    for protocol in [Protocol::V311, Protocol::V5] {
        only_the_message_of_the_second_connection_is_acknowledged(protocol, Ending::Unreadable).await;
    }
}
