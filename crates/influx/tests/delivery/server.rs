//! An HTTP server of few words: it reads a request, shows it to a closure and sends the bytes that this wants.

use std::{
    io::Read,
    sync::{Arc, Mutex},
};

use flate2::read::GzDecoder;
use smartpole_influx::Version;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};

/// A request, its body unpacked.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Request line and headers.
    pub(crate) head: String,
    pub(crate) body: String,
}

/// What is done with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Sends bytes and takes the next request.
    Bytes(Vec<u8>),
    /// Sends bytes and closes the connection.
    Cut(Vec<u8>),
    /// Says nothing.
    Silence,
}

/// A reply with headers and a body.
pub(crate) fn reply(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut head = format!("HTTP/1.1 {status}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !status.starts_with("204") {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    Reply::Bytes([head.as_bytes(), b"\r\n", body].concat())
}

pub(crate) fn json(status: &str, code: &str, message: &str) -> Reply {
    json_with(status, &[], code, message)
}

pub(crate) fn json_with(status: &str, headers: &[(&str, &str)], code: &str, message: &str) -> Reply {
    let body = serde_json::json!({ "code": code, "message": message }).to_string();
    let headers = [&[("Content-Type", "application/json; charset=utf-8")], headers].concat();
    reply(status, &headers, body.as_bytes())
}

/// A reply in the form of a version, which InfluxDB 3 sends without a content type.
pub(crate) fn said(version: Version, status: &str, headers: &[(&str, &str)], message: &str) -> Reply {
    let error = serde_json::json!({ "error": message }).to_string();
    match version {
        Version::V1 => reply(status, &[&[("Content-Type", "application/json")], headers].concat(), error.as_bytes()),
        Version::V2 => json_with(status, headers, "any", message),
        Version::V3 => reply(status, headers, error.as_bytes()),
    }
}

/// A running server; it ends with the runtime.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

type Answering = Box<dyn FnMut(&Request) -> Reply + Send>;

impl Server {
    /// A server whose replies a closure makes.
    pub(crate) async fn start(answering: impl FnMut(&Request) -> Reply + Send + 'static) -> Self {
        Self::listen(None, Box::new(answering)).await
    }

    /// The same over TLS.
    pub(crate) async fn start_tls(
        tls: tokio_rustls::TlsAcceptor,
        answering: impl FnMut(&Request) -> Reply + Send + 'static,
    ) -> Self {
        Self::listen(Some(tls), Box::new(answering)).await
    }

    async fn listen(tls: Option<tokio_rustls::TlsAcceptor>, answering: Answering) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (answering, seen) = (Arc::new(Mutex::new(answering)), Arc::clone(&requests));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, answering, seen) = (tls.clone(), Arc::clone(&answering), Arc::clone(&seen));
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, &answering, &seen).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, &answering, &seen).await;
                            }
                        }
                    }
                });
            }
        });
        Self { port, requests }
    }

    /// All requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

/// Serves one connection.
async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    answering: &Mutex<Answering>,
    seen: &Mutex<Vec<Request>>,
) {
    while let Some(request) = read(&mut stream).await {
        seen.lock().unwrap().push(request.clone());
        let reply = (answering.lock().unwrap())(&request);
        match reply {
            Reply::Bytes(bytes) => stream.write_all(&bytes).await.unwrap_or_default(),
            Reply::Cut(bytes) => {
                stream.write_all(&bytes).await.unwrap_or_default();
                return stream.shutdown().await.unwrap_or_default();
            }
            Reply::Silence => std::future::pending().await,
        }
    }
}

async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> Option<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_lowercase();
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()).unwrap();
    let mut body = bytes.split_off(end);
    while body.len() < length.parse::<usize>().unwrap() {
        stream.read_buf(&mut body).await.ok()?;
    }
    let mut text = String::new();
    GzDecoder::new(&*body).read_to_string(&mut text).unwrap();
    Some(Request { head, body: text })
}
