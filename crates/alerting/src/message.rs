//! What goes out at once to one target, and what came of it.

use std::collections::BTreeSet;

use rusqlite::params;
use serde::{Deserialize, Serialize};
use smartpole_alert::Cause;
use smartpole_model::{UtcMillis, registry::AlertTarget};

use crate::{Alert, Book, Error, error::doing, forming::Forming};

/// What somebody is told of an alert. An opening comes before its closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It opened.
    Opened,
    /// It closed.
    Closed,
}

/// What goes out at once; tried again it has the same number and time.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Names it for ever, in this file.
    pub id: i64,
    /// When it was put together.
    pub formed_at: UtcMillis,
    /// How often it was tried.
    pub attempts: u32,
    /// What it tells, as the alerts are now.
    pub told: Vec<Told>,
}

/// What a message tells of one alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// That it opened, that it closed, or both.
    pub events: BTreeSet<Event>,
    /// The alert.
    pub alert: Alert,
}

/// What came of sending a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The other side took it.
    Sent,
    /// It did not; to be tried again.
    Again {
        /// Why not.
        reason: String,
        /// When to try again.
        at: UtcMillis,
        /// Whether the other side took none of this message, rather than nothing at all: then others go out meanwhile.
        refused: bool,
    },
    /// It did not, and nobody tries again.
    Failed(String),
}

impl Book {
    /// What a target is to be sent now: a message that waits to be tried again, or a new one.
    ///
    /// # Errors
    /// [`Error`].
    pub fn next_message(
        &self,
        target: &AlertTarget,
        maintained: &BTreeSet<Cause>,
        now: UtcMillis,
    ) -> Result<Option<Message>, Error> {
        let forming = doing("put a message together");
        let mut file = self.file();
        let transaction = file.transaction().map_err(&forming)?;
        let message = Forming { file: &transaction, target, maintained, now }.next()?;
        transaction.commit().map_err(&forming)?;
        Ok(message)
    }

    /// Notes what came of sending a message.
    ///
    /// # Errors
    /// [`Error`]; then it is sent again.
    pub fn settle(&self, message: i64, outcome: &Outcome, now: UtcMillis) -> Result<(), Error> {
        let (state, next_at, error) = match outcome {
            Outcome::Sent => ("sent", now, None),
            Outcome::Again { reason, at, refused: false } => ("waiting", *at, Some(reason)),
            Outcome::Again { reason, at, refused: true } => ("refused", *at, Some(reason)),
            Outcome::Failed(reason) => ("failed", now, Some(reason)),
        };
        // once refused it stays so: another one may wait by now
        let sql = "UPDATE message SET state = CASE WHEN state = 'refused' AND ?2 = 'waiting' THEN state ELSE ?2 END, \
                   attempts = attempts + 1, at = ?3, next_at = ?4, error = ?5 WHERE id = ?1";
        let row = params![message, state, now.0, next_at.0, error];
        self.file().execute(sql, row).map_err(doing("settle a message"))?;
        Ok(())
    }

    /// Gives up what waits for targets that are configured no more; how many messages that were under way.
    ///
    /// # Errors
    /// [`Error`].
    pub fn forget_others(&self, targets: &[AlertTarget], now: UtcMillis) -> Result<usize, Error> {
        let forgetting = doing("give up deliveries");
        let mut file = self.file();
        let transaction = file.transaction().map_err(&forgetting)?;
        let known =
            serde_json::to_string(&targets.iter().map(|target| (target.kind, &target.name)).collect::<Vec<_>>())?;
        let other = "NOT EXISTS (SELECT 1 FROM json_each(?1) WHERE value ->> 0 = target_kind AND value ->> 1 = target)";
        let drop = format!("DELETE FROM delivery WHERE message IS NULL AND {other}");
        transaction.execute(&drop, [&known]).map_err(&forgetting)?;
        let fail = format!(
            "UPDATE message SET state = 'failed', at = ?2, error = coalesce(error, ?3) WHERE state IN ('waiting', 'refused') AND {other}"
        );
        let row = params![known, now.0, "alerts.toml does not name this target any more"];
        let failed = transaction.execute(&fail, row).map_err(&forgetting)?;
        transaction.commit().map_err(&forgetting)?;
        Ok(failed)
    }
}

impl Event {
    /// As it stands in the file.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Closed => "closed",
        }
    }
}
