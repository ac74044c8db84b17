//! Files once more, with their checksums.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use indicatif::{ProgressBar, ProgressStyle};
use sha2::{Digest, Sha256};

use super::{
    Error, failed,
    manifest::{Entry, Manifest},
};

/// Bytes that are read at a time.
const CHUNK: usize = 1 << 20;

/// Puts files into a backup that is being made.
pub(super) struct Copier<'a> {
    building: &'a Path,
    former: Option<(PathBuf, Manifest)>,
    bar: ProgressBar,
    files: Vec<Entry>,
    linked: u64,
}

impl<'a> Copier<'a> {
    pub(super) fn new(building: &'a Path, former: Option<(PathBuf, Manifest)>, bar: ProgressBar) -> Self {
        Self { building, former, bar, files: Vec::new(), linked: 0 }
    }

    /// Lists what is there already.
    pub(super) fn note(&mut self, name: &str) -> Result<(), Error> {
        let path = self.building.join(name);
        let file = File::open(&path).map_err(failed("open", &path))?;
        self.bar.set_message(format!("reading {name}"));
        let (bytes, sha256) = copy(file, &path, u64::MAX, None, &self.bar)?;
        self.files.push(Entry { name: name.to_owned(), bytes, sha256 });
        Ok(())
    }

    /// Copies so many bytes of an open file, or links to the backup before.
    pub(super) fn take(&mut self, file: File, name: &str, bytes: u64) -> Result<(), Error> {
        let path = self.building.join(name);
        if let Some((dir, former)) = &self.former
            && let Some(entry) = former.unchanging(name, bytes)
            && fs::hard_link(dir.join(name), &path).is_ok()
        {
            self.linked += bytes;
            self.bar.inc(bytes);
            self.files.push(entry.clone());
            return Ok(());
        }
        self.bar.set_message(name.to_owned());
        let mut target = create(&path).map_err(failed("make", &path))?;
        let (bytes, sha256) = copy(file, &path, bytes, Some(&mut target), &self.bar)?;
        target.sync_all().map_err(failed("sync", &path))?;
        self.files.push(Entry { name: name.to_owned(), bytes, sha256 });
        Ok(())
    }

    pub(super) fn make_folder(&self, name: &str) -> Result<(), Error> {
        let path = self.building.join(name);
        fs::create_dir(&path).map_err(failed("make", &path))
    }

    pub(super) fn sync_folder(&self, name: &str) -> Result<(), Error> {
        super::sync(&self.building.join(name))
    }

    /// Copies a whole file.
    pub(super) fn copy(&mut self, path: &Path, name: &str) -> Result<(), Error> {
        let file = File::open(path).map_err(failed("open", path))?;
        let bytes = file.metadata().map_err(failed("read", path))?.len();
        self.take(file, name, bytes)
    }

    /// Copies a folder below `data` with all that is in it and complete.
    pub(super) fn copy_folder(&mut self, data: &Path, name: &str) -> Result<(), Error> {
        self.make_folder(name)?;
        let dir = data.join(name);
        let entries =
            fs::read_dir(&dir).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(failed("list", &dir))?;
        let unfinished = |path: &Path| path.extension().is_some_and(|extension| extension == "new");
        for entry in entries.iter().filter(|entry| !unfinished(&entry.path())) {
            let name = format!("{name}/{}", entry.file_name().to_string_lossy());
            match entry.path().is_dir() {
                true => self.copy_folder(data, &name)?,
                false => self.copy(&entry.path(), &name)?,
            }
        }
        self.sync_folder(name)
    }

    /// All that was copied, and how many bytes of it are links.
    pub(super) fn finish(self) -> (Vec<Entry>, u64) {
        self.bar.finish_and_clear();
        (self.files, self.linked)
    }
}

/// A new file; one of a key is for the service alone.
pub(super) fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let mode = if path.extension().is_some_and(|extension| extension == "key") { 0o600 } else { 0o666 };
    fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
}

/// Reads a file, at most so many bytes, and writes them to another one; how many there were, and their SHA-256.
pub(super) fn copy(
    file: File,
    path: &Path,
    bytes: u64,
    mut target: Option<&mut File>,
    bar: &ProgressBar,
) -> Result<(u64, String), Error> {
    let (mut reader, mut hash, mut total) = (file.take(bytes), Sha256::new(), 0);
    let mut chunk = vec![0; CHUNK];
    loop {
        let n = reader.read(&mut chunk).map_err(failed("read", path))?;
        let read = chunk.get(..n).unwrap_or_default();
        if read.is_empty() {
            break;
        }
        hash.update(read);
        if let Some(target) = &mut target {
            target.write_all(read).map_err(failed("write", path))?;
        }
        total += n as u64;
        bar.inc(n as u64);
    }
    Ok((total, hex(&hash.finalize())))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn bar(bytes: u64, message: &str) -> ProgressBar {
    let bar = ProgressBar::new(bytes).with_message(message.to_owned());
    let style = ProgressStyle::with_template("{spinner} {bar:40} {bytes}/{total_bytes}, {eta} left: {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
