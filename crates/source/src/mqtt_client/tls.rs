//! TLS, built once from files, with a provider of our own choice: a process that has two of them panics at the first
//! configuration that does not say which.

use std::{io, path::Path, sync::Arc};

use rumqttc::TlsConfiguration;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject},
    },
};

use super::Options;
use crate::Error;

/// The configuration for a client.
///
/// # Errors
/// [`Error::ReadFile`], [`Error::Certificate`].
pub(crate) fn configuration(options: &Options) -> Result<TlsConfiguration, Error> {
    let roots = match &options.ca_file {
        Some(path) => roots_of_file(path)?,
        None => roots_of_system(),
    };
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_root_certificates(roots);
    let config = match (&options.cert_file, &options.key_file) {
        (Some(cert), Some(key)) => {
            let key_der = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, error))?;
            let fits = builder.with_client_auth_cert(certificates(cert)?, key_der);
            fits.map_err(|error| Error::Certificate { path: cert.clone(), reason: error.to_string() })?
        }
        _ => builder.with_no_client_auth(),
    };
    Ok(TlsConfiguration::Rustls(Arc::new(config)))
}

fn roots_of_file(path: &Path) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    let (added, ignored) = roots.add_parsable_certificates(certificates(path)?);
    if added == 0 {
        let reason = format!("none of its {ignored} certificates can be a root");
        return Err(Error::Certificate { path: path.to_owned(), reason });
    }
    Ok(roots)
}

/// What the system trusts; a certificate it cannot read is left out.
fn roots_of_system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let unreadable = |error| unreadable(path, error);
    let found: Vec<_> =
        CertificateDer::pem_file_iter(path).map_err(unreadable)?.collect::<Result<_, _>>().map_err(unreadable)?;
    if found.is_empty() {
        return Err(Error::Certificate { path: path.to_owned(), reason: "it holds no certificate".to_owned() });
    }
    Ok(found)
}

fn unreadable(path: &Path, error: pem::Error) -> Error {
    let path = path.to_owned();
    match error {
        pem::Error::Io(source) => Error::ReadFile { path, source },
        pem::Error::NoItemsFound => Error::Certificate { path, reason: "it holds no such PEM section".to_owned() },
        other => Error::ReadFile { path, source: io::Error::new(io::ErrorKind::InvalidData, other.to_string()) },
    }
}
