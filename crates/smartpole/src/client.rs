//! Asks a running service.

use std::{
    env,
    fmt::Write,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Method, Request, Response, Uri,
    body::{Bytes, Incoming},
    header::{AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST, TE},
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, pki_types::ServerName};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    runtime::Runtime,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{
    cli::At,
    config::{Config, Http, Mistakes},
};

/// Variable of the environment that holds a token, where this machine is no operator by its address.
const TOKEN: &str = "SMARTPOLE_TOKEN";
const CONNECT: Duration = Duration::from_secs(5);
/// A dry run takes its time.
const ANSWER: Duration = Duration::from_secs(300);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error("the configuration has mistakes\n{0}")]
    Config(Mistakes),
    #[error("the configuration listens on a port of its own choice: name the address by --url")]
    NoAddress,
    #[error("{url} is no address of a service: write it as http://127.0.0.1:8080")]
    Url { url: String },
    #[error("cannot start the runtime")]
    Runtime(#[source] io::Error),
    #[error("no service answers at {url}")]
    Nobody { url: String, source: io::Error },
    #[error("{url} is not who it should be, or speaks no TLS")]
    Untrusted { url: String, source: io::Error },
    #[error(transparent)]
    Certificate(#[from] smartpole_tls::Error),
    #[error("no answer from {url} in time")]
    Late { url: String },
    #[error("the answer of {url} broke off")]
    Broken { url: String, source: hyper::Error },
    #[error("the answer of {url} is none of this program")]
    Foreign { url: String },
    #[error("{detail}; {remedy}")]
    Refused { detail: String, remedy: String },
}

/// A service at an address.
#[derive(Debug)]
pub(crate) struct Client {
    url: String,
    host: String,
    /// How it speaks TLS, if it does.
    tls: Option<Arc<ClientConfig>>,
    runtime: Runtime,
}

impl Client {
    /// The service that is meant: at the address named, else as configured, else where it is by default.
    pub(crate) fn at(at: &At) -> Result<Self, ClientError> {
        let url = match (&at.url, &at.config) {
            (Some(url), _) => Some(url.clone()),
            (None, Some(config)) => return Self::configured(&Config::load(config).map_err(ClientError::Config)?.http),
            (None, None) => reached_at((Ipv4Addr::LOCALHOST, 8080).into()).map(|at| format!("http://{at}")),
        };
        Self::new(&url.ok_or(ClientError::NoAddress)?)
    }

    /// The service that is configured like this.
    fn configured(http: &Http) -> Result<Self, ClientError> {
        let host = reached_at(http.listen).ok_or(ClientError::NoAddress)?;
        match http.tls() {
            Some(files) => Self::to(host, Some(smartpole_tls::pinned(&files.cert)?)),
            None => Self::to(host, None),
        }
    }

    pub(crate) fn new(url: &str) -> Result<Self, ClientError> {
        let wrong = || ClientError::Url { url: url.to_owned() };
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        let is_tls = uri.scheme_str() == Some("https");
        let usable = (is_tls || uri.scheme_str() == Some("http")) && matches!(uri.path(), "" | "/");
        let authority = uri.authority().filter(|_| usable).ok_or_else(wrong)?;
        let host = format!("{}:{}", authority.host(), authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 }));
        Self::to(host, is_tls.then(|| smartpole_tls::client(None, None)).transpose()?)
    }

    fn to(host: String, tls: Option<ClientConfig>) -> Result<Self, ClientError> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let url = format!("{}://{host}", if tls.is_some() { "https" } else { "http" });
        Ok(Self { url, host, tls: tls.map(Arc::new), runtime: runtime.map_err(ClientError::Runtime)? })
    }

    /// Where it asks.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What `GET path` answers.
    pub(crate) fn get(&self, path: &str) -> Result<Value, ClientError> {
        self.ask(Method::GET, path, Vec::new())
    }

    /// What `POST path` answers.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, ClientError> {
        self.send(path, body.to_string().into_bytes())
    }

    /// What `POST path` answers to a body that is JSON already.
    pub(crate) fn send(&self, path: &str, body: Vec<u8>) -> Result<Value, ClientError> {
        self.ask(Method::POST, path, body)
    }

    /// Gives `take` what `GET path` answers, piece by piece as it comes. What the service says behind the answer is returned.
    pub(crate) fn download<E: From<ClientError>>(
        &self,
        path: &str,
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<HeaderMap, E> {
        self.runtime.block_on(async {
            let mut response = self.in_time(self.request(Method::GET, path, Vec::new())).await?;
            if !response.status().is_success() {
                return Err(self.in_time(self.read(response)).await.err().unwrap_or_else(|| self.foreign()).into());
            }
            let mut trailers = HeaderMap::new();
            while let Some(frame) = self.in_time(async { Ok(response.frame().await) }).await? {
                let frame = frame.map_err(|source| self.broken(source))?;
                match frame.into_data() {
                    Ok(bytes) => take(&bytes)?,
                    Err(frame) => trailers.extend(frame.into_trailers().unwrap_or_default()),
                }
            }
            Ok(trailers)
        })
    }

    fn ask(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Value, ClientError> {
        let exchange = async { self.read(self.request(method, path, body).await?).await };
        self.runtime.block_on(self.in_time(exchange))
    }

    async fn in_time<T>(&self, answer: impl Future<Output = Result<T, ClientError>>) -> Result<T, ClientError> {
        timeout(ANSWER, answer).await.map_err(|_| ClientError::Late { url: self.url.clone() })?
    }

    async fn request(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Response<Incoming>, ClientError> {
        let stream = timeout(CONNECT, TcpStream::connect(&self.host)).await;
        let stream = stream.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        let stream = stream.map_err(|source| ClientError::Nobody { url: self.url.clone(), source })?;
        match &self.tls {
            None => self.exchange(stream, method, path, body).await,
            Some(tls) => self.exchange(self.secured(tls, stream).await?, method, path, body).await,
        }
    }

    async fn secured(&self, tls: &Arc<ClientConfig>, stream: TcpStream) -> Result<TlsStream<TcpStream>, ClientError> {
        let name = self.host.rsplit_once(':').map_or(&*self.host, |(name, _)| name).trim_matches(['[', ']']);
        let name = ServerName::try_from(name.to_owned()).map_err(|_| ClientError::Url { url: self.url.clone() })?;
        let connected = TlsConnector::from(Arc::clone(tls)).connect(name, stream).await;
        connected.map_err(|source| ClientError::Untrusted { url: self.url.clone(), source })
    }

    async fn exchange(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        method: Method,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Response<Incoming>, ClientError> {
        let connected = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = connected.map_err(|source| self.broken(source))?;
        tokio::spawn(connection); // it ends with the answer, and says there what went wrong
        let request = Request::builder().method(method).uri(path).header(HOST, &self.host);
        let request = request.header(CONTENT_TYPE, "application/json").header(CONNECTION, "TE").header(TE, "trailers");
        let token = env::var(TOKEN).ok().filter(|token| !token.is_empty());
        let request =
            token.iter().fold(request, |request, token| request.header(AUTHORIZATION, format!("Bearer {token}")));
        let request = request.body(Full::new(Bytes::from(body)));
        let answer = sender.send_request(request.map_err(|_| self.foreign())?).await;
        answer.map_err(|source| self.broken(source))
    }

    async fn read(&self, response: Response<Incoming>) -> Result<Value, ClientError> {
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|source| self.broken(source))?.to_bytes();
        let answer: Value = serde_json::from_slice(&body).map_err(|_| self.foreign())?;
        if status.is_success() {
            return Ok(answer);
        }
        let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
        let text = |name: &str| text(name).ok_or_else(|| self.foreign());
        Err(ClientError::Refused { detail: text("detail")?, remedy: text("remedy")? })
    }

    /// An answer that this program does not give.
    pub(crate) fn foreign(&self) -> ClientError {
        ClientError::Foreign { url: self.url.clone() }
    }

    fn broken(&self, source: hyper::Error) -> ClientError {
        ClientError::Broken { url: self.url.clone(), source }
    }
}

/// Where this machine reaches what listens at an address; nowhere if its port is not known before.
fn reached_at(listen: SocketAddr) -> Option<String> {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    (listen.port() != 0).then(|| SocketAddr::new(ip, listen.port()).to_string())
}

/// As a value of a query string (RFC 3986 section 2.3: what is not unreserved is escaped).
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte.into()),
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_and_no_path() {
        for (url, host) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://lamps.example/", "http://lamps.example:80"),
            ("http://[::1]:9000", "http://[::1]:9000"),
            ("https://lamps.example", "https://lamps.example:443"),
        ] {
            assert_eq!(Client::new(url).unwrap().url(), host);
        }
        for wrong in ["127.0.0.1:8080", "ftp://127.0.0.1", "http://a/b", "", "http:// a"] {
            assert!(matches!(Client::new(wrong), Err(ClientError::Url { .. })), "{wrong}");
        }
    }

    #[test]
    fn where_nobody_listens_nobody_answers() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let client = Client::new(&format!("http://{free}")).unwrap();
        assert!(matches!(client.get("/"), Err(ClientError::Nobody { .. })));
    }

    #[test]
    fn a_service_that_listens_everywhere_is_reached_here() {
        for (listen, url) in [
            ("0.0.0.0:8080", Some("127.0.0.1:8080")),
            ("[::]:9000", Some("[::1]:9000")),
            ("10.0.0.7:80", Some("10.0.0.7:80")),
            ("127.0.0.1:0", None),
        ] {
            assert_eq!(reached_at(listen.parse().unwrap()).as_deref(), url, "{listen}");
        }
    }

    #[test]
    fn names_are_escaped_in_the_address() {
        assert_eq!(escaped("am-01 ä&b"), "am-01%20%C3%A4%26b");
    }
}
