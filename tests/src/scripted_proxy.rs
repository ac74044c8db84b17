//! A man in the middle between the service and an InfluxDB, who does what he is told.

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::AbortHandle,
};

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// The server answers 503 without having seen it.
    Unavailable,
    /// The server gets it, and the first half of its answer comes back; then the connection breaks.
    HalfAnswer,
    /// The server gets half of it; then the connection breaks.
    HalfRequest,
    /// It waits so long on its way.
    Delay(Duration),
}

#[derive(Debug, Default)]
struct Script {
    acts: VecDeque<Act>,
    requests: u64,
}

/// Passes requests on, each over a connection of its own, but for those that its script names.
#[derive(Debug)]
pub struct ScriptedProxy {
    port: u16,
    script: Arc<Mutex<Script>>,
    accepting: AbortHandle,
}

impl ScriptedProxy {
    /// One before the server at this port.
    ///
    /// # Panics
    /// If there is no free port.
    pub async fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let script = Arc::<Mutex<Script>>::default();
        let told = Arc::clone(&script);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let script = Arc::clone(&told);
                tokio::spawn(async move { serve(client, server, &script).await.ok() });
            }
        });
        Self { port, script, accepting: accepting.abort_handle() }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What becomes of the next requests.
    pub fn then(&self, acts: impl IntoIterator<Item = Act>) {
        lock(&self.script).acts.extend(acts);
    }

    /// How much of the script is still to come.
    pub fn to_come(&self) -> usize {
        lock(&self.script).acts.len()
    }

    /// How many requests came.
    pub fn requests(&self) -> u64 {
        lock(&self.script).requests
    }
}

impl Drop for ScriptedProxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn lock(script: &Mutex<Script>) -> std::sync::MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}

fn next(script: &Mutex<Script>) -> Option<Act> {
    let mut script = lock(script);
    script.requests += 1;
    script.acts.pop_front()
}

/// Serves one request.
async fn serve(mut client: TcpStream, server: u16, script: &Mutex<Script>) -> io::Result<()> {
    let Some(request) = read_request(&mut client).await? else { return Ok(()) };
    match next(script) {
        Some(Act::Unavailable) => {
            client
                .write_all(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .await
        }
        Some(Act::HalfRequest) => {
            TcpStream::connect(("127.0.0.1", server)).await?.write_all(&request[..request.len() / 2]).await
        }
        Some(Act::HalfAnswer) => {
            let answer = pass(&request, server).await?;
            client.write_all(&answer[..answer.len() / 2]).await
        }
        Some(Act::Delay(time)) => {
            tokio::time::sleep(time).await;
            client.write_all(&pass(&request, server).await?).await
        }
        None => client.write_all(&pass(&request, server).await?).await,
    }
}

/// A whole request, with `connection: close` for its server; `None` if the client goes away.
async fn read_request(client: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    loop {
        if client.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
        let Some(head) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let (head, body) = (String::from_utf8_lossy(&bytes[..head]).into_owned(), bytes.split_off(head + 4));
        let length = header(&head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let body = rest(client, body, length).await?;
        return Ok(Some([head.as_bytes(), b"\r\nconnection: close\r\n\r\n", &body].concat()));
    }
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let mut headers = head.lines().filter_map(|line| line.split_once(':'));
    headers.find(|(is, _)| is.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

async fn rest(client: &mut TcpStream, mut body: Vec<u8>, length: usize) -> io::Result<Vec<u8>> {
    while body.len() < length {
        if client.read_buf(&mut body).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(body)
}

/// The server's whole answer.
async fn pass(request: &[u8], server: u16) -> io::Result<Vec<u8>> {
    let mut upstream = TcpStream::connect(("127.0.0.1", server)).await?;
    upstream.write_all(request).await?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).await?;
    Ok(answer)
}
