//! Readings that the store keeps no more, read from the InfluxDB that keeps them.

mod confirm;

use std::time::Duration;

use smartpole_api::{History, HistoryAway, HistoryWanted};
use smartpole_influx::{Error, Options, Wanted};
use smartpole_model::Reading;
use tokio::{
    runtime::Handle,
    sync::{Semaphore, SemaphorePermit},
};

pub(crate) use self::confirm::Confirmer;

/// Questions at once: a server that hangs must not hold up all who ask about other things.
const QUESTIONS: usize = 2;

/// One target as the place of older readings.
pub(crate) struct TargetHistory {
    name: String,
    target: smartpole_influx::History,
    timeout: Duration,
    turns: Semaphore,
    runtime: Handle,
}

impl TargetHistory {
    /// Of the target of these options; to be made within the runtime. Nothing is connected to.
    ///
    /// # Errors
    /// If token, password or certificates cannot be read.
    pub(crate) fn new(options: &Options) -> Result<Self, Error> {
        Ok(Self {
            name: options.name.clone(),
            target: smartpole_influx::History::new(options)?,
            timeout: Duration::from_secs(options.timeout_s),
            turns: Semaphore::new(QUESTIONS),
            runtime: Handle::current(),
        })
    }
}

impl TargetHistory {
    /// A place among those who ask.
    fn turn(&self, patient: bool) -> Result<SemaphorePermit<'_>, HistoryAway> {
        let busy = || HistoryAway(format!("{QUESTIONS} questions to it are under way already"));
        if !patient {
            return self.turns.try_acquire().map_err(|_| busy());
        }
        let turn = async { tokio::time::timeout(self.timeout, self.turns.acquire()).await };
        self.runtime.block_on(turn).ok().and_then(Result::ok).ok_or_else(busy)
    }
}

impl History for TargetHistory {
    fn name(&self) -> &str {
        &self.name
    }

    fn readings(&self, wanted: &HistoryWanted<'_>) -> Result<Vec<Reading>, HistoryAway> {
        let HistoryWanted { devices, property, channel, from, to, limit, patient } = *wanted;
        let _turn = self.turn(patient)?;
        let wanted = Wanted { devices, property, channel, from, to, limit };
        let asked = self.target.readings(&wanted);
        // each request has its time, this is for several
        match self.runtime.block_on(async { tokio::time::timeout(self.timeout, asked).await }) {
            Ok(answer) => answer.map_err(|error| HistoryAway(error.to_string())),
            Err(_) => Err(HistoryAway(format!("no answer within {} s", self.timeout.as_secs()))),
        }
    }
}
