//! A folder for the second store.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use super::Error;

/// Its name.
pub(crate) const NAME: &str = "ledger-verify";
const MIB: u64 = 1 << 20;
/// What stays free beside the second store: the service stops acknowledging below 512 MiB.
const RESERVE: u64 = 1_024 * MIB;

/// The folder; deleted when it is dropped.
#[derive(Debug)]
pub(super) struct ScratchFolder(PathBuf);

impl ScratchFolder {
    /// Makes it in the data folder, or where it is wanted, if there is room for a second `city.db`.
    pub(super) fn make(data: &Path, wanted: Option<&Path>) -> Result<Self, Error> {
        let parent = wanted.unwrap_or(data);
        let failed = |source| Error::Scratch { dir: parent.to_owned(), source };
        let needed = fs::metadata(data.join(smartpole_store::FILE)).map_err(failed)?.len();
        let stat = rustix::fs::statvfs(parent).map_err(|error| failed(error.into()))?;
        let free = stat.f_bavail.saturating_mul(stat.f_frsize);
        if free < needed.saturating_add(RESERVE) {
            return Err(Error::NoRoom { dir: parent.to_owned(), free: free / MIB, needed: needed / MIB });
        }
        let dir = parent.join(NAME);
        match fs::create_dir(&dir) {
            Ok(()) => Ok(Self(dir)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(Error::ScratchInUse { dir }),
            Err(source) => Err(Error::Scratch { dir, source }),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        // what cannot be deleted is named at the next verification
        fs::remove_dir_all(&self.0).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_verification_at_a_time_is_refused_and_the_first_leaves_nothing() {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join(smartpole_store::FILE), b"a store").unwrap();
        let first = ScratchFolder::make(data.path(), None).unwrap();
        let second = ScratchFolder::make(data.path(), None).unwrap_err();
        assert!(matches!(&second, Error::ScratchInUse { dir } if dir == first.path()), "{second}");
        drop(first);
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 1);
        drop(ScratchFolder::make(data.path(), None).unwrap());
    }

    #[test]
    fn a_store_for_which_there_is_no_room_is_not_doubled() {
        let data = tempfile::tempdir().unwrap();
        let store = fs::File::create(data.path().join(smartpole_store::FILE)).unwrap();
        store.set_len(1 << 43).unwrap(); // a hole of 8 TiB
        let error = ScratchFolder::make(data.path(), None).unwrap_err();
        assert!(matches!(error, Error::NoRoom { needed: 8_388_608, .. }), "{error}");
    }
}
