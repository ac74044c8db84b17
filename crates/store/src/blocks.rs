//! Stored blocks of many devices in one quarter. They are kept by quarter and then by device, and devices that a registry lists one
//! after the other have numbers that follow each other: a zone's are read as a few stretches, without a search for each.

use rusqlite::{CachedStatement, Connection, Row, types::FromSql};
use smartpole_model::{DeviceNo, PropertyNo, Quarter};
use smartpole_window::{Aggregates, Block};

use crate::{
    Error,
    error::{damaged, sqlite},
    store::block_id,
};

/// How far apart numbers may be within a stretch: to pass a block by takes a quarter as long as to search for one.
const NEAR: u32 = 4;

/// Reads blocks.
pub(crate) struct Blocks<'a> {
    one: CachedStatement<'a>,
    stretch: CachedStatement<'a>,
}

/// A block of the file, of which each column is read when it is asked for.
pub(crate) struct Stored<'a>(&'a Row<'a>);

impl<'a> Blocks<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Result<Self, Error> {
        let doing = sqlite("read blocks");
        let one = "SELECT id & 0xffffffff, aggregates, revised_minute, closed_minute, rows FROM block
                   WHERE id = ?1";
        let one = connection.prepare_cached(one).map_err(&doing)?;
        let stretch = "SELECT id & 0xffffffff, aggregates, revised_minute, closed_minute, rows FROM block
                       WHERE id >= ?1 AND id <= ?2";
        let stretch = connection.prepare_cached(stretch).map_err(&doing)?;
        Ok(Self { one, stretch })
    }

    /// Visits those of a quarter that are stored of devices, which come in order; `each` gets the place of the device among them.
    pub(crate) fn each(
        &mut self,
        quarter: Quarter,
        devices: &[DeviceNo],
        mut each: impl FnMut(usize, &Stored<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let doing = sqlite("read blocks");
        for near in devices.chunk_by(|device, next| next.0 - device.0 <= NEAR) {
            let found = match *near {
                [device] => self.one.query([block_id(quarter, device)]),
                [first, .., last] => self.stretch.query([first, last].map(|end| block_id(quarter, end))),
                [] => continue,
            };
            let mut found = found.map_err(&doing)?;
            while let Some(row) = found.next().map_err(&doing)? {
                if let Ok(at) = devices.binary_search(&DeviceNo(row.get(0).map_err(&doing)?)) {
                    each(at, &Stored(row))?;
                }
            }
        }
        Ok(())
    }
}

impl Stored<'_> {
    /// Minute of receipt of its newest revision, 0 if none.
    pub(crate) fn revised_minute(&self) -> Result<i64, Error> {
        self.column(2)
    }

    /// Minute of receipt in which it was closed, 0 if it came after its time.
    pub(crate) fn closed_minute(&self) -> Result<i64, Error> {
        self.column(3)
    }

    /// What it comes to, all of it or of one property.
    pub(crate) fn aggregates(&self, of: Option<PropertyNo>) -> Result<Aggregates, Error> {
        let bytes = self.blob(1)?;
        let unpacked =
            of.map_or_else(|| Aggregates::unpack(bytes), |property| Aggregates::unpack_of(bytes, &[property]));
        unpacked.map_err(damaged("block"))
    }

    /// Its readings, unless they have passed retention.
    pub(crate) fn block(&self, quarter: Quarter) -> Result<Option<Block>, Error> {
        let bytes = self.blob(4)?;
        let block = (!bytes.is_empty()).then(|| Block::unpack(quarter, bytes));
        block.transpose().map_err(damaged("block"))
    }

    fn column<T: FromSql>(&self, at: usize) -> Result<T, Error> {
        self.0.get(at).map_err(sqlite("read blocks"))
    }

    fn blob(&self, at: usize) -> Result<&[u8], Error> {
        let doing = sqlite("read blocks");
        self.0.get_ref(at).map_err(&doing)?.as_blob().map_err(|error| doing(error.into()))
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::params;

    use super::*;
    use crate::schema;

    /// A file with a block of each of so many devices in two quarters.
    fn file(devices: u32) -> Connection {
        let mut file = Connection::open_in_memory().unwrap();
        schema::migrate(&mut file).unwrap();
        for device in 0..devices {
            for quarter in [6, 7] {
                let id = block_id(Quarter(quarter), DeviceNo(device));
                let sql =
                    "INSERT INTO block(id, revision, revised_minute, aggregates, rows) VALUES (?1, 0, ?2, x'00', x'')";
                file.execute(sql, params![id, device]).unwrap();
            }
        }
        file
    }

    /// The devices of which a block is shown, by the place that is told and by the block itself.
    fn shown(file: &Connection, asked: &[u32]) -> Vec<(u32, u32)> {
        let (mut shown, asked) = (Vec::new(), asked.iter().copied().map(DeviceNo).collect::<Vec<_>>());
        let mut blocks = Blocks::new(file).unwrap();
        let each = |at: usize, block: &Stored<'_>| {
            shown.push((asked[at].0, block.revised_minute()? as u32));
            Ok(())
        };
        blocks.each(Quarter(6), &asked, each).unwrap();
        shown
    }

    #[test]
    fn of_devices_near_each_other_and_far_apart_each_block_is_shown_once_and_no_other() {
        let file = file(60);
        for asked in
            [&[][..], &[7], &[3, 4], &[3, 4, 7, 11], &[0, 30, 31, 33, 59], &[0, 5, 10, 14, 18, 40], &[58, 61, 90]]
        {
            let there: Vec<_> = asked.iter().filter(|device| **device < 60).map(|device| (*device, *device)).collect();
            assert_eq!(shown(&file, asked), there, "{asked:?}");
        }
    }

    #[test]
    fn a_block_whose_readings_have_passed_retention_has_none() {
        let file = file(1);
        let mut blocks = Blocks::new(&file).unwrap();
        let each = |_, block: &Stored<'_>| {
            assert!(block.block(Quarter(6))?.is_none());
            Ok(())
        };
        blocks.each(Quarter(6), &[DeviceNo(0)], each).unwrap();
    }
}
