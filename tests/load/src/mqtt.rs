//! The few packets of MQTT 3.1.1 that the load needs, as bytes: no client library comes between the poles and the broker.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::error::{Error, io};

pub(crate) const PUBLISH: u8 = 3;
pub(crate) const PUBACK: u8 = 4;
const CONNACK_LENGTH: usize = 4;

/// Connects; `clean` says whether an old session is dropped and the new one ends with the connection.
pub(crate) async fn connect(port: u16, client: &str, clean: bool) -> Result<TcpStream, Error> {
    let failed = || io(format!("connect {client} to the broker"));
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.map_err(failed())?;
    stream.set_nodelay(true).map_err(failed())?;
    // keep alive 0: no pings, so all that comes back are acknowledgements
    let mut body = vec![0, 4, b'M', b'Q', b'T', b'T', 4, if clean { 2 } else { 0 }, 0, 0];
    put_text(&mut body, client);
    stream.write_all(&packet(0x10, &body)).await.map_err(failed())?;
    let mut answer = [0; CONNACK_LENGTH];
    stream.read_exact(&mut answer).await.map_err(failed())?;
    if answer[3] == 0 { Ok(stream) } else { Err(Error::Answer { name: "mosquitto", answer: format!("{answer:?}") }) }
}

/// Makes a persistent session with one subscription, as a client of this name would find it at its next start.
pub(crate) async fn make_session(port: u16, client: &str, filter: &str) -> Result<(), Error> {
    let failed = || io(format!("subscribe as {client}"));
    let mut stream = connect(port, client, false).await?;
    let mut body = vec![0, 1];
    put_text(&mut body, filter);
    body.push(1);
    stream.write_all(&packet(0x82, &body)).await.map_err(failed())?;
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).await.map_err(failed())?;
    stream.write_all(&packet(0xe0, &[])).await.map_err(failed())?;
    if answer[4] == 1 { Ok(()) } else { Err(Error::Answer { name: "mosquitto", answer: format!("{answer:?}") }) }
}

/// Appends a PUBLISH of QoS 1.
pub(crate) fn put_publish(bytes: &mut Vec<u8>, id: u16, topic: &str, payload: &[u8]) {
    let length = 2 + topic.len() + 2 + payload.len();
    bytes.push(PUBLISH << 4 | 2);
    put_length(bytes, length);
    put_text(bytes, topic);
    bytes.extend_from_slice(&id.to_be_bytes());
    bytes.extend_from_slice(payload);
}

fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    put_length(&mut bytes, body.len());
    bytes.extend_from_slice(body);
    bytes
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(&(text.len() as u16).to_be_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

fn put_length(bytes: &mut Vec<u8>, mut length: usize) {
    while length >= 128 {
        bytes.push(length as u8 | 128);
        length >>= 7;
    }
    bytes.push(length as u8);
}

/// Cuts a stream of bytes into packets.
#[derive(Debug, Default)]
pub(crate) struct Packets {
    bytes: Vec<u8>,
}

impl Packets {
    /// Takes bytes and shows each packet that is whole now: its first byte and its body.
    pub(crate) fn take(&mut self, bytes: &[u8], mut each: impl FnMut(u8, &[u8])) {
        self.bytes.extend_from_slice(bytes);
        let mut at = 0;
        while let Some((header, length)) = head(&self.bytes[at..]) {
            let Some(body) = self.bytes.get(at + header..at + header + length) else { break };
            each(self.bytes[at], body);
            at += header + length;
        }
        self.bytes.drain(..at);
    }
}

/// Length of the fixed header and of what follows; `None` while the header is not whole.
fn head(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut length = 0;
    for (at, byte) in bytes.iter().skip(1).take(4).enumerate() {
        length |= usize::from(byte & 127) << (7 * at);
        if byte & 128 == 0 {
            return Some((at + 2, length));
        }
    }
    None
}

/// Topic, packet identifier and payload of a PUBLISH of QoS 1.
pub(crate) fn publish(body: &[u8]) -> Option<(&str, u16, &[u8])> {
    let length = usize::from(u16::from_be_bytes([*body.first()?, *body.get(1)?]));
    let topic = std::str::from_utf8(body.get(2..2 + length)?).ok()?;
    let id = u16::from_be_bytes([*body.get(2 + length)?, *body.get(3 + length)?]);
    Some((topic, id, &body[4 + length..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_the_same_however_the_stream_is_cut() {
        let (mut stream, payload) = (Vec::new(), vec![b'x'; 300]);
        put_publish(&mut stream, 7, "a/b", b"");
        put_publish(&mut stream, 65_535, "c", &payload);
        stream.extend(packet(PUBACK << 4, &[1, 2]));
        for size in [1, 2, 3, 50, 1_000] {
            let (mut packets, mut seen) = (Packets::default(), Vec::new());
            for chunk in stream.chunks(size) {
                packets.take(chunk, |first, body| seen.push((first, body.to_vec())));
            }
            assert_eq!(seen.len(), 3, "cut at {size}");
            assert_eq!(publish(&seen[0].1), Some(("a/b", 7, &b""[..])));
            assert_eq!(publish(&seen[1].1), Some(("c", 65_535, &payload[..])));
            assert_eq!(seen[2], (PUBACK << 4, vec![1, 2]));
        }
    }
}
