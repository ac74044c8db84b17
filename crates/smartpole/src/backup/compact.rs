//! The store without its free pages.

use std::{
    io::{self, Write},
    path::Path,
};

use indicatif::HumanBytes;
use smartpole_journal::{Fs, OsFs};
use smartpole_store::Store;

use super::{Error, failed, has_room, journal::FOLDER};

/// Makes the store of `data` anew; whoever opens its journal meanwhile is told that it is in use.
pub(crate) fn compact(data: &Path) -> Result<(), Error> {
    let lock = data.join(FOLDER).join("lock");
    let _lock = OsFs.lock(&lock).map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => Error::InUse { dir: data.to_owned() },
        _ => failed("lock", &lock)(error),
    })?;
    let before = Store::room(data)?;
    has_room(data, data, before.all - before.free)?;
    Store::compact(data)?;
    let after = Store::room(data)?;
    writeln!(io::stdout(), "city.db: {}, was {}", HumanBytes(after.all), HumanBytes(before.all)).map_err(Error::Print)
}
