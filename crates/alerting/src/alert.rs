//! Alerts as they are kept and asked for.

use rusqlite::{Row, params};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Number, Value};
use smartpole_alert::{AlertKind, Cause, CauseKind, Figure, Finding, NextStep};
use smartpole_model::{Decimal, UtcMillis, registry::AlertSeverity};

use crate::{Book, Error, error::doing};

/// An alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Names it for ever.
    pub id: i64,
    /// The rule.
    pub rule: AlertKind,
    /// What it is about.
    pub cause: Cause,
    /// Since when it is like this.
    pub since: UtcMillis,
    /// When it was closed; none while it is open.
    pub until: Option<UtcMillis>,
    /// The cause that it turned out to be part of.
    pub part_of: Option<Cause>,
    /// What it says.
    pub said: Said,
    /// Who has taken note of it.
    pub acknowledged: Option<Word>,
    /// Until when nobody wants to hear of it.
    pub muted_until: Option<UtcMillis>,
}

/// What an alert says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// How urgent it is.
    pub severity: AlertSeverity,
    /// Ids of the devices concerned.
    pub devices: Vec<String>,
    /// Ids of the poles concerned.
    pub poles: Vec<String>,
    /// How bad it is: numbers and times by name.
    pub figures: Map<String, Value>,
    /// What to do.
    pub next_step: NextStep,
}

/// What somebody said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// Who.
    pub by: String,
    /// When.
    pub at: UtcMillis,
    /// What.
    pub note: String,
}

/// Which alerts.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Closed ones, too.
    pub closed: bool,
    /// Those that were open at or after this instant.
    pub since: UtcMillis,
    /// Those before this id.
    pub before: i64,
    /// At most so many.
    pub limit: usize,
}

impl Said {
    pub(crate) fn of(finding: &Finding) -> Self {
        let Finding { severity, devices, poles, figures, next_step, .. } = finding.clone();
        let figures = figures.iter().map(|(name, figure)| (name.clone(), value(figure))).collect();
        Self { severity, devices, poles, figures, next_step }
    }
}

/// Decimals leave as the numbers they are written as.
fn value(figure: &Figure) -> Value {
    match figure {
        Figure::Whole(number) => Value::from(*number),
        Figure::Decimal(mantissa, decimals) => {
            let text = Decimal { mantissa: *mantissa, decimals: *decimals }.to_string();
            text.parse().ok().and_then(Number::from_f64).map_or(Value::Null, Value::Number)
        }
        Figure::Time(time) => Value::from(time.to_string()),
        Figure::Word(word) => Value::from(word.as_str()),
    }
}

/// The word of an enumeration.
pub(crate) fn word(value: &impl Serialize) -> Result<String, Error> {
    let value = serde_json::to_value(value)?;
    Ok(value.as_str().unwrap_or_default().to_owned())
}

/// What a word names.
pub(crate) fn plain<T: DeserializeOwned>(word: &str) -> Result<T, Error> {
    Ok(serde_json::from_value(Value::from(word))?)
}

pub(crate) const COLUMNS: &str = "id, rule, cause_kind, cause, since, until, part_of, said, acknowledged, muted_until";

impl Book {
    /// Alerts, newest first.
    ///
    /// # Errors
    /// [`Error`].
    pub fn alerts(&self, asked: Asked) -> Result<Vec<Alert>, Error> {
        let (file, reading) = (self.file(), doing("read alerts"));
        let sql = format!(
            "SELECT {COLUMNS} FROM alert WHERE (until IS NULL OR (?1 AND until >= ?2)) AND id < ?3 ORDER BY id DESC LIMIT ?4"
        );
        let mut statement = file.prepare_cached(&sql).map_err(&reading)?;
        let limit = i64::try_from(asked.limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![asked.closed, asked.since.0, asked.before, limit], |row| Ok(read(row)));
        rows.map_err(&reading)?.map(|row| row.map_err(&reading)?).collect()
    }

    /// One alert.
    ///
    /// # Errors
    /// [`Error`].
    pub fn alert(&self, id: i64) -> Result<Option<Alert>, Error> {
        let (file, reading) = (self.file(), doing("read an alert"));
        let mut statement =
            file.prepare_cached(&format!("SELECT {COLUMNS} FROM alert WHERE id = ?1")).map_err(&reading)?;
        let mut rows = statement.query([id]).map_err(&reading)?;
        rows.next().map_err(&reading)?.map(read).transpose()
    }

    /// Notes that somebody has taken note of an alert; whether there is such a one.
    ///
    /// # Errors
    /// [`Error`].
    pub fn acknowledge(&self, id: i64, word: &Word) -> Result<bool, Error> {
        let text = serde_json::to_string(word)?;
        let done = self.file().execute("UPDATE alert SET acknowledged = ?2 WHERE id = ?1", params![id, text]);
        Ok(done.map_err(doing("acknowledge an alert"))? > 0)
    }

    /// Notes until when nobody wants to hear of an alert, or that they do again; whether there is such a one.
    ///
    /// # Errors
    /// [`Error`].
    pub fn mute(&self, id: i64, until: Option<UtcMillis>) -> Result<bool, Error> {
        let row = params![id, until.map(|until| until.0)];
        let done = self.file().execute("UPDATE alert SET muted_until = ?2 WHERE id = ?1", row);
        Ok(done.map_err(doing("mute an alert"))? > 0)
    }
}

pub(crate) fn read(row: &Row<'_>) -> Result<Alert, Error> {
    let reading = doing("read an alert");
    let text = |at: usize| row.get::<_, String>(at).map_err(&reading);
    let optional = |at: usize| row.get::<_, Option<String>>(at).map_err(&reading);
    let time = |at: usize| row.get::<_, Option<i64>>(at).map_err(&reading);
    let said = serde_json::from_str(&text(7)?)?;
    let kind: CauseKind = plain(&text(2)?)?;
    Ok(Alert {
        id: row.get(0).map_err(&reading)?,
        rule: plain(&text(1)?)?,
        cause: Cause { kind, id: text(3)? },
        since: UtcMillis(row.get(4).map_err(&reading)?),
        until: time(5)?.map(UtcMillis),
        part_of: optional(6)?.map(|text| serde_json::from_str(&text)).transpose()?,
        said,
        acknowledged: optional(8)?.map(|text| serde_json::from_str(&text)).transpose()?,
        muted_until: time(9)?.map(UtcMillis),
    })
}
