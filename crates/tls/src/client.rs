//! TLS of who asks: the command line a service; the service a broker, an InfluxDB, a webhook, a mail server, an OpenID provider.

use std::{path::Path, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};

use crate::{
    Error,
    files::{certificates, key, roots},
};

/// Trusts a service that shows the certificate of this file, by whatever name it is reached: the same machine may do so by its loopback
/// address, which no certificate names.
///
/// # Errors
/// [`Error`], naming the file.
pub fn pinned(cert_file: &Path) -> Result<ClientConfig, Error> {
    let certificate = certificates(cert_file)?.into_iter().next();
    let unfit = |reason: String| Error::Unusable { path: cert_file.to_owned(), reason };
    let certificate = certificate.ok_or_else(|| unfit("it holds no certificate".to_owned()))?;
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(Pinned { certificate, provider: Arc::clone(&provider) });
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|reason| unfit(reason.to_string()))?;
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// Trusts the authorities of `ca_file` alone or, without one, those of the system, and shows its own certificate with its key, if it has one.
///
/// # Errors
/// [`Error`], naming the file.
pub fn client(ca_file: Option<&Path>, own: Option<(&Path, &Path)>) -> Result<ClientConfig, Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let roots = ca_file.map_or_else(|| Ok(roots_of_system()), roots)?;
    let builder = builder.with_safe_default_protocol_versions()?.with_root_certificates(roots);
    let Some((cert, key_file)) = own else { return Ok(builder.with_no_client_auth()) };
    let unfit = |reason: TlsError| Error::Unusable { path: cert.to_owned(), reason: reason.to_string() };
    builder.with_client_auth_cert(certificates(cert)?, key(key_file)?).map_err(unfit)
}

/// What the system trusts; a certificate that cannot be read is left out.
fn roots_of_system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// One certificate and no other; that its holder has the key is checked all the same.
#[derive(Debug)]
struct Pinned {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        match *shown == self.certificate {
            true => Ok(ServerCertVerified::assertion()),
            false => Err(TlsError::InvalidCertificate(CertificateError::ApplicationVerificationFailure)),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
