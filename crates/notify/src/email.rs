//! Mail by SMTP.

use std::{fs, path::Path, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, CertificateStore, Tls, TlsParameters},
        extension::ClientId,
    },
};
use smartpole_model::registry::{Email, EmailTls};

use crate::{
    Error, Notice,
    letter::{address, letter},
    secret::Secret,
    text::clean,
};

/// Seconds that a command may take.
const COMMAND_S: u64 = 20;
/// Seconds that all of it may take.
const ALL_S: u64 = 60;

/// Sends a notice to one address; what the server said.
pub(crate) async fn send(email: &Email, to: &str, folder: &Path, notice: &Notice) -> Result<String, Error> {
    let letter = letter(email, to, notice)?;
    let transport = transport(email, folder)?;
    let sent = tokio::time::timeout(Duration::from_secs(ALL_S), transport.send(letter));
    let response = sent.await.map_err(|_| Error::Slow(ALL_S))?.map_err(Error::Smtp)?;
    let words: Vec<&str> = response.message().collect();
    Ok(clean(&format!("{} {}", response.code(), words.join(" ")), 200))
}

fn transport(email: &Email, folder: &Path) -> Result<AsyncSmtpTransport<Tokio1Executor>, Error> {
    let tls = match email.tls {
        EmailTls::StartTls => Tls::Required(parameters(email, folder)?),
        EmailTls::Implicit => Tls::Wrapper(parameters(email, folder)?),
        EmailTls::None => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&email.server)
        .port(email.port)
        .tls(tls)
        .hello_name(ClientId::Domain(address(&email.from)?.domain().to_owned()))
        .timeout(Some(Duration::from_secs(COMMAND_S)));
    if let Some(login) = &email.login {
        let password = Secret::read(&login.password, folder)?;
        builder = builder.credentials(Credentials::new(login.user.clone(), password.reveal().to_owned()));
    }
    Ok(builder.build())
}

/// Trusts the system's authorities, or those of the file instead.
fn parameters(email: &Email, folder: &Path) -> Result<TlsParameters, Error> {
    let mut builder = TlsParameters::builder(email.server.clone());
    if let Some(file) = &email.ca_file {
        let path = folder.join(file);
        let pem = fs::read(&path).map_err(|source| Error::File { path, source })?;
        builder = builder.certificate_store(CertificateStore::None);
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(Error::Smtp)?);
    }
    builder.build_rustls().map_err(Error::Smtp)
}
