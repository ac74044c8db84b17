//! A disk in memory that forgets, tears, fails and fills up when told to.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use smartpole_journal::{File, Fs};

const SECTOR: usize = 512;

/// Clones are the same disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct SimFs(Arc<Mutex<Disk>>);

#[derive(Debug, Default)]
struct Disk {
    inodes: Vec<Inode>,
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    /// `None` is plenty.
    free: Option<u64>,
    fail_sync: bool,
    short_writes: bool,
    /// Calls that change the disk until the power goes.
    calls_left: Option<u32>,
    locked: bool,
    /// Crashes so far; handles from before are dead.
    age: u32,
}

#[derive(Clone, Debug, Default)]
struct Inode {
    data: Vec<u8>,
    synced: Vec<u8>,
}

impl Disk {
    /// The power supply of each call that changes something.
    fn call(&mut self) -> io::Result<()> {
        match &mut self.calls_left {
            Some(0) => Err(io::Error::other("no power")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl SimFs {
    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.0.lock().unwrap()
    }

    /// Bytes that can still be written; a write that does not fit is cut short, then fails.
    pub(crate) fn set_free(&self, bytes: u64) {
        self.disk().free = Some(bytes);
    }

    /// From now on, or no more.
    pub(crate) fn set_fail_sync(&self, fail: bool) {
        self.disk().fail_sync = fail;
    }

    /// Writes take half of what they are given.
    pub(crate) fn set_short_writes(&self, short: bool) {
        self.disk().short_writes = short;
    }

    /// The power goes after so many more calls that change the disk.
    pub(crate) fn lose_power_after(&self, calls: u32) {
        self.disk().calls_left = Some(calls);
    }

    /// Starts again from what is durable, and a part of the rest that `seed` chooses: of names each, of an un-synced
    /// tail a first part, in which sectors may be lost.
    pub(crate) fn crash(&self, seed: u64) {
        let mut random = Random(seed | 1);
        let mut disk = self.disk();
        let volatile = std::mem::take(&mut disk.names);
        let mut names = disk.durable_names.clone();
        for (path, inode) in volatile {
            if random.below(2) == 0 {
                names.entry(path).or_insert(inode);
            }
        }
        for inode in &mut disk.inodes {
            inode.data = inode.after_crash(&mut random);
            inode.synced.clone_from(&inode.data);
        }
        (disk.durable_names, disk.names) = (names.clone(), names);
        (disk.calls_left, disk.fail_sync, disk.free, disk.locked) = (None, false, None, false);
        disk.age += 1;
    }

    /// A disk that holds just this file.
    pub(crate) fn with_file(path: &Path, data: &[u8]) -> Self {
        let fs = Self::default();
        fs.put(path, data);
        fs
    }

    /// Replaces a file's contents, durably.
    pub(crate) fn put(&self, path: &Path, data: &[u8]) {
        let mut disk = self.disk();
        let inode = disk.inodes.len();
        disk.inodes.push(Inode { data: data.to_vec(), synced: data.to_vec() });
        disk.names.insert(path.to_owned(), inode);
        disk.durable_names.insert(path.to_owned(), inode);
    }

    pub(crate) fn get(&self, path: &Path) -> Vec<u8> {
        let disk = self.disk();
        disk.inodes[disk.names[path]].data.clone()
    }

    fn handle(&self, disk: &Disk, inode: usize) -> Box<dyn File> {
        Box::new(SimFile { fs: self.clone(), inode, age: disk.age, lock: false })
    }
}

impl Inode {
    fn after_crash(&self, random: &mut Random) -> Vec<u8> {
        if !self.data.starts_with(&self.synced) {
            let kept = if random.below(2) == 0 { &self.data } else { &self.synced };
            return kept.clone();
        }
        let kept = self.synced.len() + random.below(self.data.len() - self.synced.len() + 1);
        let mut data = self.data[..kept].to_vec();
        let first_sector = self.synced.len().next_multiple_of(SECTOR);
        if random.below(3) == 0 && data.len() > first_sector + SECTOR {
            let sectors = (data.len() - first_sector) / SECTOR;
            let lost = first_sector + random.below(sectors) * SECTOR;
            data[lost..lost + SECTOR].fill(0);
        }
        data
    }
}

/// xorshift64
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }
}

impl Fs for SimFs {
    fn create_dir(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn lock(&self, _: &Path) -> io::Result<Box<dyn File>> {
        let mut disk = self.disk();
        if disk.locked {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        disk.locked = true;
        Ok(Box::new(SimFile { fs: self.clone(), inode: usize::MAX, age: disk.age, lock: true }))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        Ok(self.disk().names.keys().filter(|path| path.parent() == Some(dir)).cloned().collect())
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn File>> {
        let mut disk = self.disk();
        disk.call()?;
        let inode = disk.names.get(path).copied().unwrap_or(disk.inodes.len());
        if inode == disk.inodes.len() {
            disk.inodes.push(Inode::default());
        }
        disk.inodes[inode].data.clear();
        disk.names.insert(path.to_owned(), inode);
        Ok(self.handle(&disk, inode))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn File>> {
        let disk = self.disk();
        let inode = *disk.names.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(self.handle(&disk, inode))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut disk = self.disk();
        disk.call()?;
        disk.names.remove(path).map(|_| ()).ok_or(io::ErrorKind::NotFound.into())
    }

    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        let mut disk = self.disk();
        disk.call()?;
        disk.durable_names = disk.names.clone();
        Ok(())
    }

    fn free_space(&self, _: &Path) -> io::Result<u64> {
        Ok(self.disk().free.unwrap_or(u64::MAX))
    }

    fn wait(&self, _: Duration) {
        std::thread::yield_now();
    }
}

#[derive(Debug)]
struct SimFile {
    fs: SimFs,
    inode: usize,
    age: u32,
    lock: bool,
}

impl SimFile {
    fn with<T>(&self, action: impl FnOnce(&mut Disk, usize) -> io::Result<T>) -> io::Result<T> {
        let mut disk = self.fs.disk();
        if disk.age != self.age {
            return Err(io::Error::other("from before the crash"));
        }
        action(&mut disk, self.inode)
    }
}

impl File for SimFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.with(|disk, inode| {
            disk.call()?;
            let count = if disk.short_writes { bytes.len().div_ceil(2) } else { bytes.len() };
            let count = disk.free.map_or(count, |free| count.min(free as usize));
            if count == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            disk.free = disk.free.map(|free| free - count as u64);
            let data = &mut disk.inodes[inode].data;
            let offset = offset as usize;
            data.resize(data.len().max(offset + count), 0);
            data[offset..offset + count].copy_from_slice(&bytes[..count]);
            Ok(count)
        })
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        self.with(|disk, inode| {
            let rest = disk.inodes[inode].data.get(offset as usize..).unwrap_or_default();
            let count = rest.len().min(bytes.len());
            bytes[..count].copy_from_slice(&rest[..count]);
            Ok(count)
        })
    }

    fn size(&self) -> io::Result<u64> {
        self.with(|disk, inode| Ok(disk.inodes[inode].data.len() as u64))
    }

    fn truncate(&self, size: u64) -> io::Result<()> {
        self.with(|disk, inode| {
            disk.call()?;
            disk.inodes[inode].data.resize(size as usize, 0);
            Ok(())
        })
    }

    fn sync(&self) -> io::Result<()> {
        self.with(|disk, inode| {
            disk.call()?;
            if disk.fail_sync {
                return Err(io::Error::other("sync failed"));
            }
            let inode = &mut disk.inodes[inode];
            inode.synced.clone_from(&inode.data);
            Ok(())
        })
    }
}

impl Drop for SimFile {
    fn drop(&mut self) {
        let mut disk = self.fs.disk();
        if self.lock && disk.age == self.age {
            disk.locked = false;
        }
    }
}
