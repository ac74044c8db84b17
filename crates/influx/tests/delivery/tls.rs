//! TLS: an own authority is trusted, a stranger is not.

use std::{fs, sync::Arc};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{ServerConfig, crypto::ring, pki_types::PrivatePkcs8KeyDer};
use smartpole_influx::{Delivery, Error, Options, Trouble};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::{
    server::{Server, reply},
    target::{Target, lines},
};

/// A server with a certificate that it signed itself, and the PEM of that.
async fn start() -> (Server, String) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key.into())
        .unwrap();
    let answering = |_: &_| reply("204 No Content", &[], b"");
    (Server::start_tls(TlsAcceptor::from(Arc::new(config)), answering).await, cert.pem())
}

fn options(server: &Server) -> Options {
    Options { url: format!("https://localhost:{}", server.port), ..Options::default() }
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted() {
    let (server, pem) = start().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), pem).unwrap();
    let mut target = Target::with(Options { ca_file: Some(file.path().to_owned()), ..options(&server) });
    assert_eq!(target.deliver(&lines(5)).await, []);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_certificate_of_a_stranger_gets_no_line_and_no_token() {
    let (server, _) = start().await;
    let mut target = Target::with(options(&server));
    let (stop, mut circuit, lines) = (CancellationToken::new(), target.delivery.circuit(), lines(5));
    let stopping = async {
        let open = circuit.wait_for(|circuit| circuit.failures == 1).await.unwrap().clone();
        stop.cancel();
        open
    };
    let (delivered, open) = tokio::join!(target.delivery.deliver(&lines, 0..5, &stop), stopping);
    assert_eq!((delivered, open.kind, server.requests().len()), (None, Some(Trouble::Network), 0));
    assert!(open.reason.unwrap().contains("UnknownIssuer"));
}

#[test]
fn a_file_without_a_certificate_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "token").unwrap();
    let given = file.path().to_owned();
    let options = Options {
        url: "https://localhost".into(),
        ca_file: Some(given.clone()),
        token_file: given,
        ..Options::default()
    };
    assert!(matches!(
        Delivery::new(&options, crate::target::now),
        Err(Error::Tls(smartpole_tls::Error::Unusable { .. }))
    ));
}
