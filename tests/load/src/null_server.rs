//! An HTTP server that counts lines and forgets them: what a consumer costs without a database behind it.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use crate::error::{Error, io};

/// It prints this and its URL.
pub(crate) const LISTENS: &str = "listens ";

/// Serves until it is killed; prints `all` when so many lines have come.
pub(crate) async fn run(lines: u64) -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(io("listen"))?;
    let address = listener.local_addr().map_err(io("listen"))?;
    println!("{LISTENS}http://{address}");
    let seen = Arc::new(AtomicU64::new(0));
    loop {
        let (stream, _) = listener.accept().await.map_err(io("accept"))?;
        let seen = Arc::clone(&seen);
        tokio::spawn(async move {
            // whoever breaks off is counted up to there
            serve(stream, &seen, lines).await.ok();
        });
    }
}

async fn serve(stream: TcpStream, seen: &AtomicU64, lines: u64) -> std::io::Result<()> {
    let mut stream = BufReader::with_capacity(64 << 10, stream);
    while let Some(length) = head(&mut stream).await? {
        let count = match length {
            Body::Known(length) => count_lines(&mut stream, length).await?,
            Body::Chunked => chunks(&mut stream).await?,
        };
        if seen.fetch_add(count, Ordering::Relaxed) + count >= lines && seen.load(Ordering::Relaxed) - count < lines {
            println!("all");
        }
        stream.write_all(b"HTTP/1.1 204 No Content\r\nX-Influxdb-Version: 2\r\n\r\n").await?;
    }
    Ok(())
}

/// How the body of a request ends.
enum Body {
    Known(u64),
    Chunked,
}

/// Reads the head of a request; `None` at the end of the connection.
async fn head(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Body>> {
    let (mut line, mut body) = (String::new(), Body::Known(0));
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let lower = line.to_ascii_lowercase();
        match lower.trim_end().split_once(": ") {
            Some(("content-length", length)) => body = Body::Known(length.parse().unwrap_or(0)),
            Some(("transfer-encoding", "chunked")) => body = Body::Chunked,
            None if lower.trim_end().is_empty() => return Ok(Some(body)),
            _ => {}
        }
    }
}

async fn chunks(stream: &mut BufReader<TcpStream>) -> std::io::Result<u64> {
    let (mut count, mut line) = (0, String::new());
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        let length = u64::from_str_radix(line.trim_end(), 16).map_err(|_| std::io::ErrorKind::InvalidData)?;
        count += count_lines(stream, length).await?;
        stream.read_line(&mut line).await?;
        if length == 0 {
            return Ok(count);
        }
    }
}

async fn count_lines(stream: &mut BufReader<TcpStream>, length: u64) -> std::io::Result<u64> {
    let (mut body, mut count) = (stream.take(length), 0);
    loop {
        let bytes = body.fill_buf().await?;
        if bytes.is_empty() {
            return Ok(count);
        }
        count += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        let length = bytes.len();
        body.consume(length);
    }
}
