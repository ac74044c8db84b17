//! The life of a client: connect, take, acknowledge, fail, wait, connect again.

mod show;

use std::{future, pin::Pin, time::Duration};

use futures::FutureExt as _;
use smartpole_journal::{Error as JournalError, Journal, LaneReceipts, LaneSender};
use smartpole_model::RawMessage;
use tokio::{
    select,
    time::{Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    Options,
    acks::Acks,
    link::{Event, Failure, Link, Message},
    poison::{Poison, Remedy},
};
use crate::{Clock, Error, SourceState, backoff::Backoff, counters::Counters, status::Board, throttle::Throttle};

/// How often the status is written if nothing else happens.
const PULSE: Duration = Duration::from_secs(1);
/// How long it looks away when the broker has nothing more at once. A busy broker writes packet after packet; read one by one,
/// each costs a wakeup, a read, and a group of the journal of its own: at 5,000 messages/s four times the CPU of all the rest.
const REST: Duration = Duration::from_millis(1);
/// How long a stop waits for the journal.
const DRAIN_LIMIT: Duration = Duration::from_millis(700);
/// How long it then waits for the broker.
const GOODBYE_LIMIT: Duration = Duration::from_millis(300);

/// An append that waits for room.
type Held = Pin<Box<dyn Future<Output = Result<(), JournalError>> + Send>>;

/// A client at work.
pub(crate) struct Session<L> {
    link: L,
    lane: LaneSender,
    receipts: LaneReceipts,
    acks: Acks,
    held: Option<Held>,
    /// Whether the broker has confirmed this process's subscriptions.
    subscribed: bool,
    poison: Poison,
    backoff: Backoff,
    board: Board,
    received: u64,
    dropped: u64,
    counters: Counters,
    drops: Throttle,
    name: String,
    filters: Vec<String>,
    qos: u8,
    window: usize,
    now: Clock,
}

impl<L: Link> Session<L> {
    pub(crate) fn new(link: L, options: &Options, journal: &Journal, board: Board, now: Clock) -> Self {
        let (lane, receipts) = journal.lane();
        Self {
            link,
            lane,
            receipts,
            acks: Acks::default(),
            held: None,
            subscribed: false,
            poison: Poison::default(),
            backoff: Backoff::default(),
            board,
            received: 0,
            dropped: 0,
            counters: Counters::new(&options.name),
            drops: Throttle::default(),
            name: options.name.clone(),
            filters: options.subscriptions.clone(),
            qos: options.qos,
            window: options.window as usize,
            now,
        }
    }

    pub(crate) async fn run(mut self, shutdown: CancellationToken) -> Result<(), Error> {
        let ended = self.keep_connected(&shutdown).await;
        let error = ended.as_ref().err().map(ToString::to_string);
        self.board.enter(SourceState::Stopped, error);
        ended.map_err(|source| Error::Journal { name: self.name, source })
    }

    async fn keep_connected(&mut self, shutdown: &CancellationToken) -> Result<(), JournalError> {
        loop {
            let connected = select! {
                () = shutdown.cancelled() => return Ok(()),
                connected = self.connect() => connected,
            };
            let failure = match connected {
                Err(failure) => failure,
                Ok(()) => match self.serve(shutdown).await? {
                    None => return Ok(()),
                    Some(failure) => failure,
                },
            };
            let pause = self.failed(&failure);
            select! {
                () = shutdown.cancelled() => return Ok(()),
                () = sleep(pause) => {}
            }
        }
    }

    async fn connect(&mut self) -> Result<(), Failure> {
        loop {
            if let Event::Connected { session_present } = self.link.next().await? {
                self.subscribed &= session_present;
                if !self.subscribed {
                    return self.link.subscribe().await;
                }
                self.connected();
                return Ok(());
            }
        }
    }

    /// Takes messages until the connection fails (`Some`) or the source is told to stop (`None`).
    async fn serve(&mut self, shutdown: &CancellationToken) -> Result<Option<Failure>, JournalError> {
        let connected_at = Instant::now();
        let mut pulse = interval(PULSE);
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut rest_until = None;
        let failure = loop {
            let full = self.is_full();
            let step = select! {
                biased;
                () = shutdown.cancelled() => return self.stop().await.map(|()| None),
                tokens = self.receipts.recv() => self.durable(&tokens?).await,
                handed_over = finish(&mut self.held) => {
                    self.held = None;
                    Ok(handed_over?)
                }
                () = rested(rest_until) => {
                    rest_until = None;
                    Ok(())
                }
                event = self.link.next(), if !full && rest_until.is_none() => match event {
                    Ok(event) => {
                        self.take(event)?;
                        let all = self.take_what_is_there()?;
                        rest_until = Some(Instant::now() + REST);
                        all
                    }
                    Err(failure) => Err(failure),
                },
                _ = pulse.tick() => self.pulse(full).await,
            };
            if let Err(failure) = step {
                break failure;
            }
        };
        self.backoff.lasted(connected_at.elapsed());
        Ok(Some(failure))
    }

    /// Whether no more is taken until the journal has some of it.
    fn is_full(&self) -> bool {
        self.held.is_some() || self.acks.waiting() >= self.window
    }

    /// Takes messages as long as the broker's next one is there already.
    fn take_what_is_there(&mut self) -> Result<Result<(), Failure>, JournalError> {
        while !self.is_full() {
            match self.link.next().now_or_never() {
                Some(Ok(event)) => self.take(event)?,
                Some(Err(failure)) => return Ok(Err(failure)),
                None => break,
            }
        }
        Ok(Ok(()))
    }

    fn take(&mut self, event: Event) -> Result<(), JournalError> {
        match event {
            Event::Message(message) => return self.hand_over(message),
            Event::Subscribed(answers) => self.subscribed(&answers),
            Event::Connected { .. } | Event::Other => {}
        }
        Ok(())
    }

    /// Hands a message to the journal. When that has no room, QoS 0 is dropped and others are held.
    fn hand_over(&mut self, message: Message) -> Result<(), JournalError> {
        self.received += 1;
        self.counters.received.increment(1);
        let token = self.acks.token(message.packet_id, message.qos);
        let qos = message.qos;
        let Some(message) = self.lane.try_append(token, self.raw(message))? else { return Ok(()) };
        if qos == 0 {
            self.acks.withdraw();
            self.drop_one();
        } else {
            let lane = self.lane.clone();
            self.held = Some(Box::pin(async move { lane.append(token, message).await }));
        }
        Ok(())
    }

    fn raw(&self, message: Message) -> RawMessage {
        let Message { topic, payload, qos, retained, .. } = message;
        let (source, received_at) = (self.name.clone(), (self.now)());
        RawMessage { source, topic, payload, received_at, qos, retained, ..RawMessage::default() }
    }

    fn drop_one(&mut self) {
        self.dropped += 1;
        self.counters.dropped.increment(1);
        self.post();
        if self.drops.pass() {
            tracing::warn!(source = self.name, dropped = self.dropped, "no room for messages of QoS 0");
        }
    }

    /// Acknowledges what the journal has.
    async fn durable(&mut self, tokens: &[u64]) -> Result<(), Failure> {
        let acks = self.acks.durable(tokens);
        self.post();
        if !acks.is_empty() {
            self.link.acknowledge(&acks).await?;
            self.counters.acknowledged.increment(acks.len() as u64);
            self.poison.progress();
        }
        Ok(())
    }

    /// Ends the connection's epoch and says how long to wait for the next.
    fn failed(&mut self, failure: &Failure) -> Duration {
        self.acks.end_epoch();
        if self.held.take().is_some() {
            self.acks.withdraw(); // it comes again
        }
        self.counters.reconnects.increment(1);
        self.board.update(|status| status.reconnects += 1);
        self.post();
        let remedy = self.poison.remedy(failure);
        if let Remedy::LetIn(bytes) = remedy {
            self.link.raise_limit(bytes);
        }
        let text = format!("{failure}{}", remedy.advice());
        tracing::warn!(source = self.name, "{text}");
        let refused = matches!(failure, Failure::Refused(_));
        self.board.enter(if refused { SourceState::Refused } else { SourceState::Failed }, Some(text));
        if refused || remedy == Remedy::Alarm { Backoff::slow() } else { self.backoff.next() }
    }

    /// Takes no more, but waits a moment for the journal, acknowledges and says good-bye.
    async fn stop(&mut self) -> Result<(), JournalError> {
        if self.held.take().is_some() {
            self.acks.withdraw();
        }
        let drained = timeout(DRAIN_LIMIT, self.drain()).await;
        if timeout(GOODBYE_LIMIT, self.link.disconnect()).await.is_err() {
            tracing::warn!(source = self.name, "the broker did not let go in time");
        }
        self.post();
        drained.unwrap_or(Ok(()))
    }

    async fn drain(&mut self) -> Result<(), JournalError> {
        while self.acks.waiting() > 0 {
            let tokens = self.receipts.recv().await?;
            if self.durable(&tokens).await.is_err() {
                break;
            }
        }
        Ok(())
    }
}

/// Waits until the rest is over, if there is one.
async fn rested(until: Option<Instant>) {
    match until {
        Some(until) => sleep_until(until).await,
        None => future::pending().await,
    }
}

/// Waits for an append, if there is one.
async fn finish(held: &mut Option<Held>) -> Result<(), JournalError> {
    match held {
        Some(append) => append.await,
        None => future::pending().await,
    }
}
