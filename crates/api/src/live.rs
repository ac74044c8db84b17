//! The live stream: what the fold shows, written once for all who watch.
//!
//! ```text
//! Live of the fold ──► run: names, JSON ──► Batch, twenty a second ► Viewer (asker, filter, allowance, gaps) ──► server-sent events
//!                       └── once a second: the ledger
//! ```

use std::{collections::VecDeque, sync::Arc, time::Duration};

use smartpole_pipeline::Live;
use tokio::{
    sync::{Notify, Semaphore, broadcast},
    task::spawn_blocking,
    time::{Instant, Interval, MissedTickBehavior, interval},
};

use crate::{ApiState, problem::Problem, routes::Books};

mod events;
mod viewer;

pub(crate) use events::{Gap, LedgerEvent, LiveEvent, WindowEvent};
use events::{events, ledger_event};
pub(crate) use viewer::{Sight, Viewer, Wanted};

/// Batches that a slow viewer may be behind.
const BACKLOG: usize = 64;
/// Most events of a batch, so that what waits for slow viewers is bounded.
const MOST: usize = 2_048;
/// How often viewers are woken: a thousand of them for each commit would cost more than what they are told.
const BEAT: Duration = Duration::from_millis(50);
/// Events a second that are written: more than a page can draw. What goes beyond (history that is being folded) is missed.
const PER_SECOND: u64 = 20_000;
/// Seconds over which messages per second are taken.
const PACE_SECONDS: usize = 5;

/// Where viewers get their events from.
#[derive(Debug)]
pub(crate) struct Hub {
    batches: broadcast::Sender<Arc<Batch>>,
    seats: Arc<Semaphore>,
    arrived: Notify,
}

/// Events that came together.
#[derive(Debug)]
struct Batch {
    /// Events before it, since the start.
    before: Told,
    events: Vec<LiveEvent>,
}

/// How many events there were, since the start.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    all: u64,
    /// Those that the public may know of.
    public: u64,
}

impl Hub {
    pub(crate) fn new(seats: usize) -> Self {
        let (batches, _) = broadcast::channel(BACKLOG);
        Self { batches, seats: Arc::new(Semaphore::new(seats)), arrived: Notify::new() }
    }

    /// A stream of what is wanted, as far as its viewer may know of it.
    pub(crate) fn viewer(&self, sight: Sight, wanted: Wanted) -> Result<Viewer, Problem> {
        let seat = Arc::clone(&self.seats).try_acquire_owned();
        let seat = seat.map_err(|_| Problem::busy("too many live streams at once"))?;
        let viewer = Viewer::new(self.batches.subscribe(), sight, wanted, seat);
        self.arrived.notify_one();
        Ok(viewer)
    }

    fn watched(&self) -> bool {
        self.batches.receiver_count() > 0
    }
}

impl Told {
    fn after(self, events: &[LiveEvent]) -> Self {
        let public = events.iter().filter(|event| event.public).count();
        Self { all: self.all + events.len() as u64, public: self.public + public as u64 }
    }

    /// With `missed` ones of which nobody knows what they were: to the public they are one, for their number tells of messages.
    fn after_missed(self, missed: u64) -> Self {
        Self { all: self.all + missed, public: self.public + 1 }
    }
}

/// What is said to all who watch.
#[derive(Debug, Default)]
struct Teller {
    told: Told,
    waiting: Vec<LiveEvent>,
}

impl Teller {
    fn tell(&mut self, hub: &Hub) {
        let mut waiting = std::mem::take(&mut self.waiting);
        while !waiting.is_empty() {
            let later = waiting.split_off(waiting.len().min(MOST));
            let before = self.told;
            self.told = before.after(&waiting);
            // An error says that nobody watches.
            hub.batches.send(Arc::new(Batch { before, events: waiting })).ok();
            waiting = later;
        }
    }
}

/// Writes events until the service closes.
pub(crate) async fn run(state: ApiState) {
    let (mut second, mut beat) = (every(Duration::from_secs(1)), every(BEAT));
    let (mut source, mut pace, mut teller, mut written) = (None, Pace::default(), Teller::default(), 0);
    loop {
        tokio::select! {
            () = state.closing.cancelled() => return,
            () = state.hub.arrived.notified() => {}
            _ = second.tick() => {
                written = 0;
                teller.waiting.extend(ledger(&state, &mut pace).await);
            }
            _ = beat.tick(), if !teller.waiting.is_empty() => teller.tell(&state.hub),
            live = receive(&mut source) => match live {
                Ok(live) if written < PER_SECOND => {
                    let events = shown(&state, live).await;
                    written += events.len() as u64;
                    teller.waiting.extend(events);
                }
                missed => {
                    let missed = missed.map_or_else(|steps| steps, |live| (live.readings.len() + live.windows.len()) as u64);
                    teller.tell(&state.hub);
                    teller.told = teller.told.after_missed(missed);
                }
            },
        }
        // Nobody watches: the fold need not collect. Somebody does: nothing after this event is missed.
        match state.hub.watched() {
            true if source.is_none() => source = Some(state.parts.live.subscribe()),
            true => {}
            false => source = None,
        }
    }
}

fn every(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// What the fold shows next, or how much of it was missed. Without a source it never comes.
async fn receive(source: &mut Option<broadcast::Receiver<Arc<Live>>>) -> Result<Arc<Live>, u64> {
    let received = match source {
        Some(receiver) => receiver.recv().await,
        None => std::future::pending().await,
    };
    match received {
        Ok(live) => Ok(live),
        Err(broadcast::error::RecvError::Lagged(missed)) => Err(missed),
        Err(broadcast::error::RecvError::Closed) => {
            *source = None;
            Err(0)
        }
    }
}

async fn shown(state: &ApiState, live: Arc<Live>) -> Vec<LiveEvent> {
    let parts = state.parts.clone();
    spawn_blocking(move || events(&parts, &live)).await.unwrap_or_default()
}

async fn ledger(state: &ApiState, pace: &mut Pace) -> Vec<LiveEvent> {
    let durable = state.parts.journal.durable().borrow().0;
    let messages_per_second = pace.at(Instant::now(), durable);
    if !state.hub.watched() {
        return Vec::new();
    }
    let parts = state.parts.clone();
    let books = spawn_blocking(move || Books::of(&parts.fold())).await;
    let event =
        books.ok().and_then(|books| LiveEvent::new("ledger", &ledger_event(&books, durable, messages_per_second)));
    event.into_iter().collect()
}

/// How fast the journal grows.
#[derive(Debug, Default)]
struct Pace(VecDeque<(Instant, u64)>);

impl Pace {
    /// Records a second since the oldest look kept, at one decimal.
    fn at(&mut self, now: Instant, durable: u64) -> f64 {
        self.0.push_back((now, durable));
        if self.0.len() > PACE_SECONDS + 1 {
            self.0.pop_front();
        }
        let (then, before) = self.0.front().copied().unwrap_or((now, durable));
        let seconds = now.duration_since(then).as_secs_f64();
        if seconds > 0.0 { (durable.saturating_sub(before) as f64 / seconds * 10.0).round() / 10.0 } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_is_that_of_the_last_five_seconds() {
        let (start, mut pace) = (Instant::now(), Pace::default());
        let mut at = |second, durable| pace.at(start + Duration::from_secs(second), durable);
        assert_eq!(at(0, 1_000), 0.0);
        assert_eq!(at(1, 1_100), 100.0);
        assert_eq!(at(2, 1_100), 50.0);
        assert_eq!([3, 4, 5].map(|second| at(second, 1_100)), [33.3, 25.0, 20.0]);
        assert_eq!(at(6, 1_100), 0.0);
    }
}
