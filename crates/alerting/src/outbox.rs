//! What somebody has to be told of alerts, until it is settled: tables, and how an evaluation fills them.
//!
//! ```text
//! delivery   alert × event × target    made with the alert's opening or closing, in the same transaction, for a new target with the next evaluation
//!    └─► message   of one target       puts the deliveries of a minute together; waiting (perhaps refused before), sent or failed
//! ```

use rusqlite::{Transaction, params};
use smartpole_alert::{Finding, Key};
use smartpole_model::registry::AlertTargets;

use crate::{Error, alert::word, error::doing};

/// A delivery without a message waits for one. The index keeps a target that takes nothing from having two messages that wait.
pub(crate) const SCHEMA: &str = "
CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    target_kind TEXT NOT NULL, target TEXT NOT NULL,
    formed_at INTEGER NOT NULL,
    state TEXT NOT NULL,         -- waiting, refused (and tried again), sent, failed
    attempts INTEGER NOT NULL,
    at INTEGER NOT NULL,         -- when it came into this state or was tried last
    next_at INTEGER NOT NULL,    -- before when it is not tried
    error TEXT                   -- why it was not sent, in the other side's words
);
CREATE UNIQUE INDEX message_waiting ON message (target_kind, target) WHERE state = 'waiting';
CREATE INDEX message_target ON message (target_kind, target, formed_at);
CREATE TABLE delivery (
    alert INTEGER NOT NULL REFERENCES alert, event TEXT NOT NULL,
    target_kind TEXT NOT NULL, target TEXT NOT NULL,
    message INTEGER REFERENCES message,
    PRIMARY KEY (alert, event, target_kind, target)
) WITHOUT ROWID;
CREATE INDEX delivery_waiting ON delivery (target_kind, target) WHERE message IS NULL;
CREATE INDEX delivery_message ON delivery (message);
";

/// Whoever hears of its severity has to be told of an alert that is open: when it opens, and while it goes on, so that a target
/// added since hears of it as well, and one that is told of worse than this once it is worse.
pub(crate) fn opened(file: &Transaction<'_>, finding: &Finding, targets: &AlertTargets) -> Result<(), Error> {
    let Key { rule, cause, property } = &finding.key;
    let sql = "INSERT OR IGNORE INTO delivery (alert, event, target_kind, target) SELECT id, 'opened', ?5, ?6 FROM alert \
               WHERE rule = ?1 AND cause_kind = ?2 AND cause = ?3 AND property = ?4 AND until IS NULL";
    for (target, _) in targets.all().filter(|(_, least)| finding.severity.reaches(*least)) {
        let row = params![word(rule)?, word(&cause.kind)?, cause.id, property, target.kind.word(), target.name];
        file.prepare_cached(sql).and_then(|mut insert| insert.execute(row)).map_err(doing("keep a delivery"))?;
    }
    Ok(())
}

/// Whoever was to be told that an alert opened has to be told that it closes.
pub(crate) fn closed(file: &Transaction<'_>, key: &Key) -> Result<(), Error> {
    let Key { rule, cause, property } = key;
    let sql = "INSERT INTO delivery (alert, event, target_kind, target) \
               SELECT alert, 'closed', target_kind, target FROM delivery WHERE event = 'opened' AND alert = \
               (SELECT id FROM alert WHERE rule = ?1 AND cause_kind = ?2 AND cause = ?3 AND property = ?4 AND until IS NULL)";
    let row = params![word(rule)?, word(&cause.kind)?, cause.id, property];
    file.prepare_cached(sql).and_then(|mut insert| insert.execute(row)).map_err(doing("keep a delivery"))?;
    Ok(())
}
