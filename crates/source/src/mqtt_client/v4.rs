//! MQTT 3.1.1.
//!
//! All packets of ours but CONNECT and PINGREQ are written to the event loop's network directly: the PUBACKs of a group
//! in one write, where the request channel would cost a turn of the loop and a flush each. So the channel stays empty,
//! and with it what rumqttc would carry over to the next connection.

use std::time::Duration;

use rumqttc::{
    ConnectReturnCode, ConnectionError, EventLoop, MqttOptions, Packet, PubAck, PubRec, Publish, QoS, StateError,
    Subscribe, SubscribeFilter, SubscribeReasonCode, mqttbytes,
};
use tokio::time::timeout;

use super::{
    Endpoint, Options,
    acks::Ack,
    link::{Event, Failure, Link, Message},
};

/// A broker that takes nothing for this long is gone. It is long, as a flooded broker reads a packet of each client in turn: behind
/// a hundred publishers it takes acknowledgements a hundred times slower than it delivers, and to reconnect then would only
/// bring all of it again (Mosquitto 2.0.11: 867,000 redeliveries after 5 s without).
const WRITE_LIMIT: Duration = Duration::from_secs(60);
/// The packet identifier of our SUBSCRIBE: one is open at a time.
const SUBSCRIBE_ID: u16 = 1;

/// A link that speaks MQTT 3.1.1.
pub(crate) struct V4 {
    eventloop: EventLoop,
    subscribe: Subscribe,
}

impl V4 {
    pub(crate) fn new(options: &Options, endpoint: Endpoint) -> Self {
        let mut mqtt = connection(&options.client_id, options, endpoint);
        mqtt.set_clean_session(false).set_manual_acks(true).set_inflight(1);
        let qos = if options.qos == 0 { QoS::AtMostOnce } else { QoS::AtLeastOnce };
        let filter = |path: &String| SubscribeFilter::new(path.clone(), qos);
        Self::with(mqtt, Subscribe::new_many(options.subscriptions.iter().map(filter)))
    }

    /// A link that only publishes, beside the one that takes messages.
    pub(crate) fn publishing(options: &Options, endpoint: Endpoint) -> Self {
        let mut mqtt = connection(&options.downlinks_id(), options, endpoint);
        mqtt.set_clean_session(true);
        Self::with(mqtt, Subscribe::new_many([]))
    }

    fn with(mqtt: MqttOptions, mut subscribe: Subscribe) -> Self {
        subscribe.pkid = SUBSCRIBE_ID;
        let mut eventloop = EventLoop::new(mqtt, 1);
        eventloop.network_options.set_tcp_nodelay(true);
        Self { eventloop, subscribe }
    }

    /// Publishes at QoS 0: what the connection does not take any more is lost.
    pub(crate) async fn publish(&mut self, topic: String, payload: Vec<u8>) -> Result<(), Failure> {
        self.send([Packet::Publish(Publish::new(topic, QoS::AtMostOnce, payload))]).await
    }

    /// Writes packets at once.
    async fn send(&mut self, packets: impl IntoIterator<Item = Packet, IntoIter: Send> + Send) -> Result<(), Failure> {
        let Some(network) = self.eventloop.network.as_mut() else {
            return Err(Failure::Lost("not connected".to_owned()));
        };
        let packets = packets.into_iter();
        let written = timeout(WRITE_LIMIT, async {
            for packet in packets {
                network.write(packet).await?;
            }
            network.flush().await
        });
        let failure = match written.await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => failure(ConnectionError::MqttState(error)),
            Err(_) => Failure::Lost("the broker takes nothing".to_owned()),
        };
        self.eventloop.clean();
        Err(self.forget(failure))
    }

    /// Drops what rumqttc has read ahead and keeps over a failure: its packet identifiers belong to the connection that
    /// is gone, and would be taken for those of the next.
    fn forget(&mut self, failure: Failure) -> Failure {
        self.eventloop.state.events.clear();
        self.eventloop.pending.clear();
        failure
    }
}

fn connection(client_id: &str, options: &Options, endpoint: Endpoint) -> MqttOptions {
    let mut mqtt = MqttOptions::new(client_id, endpoint.address, options.port);
    let packet = options.max_packet_bytes as usize;
    mqtt.set_transport(endpoint.transport)
        .set_keep_alive(Duration::from_secs(options.keep_alive_s.into()))
        .set_max_packet_size(packet, packet);
    if let Some((username, password)) = endpoint.login {
        mqtt.set_credentials(username, password);
    }
    mqtt
}

impl Link for V4 {
    // Dropping `poll` while it is connected loses nothing: what was read waits in `state.events`, and what it writes by
    // itself (PINGREQ, PUBCOMP) fits the write buffer, which is empty or being flushed.
    async fn next(&mut self) -> Result<Event, Failure> {
        match self.eventloop.poll().await {
            Ok(rumqttc::Event::Incoming(packet)) => Ok(event(packet)),
            Ok(rumqttc::Event::Outgoing(_)) => Ok(Event::Other),
            Err(error) => Err(self.forget(failure(error))),
        }
    }

    async fn subscribe(&mut self) -> Result<(), Failure> {
        let subscribe = self.subscribe.clone();
        self.send([Packet::Subscribe(subscribe)]).await
    }

    async fn acknowledge(&mut self, acks: &[Ack]) -> Result<(), Failure> {
        let packet = |ack: &Ack| match ack.qos {
            1 => Packet::PubAck(PubAck::new(ack.packet_id)),
            _ => Packet::PubRec(PubRec::new(ack.packet_id)),
        };
        self.send(acks.iter().map(packet)).await
    }

    async fn ping(&mut self) -> Result<(), Failure> {
        self.send([Packet::PingReq]).await
    }

    fn raise_limit(&mut self, bytes: usize) {
        self.eventloop.mqtt_options.set_max_packet_size(bytes, bytes);
    }

    async fn disconnect(&mut self) {
        self.send([Packet::Disconnect]).await.ok(); // it is gone then, which is what was wanted
    }
}

fn event(packet: Packet) -> Event {
    match packet {
        Packet::ConnAck(connack) => Event::Connected { session_present: connack.session_present },
        Packet::Publish(publish) => Event::Message(Message {
            topic: publish.topic,
            payload: publish.payload.into(),
            qos: publish.qos as u8,
            retained: publish.retain,
            packet_id: publish.pkid,
        }),
        Packet::SubAck(suback) => Event::Subscribed(suback.return_codes.into_iter().map(granted).collect()),
        _ => Event::Other,
    }
}

fn granted(code: SubscribeReasonCode) -> Result<u8, String> {
    match code {
        SubscribeReasonCode::Success(qos) => Ok(qos as u8),
        SubscribeReasonCode::Failure => Err("refused".to_owned()),
    }
}

fn failure(error: ConnectionError) -> Failure {
    use mqttbytes::Error::{Io, PayloadSizeLimitExceeded};
    match error {
        ConnectionError::ConnectionRefused(code) if code != ConnectReturnCode::ServiceUnavailable => {
            Failure::Refused(format!("{code:?}"))
        }
        ConnectionError::MqttState(StateError::Deserialization(PayloadSizeLimitExceeded(bytes))) => {
            Failure::Oversize(bytes)
        }
        ConnectionError::MqttState(StateError::Deserialization(Io(error))) => Failure::Lost(error.to_string()),
        ConnectionError::MqttState(StateError::Deserialization(error)) => Failure::Malformed(error.to_string()),
        other => Failure::Lost(other.to_string()),
    }
}
