//! The journal of a service that may be running: read, and nothing else.

use std::{
    fs,
    io::{self, ErrorKind},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use smartpole_journal::{Error, File, Fs, Journal, Options};

/// Opens the journal as it is now. A write under way at its end looks like a torn one and is left out.
///
/// # Errors
/// As [`Journal::open`]; the journal is never in use by another, as nothing is written.
pub(crate) fn open(dir: &Path) -> Result<Journal, Error> {
    Journal::open(dir, Options::default(), Arc::new(ReadOnly)).map(|(journal, _)| journal)
}

/// Files that cannot be changed. What [`Journal::open`] does to make good a torn write is answered as if it were done.
#[derive(Debug)]
struct ReadOnly;

fn refused() -> io::Error {
    ErrorKind::ReadOnlyFilesystem.into()
}

impl Fs for ReadOnly {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        fs::metadata(dir).map(drop)
    }

    fn lock(&self, _: &Path) -> io::Result<Box<dyn File>> {
        Ok(Box::new(Nothing))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect()
    }

    fn create(&self, _: &Path) -> io::Result<Box<dyn File>> {
        Err(refused())
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn File>> {
        let file = fs::File::open(path)?;
        let size = file.metadata()?.len();
        Ok(Box::new(AsOpened { file, size }))
    }

    fn remove(&self, _: &Path) -> io::Result<()> {
        Ok(()) // a segment that is being created
    }

    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn free_space(&self, _: &Path) -> io::Result<u64> {
        Ok(0)
    }
}

/// What stands for the lock, which is the service's.
#[derive(Debug)]
struct Nothing;

impl File for Nothing {
    fn write_at(&self, _: &[u8], _: u64) -> io::Result<usize> {
        Err(refused())
    }

    fn read_at(&self, _: &mut [u8], _: u64) -> io::Result<usize> {
        Ok(0)
    }

    fn size(&self) -> io::Result<u64> {
        Ok(0)
    }

    fn truncate(&self, _: u64) -> io::Result<()> {
        Err(refused())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A file as long as it was when it was opened, so that what is appended meanwhile does not look like damage.
#[derive(Debug)]
struct AsOpened {
    file: fs::File,
    size: u64,
}

impl File for AsOpened {
    fn write_at(&self, _: &[u8], _: u64) -> io::Result<usize> {
        Err(refused())
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let room = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let length = bytes.len().min(room);
        bytes.get_mut(..length).map_or(Ok(0), |bytes| FileExt::read_at(&self.file, bytes, offset))
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.size)
    }

    fn truncate(&self, _: u64) -> io::Result<()> {
        Ok(()) // what was written half is not read
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use smartpole_journal::OsFs;
    use smartpole_model::{Record, Seq, UtcMillis};

    use super::*;

    #[tokio::test]
    async fn a_journal_in_use_is_read_up_to_a_write_under_way_and_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { min_free_bytes: 0, ..Options::default() };
        let (service, _) = Journal::open(dir.path(), options, Arc::new(OsFs)).unwrap();
        for minute in 1..=3 {
            let tick = Record::Tick { received_at: UtcMillis(minute * 60_000), connected: vec!["broker".to_owned()] };
            service.append_durable(tick).await.unwrap();
        }
        let segment = dir.path().join("00000000000000000001.log");
        let whole = fs::read(&segment).unwrap();
        let begun = &whole[whole.len() - 20..whole.len() - 3];
        fs::OpenOptions::new().append(true).open(&segment).unwrap().write_all(begun).unwrap();
        let before = fs::read(&segment).unwrap();

        let read = open(dir.path()).unwrap();
        assert_eq!(*read.durable().borrow(), Seq(3));
        let batch = read.reader(Seq(1)).next_batch(10, 1 << 20).unwrap();
        assert_eq!((batch.len(), read.status().borrow().oldest), (3, Seq(1)));
        assert_eq!(fs::read(&segment).unwrap(), before);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "the segment and the service's lock");
    }
}
