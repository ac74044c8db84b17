//! Months of readings or windows as one file, written while it is sent.
//!
//! ```text
//! task of an export   piece ◄── Rows::piece (a question of its own, off the runtime) ──► Encoder ──► bytes
//!   └──► channel of one piece ──► body: what the client has not taken holds the next piece up, and nothing else
//! ```
//!
//! Invariants: between two pieces neither a lock nor a snapshot is held; memory is that of a piece or two; exports at once are bounded, for
//! the public apart; a client that takes nothing for [`PATIENCE`] is cut off; a body that is not whole ends with an error, never as if it were.

mod delimited;
mod encoder;
mod geojson;
#[cfg(feature = "parquet")]
mod parquet;
mod past;
mod readings;
mod table;
mod windows;

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue},
};
use futures::stream;
use http_body_util::StreamBody;
use hyper::body::Frame;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use tower_http::compression::predicate::NotForContentType;

use crate::{Parts, asker::Asker, citation::Citation, history::Missing, problem::Problem, representation::MISSING};

pub(crate) use encoder::{Encoder, Footer, Format};
pub(crate) use readings::Readings;
pub(crate) use table::{Column, Geometry, Kind, Place};
pub(crate) use windows::{Of, Windows};

/// What is not compressed once more.
pub(crate) const COMPRESSED: NotForContentType = NotForContentType::const_new("application/vnd.apache.parquet");

/// How long a client may take for a piece of some hundred kilobytes.
const PATIENCE: Duration = Duration::from_secs(300);

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

/// Places of exports at once: of the public, and of operators.
#[derive(Clone, Debug)]
pub(crate) struct Slots([Arc<Semaphore>; 2]);

/// An export that may begin.
pub(crate) struct Export {
    pub(crate) rows: Box<dyn Rows>,
    pub(crate) encoder: Box<dyn Encoder>,
    pub(crate) citation: Citation,
    pub(crate) slot: OwnedSemaphorePermit,
}

/// What the task of an export says to its body.
enum Piece {
    Bytes(Bytes),
    /// All is written; so many readings are missing.
    End(u64),
}

impl Slots {
    /// So many for the public, and as many for operators.
    pub(crate) fn new(each: usize) -> Self {
        Self([Semaphore::new(each), Semaphore::new(each)].map(Arc::new))
    }

    /// A place, if there is one.
    ///
    /// # Errors
    /// 503 if there is none.
    pub(crate) fn take(&self, asker: &Asker) -> Result<OwnedSemaphorePermit, Problem> {
        let [public, operators] = &self.0;
        let slots = if asker.is_public() { public } else { operators };
        Arc::clone(slots).try_acquire_owned().map_err(|_| Problem::busy("too many exports at once"))
    }
}

impl Export {
    /// The file, which is made while it is taken.
    pub(crate) fn body(self, parts: Parts, closing: CancellationToken) -> Body {
        let (sender, receiver) = mpsc::channel(1);
        tokio::spawn(async move {
            tokio::select! {
                () = closing.cancelled() => {}
                () = self.run(parts, sender) => {}
            }
        });
        Body::new(StreamBody::new(stream::try_unfold(Some(receiver), async |receiver| {
            let Some(mut receiver) = receiver else { return Ok(None) };
            match receiver.recv().await {
                Some(Piece::Bytes(bytes)) => Ok(Some((Frame::data(bytes), Some(receiver)))),
                Some(Piece::End(missing)) => Ok(Some((Frame::trailers(trailers(missing)), None))),
                None => Err(std::io::Error::other("the export was broken off")),
            }
        })))
    }

    async fn run(self, parts: Parts, sender: mpsc::Sender<Piece>) {
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
            if !bytes.is_empty() && !send(&sender, Piece::Bytes(bytes)).await {
                break;
            }
            if !more {
                send(&sender, Piece::End(rows.missing())).await;
                break;
            }
        }
        drop(slot);
    }
}

/// What is said behind a file.
fn trailers(missing: u64) -> HeaderMap {
    [(MISSING, HeaderValue::from(missing))].into_iter().collect()
}

async fn send(sender: &mpsc::Sender<Piece>, piece: Piece) -> bool {
    matches!(timeout(PATIENCE, sender.send(piece)).await, Ok(Ok(())))
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
