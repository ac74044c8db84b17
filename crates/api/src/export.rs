//! Months of readings or windows as one file, written while it is sent.
//!
//! ```text
//! task of an export   piece ◄── Rows::piece (a question of its own, off the runtime) ──► Encoder ──► bytes
//!   └──► channel of one piece ──► body: what the client has not taken holds the next piece up, and nothing else
//! ```
//!
//! Invariants: between two pieces neither a lock nor a snapshot is held; memory is that of a piece or two; exports at once are bounded
//! ([`Slots`]); a client that could take more and takes less than [`LEAST`] in a [`MINUTE`] is cut off; a body that is not whole ends with an
//! error, never as if it were.

mod delimited;
mod encoder;
mod geojson;
#[cfg(feature = "parquet")]
mod parquet;
mod past;
mod readings;
mod slots;
mod table;
mod windows;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue},
};
use futures::stream;
use http_body_util::StreamBody;
use hyper::body::Frame;
use tokio::{sync::mpsc, time::timeout};
use tokio_util::sync::CancellationToken;
use tower_http::compression::predicate::NotForContentType;

use crate::{Parts, citation::Citation, history::Missing, problem::Problem, representation::MISSING};

pub(crate) use encoder::{Encoder, Footer, Format};
pub(crate) use readings::Readings;
pub(crate) use slots::{Slot, Slots};
pub(crate) use table::{Column, Geometry, Kind, Place};
pub(crate) use windows::{Of, Windows};

/// What is not compressed once more.
pub(crate) const COMPRESSED: NotForContentType = NotForContentType::const_new("application/vnd.apache.parquet");

/// What a client takes at least in a [`MINUTE`] while there is something to take, in bytes: about a kilobyte a second.
const LEAST: usize = 64 << 10;
const MINUTE: Duration = Duration::from_secs(60);
/// Most bytes that are given at once, so that it is known what was taken.
const CHUNK: usize = 16 << 10;

/// What an export is made of, piece by piece.
pub(crate) trait Rows: Send {
    /// Its columns.
    fn columns(&self) -> &'static [Column];

    /// Writes the next piece, and says whether there are more.
    ///
    /// # Errors
    /// 500 if the store cannot be read or the rows cannot be written.
    fn piece(&mut self, parts: &Parts, out: &mut dyn Encoder) -> Result<bool, Problem>;

    /// How many readings it lacks so far that neither the store nor the history has any more.
    fn missing(&self) -> u64 {
        0
    }
}

/// An export that may begin.
pub(crate) struct Export {
    pub(crate) rows: Box<dyn Rows>,
    pub(crate) encoder: Box<dyn Encoder>,
    pub(crate) citation: Citation,
    pub(crate) slot: Slot,
}

/// What the task of an export says to its body.
enum Piece {
    Bytes(Bytes),
    /// All is written; so many readings are missing. Whoever has taken that may begin with the next one.
    End(u64, Slot),
}

impl Export {
    /// The file, which is made while it is taken.
    pub(crate) fn body(self, parts: Parts, closing: CancellationToken) -> Body {
        let (sender, receiver) = channel(MINUTE);
        tokio::spawn(async move {
            tokio::select! {
                () = closing.cancelled() => {}
                () = self.run(parts, sender) => {}
            }
        });
        Body::new(StreamBody::new(stream::try_unfold(Some(receiver), async |receiver| {
            let Some(mut receiver) = receiver else { return Ok(None) };
            match receiver.next().await {
                Some(Piece::Bytes(bytes)) => Ok(Some((Frame::data(bytes), Some(receiver)))),
                Some(Piece::End(missing, slot)) => {
                    drop(slot);
                    Ok(Some((Frame::trailers(trailers(missing)), None)))
                }
                None => Err(io::Error::other("the export was broken off")),
            }
        })))
    }

    async fn run(self, parts: Parts, sender: PieceSender) {
        let Self { mut rows, mut encoder, citation, slot } = self;
        let citation = Arc::new(citation);
        loop {
            let (parts, citation) = (parts.clone(), Arc::clone(&citation));
            let made = tokio::task::spawn_blocking(move || {
                let made = piece(&mut *rows, &mut *encoder, &citation, &parts);
                (rows, encoder, made)
            });
            // what went wrong is in the log already; the body ends with an error
            let Ok((then_rows, then_encoder, Ok((bytes, more)))) = made.await else { break };
            (rows, encoder) = (then_rows, then_encoder);
            if !bytes.is_empty() && !sender.send(Piece::Bytes(bytes)).await {
                break;
            }
            if !more {
                sender.send(Piece::End(rows.missing(), slot)).await;
                break;
            }
        }
    }
}

/// Where the task of an export puts pieces …
struct PieceSender {
    pieces: mpsc::Sender<Piece>,
    /// Bytes that were taken since somebody looked.
    taken: Arc<AtomicUsize>,
    /// How often it looks while it waits.
    minute: Duration,
}

/// … and its body takes them from, a [`CHUNK`] at a time.
struct PieceReceiver {
    pieces: mpsc::Receiver<Piece>,
    taken: Arc<AtomicUsize>,
    /// What is left of a piece.
    rest: Bytes,
}

/// It holds one piece.
fn channel(minute: Duration) -> (PieceSender, PieceReceiver) {
    let (sender, receiver) = mpsc::channel(1);
    let taken = Arc::new(AtomicUsize::new(0));
    let sender = PieceSender { pieces: sender, taken: Arc::clone(&taken), minute };
    (sender, PieceReceiver { pieces: receiver, taken, rest: Bytes::new() })
}

impl PieceSender {
    /// Waits for room, as long as the client takes enough. Says whether there was any.
    async fn send(&self, piece: Piece) -> bool {
        self.took_enough();
        loop {
            match timeout(self.minute, self.pieces.reserve()).await {
                Ok(Ok(room)) => {
                    room.send(piece);
                    return true;
                }
                Ok(Err(_)) => return false,
                Err(_) if !self.took_enough() => return false,
                Err(_) => {}
            }
        }
    }

    /// Whether enough was taken since it looked last.
    fn took_enough(&self) -> bool {
        self.taken.swap(0, Ordering::Relaxed) >= LEAST
    }
}

impl PieceReceiver {
    async fn next(&mut self) -> Option<Piece> {
        if self.rest.is_empty() {
            match self.pieces.recv().await? {
                Piece::Bytes(bytes) => self.rest = bytes,
                end @ Piece::End(..) => return Some(end),
            }
        }
        let chunk = self.rest.split_to(self.rest.len().min(CHUNK));
        self.taken.fetch_add(chunk.len(), Ordering::Relaxed);
        Some(Piece::Bytes(chunk))
    }
}

/// What is said behind a file.
fn trailers(missing: u64) -> HeaderMap {
    [(MISSING, HeaderValue::from(missing))].into_iter().collect()
}

fn piece(
    rows: &mut dyn Rows,
    encoder: &mut dyn Encoder,
    citation: &Citation,
    parts: &Parts,
) -> Result<(Bytes, bool), Problem> {
    if rows.piece(parts, encoder)? {
        return Ok((encoder.take()?.into(), true));
    }
    let missing = Missing::new(parts, rows.missing());
    if let Some(Missing { readings, reason }) = &missing {
        tracing::warn!(readings, "an export lacks readings: {reason}");
    }
    let footer = Footer { citation: Some(citation), missing: missing.as_ref() };
    Ok((encoder.end(&footer)?.into(), false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_client_that_takes_less_than_the_least_in_a_minute_is_cut_off_and_one_that_takes_it_is_not() {
        let (sender, mut receiver) = channel(MINUTE);
        assert!(sender.send(Piece::Bytes(vec![0; 3 * LEAST].into())).await);
        for _ in 1..LEAST / CHUNK {
            receiver.next().await;
        }
        assert!(!sender.took_enough());
        for _ in 0..LEAST / CHUNK {
            receiver.next().await;
        }
        assert!(sender.took_enough());
        assert!(!sender.took_enough(), "of what was taken before nothing counts");
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_waited_for_once() {
        let (sender, receiver) = channel(Duration::ZERO);
        assert!(sender.send(Piece::Bytes(Bytes::from_static(b"a"))).await, "there is room for one");
        assert!(!sender.send(Piece::Bytes(Bytes::from_static(b"b"))).await);
        drop(receiver);
    }

    #[tokio::test]
    async fn what_is_taken_in_chunks_is_what_was_given() {
        let (sender, mut receiver) = channel(MINUTE);
        let piece: Bytes = (0..2 * CHUNK + 5).map(|n| n as u8).collect::<Vec<_>>().into();
        assert!(sender.send(Piece::Bytes(piece.clone())).await);
        let mut taken = Vec::new();
        while taken.len() < piece.len() {
            let Some(Piece::Bytes(bytes)) = receiver.next().await else { panic!("it broke off") };
            taken.extend_from_slice(&bytes);
        }
        assert_eq!(taken, piece);
        drop(sender);
        assert!(receiver.next().await.is_none(), "it broke off");
    }
}
