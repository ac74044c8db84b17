//! Many browsers that look on while messages come, each at what a page shows at a glance.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use crate::error::{Error, io};

/// As the page asks for it when nobody reads single messages (`crates/api/web/js/live.js`).
const REQUEST: &[u8] = b"GET /api/v1/live?most=5 HTTP/1.1\r\nhost: smartpole\r\n\r\n";

/// Streams that are read until this is dropped.
#[derive(Debug)]
pub(crate) struct Audience {
    bytes: Arc<AtomicU64>,
    _readers: JoinSet<()>,
}

impl Audience {
    /// As many as are asked for, all of them answered.
    pub(crate) async fn start(base: &str, browsers: u64) -> Result<Self, Error> {
        let address = base.trim_start_matches("http://");
        let (bytes, mut readers) = (Arc::new(AtomicU64::new(0)), JoinSet::new());
        for _ in 0..browsers {
            let mut stream = open(address).await?;
            let bytes = Arc::clone(&bytes);
            readers.spawn(async move {
                let mut buffer = vec![0; 8 << 10];
                while let Ok(count @ 1..) = stream.read(&mut buffer).await {
                    bytes.fetch_add(count as u64, Ordering::Relaxed);
                }
            });
        }
        Ok(Self { bytes, _readers: readers })
    }

    /// What came to all of them together so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

async fn open(address: &str) -> Result<TcpStream, Error> {
    let failed = || io("watch the live stream");
    let mut stream = TcpStream::connect(address).await.map_err(failed())?;
    stream.write_all(REQUEST).await.map_err(failed())?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.map_err(failed())?;
    if head.ends_with(b"200") {
        return Ok(stream);
    }
    Err(Error::Answer { name: "smartpole", answer: String::from_utf8_lossy(&head).into_owned() })
}
