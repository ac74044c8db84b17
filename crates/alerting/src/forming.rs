//! Puts together what a target is sent next: what nobody wants to hear now waits, what came and went meanwhile is left out.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension, Transaction, params};
use smartpole_alert::{Cause, is_maintained};
use smartpole_model::{UtcMillis, registry::AlertTarget};

use crate::{
    Alert, Error, Event, Message, Told,
    alert::{COLUMNS, plain, read},
    error::doing,
};

/// A target gets one message within so long, ms: what comes meanwhile goes out with the next one.
const BUNDLE_MS: i64 = 60_000;

/// Most alerts of a message; the rest comes with the next one.
const MOST_ALERTS: usize = 100;

/// Events of an alert that wait, and what became of telling that it opened; none if that is one of them.
type Waiting = (Vec<Event>, Option<String>);

/// What becomes of a delivery that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It goes out.
    Send,
    /// Not now.
    Hold,
    /// Never.
    Drop,
}

/// One look at what a target has to be told.
pub(crate) struct Forming<'a> {
    pub(crate) file: &'a Transaction<'a>,
    pub(crate) target: &'a AlertTarget,
    pub(crate) maintained: &'a BTreeSet<Cause>,
    pub(crate) now: UtcMillis,
}

impl Forming<'_> {
    /// A message that waits to be tried again and whose time has come, or a new one, unless the target takes nothing just now.
    pub(crate) fn next(&self) -> Result<Option<Message>, Error> {
        if let Some(id) = self.due()?
            && let Some(message) = self.again(id)?
        {
            return Ok(Some(message));
        }
        if self.is_under_way()? { Ok(None) } else { self.form() }
    }

    fn key(&self) -> (&str, &str) {
        (self.target.kind.word(), &self.target.name)
    }

    /// The message that is to be tried again first, if it is time.
    fn due(&self) -> Result<Option<i64>, Error> {
        let sql = "SELECT id FROM message WHERE target_kind = ?1 AND target = ?2 AND state IN ('waiting', 'refused') AND next_at <= ?3 \
                   ORDER BY next_at, id LIMIT 1";
        let (kind, name) = self.key();
        let found = self.file.query_row(sql, params![kind, name, self.now.0], |row| row.get(0));
        found.optional().map_err(doing("read a message"))
    }

    /// Whether a message is still to be sent that was not refused by itself.
    fn is_under_way(&self) -> Result<bool, Error> {
        let sql = "SELECT EXISTS (SELECT 1 FROM message WHERE target_kind = ?1 AND target = ?2 AND state = 'waiting')";
        self.file.query_row(sql, self.key(), |row| row.get(0)).map_err(doing("read a message"))
    }

    /// A message once more, without what nobody wants to hear now; none if that was all of it.
    fn again(&self, id: i64) -> Result<Option<Message>, Error> {
        let taking = doing("take a delivery out of a message");
        for told in self.told(id)? {
            if self.fate(&told.alert, Event::Opened) != Fate::Send {
                let sql = "UPDATE delivery SET message = NULL WHERE message = ?1 AND alert = ?2";
                self.file.execute(sql, [id, told.alert.id]).map_err(&taking)?;
            }
        }
        if !self.told(id)?.is_empty() {
            return self.message(id).map(Some);
        }
        self.file.execute("DELETE FROM message WHERE id = ?1", [id]).map_err(&taking)?;
        Ok(None)
    }

    /// A new message of all that waits, if anything does and the one before is a minute old.
    fn form(&self) -> Result<Option<Message>, Error> {
        let forming = doing("put a message together");
        let (kind, name) = self.key();
        let sql = "SELECT max(formed_at) FROM message WHERE target_kind = ?1 AND target = ?2";
        let last: Option<i64> = self.file.query_row(sql, self.key(), |row| row.get(0)).map_err(&forming)?;
        if last.is_some_and(|last| (0..BUNDLE_MS).contains(&(self.now.0 - last))) {
            return Ok(None);
        }
        let chosen = self.choose()?;
        if chosen.is_empty() {
            return Ok(None);
        }
        let sql = "INSERT INTO message (target_kind, target, formed_at, state, attempts, at, next_at) \
                   VALUES (?1, ?2, ?3, 'waiting', 0, ?3, ?3)";
        self.file.execute(sql, params![kind, name, self.now.0]).map_err(&forming)?;
        let id = self.file.last_insert_rowid();
        let sql = "UPDATE delivery SET message = ?1 \
                   WHERE target_kind = ?2 AND target = ?3 AND alert = ?4 AND event = ?5 AND message IS NULL";
        for (alert, event) in chosen {
            self.file.execute(sql, params![id, kind, name, alert, event.word()]).map_err(&forming)?;
        }
        self.message(id).map(Some)
    }

    /// Which deliveries go out now. Those that never will are deleted.
    fn choose(&self) -> Result<Vec<(i64, Event)>, Error> {
        let mut chosen = Vec::new();
        for (alert, (waiting, opening)) in self.waiting()? {
            let Some(alert) = self.alert(alert)? else { continue };
            // what was never told needs no end
            let told = match opening.as_deref() {
                Some("sent") => Fate::Send,
                Some("failed") => Fate::Drop,
                Some(_) => Fate::Hold,
                None => self.fate(&alert, Event::Opened),
            };
            for event in waiting {
                let fate = if told == Fate::Send { self.fate(&alert, event) } else { told };
                match fate {
                    Fate::Send if chosen.len() < 2 * MOST_ALERTS => chosen.push((alert.id, event)),
                    Fate::Send | Fate::Hold => {}
                    Fate::Drop => self.drop(alert.id, event)?,
                }
            }
        }
        Ok(chosen)
    }

    /// What becomes of telling an event of an alert that goes out, as far as its own time matters.
    fn fate(&self, alert: &Alert, event: Event) -> Fate {
        let muted = alert.muted_until.is_some_and(|until| until > self.now);
        let open = alert.until.is_none();
        match event {
            Event::Opened if muted && !open => Fate::Drop,
            _ if muted => Fate::Hold,
            Event::Opened if open && is_maintained(self.maintained, &alert.cause, &alert.said.poles) => Fate::Hold,
            _ => Fate::Send,
        }
    }

    /// Deliveries without a message, by alert.
    fn waiting(&self) -> Result<BTreeMap<i64, Waiting>, Error> {
        let reading = doing("read deliveries");
        let sql = "SELECT d.alert, d.event, m.state FROM delivery d \
                   LEFT JOIN delivery o ON o.alert = d.alert AND o.event = 'opened' AND o.target_kind = d.target_kind AND o.target = d.target \
                   LEFT JOIN message m ON m.id = o.message \
                   WHERE d.target_kind = ?1 AND d.target = ?2 AND d.message IS NULL ORDER BY d.alert, d.event DESC";
        let mut statement = self.file.prepare_cached(sql).map_err(&reading)?;
        let mut rows = statement.query(self.key()).map_err(&reading)?;
        let mut found: BTreeMap<i64, Waiting> = BTreeMap::new();
        while let Some(row) = rows.next().map_err(&reading)? {
            let (alert, event): (i64, String) = (row.get(0).map_err(&reading)?, row.get(1).map_err(&reading)?);
            let entry = found.entry(alert).or_default();
            entry.0.push(plain(&event)?);
            entry.1 = row.get(2).map_err(&reading)?;
        }
        Ok(found)
    }

    fn drop(&self, alert: i64, event: Event) -> Result<(), Error> {
        let (kind, name) = self.key();
        let sql = "DELETE FROM delivery WHERE alert = ?1 AND event = ?2 AND target_kind = ?3 AND target = ?4";
        let row = params![alert, event.word(), kind, name];
        self.file.execute(sql, row).map_err(doing("drop a delivery"))?;
        Ok(())
    }

    fn alert(&self, id: i64) -> Result<Option<Alert>, Error> {
        let reading = doing("read an alert");
        let sql = format!("SELECT {COLUMNS} FROM alert WHERE id = ?1");
        let mut statement = self.file.prepare_cached(&sql).map_err(&reading)?;
        let mut rows = statement.query([id]).map_err(&reading)?;
        rows.next().map_err(&reading)?.map(read).transpose()
    }

    fn message(&self, id: i64) -> Result<Message, Error> {
        let sql = "SELECT formed_at, attempts FROM message WHERE id = ?1";
        let found = self.file.query_row(sql, [id], |row| Ok((UtcMillis(row.get(0)?), row.get(1)?)));
        let (formed_at, attempts) = found.map_err(doing("read a message"))?;
        Ok(Message { id, formed_at, attempts, told: self.told(id)? })
    }

    /// What a message tells, in the order in which alerts opened.
    fn told(&self, id: i64) -> Result<Vec<Told>, Error> {
        let reading = doing("read a message");
        let sql = "SELECT alert, event FROM delivery WHERE message = ?1 ORDER BY alert";
        let mut statement = self.file.prepare_cached(sql).map_err(&reading)?;
        let mut rows = statement.query([id]).map_err(&reading)?;
        let mut events: BTreeMap<i64, BTreeSet<Event>> = BTreeMap::new();
        while let Some(row) = rows.next().map_err(&reading)? {
            let event: String = row.get(1).map_err(&reading)?;
            events.entry(row.get(0).map_err(&reading)?).or_default().insert(plain(&event)?);
        }
        let told = events.into_iter().map(|(alert, events)| Ok(self.alert(alert)?.map(|alert| Told { events, alert })));
        told.filter_map(Result::transpose).collect()
    }
}
