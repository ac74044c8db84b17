//! The embedded listener over TLS, with poles that show certificates.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]
#![cfg(feature = "listener")]

mod common;

use std::{fs, path::PathBuf};

use common::{PATIENCE, Recorder, clock, next_packet};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rumqttc::{
    AsyncClient, EventLoop, MqttOptions, Packet, QoS, TlsConfiguration, Transport,
    tokio_rustls::rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};
use smartpole_source::{Error, MqttListener, mqtt_listener::Options};
use tempfile::TempDir;
use tokio::{net::TcpStream, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

/// An authority, and certificates of it in PEM.
struct Authority {
    dir: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { dir, issuer }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes `NAME.pem` and `NAME.key.pem` of somebody.
    fn certify(&self, name: &str) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned(), "127.0.0.1".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        fs::write(self.file(&format!("{name}.pem")), certificate.pem()).unwrap();
        fs::write(self.file(&format!("{name}.key.pem")), key.serialize_pem()).unwrap();
    }

    fn options(&self, asks_name: bool) -> Options {
        self.certify("listener");
        Options {
            address: "127.0.0.1:0".parse().unwrap(),
            cert_file: Some(self.file("listener.pem")),
            key_file: Some(self.file("listener.key.pem")),
            client_ca_file: asks_name.then(|| self.file("ca.pem")),
            allow_anonymous: !asks_name,
            ..Options::default()
        }
    }

    /// A client that trusts the authority, with the certificate of `name`.
    fn client(&self, port: u16, name: Option<&str>) -> (AsyncClient, EventLoop) {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.file("ca.pem")).unwrap()).unwrap();
        let builder = ClientConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = match name {
            Some(name) => {
                let certificate = CertificateDer::from_pem_file(self.file(&format!("{name}.pem"))).unwrap();
                let key = PrivateKeyDer::from_pem_file(self.file(&format!("{name}.key.pem"))).unwrap();
                builder.with_client_auth_cert(vec![certificate], key).unwrap()
            }
            None => builder.with_no_client_auth(),
        };
        let mut options = MqttOptions::new(name.unwrap_or("pole"), "127.0.0.1", port);
        options.set_transport(Transport::Tls(TlsConfiguration::Rustls(config.into())));
        AsyncClient::new(options, 8)
    }
}

struct Running {
    port: u16,
    shutdown: CancellationToken,
    task: JoinHandle<Result<(), Error>>,
}

impl Running {
    async fn start(options: Options, recorder: &Recorder) -> Self {
        let listener = MqttListener::bind(options, &recorder.journal, clock).await.unwrap();
        let (port, shutdown) = (listener.local_addr().port(), CancellationToken::new());
        let task = tokio::spawn(listener.run(shutdown.clone()));
        Self { port, shutdown, task }
    }

    async fn stop(self) {
        self.shutdown.cancel();
        timeout(PATIENCE, self.task).await.expect("the listener stops").unwrap().unwrap();
    }
}

fn topic(device: &str) -> String {
    format!("smartpole/castrop-rauxel/AM-01/{device}/up")
}

/// Polls until the connection fails.
async fn cut_off(eventloop: &mut EventLoop) -> bool {
    let until_cut = async {
        loop {
            match eventloop.poll().await {
                Ok(rumqttc::Event::Incoming(Packet::PubAck(_))) => return false,
                Ok(_) => {}
                Err(_) => return true,
            }
        }
    };
    timeout(PATIENCE, until_cut).await.expect("the connection ends")
}

#[tokio::test]
async fn a_pole_is_the_device_that_its_certificate_names() {
    let (authority, recorder) = (Authority::new(), Recorder::new());
    let running = Running::start(authority.options(true), &recorder).await;
    authority.certify("air-1");
    let (client, mut eventloop) = authority.client(running.port, Some("air-1"));
    client.publish(topic("air-1"), QoS::AtLeastOnce, false, "1").await.unwrap();
    while !matches!(next_packet(&mut eventloop).await, Packet::PubAck(_)) {}
    let messages = recorder.messages(1).await;
    assert_eq!((messages[0].principal.as_str(), messages[0].topic.as_str()), ("air-1", &*topic("air-1")));
    running.stop().await;
}

#[tokio::test]
async fn whoever_publishes_as_another_device_is_cut_off_without_an_acknowledgement() {
    let (authority, recorder) = (Authority::new(), Recorder::new());
    let running = Running::start(authority.options(true), &recorder).await;
    authority.certify("air-1");
    let (client, mut eventloop) = authority.client(running.port, Some("air-1"));
    client.publish(topic("air-2"), QoS::AtLeastOnce, false, "1").await.unwrap();
    assert!(cut_off(&mut eventloop).await, "no acknowledgement");
    authority.certify("air-2");
    let (client, mut eventloop) = authority.client(running.port, Some("air-2"));
    client.publish(topic("air-2"), QoS::AtLeastOnce, false, "2").await.unwrap();
    while !matches!(next_packet(&mut eventloop).await, Packet::PubAck(_)) {}
    assert_eq!(recorder.messages(1).await[0].payload, b"2", "the first one is nowhere");
    running.stop().await;
}

#[tokio::test]
async fn whoever_has_no_certificate_of_the_authority_gets_nowhere() {
    let (authority, strangers, recorder) = (Authority::new(), Authority::new(), Recorder::new());
    let running = Running::start(authority.options(true), &recorder).await;
    let (_client, mut eventloop) = authority.client(running.port, None);
    assert!(cut_off(&mut eventloop).await);
    strangers.certify("air-1");
    fs::copy(authority.file("ca.pem"), strangers.file("ca.pem")).unwrap();
    let (_client, mut eventloop) = strangers.client(running.port, Some("air-1"));
    assert!(cut_off(&mut eventloop).await);
    let mut plain = TcpStream::connect(("127.0.0.1", running.port)).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut plain, b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00").await.unwrap();
    let mut answer = Vec::new();
    let read = timeout(PATIENCE, tokio::io::AsyncReadExt::read_to_end(&mut plain, &mut answer)).await;
    read.expect("the connection ends").ok();
    assert!(!answer.starts_with(&[0x20]), "no CONNACK in the clear");
    running.stop().await;
}

#[tokio::test]
async fn without_an_authority_of_clients_passwords_do_over_tls() {
    let (authority, recorder) = (Authority::new(), Recorder::new());
    let file = authority.file("passwords");
    let hash = mqtt5::broker::PasswordAuthProvider::hash_password("lantern").unwrap();
    fs::write(&file, format!("pole:{hash}\n")).unwrap();
    let options = Options { password_file: Some(file), allow_anonymous: false, ..authority.options(false) };
    let running = Running::start(options, &recorder).await;
    let (_client, mut eventloop) = authority.client(running.port, None);
    assert!(cut_off(&mut eventloop).await, "no password");
    let (client, mut eventloop) = authority.client(running.port, None);
    eventloop.mqtt_options.set_credentials("pole", "lantern");
    client.publish(topic("air-1"), QoS::AtLeastOnce, false, "1").await.unwrap();
    while !matches!(next_packet(&mut eventloop).await, Packet::PubAck(_)) {}
    assert_eq!(recorder.messages(1).await[0].principal, "pole");
    running.stop().await;
}

#[tokio::test]
async fn a_key_that_does_not_fit_is_an_error_that_names_the_file() {
    let (authority, recorder) = (Authority::new(), Recorder::new());
    let options = authority.options(true);
    authority.certify("other");
    let options = Options { key_file: Some(authority.file("other.key.pem")), ..options };
    let Err(Error::Tls { source, .. }) = MqttListener::bind(options, &recorder.journal, clock).await else {
        panic!("it starts")
    };
    assert!(source.to_string().contains("listener.pem"), "{source}");
}
