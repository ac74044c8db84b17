//! TLS, built once, with a provider of our own choice: a process that has two of them panics at the first configuration that
//! does not say which.

use std::{io, path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{
        CertificateDer,
        pem::{self, PemObject},
    },
};

use crate::Error;

/// The configuration for a client that trusts the authorities of a file or, without one, those of the system.
///
/// # Errors
/// [`Error::ReadFile`], [`Error::Unusable`].
pub(crate) fn configuration(ca_file: Option<&Path>) -> Result<ClientConfig, Error> {
    let roots = match ca_file {
        Some(path) => roots_of_file(path)?,
        None => roots_of_system(),
    };
    Ok(ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth())
}

fn roots_of_file(path: &Path) -> Result<RootCertStore, Error> {
    let unreadable = |error| match error {
        pem::Error::Io(source) => Error::ReadFile { path: path.to_owned(), source },
        other => Error::ReadFile { path: path.to_owned(), source: io::Error::other(other.to_string()) },
    };
    let certificates: Vec<CertificateDer<'_>> =
        CertificateDer::pem_file_iter(path).map_err(unreadable)?.collect::<Result<_, _>>().map_err(unreadable)?;
    let mut roots = RootCertStore::empty();
    let (added, ignored) = roots.add_parsable_certificates(certificates);
    if added == 0 {
        let reason = format!("none of its {ignored} certificates can be a root");
        return Err(Error::Unusable { path: path.to_owned(), reason });
    }
    Ok(roots)
}

/// What the system trusts; a certificate it cannot read is left out.
fn roots_of_system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}
