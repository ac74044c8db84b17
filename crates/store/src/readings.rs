//! Readings as they came, and messages in quarantine.

use rusqlite::{OptionalExtension, params};
use smartpole_model::{PropertyNo, Quarter, Reading, Reason, Seq, UtcMillis};
use smartpole_pipeline::{NameKind, QuarantineRow, Scope};
use smartpole_window::{Block, RowValue};

use crate::{
    Error, Queries,
    error::{damaged, sqlite},
    scope::members,
};

impl Queries {
    /// Readings of a scope's devices with `from <= event_time < to`, at most `limit` and then all of the last one's instant,
    /// by event time, device and channel.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn readings(
        &self,
        scope: Scope,
        property: PropertyNo,
        channel: Option<u8>,
        (from, to): (UtcMillis, UtcMillis),
        limit: usize,
    ) -> Result<Vec<Reading>, Error> {
        let last = Quarter(to.plus(-1).quarter().0.saturating_add(1));
        let (members, snapshot) = self.snapshot(|fold| {
            let members = members(fold, scope);
            let devices = members.iter().map(|member| member.device).collect();
            (members, devices, from.quarter(), last)
        })?;
        let doing = sqlite("read blocks");
        let sql = "SELECT rows FROM block WHERE quarter = ?1 AND device = ?2";
        let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
        let mut found = Vec::new();
        let wanted = |value: &RowValue| {
            value.series.property == property && channel.is_none_or(|channel| channel == value.series.channel)
        };
        for quarter in (from.quarter().0..last.0).map(Quarter) {
            if found.len() >= limit {
                break;
            }
            for member in &members {
                let device = member.device;
                let recent = snapshot.recent.iter().find(|block| block.device == device && block.quarter == quarter);
                let stored = || {
                    let rows = statement.query_row(params![quarter.0, device.0], |row| row.get::<_, Vec<u8>>(0));
                    let rows = rows.optional().map_err(&doing)?;
                    rows.map(|rows| Block::unpack(quarter, &rows).map_err(damaged("block"))).transpose()
                };
                let block = match recent {
                    Some(recent) => Some(recent.block.clone()),
                    None => {
                        let mut stored = stored;
                        stored()?
                    }
                };
                for row in
                    block.iter().flat_map(Block::rows).filter(|row| row.event_time >= from && row.event_time < to)
                {
                    let smartpole_window::Row { event_time, received_at, time_source, values } = row;
                    found.extend(values.iter().filter(|value| wanted(value)).map(|value| {
                        let RowValue { series, value, flags } = *value;
                        Reading { device, series, event_time, received_at, value, flags, time_source }
                    }));
                }
            }
        }
        drop(statement);
        self.done(snapshot);
        found.sort_by_key(|reading| (reading.event_time, reading.device, reading.series));
        if let Some(last) = limit.checked_sub(1).and_then(|last| found.get(last)).map(|last| last.event_time) {
            found.retain(|reading| reading.event_time <= last);
        }
        Ok(found)
    }

    /// The newest messages in quarantine, before `before`, with one reason or any; newest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn quarantine(
        &self,
        reason: Option<Reason>,
        before: Option<Seq>,
        limit: usize,
    ) -> Result<Vec<QuarantineRow>, Error> {
        let ((), snapshot) = self.snapshot(|_| ((), Vec::new(), Quarter(0), Quarter(0)))?;
        let doing = sqlite("read the quarantine");
        let sql = "SELECT seq, received_at, source, device, reason, detail, readings FROM quarantine
                   WHERE (?1 IS NULL OR reason = ?1) AND seq < ?2 ORDER BY seq DESC LIMIT ?3";
        let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
        let before = before.map_or(i64::MAX, |before| before.0 as i64);
        let rows = statement.query_map(params![reason.map(|reason| reason as u8), before, limit as i64], |row| {
            let reason = usize::from(row.get::<_, u8>(4)?);
            Ok(QuarantineRow {
                seq: Seq(row.get::<_, i64>(0)?.unsigned_abs()),
                received_at: UtcMillis(row.get(1)?),
                source: row.get(2)?,
                device: row.get::<_, Option<u32>>(3)?.map(smartpole_model::DeviceNo),
                reason: Reason::ALL.get(reason).copied().unwrap_or(Reason::FoldFailed),
                detail: row.get(5)?,
                readings: row.get(6)?,
            })
        });
        let rows = rows.map_err(&doing)?.collect::<rusqlite::Result<Vec<_>>>().map_err(&doing)?;
        drop(statement);
        self.done(snapshot);
        Ok(rows)
    }

    /// The number of an id.
    pub fn number(&self, kind: NameKind, id: &str) -> Option<u32> {
        self.fold.read().unwrap_or_else(std::sync::PoisonError::into_inner).number(kind, id)
    }
}
