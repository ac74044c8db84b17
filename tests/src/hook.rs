//! Somebody who is told by HTTP.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Answers with the statuses of its script, then with 200, and remembers what came.
#[derive(Debug)]
pub struct Hook {
    port: u16,
    kept: Arc<Mutex<Kept>>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Kept {
    script: VecDeque<u16>,
    requests: Vec<HookRequest>,
}

/// A request, as it came.
#[derive(Clone, Debug, Default)]
pub struct HookRequest {
    headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
    /// What it was answered with.
    pub status: u16,
}

impl HookRequest {
    /// A header, by its name in small letters; empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

impl Hook {
    /// One on a free port.
    ///
    /// # Panics
    /// If there is none.
    pub async fn new(script: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let kept = Arc::new(Mutex::new(Kept { script: script.iter().copied().collect(), requests: Vec::new() }));
        let shared = Arc::clone(&kept);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&shared)));
            }
        });
        Self { port, kept, task }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    /// What came so far.
    pub fn requests(&self) -> Vec<HookRequest> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).requests.clone()
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One request a connection.
async fn answer(stream: TcpStream, kept: Arc<Mutex<Kept>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let (mut request, mut line) = (HookRequest::default(), String::new());
    stream.read_line(&mut line).await.ok()?;
    loop {
        line.clear();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut body = vec![0; request.header("content-length").parse().ok()?];
    stream.read_exact(&mut body).await.ok()?;
    request.body = String::from_utf8(body).ok()?;
    let status = {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        request.status = kept.script.pop_front().unwrap_or(200);
        kept.requests.push(request.clone());
        request.status
    };
    let words = format!(
        "HTTP/1.1 {status} Said\r\nlocation: /elsewhere\r\ncontent-length: 5\r\nconnection: close\r\n\r\nwords"
    );
    stream.write_all(words.as_bytes()).await.ok()
}
