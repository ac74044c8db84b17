//! When somebody works where, and what was done there.

use std::collections::BTreeSet;

use rusqlite::params;
use smartpole_alert::Cause;
use smartpole_model::UtcMillis;

use crate::{
    Book, Error,
    alert::{plain, word},
    error::doing,
};

/// Most rows of an answer, newest first.
const MOST: i64 = 1_000;

/// A time in which somebody works on something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMaintenance {
    /// On what.
    pub cause: Cause,
    /// From when …
    pub from: UtcMillis,
    /// … until before when.
    pub to: UtcMillis,
    /// What for.
    pub note: String,
    /// Who says so.
    pub by: String,
}

/// One that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maintenance {
    /// Names it.
    pub id: i64,
    /// What it is.
    pub of: NewMaintenance,
}

/// Somebody was there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVisit {
    /// At which pole.
    pub pole: String,
    /// When.
    pub at: UtcMillis,
    /// What was found and done.
    pub note: String,
    /// What was put in.
    pub part: Option<String>,
    /// Who says so.
    pub by: String,
}

/// One that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Names it.
    pub id: i64,
    /// What it is.
    pub of: NewVisit,
}

impl Book {
    /// Keeps a time of maintenance; its id.
    ///
    /// # Errors
    /// [`Error`].
    pub fn add_maintenance(&self, new: &NewMaintenance) -> Result<i64, Error> {
        let NewMaintenance { cause, from, to, note, by } = new;
        let file = self.file();
        let sql = "INSERT INTO maintenance (cause_kind, cause, begins, ends, note, by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let row = params![word(&cause.kind)?, cause.id, from.0, to.0, note, by];
        file.execute(sql, row).map_err(doing("keep maintenance"))?;
        Ok(file.last_insert_rowid())
    }

    /// Takes a time of maintenance back; whether there was such a one.
    ///
    /// # Errors
    /// [`Error`].
    pub fn remove_maintenance(&self, id: i64) -> Result<bool, Error> {
        let removed = self.file().execute("DELETE FROM maintenance WHERE id = ?1", [id]);
        Ok(removed.map_err(doing("take maintenance back"))? > 0)
    }

    /// The newest thousand times of maintenance, newest first.
    ///
    /// # Errors
    /// [`Error`].
    pub fn maintenance(&self) -> Result<Vec<Maintenance>, Error> {
        let (file, reading) = (self.file(), doing("read maintenance"));
        let sql = "SELECT id, cause_kind, cause, begins, ends, note, by FROM maintenance ORDER BY id DESC LIMIT ?1";
        let mut statement = file.prepare_cached(sql).map_err(&reading)?;
        let rows = statement.query_map([MOST], |row| {
            let (from, to) = (UtcMillis(row.get(3)?), UtcMillis(row.get(4)?));
            Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?, from, to, row.get(5)?, row.get(6)?))
        });
        let read = |(id, kind, of, from, to, note, by): (i64, String, String, _, _, _, _)| {
            let cause = Cause { kind: plain(&kind)?, id: of };
            Ok(Maintenance { id, of: NewMaintenance { cause, from, to, note, by } })
        };
        rows.map_err(&reading)?.map(|row| read(row.map_err(&reading)?)).collect()
    }

    /// What is worked on at an instant.
    ///
    /// # Errors
    /// [`Error`].
    pub fn maintained(&self, now: UtcMillis) -> Result<BTreeSet<Cause>, Error> {
        let all = self.maintenance()?.into_iter().map(|kept| kept.of);
        Ok(all.filter(|of| (of.from..of.to).contains(&now)).map(|of| of.cause).collect())
    }

    /// Keeps a visit; its id.
    ///
    /// # Errors
    /// [`Error`].
    pub fn add_visit(&self, new: &NewVisit) -> Result<i64, Error> {
        let NewVisit { pole, at, note, part, by } = new;
        let file = self.file();
        let sql = "INSERT INTO visit (pole, at, note, part, by) VALUES (?1, ?2, ?3, ?4, ?5)";
        file.execute(sql, params![pole, at.0, note, part, by]).map_err(doing("keep a visit"))?;
        Ok(file.last_insert_rowid())
    }

    /// The newest thousand visits, of one pole or of all, newest first.
    ///
    /// # Errors
    /// [`Error`].
    pub fn visits(&self, pole: Option<&str>) -> Result<Vec<Visit>, Error> {
        let (file, reading) = (self.file(), doing("read visits"));
        let sql = "SELECT id, pole, at, note, part, by FROM visit WHERE ?1 IS NULL OR pole = ?1 ORDER BY at DESC, id DESC LIMIT ?2";
        let mut statement = file.prepare_cached(sql).map_err(&reading)?;
        let rows = statement.query_map(params![pole, MOST], |row| {
            let (pole, at, note) = (row.get(1)?, UtcMillis(row.get(2)?), row.get(3)?);
            let of = NewVisit { pole, at, note, part: row.get(4)?, by: row.get(5)? };
            Ok(Visit { id: row.get(0)?, of })
        });
        rows.map_err(&reading)?.map(|row| row.map_err(&reading)).collect()
    }
}
