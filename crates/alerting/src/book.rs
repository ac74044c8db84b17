//! The file, and what an evaluation changes in it.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, Transaction, params};
use smartpole_alert::{Cause, CauseKind, Change, Finding, Key, Watch};
use smartpole_model::{UtcMillis, registry::AlertTargets};

use crate::{
    Error,
    alert::{Said, Word, plain, word},
    error::doing,
    outbox,
};

/// Name of the file in the data folder.
pub const FILE: &str = "alerts.db";

const VERSION: i64 = 2;

const SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";

const SCHEMA: &str = "
CREATE TABLE alert (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    rule TEXT NOT NULL, cause_kind TEXT NOT NULL, cause TEXT NOT NULL, property TEXT NOT NULL,
    close_after INTEGER NOT NULL,
    since INTEGER NOT NULL,      -- since when it is like this, ms
    until INTEGER,               -- when it was closed; none while it is open
    part_of TEXT,                -- cause that it turned out to be part of, JSON
    said TEXT NOT NULL,          -- severity, devices, poles, figures, next step, JSON
    acknowledged TEXT,           -- by, at, note, JSON
    muted_until INTEGER
);
CREATE UNIQUE INDEX alert_open ON alert (rule, cause_kind, cause, property) WHERE until IS NULL;
CREATE INDEX alert_until ON alert (until);
CREATE TABLE maintenance (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    cause_kind TEXT NOT NULL, cause TEXT NOT NULL, begins INTEGER NOT NULL, ends INTEGER NOT NULL, note TEXT NOT NULL, by TEXT NOT NULL
);
CREATE TABLE visit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    pole TEXT NOT NULL, at INTEGER NOT NULL, note TEXT NOT NULL, part TEXT, by TEXT NOT NULL
);
CREATE INDEX visit_pole ON visit (pole, at);
";

/// How long a gateway or switch point that was silent is remembered, ms: longer than any patience of what hangs on it matters.
const REMEMBERED_MS: i64 = 2 * 86_400_000;

/// The open file; clones are the same one.
#[derive(Clone, Debug)]
pub struct Book {
    file: Arc<Mutex<Connection>>,
}

impl Book {
    /// Opens `alerts.db` in a folder, made if absent.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Newer`].
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let opening = doing("open");
        let file = Connection::open(dir.join(FILE)).map_err(&opening)?;
        file.execute_batch(SETTINGS).map_err(&opening)?;
        let version: i64 = file.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(&opening)?;
        let missing = match version {
            0 => [SCHEMA, outbox::SCHEMA].concat(),
            1 => outbox::SCHEMA.to_owned(),
            VERSION => String::new(),
            newer => return Err(Error::Newer(newer)),
        };
        if version < VERSION {
            let sql = format!("BEGIN;{missing}PRAGMA user_version = {VERSION};COMMIT;");
            file.execute_batch(&sql).map_err(&opening)?;
        }
        Ok(Self { file: Arc::new(Mutex::new(file)) })
    }

    pub(crate) fn file(&self) -> MutexGuard<'_, Connection> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What goes on after a start: all that is open, and until when gateways and switch points were silent.
    ///
    /// # Errors
    /// [`Error`].
    pub fn watch(&self, now: UtcMillis) -> Result<Watch, Error> {
        let (file, reading) = (self.file(), doing("read open alerts"));
        let sql =
            "SELECT rule, cause_kind, cause, property, close_after, until FROM alert WHERE until IS NULL OR until > ?1";
        let mut statement = file.prepare(sql).map_err(&reading)?;
        let rows = statement.query_map([now.0 - REMEMBERED_MS], |row| {
            let texts: [String; 4] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?];
            Ok((texts, row.get::<_, u16>(4)?, row.get::<_, Option<i64>>(5)?))
        });
        let (mut open, mut ended) = (Vec::new(), Vec::new());
        for row in rows.map_err(&reading)? {
            let ([rule, kind, id, property], close_after, until) = row.map_err(&reading)?;
            let cause = Cause { kind: plain(&kind)?, id };
            if matches!(cause.kind, CauseKind::Gateway | CauseKind::SwitchPoint) {
                ended.push((cause.clone(), until.map_or(now, UtcMillis)));
            }
            if until.is_none() {
                open.push((Key { rule: plain(&rule)?, cause, property }, close_after));
            }
        }
        ended.sort_by_key(|(_, until)| *until); // of several the last one stays
        Ok(Watch::resume(open, ended))
    }

    /// Notes what one evaluation changed, and whom that has to be told, in one transaction.
    ///
    /// # Errors
    /// [`Error`]; then nothing of it is noted.
    pub fn note(&self, changes: &[Change], targets: &AlertTargets, now: UtcMillis) -> Result<(), Error> {
        let noting = doing("note alerts");
        let mut file = self.file();
        let transaction = file.transaction().map_err(&noting)?;
        for change in changes {
            match change {
                Change::Opened(finding) => {
                    open(&transaction, finding, now)?;
                    outbox::opened(&transaction, finding, targets)?;
                }
                Change::GoesOn(finding) => {
                    go_on(&transaction, finding)?;
                    outbox::opened(&transaction, finding, targets)?;
                }
                Change::Closed { key, part_of } => {
                    outbox::closed(&transaction, key)?;
                    close(&transaction, key, part_of.as_ref(), now)?;
                }
            }
        }
        transaction.commit().map_err(&noting)
    }
}

fn open(file: &Transaction<'_>, finding: &Finding, now: UtcMillis) -> Result<(), Error> {
    let Key { rule, cause, property } = &finding.key;
    let said = serde_json::to_string(&Said::of(finding))?;
    let sql = "INSERT INTO alert (rule, cause_kind, cause, property, close_after, since, said) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let since = finding.since.unwrap_or(now).0;
    let row = params![word(rule)?, word(&cause.kind)?, cause.id, property, finding.close_after, since, said];
    file.prepare_cached(sql).and_then(|mut insert| insert.execute(row)).map_err(doing("open an alert"))?;
    Ok(())
}

/// Rows that say what they said are left alone, so that an hour without news writes nothing.
fn go_on(file: &Transaction<'_>, finding: &Finding) -> Result<(), Error> {
    let Key { rule, cause, property } = &finding.key;
    let said = serde_json::to_string(&Said::of(finding))?;
    let sql = "UPDATE alert SET said = ?5 WHERE rule = ?1 AND cause_kind = ?2 AND cause = ?3 AND property = ?4 \
               AND until IS NULL AND said <> ?5";
    let row = params![word(rule)?, word(&cause.kind)?, cause.id, property, said];
    file.prepare_cached(sql).and_then(|mut update| update.execute(row)).map_err(doing("go on with an alert"))?;
    Ok(())
}

fn close(file: &Transaction<'_>, key: &Key, part_of: Option<&Cause>, now: UtcMillis) -> Result<(), Error> {
    let Key { rule, cause, property } = key;
    let part_of = part_of.map(serde_json::to_string).transpose()?;
    let sql = "UPDATE alert SET until = ?5, part_of = ?6 WHERE rule = ?1 AND cause_kind = ?2 AND cause = ?3 AND property = ?4 \
               AND until IS NULL";
    let row = params![word(rule)?, word(&cause.kind)?, cause.id, property, now.0, part_of];
    file.prepare_cached(sql).and_then(|mut update| update.execute(row)).map_err(doing("close an alert"))?;
    Ok(())
}

impl Word {
    /// Who said something at an instant, and what.
    pub fn new(by: &str, at: UtcMillis, note: &str) -> Self {
        Self { by: by.to_owned(), at, note: note.to_owned() }
    }
}
