//! The live stream: what the fold shows, written once for all who watch.
//!
//! ```text
//! Live of the fold ──► run: names, JSON ──► Batch ──► Viewer (filter, gaps) ──► server-sent events
//!                       └── once a second: the ledger
//! ```

use std::{collections::VecDeque, sync::Arc, time::Duration};

use smartpole_pipeline::Live;
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore, broadcast},
    task::spawn_blocking,
    time::{Instant, MissedTickBehavior},
};

use crate::{ApiState, problem::Problem, routes::Books};

mod events;

pub(crate) use events::{Gap, LedgerEvent, LiveEvent, WindowEvent};
use events::{events, ledger_event};

/// Batches that a slow viewer may be behind.
const BACKLOG: usize = 512;
/// Most events of a batch, so that what waits for slow viewers is bounded.
const MOST: usize = 256;
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
    before: u64,
    events: Vec<LiveEvent>,
}

/// One stream.
#[derive(Debug)]
pub(crate) struct Viewer {
    batches: broadcast::Receiver<Arc<Batch>>,
    /// Events before the next batch.
    before: Option<u64>,
    pole: Option<String>,
    property: Option<String>,
    _seat: OwnedSemaphorePermit,
}

impl Hub {
    pub(crate) fn new(seats: usize) -> Self {
        let (batches, _) = broadcast::channel(BACKLOG);
        Self { batches, seats: Arc::new(Semaphore::new(seats)), arrived: Notify::new() }
    }

    /// A stream of what is about this pole and this property; the ledger is for all.
    pub(crate) fn viewer(&self, pole: Option<String>, property: Option<String>) -> Result<Viewer, Problem> {
        let seat = Arc::clone(&self.seats).try_acquire_owned();
        let seat = seat.map_err(|_| Problem::busy("too many live streams at once"))?;
        let batches = self.batches.subscribe();
        self.arrived.notify_one();
        Ok(Viewer { batches, before: None, pole, property, _seat: seat })
    }

    fn watched(&self) -> bool {
        self.batches.receiver_count() > 0
    }
}

impl Viewer {
    /// The next events; `None` at the end of the service. What was missed comes first, as a `gap`.
    pub(crate) async fn next(&mut self) -> Option<Vec<LiveEvent>> {
        let batch = loop {
            match self.batches.recv().await {
                Ok(batch) => break batch,
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        };
        let missed = batch.before.saturating_sub(self.before.unwrap_or(batch.before));
        self.before = Some(batch.before + batch.events.len() as u64);
        let gap = (missed > 0).then(|| LiveEvent::new("gap", &Gap { missed }));
        let events = batch.events.iter().filter(|event| self.wants(event)).cloned();
        Some(gap.into_iter().flatten().chain(events).collect())
    }

    fn wants(&self, event: &LiveEvent) -> bool {
        let fits = |wanted: &Option<String>, has: &Option<String>| wanted.is_none() || has.is_none() || wanted == has;
        fits(&self.pole, &event.pole) && fits(&self.property, &event.property)
    }
}

/// Writes events until the service closes.
pub(crate) async fn run(state: ApiState) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut source, mut pace, mut told, mut written) = (None, Pace::default(), 0, 0);
    loop {
        let events = tokio::select! {
            () = state.closing.cancelled() => return,
            () = state.hub.arrived.notified() => Vec::new(),
            _ = second.tick() => {
                written = 0;
                ledger(&state, &mut pace).await
            }
            live = receive(&mut source) => match live {
                Ok(live) if written < PER_SECOND => shown(&state, live).await,
                missed => {
                    told += missed.map_or_else(|steps| steps, |live| (live.readings.len() + live.windows.len()) as u64);
                    continue;
                }
            },
        };
        written += events.len() as u64;
        // Nobody watches: the fold need not collect. Somebody does: nothing after this event is missed.
        match state.hub.watched() {
            true if source.is_none() => source = Some(state.parts.live.subscribe()),
            true => {}
            false => source = None,
        }
        for events in events.chunks(MOST) {
            let before = told;
            told += events.len() as u64;
            // An error says that nobody watches.
            state.hub.batches.send(Arc::new(Batch { before, events: events.to_vec() })).ok();
        }
    }
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

    fn say(hub: &Hub, before: u64, events: u64) {
        let event = LiveEvent { name: "reading", data: before.to_string(), pole: None, property: None };
        hub.batches.send(Arc::new(Batch { before, events: vec![event; events as usize] })).unwrap();
    }

    #[tokio::test]
    async fn a_slow_viewer_is_told_how_many_events_it_missed_and_goes_on() {
        let hub = Hub::new(1);
        let mut viewer = hub.viewer(None, None).unwrap();
        say(&hub, 40, 2);
        assert_eq!(viewer.next().await.unwrap().len(), 2);
        for batch in 0..BACKLOG as u64 + 10 {
            say(&hub, 42 + 3 * batch, 3);
        }
        let events = viewer.next().await.unwrap();
        assert_eq!((events[0].name, events[0].data.as_str()), ("gap", r#"{"missed":30}"#));
        assert_eq!((events[1].data.as_str(), events.len()), ("72", 4));
        assert_eq!(viewer.next().await.unwrap()[0].data, "75");
    }

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
