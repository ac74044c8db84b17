//! TLS of the service's own listeners: certificates from files, read anew when they change.
//!
//! ```text
//! Files ──► ServerTls ──► accept: the handshake with the certificate of now ──► Stream, and who the client is
//!             └── reload: files that changed take the place of the former ones; unusable ones leave them in force
//! ```
//!
//! TLS 1.2 and 1.3 by rustls, with ring as the only provider: a process that has two of them panics at the first configuration that does
//! not say which.

mod client;
mod files;

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::sync::CancellationToken;
use webpki::EndEntityCert;

pub use client::{client, pinned};
pub use files::Files;

/// A client that does not finish its handshake in this time is let go.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How often files are looked at.
const LOOK: Duration = Duration::from_secs(10);

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("cannot read {path}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file holds nothing usable.
    #[error("{path} cannot be used: {reason}", path = path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why, and what is expected.
        reason: String,
    },
    /// The library speaks none that is safe.
    #[error("cannot speak TLS")]
    Speak(#[from] rustls::Error),
}

/// A listener's side of TLS; clones share their certificate.
#[derive(Clone, Debug)]
pub struct ServerTls {
    files: Files,
    config: Arc<ArcSwap<ServerConfig>>,
}

impl ServerTls {
    /// Reads the files.
    ///
    /// # Errors
    /// [`Error`], naming the file.
    pub fn load(files: Files) -> Result<Self, Error> {
        let config = Arc::new(ArcSwap::from_pointee(files.config()?));
        Ok(Self { files, config })
    }

    /// The handshake with a client, by the certificate that is in force now.
    ///
    /// # Errors
    /// What went wrong in it, or that it took longer than 10 s.
    pub async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let acceptor = TlsAcceptor::from(self.config.load_full());
        timeout(HANDSHAKE, acceptor.accept(stream)).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Looks at the files until `shutdown`, and takes over what is new in them. What cannot be used is logged, once for each change.
    pub async fn reload(self, shutdown: CancellationToken) {
        let mut seen = self.files.stamps();
        while !shutdown.is_cancelled() {
            tokio::select! {
                () = shutdown.cancelled() => break,
                () = tokio::time::sleep(LOOK) => self.look(&mut seen),
            }
        }
    }

    /// Takes over what is new in the files since they were `seen`.
    fn look(&self, seen: &mut files::Stamps) {
        let now = self.files.stamps();
        if now == *seen {
            return;
        }
        *seen = now;
        match self.files.config() {
            Ok(config) => {
                self.config.store(Arc::new(config));
                tracing::info!(file = %self.files.cert.display(), "a new certificate is in force");
            }
            Err(error) => {
                let reason: &dyn std::error::Error = &error;
                tracing::error!(
                    file = %self.files.cert.display(),
                    reason = %reason.source().map_or_else(String::new, ToString::to_string),
                    "the certificate stays the former one: {error}"
                );
            }
        }
    }
}

/// Whom a client's certificate names: its first DNS name (RFC 5280, 4.2.1.6). `None` without a certificate or a name.
pub fn client_name(stream: &TlsStream<TcpStream>) -> Option<String> {
    let certificate = EndEntityCert::try_from(stream.get_ref().1.peer_certificates()?.first()?).ok()?;
    certificate.valid_dns_names().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    fn write(dir: &Path, names: &[&str]) -> Files {
        let made = rcgen::generate_simple_self_signed(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let made = made.unwrap();
        let files = Files { cert: dir.join("cert.pem"), key: dir.join("key.pem"), client_ca: None };
        fs::write(&files.cert, made.cert.pem()).unwrap();
        fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
        files
    }

    #[test]
    fn a_new_certificate_is_taken_over_and_an_unusable_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let tls = ServerTls::load(write(dir.path(), &["a.example.org"])).unwrap();
        let (mut seen, first) = (tls.files.stamps(), tls.config.load_full());
        tls.look(&mut seen);
        assert!(Arc::ptr_eq(&first, &tls.config.load_full()), "nothing changed");
        write(dir.path(), &["b.example.org", "c.example.org"]);
        tls.look(&mut seen);
        let second = tls.config.load_full();
        assert!(!Arc::ptr_eq(&first, &second));
        fs::write(&tls.files.key, "no key").unwrap();
        tls.look(&mut seen);
        assert!(Arc::ptr_eq(&second, &tls.config.load_full()));
    }

    #[test]
    fn what_cannot_be_used_is_named_with_its_file() {
        let dir = tempfile::tempdir().unwrap();
        let files = write(dir.path(), &["a.example.org"]);
        let said = |files: Files| ServerTls::load(files).unwrap_err().to_string();
        let none = Files { cert: dir.path().join("none.pem"), ..files.clone() };
        assert!(
            said(none).starts_with("cannot read ")
                && said(Files { key: files.cert.clone(), ..files.clone() }).contains("cert.pem")
        );
        fs::write(dir.path().join("empty.pem"), "").unwrap();
        for broken in [
            Files { cert: dir.path().join("empty.pem"), ..files.clone() },
            Files { key: dir.path().join("empty.pem"), ..files.clone() },
            Files { client_ca: Some(dir.path().join("empty.pem")), ..files.clone() },
        ] {
            assert!(said(broken).contains("empty.pem cannot be used: "));
        }
    }
}
