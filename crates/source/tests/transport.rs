//! The MQTT client over TLS and over a WebSocket.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod common;

use std::path::{Path, PathBuf};

use async_tungstenite::{
    tokio::accept_hdr_async,
    tungstenite::handshake::server::{ErrorResponse, Request, Response},
};
use common::{
    PATIENCE, Recorder, clock,
    mosquitto::{Mosquitto, free_port},
    numbered, until_state,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use smartpole_source::{
    Error, MqttClient, SourceState,
    mqtt_client::{Options, Protocol, Transport},
};
use tempfile::TempDir;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use ws_stream_tungstenite::WsStream;

fn options(port: u16, transport: Transport, protocol: Protocol) -> Options {
    let client_id = format!("smartpole-{protocol:?}");
    Options { host: "127.0.0.1".to_owned(), port, transport, protocol, client_id, ..Options::default() }
}

/// Runs a client until a message, published over plain TCP to `plain`, has come through it.
async fn a_message_comes_through(options: Options, plain: u16) {
    let recorder = Recorder::new();
    let client = MqttClient::new(options, &recorder.journal, clock).unwrap();
    let mut status = client.status();
    let shutdown = CancellationToken::new();
    let task = tokio::spawn(client.run(shutdown.clone()));
    until_state(&mut status, SourceState::Connected).await;
    common::publish(plain, numbered(0..1)).await;
    recorder.messages(1).await;
    shutdown.cancel();
    timeout(PATIENCE, task).await.expect("the client stops").unwrap().unwrap();
}

/// An authority with one certificate, good for both ends.
struct Certificates {
    dir: TempDir,
}

impl Certificates {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, "127.0.0.1");
        let certificate = params.signed_by(&key, &authority).unwrap();
        let write = |name: &str, pem: String| std::fs::write(dir.path().join(name), pem).unwrap();
        write("ca.pem", authority.pem());
        write("cert.pem", certificate.pem());
        write("key.pem", key.serialize_pem());
        Self { dir }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Lines for a second listener of Mosquitto that wants a client's certificate.
    fn listener(&self, port: u16) -> String {
        let file = |name| self.file(name).display().to_string();
        format!(
            "allow_anonymous true\nlistener {port} 127.0.0.1\ncafile {}\ncertfile {}\nkeyfile {}\nrequire_certificate true",
            file("ca.pem"),
            file("cert.pem"),
            file("key.pem")
        )
    }
}

#[tokio::test]
async fn with_tls_both_ends_show_their_certificate() {
    let certificates = Certificates::new();
    let port = free_port();
    let broker = Mosquitto::start(&certificates.listener(port)).await;
    for protocol in [Protocol::V311, Protocol::V5] {
        let options = Options {
            ca_file: Some(certificates.file("ca.pem")),
            cert_file: Some(certificates.file("cert.pem")),
            key_file: Some(certificates.file("key.pem")),
            ..options(port, Transport::Tls, protocol)
        };
        a_message_comes_through(options, broker.port).await;
    }
}

#[tokio::test]
async fn a_broker_with_the_certificate_of_a_stranger_is_not_trusted() {
    let (certificates, strangers) = (Certificates::new(), Certificates::new());
    let port = free_port();
    let _broker = Mosquitto::start(&strangers.listener(port)).await;
    let recorder = Recorder::new();
    let options =
        Options { ca_file: Some(certificates.file("ca.pem")), ..options(port, Transport::Tls, Protocol::V311) };
    let client = MqttClient::new(options, &recorder.journal, clock).unwrap();
    let mut status = client.status();
    let shutdown = CancellationToken::new();
    let task = tokio::spawn(client.run(shutdown.clone()));
    let status = until_state(&mut status, SourceState::Failed).await;
    assert!(status.last_error.as_ref().unwrap().contains("certificate"), "{status:?}");
    shutdown.cancel();
    timeout(PATIENCE, task).await.expect("the client stops").unwrap().unwrap();
}

#[tokio::test]
async fn a_file_without_a_certificate_is_named() {
    let recorder = Recorder::new();
    let file: &Path = file!().as_ref();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(file.file_name().unwrap());
    let options = Options { ca_file: Some(source.clone()), ..options(1, Transport::Tls, Protocol::V311) };
    let refused = MqttClient::new(options, &recorder.journal, clock);
    let Err(Error::Tls { source: smartpole_tls::Error::Unusable { path, .. }, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(path, source);
}

/// Mosquitto is often built without WebSockets, so this is one that passes bytes on to it.
async fn web_socket(broker: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let socket = accept_hdr_async(stream, subprotocol).await.unwrap();
            let mut tcp = TcpStream::connect(("127.0.0.1", broker)).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut WsStream::new(socket), &mut tcp).await.ok() });
        }
    });
    port
}

#[allow(clippy::result_large_err, clippy::needless_pass_by_value, reason = "the signature is the callback's")]
fn subprotocol(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    assert_eq!(request.uri().path(), "/mqtt");
    let wanted = request.headers()["Sec-WebSocket-Protocol"].clone();
    response.headers_mut().insert("Sec-WebSocket-Protocol", wanted);
    Ok(response)
}

#[tokio::test]
async fn a_web_socket_is_as_good_as_tcp() {
    let broker = Mosquitto::start("allow_anonymous true").await;
    let port = web_socket(broker.port).await;
    for protocol in [Protocol::V311, Protocol::V5] {
        a_message_comes_through(options(port, Transport::Ws, protocol), broker.port).await;
    }
}
