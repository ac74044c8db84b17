//! MQTT 5.
//!
//! Here rumqttc's network is private, so acknowledgements go through its request channel, and only polling sends them.
//! What the channel has no room for waits in a queue of ours; dropping it would leave messages unacknowledged for as
//! long as the connection lasts.

use std::{collections::VecDeque, pin::Pin, time::Duration};

use futures::{Stream, StreamExt, stream};
use rumqttc::{
    Outgoing,
    v5::{
        AsyncClient, ConnectionError, EventLoop, MqttOptions, StateError,
        mqttbytes::{
            self, QoS,
            v5::{ConnectReturnCode, Filter, Packet, Publish, RetainForwardRule, SubscribeReasonCode},
        },
    },
};

use super::{
    Endpoint, Options,
    acks::Ack,
    link::{Event, Failure, Link, Message},
};

/// How long the broker keeps the session of a client that is away, in seconds; absent it would end with the connection.
const SESSION_EXPIRY_S: u32 = 7 * 86_400;

type Events = Pin<Box<dyn Stream<Item = Result<rumqttc::v5::Event, ConnectionError>> + Send>>;

/// A link that speaks MQTT 5.
pub(crate) struct V5 {
    client: AsyncClient,
    events: Events,
    /// Acknowledgements that the channel had no room for, oldest first.
    queue: VecDeque<Ack>,
    filters: Vec<Filter>,
}

impl V5 {
    pub(crate) fn new(options: &Options, endpoint: Endpoint) -> Self {
        let mut mqtt = MqttOptions::new(&options.client_id, endpoint.address, options.port);
        mqtt.set_transport(endpoint.transport)
            .set_keep_alive(Duration::from_secs(options.keep_alive_s.into()))
            .set_clean_start(false)
            .set_manual_acks(true)
            .set_session_expiry_interval(Some(SESSION_EXPIRY_S))
            // One less than the window: a broker that keeps to it never makes us stop polling, which also pings.
            .set_receive_maximum(Some((options.window - 1).clamp(1, u16::MAX.into()) as u16))
            .set_max_packet_size(Some(options.max_packet_bytes))
            // We publish nothing; rumqttc would reserve 14 MB for it.
            .set_outgoing_inflight_upper_limit(1);
        let mut network = mqtt.network_options();
        network.set_tcp_nodelay(true);
        mqtt.set_network_options(network);
        if let Some((username, password)) = endpoint.login {
            mqtt.set_credentials(username, password);
        }
        let (client, eventloop) = AsyncClient::new(mqtt, 2 * options.window as usize);
        let filters = options.subscriptions.iter().map(|path| filter(path, options.qos)).collect();
        Self { client, events: events(eventloop), queue: VecDeque::new(), filters }
    }

    /// Moves waiting acknowledgements to the channel, as far as there is room.
    fn hand_over(&mut self) {
        while let Some(ack) = self.queue.front() {
            let qos = if ack.qos == 1 { QoS::AtLeastOnce } else { QoS::ExactlyOnce };
            let publish = Publish { qos, pkid: ack.packet_id, ..Publish::default() };
            if self.client.try_ack(&publish).is_err() {
                return;
            }
            self.queue.pop_front();
        }
    }

    async fn poll(&mut self) -> Result<rumqttc::v5::Event, Failure> {
        self.hand_over();
        let polled = self.events.next().await.expect("the stream of an event loop has no end");
        polled.map_err(|error| {
            self.queue.clear();
            failure(error)
        })
    }
}

impl Link for V5 {
    async fn next(&mut self) -> Result<Event, Failure> {
        match self.poll().await? {
            rumqttc::v5::Event::Incoming(packet) => Ok(event(packet)),
            rumqttc::v5::Event::Outgoing(_) => Ok(Event::Other),
        }
    }

    async fn subscribe(&mut self) -> Result<(), Failure> {
        self.client.try_subscribe_many(self.filters.clone()).map_err(|error| Failure::Lost(error.to_string()))
    }

    async fn acknowledge(&mut self, acks: &[Ack]) -> Result<(), Failure> {
        self.queue.extend(acks);
        self.hand_over();
        Ok(())
    }

    // Not possible while polling pauses, and hardly ever needed: see the receive maximum.
    async fn ping(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    // Nor this: the broker knows the limit and sends nothing larger.
    fn raise_limit(&mut self, _: usize) {}

    async fn disconnect(&mut self) {
        let mut asked = false;
        loop {
            self.hand_over();
            asked = asked || (self.queue.is_empty() && self.client.try_disconnect().is_ok());
            if matches!(self.poll().await, Err(_) | Ok(rumqttc::v5::Event::Outgoing(Outgoing::Disconnect))) {
                return;
            }
        }
    }
}

/// The events of an event loop. The stream keeps an unfinished poll, so waiting for the next event can be given up
/// without losing a packet that was half written.
fn events(eventloop: EventLoop) -> Events {
    let keep_alive = eventloop.options.keep_alive();
    Box::pin(stream::unfold(eventloop, move |mut eventloop| async move {
        let event = eventloop.poll().await;
        if event.is_err() {
            // What was read ahead, or waits to be sent, belongs to the connection that is gone.
            eventloop.state.events.clear();
            eventloop.pending.clear();
        }
        if eventloop.options.keep_alive().is_zero() {
            eventloop.options.set_keep_alive(keep_alive); // the broker wants none, and rumqttc would ping without pause
        }
        Some((event, eventloop))
    }))
}

fn filter(path: &str, qos: u8) -> Filter {
    let mut filter = Filter::new(path, if qos == 0 { QoS::AtMostOnce } else { QoS::AtLeastOnce });
    // Subscribing again, after a restart of ours, is no reason to get retained messages again.
    filter.retain_forward_rule = RetainForwardRule::OnNewSubscribe;
    filter
}

fn event(packet: Packet) -> Event {
    match packet {
        Packet::ConnAck(connack) => Event::Connected { session_present: connack.session_present },
        Packet::Publish(publish) => Event::Message(Message {
            topic: String::from_utf8_lossy(&publish.topic).into_owned(),
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
        refused => Err(format!("{refused:?}")),
    }
}

fn failure(error: ConnectionError) -> Failure {
    use mqttbytes::Error::{Io, PayloadSizeLimitExceeded};
    match error {
        ConnectionError::ConnectionRefused(code) if is_refusal(code) => Failure::Refused(format!("{code:?}")),
        ConnectionError::MqttState(StateError::Deserialization(PayloadSizeLimitExceeded { pkt_size, .. })) => {
            Failure::Oversize(pkt_size)
        }
        ConnectionError::MqttState(StateError::Deserialization(Io(error))) => Failure::Lost(error.to_string()),
        ConnectionError::MqttState(StateError::Deserialization(error)) => Failure::Malformed(error.to_string()),
        other => Failure::Lost(other.to_string()),
    }
}

/// Whether waiting does not help.
fn is_refusal(code: ConnectReturnCode) -> bool {
    use ConnectReturnCode::{ConnectionRateExceeded, QuotaExceeded, ServerBusy, ServerUnavailable, ServiceUnavailable};
    let passes = [ConnectionRateExceeded, QuotaExceeded, ServerBusy, ServerUnavailable, ServiceUnavailable];
    !passes.contains(&code)
}
