//! Asks a running service.

use std::{io, time::Duration};

use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request, Uri,
    body::Bytes,
    header::{CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpStream, runtime::Runtime, time::timeout};

const CONNECT: Duration = Duration::from_secs(5);
/// A dry run takes its time.
const ANSWER: Duration = Duration::from_secs(300);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error("{url} is no address of a service: write it as http://127.0.0.1:8080")]
    Url { url: String },
    #[error("cannot start the runtime")]
    Runtime(#[source] io::Error),
    #[error("no service answers at {url}")]
    Nobody { url: String, source: io::Error },
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
    runtime: Runtime,
}

impl Client {
    pub(crate) fn new(url: &str) -> Result<Self, ClientError> {
        let wrong = || ClientError::Url { url: url.to_owned() };
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        let plain = uri.scheme_str() == Some("http") && matches!(uri.path(), "" | "/");
        let authority = uri.authority().filter(|_| plain).ok_or_else(wrong)?;
        let host = format!("{}:{}", authority.host(), authority.port_u16().unwrap_or(80));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        Ok(Self { url: format!("http://{host}"), host, runtime: runtime.map_err(ClientError::Runtime)? })
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

    fn ask(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Value, ClientError> {
        let late = |_| ClientError::Late { url: self.url.clone() };
        self.runtime.block_on(async {
            let stream = timeout(CONNECT, TcpStream::connect(&self.host)).await;
            let stream = stream.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
            let stream = stream.map_err(|source| ClientError::Nobody { url: self.url.clone(), source })?;
            timeout(ANSWER, self.exchange(stream, method, path, body)).await.map_err(late)?
        })
    }

    async fn exchange(
        &self,
        stream: TcpStream,
        method: Method,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Value, ClientError> {
        let broken = |source| ClientError::Broken { url: self.url.clone(), source };
        let foreign = || ClientError::Foreign { url: self.url.clone() };
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
        tokio::spawn(connection); // it ends with the sender, and says there what went wrong
        let request = Request::builder().method(method).uri(path).header(HOST, &self.host);
        let request = request.header(CONTENT_TYPE, "application/json").body(Full::new(Bytes::from(body)));
        let response = sender.send_request(request.map_err(|_| foreign())?).await.map_err(broken)?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(broken)?.to_bytes();
        let answer: Value = serde_json::from_slice(&body).map_err(|_| foreign())?;
        if status.is_success() {
            return Ok(answer);
        }
        let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned).ok_or_else(foreign);
        Err(ClientError::Refused { detail: text("detail")?, remedy: text("remedy")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_plain_http_without_a_path() {
        for (url, host) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://lamps.example/", "http://lamps.example:80"),
            ("http://[::1]:9000", "http://[::1]:9000"),
        ] {
            assert_eq!(Client::new(url).unwrap().url(), host);
        }
        for wrong in ["127.0.0.1:8080", "https://127.0.0.1", "http://a/b", "", "http:// a"] {
            assert!(matches!(Client::new(wrong), Err(ClientError::Url { .. })), "{wrong}");
        }
    }

    #[test]
    fn where_nobody_listens_nobody_answers() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let client = Client::new(&format!("http://{free}")).unwrap();
        assert!(matches!(client.get("/"), Err(ClientError::Nobody { .. })));
    }
}
