//! Publishing to a small broker that breaks connections.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use bytes::BytesMut;
use firmware_sim::{
    Broker, Fleet, Pace, PublishError, Spec,
    publish::{publish, publish_fleet},
    synthetic,
};
use rumqttc::{ConnAck, ConnectReturnCode, Packet, PubAck};
use smartpole_model::{Inputs, UtcMillis};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What the broker does with a connection.
#[derive(Clone, Copy)]
enum Manner {
    /// Hangs up after so many messages, and acknowledges only the first half of them.
    Moody(usize),
    Steady,
    Refusing,
    Mute,
}

/// Payloads by topic, in the order of arrival.
type Received = Arc<Mutex<BTreeMap<String, Vec<Vec<u8>>>>>;

/// A broker that treats its connections in these manners, and all further ones in the last.
async fn broker(manners: Vec<Manner>) -> (Broker, Received) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let received = Received::default();
    let all = Arc::clone(&received);
    tokio::spawn(async move {
        let last = manners[manners.len() - 1];
        let mut manners = manners.into_iter();
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(socket, manners.next().unwrap_or(last), Arc::clone(&all)));
        }
    });
    (Broker::new("127.0.0.1", port), received)
}

async fn serve(mut socket: TcpStream, manner: Manner, received: Received) -> std::io::Result<()> {
    let (mut bytes, mut messages) = (BytesMut::new(), 0);
    loop {
        while let Ok(packet) = Packet::read(&mut bytes, 1 << 20) {
            let answer = match (packet, manner) {
                (Packet::Connect(_), Manner::Refusing) => refuse(),
                (Packet::Connect(_), _) => Packet::ConnAck(ConnAck::new(ConnectReturnCode::Success, false)),
                (Packet::Publish(message), _) => {
                    messages += 1;
                    let payload = message.payload.to_vec();
                    received.lock().expect("no panic").entry(message.topic).or_default().push(payload);
                    match manner {
                        Manner::Moody(limit) if messages > limit => return Ok(()),
                        Manner::Moody(limit) if messages > limit / 2 => continue,
                        Manner::Mute => continue,
                        _ => Packet::PubAck(PubAck::new(message.pkid)),
                    }
                }
                _ => continue,
            };
            let mut out = BytesMut::new();
            answer.write(&mut out, 1 << 20).expect("a small packet");
            socket.write_all(&out).await?;
        }
        if socket.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    }
}

fn refuse() -> Packet {
    Packet::ConnAck(ConnAck::new(ConnectReturnCode::NotAuthorized, false))
}

fn fleet() -> Fleet {
    let inputs = Inputs::parse(&synthetic(4, 1)).expect("a synthetic registry is valid");
    let from: UtcMillis = "2026-10-20T00:00:00Z".parse().expect("a time");
    Fleet::new(&inputs, Spec::new(1, from, from.plus(86_400_000)))
}

/// First copies in the order of arrival.
fn first_copies(payloads: &[Vec<u8>]) -> Vec<&Vec<u8>> {
    let mut seen = std::collections::HashSet::new();
    payloads.iter().filter(|payload| seen.insert(*payload)).collect()
}

#[tokio::test]
async fn every_message_arrives_in_order_whatever_connections_break() {
    let fleet = fleet();
    let moods = [7, 30, 1, 0, 150, 2, 13].map(Manner::Moody);
    let (broker, received) = broker(moods.into_iter().chain([Manner::Steady]).collect()).await;
    let told = Arc::new(Mutex::new(0u64));
    let counter = Arc::clone(&told);
    let sent = publish_fleet(&fleet, &broker, 3, Pace::Max, move |_| *counter.lock().expect("no panic") += 1).await;
    let sent = sent.expect("all is sent");
    let received = received.lock().expect("no panic");
    let mut copies = 0;
    for (index, device) in fleet.devices().iter().enumerate() {
        let arrived = &received[&*device.topic];
        copies += arrived.len() as u64;
        let planned: Vec<_> = fleet.device(index).map(|transmission| transmission.payload).collect();
        assert_eq!(first_copies(arrived), planned.iter().collect::<Vec<_>>(), "{}", device.id);
    }
    assert_eq!((sent.acknowledged, *told.lock().expect("no panic")), (8 * 144, 8 * 144));
    assert_eq!(sent.broken, 7);
    assert!(copies <= sent.acknowledged + sent.resent && sent.resent > 0, "{copies} {sent:?}");
}

#[tokio::test]
async fn a_refused_client_does_not_try_again() {
    let (broker, _) = broker(vec![Manner::Refusing]).await;
    let result = publish(&broker, 0, Pace::Max, fleet().device(0), |_| {}).await;
    assert!(matches!(result, Err(PublishError::Refused { code: ConnectReturnCode::NotAuthorized, .. })), "{result:?}");
}

#[tokio::test]
async fn a_silent_broker_is_given_up() {
    let (broker, _) = broker(vec![Manner::Mute]).await;
    let broker = Broker { patience_s: 1, ..broker };
    let result = publish(&broker, 0, Pace::Max, fleet().device(0), |_| {}).await;
    assert!(matches!(result, Err(PublishError::Silence { seconds: 1, .. })), "{result:?}");
}

#[tokio::test]
async fn a_message_waits_for_its_time() {
    let (broker, received) = broker(vec![Manner::Steady]).await;
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("after 1970").as_millis() as i64;
    let soon = fleet().device(0).take(3).enumerate().map(move |(index, transmission)| firmware_sim::Transmission {
        at: UtcMillis(now + 40 * index as i64),
        ..transmission
    });
    let mut early = 0;
    let sent = publish(&broker, 0, Pace::OnTime, soon, |transmission| {
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("after 1970").as_millis() as i64;
        early += usize::from(now < transmission.at.0);
    });
    assert_eq!(sent.await.expect("all is sent").acknowledged, 3);
    assert_eq!((early, received.lock().expect("no panic").len()), (0, 1));
}
