//! The folder of the registry: read whole, written a file at a time.
//!
//! ```text
//! text ──► <file>.new, synced ──► <file>, and the former one is <file>.former ──► folder synced
//! ```
//!
//! Invariants: a file is its former text or its next one, never a part of either; what somebody else wrote meanwhile is not written
//! over; nothing but [inputs](smartpole_model::registry::is_input) is read or written, and neither `.new` nor `.former` is one.

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use sha2::{Digest, Sha256};
use smartpole_model::registry::{Files, PROFILES, is_input};

#[cfg(test)]
mod tests;

/// Why a file is not written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is no longer what it was taken for.
    #[error("{0} was changed meanwhile")]
    Changed(String),
    /// The service may not write there, or cannot.
    #[error("cannot write {file}")]
    Write {
        /// Which file.
        file: String,
        /// Why.
        source: io::Error,
    },
}

/// A folder that people and the service write; clones are the same one.
#[derive(Clone, Debug)]
pub struct Folder {
    dir: PathBuf,
    turn: Arc<Mutex<()>>,
}

impl Folder {
    /// The folder at `dir`.
    pub fn new(dir: PathBuf) -> Self {
        Self { dir, turn: Arc::default() }
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The files in it.
    ///
    /// # Errors
    /// If the folder or one of them cannot be read.
    pub fn read(&self) -> io::Result<Files> {
        read(&self.dir)
    }

    /// When a file was last written.
    pub fn written_at(&self, file: &str) -> Option<SystemTime> {
        fs::metadata(self.dir.join(file)).and_then(|about| about.modified()).ok()
    }

    /// A turn to look at the folder and write it: of those who write by [`Folder::replace`] one at a time.
    pub fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a file whose [hash] is `former` (none if it is not there), or removes it.
    ///
    /// # Errors
    /// If it is another by now, or cannot be written.
    pub fn replace(&self, file: &str, former: Option<&str>, text: Option<&[u8]>) -> Result<(), Error> {
        let failed = |source| Error::Write { file: file.to_owned(), source };
        let path = self.dir.join(file);
        // a link stays one: what it leads to is written
        let path = path.canonicalize().unwrap_or(path);
        let now = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            read => Some(read.map_err(failed)?),
        };
        if now.as_deref().map(hash).as_deref() != former {
            return Err(Error::Changed(file.to_owned()));
        }
        swap(&path, now.as_deref(), text).map_err(failed)
    }
}

/// Keeps what a file was beside it, and makes it what it is to be.
fn swap(path: &Path, former: Option<&[u8]>, text: Option<&[u8]>) -> io::Result<()> {
    let beside = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let dir = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir)?;
    if let Some(former) = former {
        write(&beside(".new"), former, path)?;
        fs::rename(beside(".new"), beside(".former"))?;
    }
    match text {
        Some(text) => {
            write(&beside(".new"), text, path)?;
            fs::rename(beside(".new"), path)?;
        }
        None => fs::remove_file(path)?,
    }
    File::open(dir)?.sync_all()
}

/// Writes a file whole, with the permissions of another one if there is one.
fn write(path: &Path, bytes: &[u8], like: &Path) -> io::Result<()> {
    let mut file = File::create(path)?;
    if let Ok(about) = fs::metadata(like) {
        file.set_permissions(about.permissions())?;
    }
    file.write_all(bytes)?;
    file.sync_all()
}

/// What names a text for ever: SHA-256 in hex.
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").ok(); // a string takes all that is written
        hex
    })
}

/// The input files of a folder.
///
/// # Errors
/// If the folder or one of them cannot be read.
pub fn read(dir: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    let profiles = Path::new(PROFILES);
    for folder in [Path::new(""), profiles] {
        let entries = match fs::read_dir(dir.join(folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && folder == profiles => continue,
            entries => entries?,
        };
        for entry in entries {
            let name = folder.join(entry?.file_name());
            if let Some(name) = name.to_str().filter(|name| is_input(name)) {
                files.insert(name.to_owned(), fs::read(dir.join(name))?);
            }
        }
    }
    Ok(files)
}
