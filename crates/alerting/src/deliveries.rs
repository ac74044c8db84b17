//! Who was told of an alert, for those who ask.

use std::collections::HashMap;

use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};
use smartpole_model::{UtcMillis, registry::AlertTarget};

use crate::{Book, Error, Event, alert::plain, error::doing};

/// What became of telling somebody of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// That it opened, or closed.
    pub event: Event,
    /// Who is told.
    pub target: AlertTarget,
    /// How it is.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was tried last; none if it never was.
    pub at: Option<UtcMillis>,
    /// Why it was not sent, in the other side's words.
    pub error: Option<String>,
}

/// How a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It will be tried, or tried again.
    Waiting,
    /// The other side took it.
    Sent,
    /// It was given up.
    Failed,
}

/// Deliveries by alert.
pub type Deliveries = HashMap<i64, Vec<Delivery>>;

impl Book {
    /// Who was told of the alerts from one id to another, both included: openings first, by target.
    ///
    /// # Errors
    /// [`Error`].
    pub fn deliveries(&self, from: i64, to: i64) -> Result<Deliveries, Error> {
        let (file, reading) = (self.file(), doing("read deliveries"));
        let sql = "SELECT d.alert, d.event, d.target_kind, d.target, m.state, m.attempts, m.at, m.error FROM delivery d \
                   LEFT JOIN message m ON m.id = d.message WHERE d.alert BETWEEN ?1 AND ?2 \
                   ORDER BY d.alert, d.event DESC, d.target_kind, d.target";
        let mut statement = file.prepare_cached(sql).map_err(&reading)?;
        let mut rows = statement.query(params![from, to]).map_err(&reading)?;
        let mut found = Deliveries::new();
        while let Some(row) = rows.next().map_err(&reading)? {
            let alert = row.get(0).map_err(&reading)?;
            found.entry(alert).or_default().push(delivery(row)?);
        }
        Ok(found)
    }
}

fn delivery(row: &Row<'_>) -> Result<Delivery, Error> {
    let reading = doing("read a delivery");
    let text = |at: usize| row.get::<_, String>(at).map_err(&reading);
    let state: Option<String> = row.get(4).map_err(&reading)?;
    let state = state.filter(|state| state != "refused"); // it waits as well
    let attempts = row.get::<_, Option<u32>>(5).map_err(&reading)?.unwrap_or(0);
    let at: Option<i64> = row.get(6).map_err(&reading)?;
    Ok(Delivery {
        event: plain(&text(1)?)?,
        target: AlertTarget { kind: plain(&text(2)?)?, name: text(3)? },
        state: state.map_or(Ok(DeliveryState::Waiting), |state| plain(&state))?,
        attempts,
        at: at.filter(|_| attempts > 0).map(UtcMillis),
        error: row.get(7).map_err(&reading)?,
    })
}
