//! What stands in files.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject},
    },
    server::WebPkiClientVerifier,
};

use crate::Error;

/// When each file was last written, and how long it is; nothing for one that is away.
pub(crate) type Stamps = [Option<(SystemTime, u64)>; 3];

/// The files of a listener, all in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The certificate, and those between it and its authority.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// Authorities whose certificates clients have to show; without it clients show none.
    pub client_ca: Option<PathBuf>,
}

impl Files {
    pub(crate) fn stamps(&self) -> Stamps {
        let stamp = |path: &Path| fs::metadata(path).ok().and_then(|file| Some((file.modified().ok()?, file.len())));
        [stamp(&self.cert), stamp(&self.key), self.client_ca.as_deref().and_then(stamp)]
    }

    /// What the files say.
    pub(crate) fn config(&self) -> Result<ServerConfig, Error> {
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let unfit = |reason: rustls::Error| unusable(&self.cert, reason.to_string());
        let builder = builder.with_safe_default_protocol_versions().map_err(unfit)?;
        let builder = match &self.client_ca {
            Some(path) => {
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots(path)?), provider).build();
                builder.with_client_cert_verifier(verifier.map_err(|reason| unusable(path, reason.to_string()))?)
            }
            None => builder.with_no_client_auth(),
        };
        builder.with_single_cert(certificates(&self.cert)?, key(&self.key)?).map_err(unfit)
    }
}

pub(crate) fn roots(path: &Path) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(certificates(path)?);
    if added == 0 {
        return Err(unusable(path, "none of its certificates can be an authority's".to_owned()));
    }
    Ok(roots)
}

pub(crate) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let unread = |error| unread(path, error, "a certificate");
    let found: Vec<_> =
        CertificateDer::pem_file_iter(path).map_err(unread)?.collect::<Result<_, _>>().map_err(unread)?;
    if found.is_empty() {
        return Err(unusable(path, "it holds no PEM section of a certificate".to_owned()));
    }
    Ok(found)
}

pub(crate) fn key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| unread(path, error, "a private key"))
}

fn unread(path: &Path, error: pem::Error, what: &str) -> Error {
    match error {
        pem::Error::Io(source) => Error::Read { path: path.to_owned(), source },
        pem::Error::NoItemsFound => unusable(path, format!("it holds no PEM section of {what}")),
        other => unusable(path, other.to_string()),
    }
}

fn unusable(path: &Path, reason: String) -> Error {
    Error::Unusable { path: path.to_owned(), reason }
}
