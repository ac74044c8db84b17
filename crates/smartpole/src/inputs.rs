//! Registries on disk: the folder people edit, and copies by hash for the fold.
//!
//! A copy is complete and durable under `inputs/<hash>/` before the journal names its hash, and stays as long as a record
//! refers to it; the fold reads nothing else. The keys of devices are sealed in it.

mod seal;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use smartpole_model::{
    Inputs, Problem, UtcMillis,
    registry::{Files, KEYS, PROFILES},
};
use smartpole_pipeline::{FOLD_VERSION, LoadError, LoadInputs};
use smartpole_store::InForce;

use self::seal::{KeyFile, SealError};

pub(crate) use smartpole_registry::read;

/// File of the sealing key in the data folder, where no other is configured.
pub(crate) const KEY_FILE: &str = "inputs.key";

/// Which copy came into force when: milliseconds and hash, a line each time.
const IN_FORCE: &str = "in_force.log";

/// Most registries held in memory: those of now, and of the instants that are asked about.
const MOST_KNOWN: usize = 8;

/// What stands for [`KEYS`] in a copy.
const SEALED: &str = "keys.csv.sealed";

/// Copies of registries by hash.
#[derive(Clone, Debug)]
pub(crate) struct InputLibrary {
    dir: PathBuf,
    key_file: KeyFile,
    known: Arc<Mutex<HashMap<String, Arc<Inputs>>>>,
}

/// Whether any copy among these data holds keys of devices.
pub(crate) fn has_sealed_keys(data: &Path) -> bool {
    let copies = fs::read_dir(data.join("inputs")).into_iter().flatten().flatten();
    copies.into_iter().any(|copy| copy.path().join(SEALED).exists())
}

impl InputLibrary {
    /// The copies in a data folder. Without a `key_file` (32 bytes), [`KEY_FILE`] is made there when it is first needed.
    pub(crate) fn new(data: &Path, key_file: Option<PathBuf>) -> Self {
        let given = key_file.is_some();
        let key_file = KeyFile { path: key_file.unwrap_or_else(|| data.join(KEY_FILE)), given };
        Self { dir: data.join("inputs"), key_file, known: Arc::default() }
    }

    /// Keeps files that are sound and gives their hash; what is wrong with them otherwise. `misfits` says what is wrong with inputs
    /// that are sound by themselves.
    pub(crate) fn keep(
        &self,
        files: &Files,
        misfits: impl FnOnce(&Inputs) -> Vec<Problem>,
    ) -> Result<Result<String, KeepError>, Vec<Problem>> {
        let inputs = Inputs::parse(files)?;
        let misfits = misfits(&inputs);
        if !misfits.is_empty() {
            return Err(misfits);
        }
        let hash = Inputs::hash(files, FOLD_VERSION);
        let written = self.write(&hash, files);
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(hash.clone(), Arc::new(inputs));
        Ok(written.map(|()| hash))
    }

    fn write(&self, hash: &str, files: &Files) -> Result<(), KeepError> {
        let target = self.dir.join(hash);
        if target.exists() {
            return Ok(());
        }
        let building = self.dir.join(format!("{hash}.new"));
        fs::create_dir_all(building.join(PROFILES))?;
        for (name, bytes) in files {
            match name.as_str() {
                KEYS => write(&building.join(SEALED), &self.seal(hash, bytes)?)?,
                name => write(&building.join(name), bytes)?,
            }
        }
        for dir in [&building.join(PROFILES), &building] {
            File::open(dir)?.sync_all()?;
        }
        fs::rename(&building, &target)?;
        Ok(File::open(&self.dir)?.sync_all()?)
    }

    fn seal(&self, hash: &str, keys: &[u8]) -> Result<Vec<u8>, KeepError> {
        let mut copies = fs::read_dir(&self.dir)?.flatten();
        let key = self.key_file.read_or_make(copies.any(|copy| copy.path().join(SEALED).exists()))?;
        Ok(key.seal(&keys_of(hash), keys)?)
    }

    /// Names of all copies.
    pub(crate) fn hashes(&self) -> Result<Vec<String>, LoadError> {
        let broken = |source| LoadError(Box::new(KeptError::Missing { dir: self.dir.clone(), source }));
        let entries = match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(broken)?.collect::<io::Result<Vec<_>>>().map_err(broken)?,
        };
        let names = entries.into_iter().filter_map(|entry| entry.file_name().into_string().ok());
        Ok(names.filter(|name| !name.contains('.')).collect()) // one that was not finished ends in `.new`
    }

    /// Notes that a copy comes into force.
    pub(crate) fn note_in_force(&self, hash: &str, at: UtcMillis) -> io::Result<()> {
        let mut log = File::options().create(true).append(true).open(self.dir.join(IN_FORCE))?;
        writeln!(log, "{} {hash}", at.0)?;
        log.sync_all()
    }

    /// Which copies came into force when, the oldest first, one that came back once more; those of before this was noted when they
    /// were made.
    pub(crate) fn in_force(&self) -> Result<Vec<(UtcMillis, String)>, LoadError> {
        let log = fs::read_to_string(self.dir.join(IN_FORCE)).unwrap_or_default();
        let entry = |line: &str| {
            let (at, hash) = line.split_once(' ')?;
            Some((UtcMillis(at.parse().ok()?), hash.to_owned()))
        };
        let noted: Vec<_> = log.lines().filter_map(entry).collect();
        let mut all = self.made()?;
        all.retain(|(_, made)| noted.iter().all(|(_, hash)| hash != made));
        all.extend(noted);
        all.sort_by_key(|(at, _)| *at); // of an instant in the order noted
        Ok(all)
    }

    /// When each copy was made, and its name.
    fn made(&self) -> Result<Vec<(UtcMillis, String)>, LoadError> {
        let at = |hash: String| {
            let made = fs::metadata(self.dir.join(&hash)).and_then(|about| about.modified()).ok()?;
            let since_1970 = made.duration_since(SystemTime::UNIX_EPOCH).ok()?;
            Some((UtcMillis(i64::try_from(since_1970.as_millis()).ok()?), hash))
        };
        Ok(self.hashes()?.into_iter().filter_map(at).collect())
    }

    /// One file of a copy; none if it has no such file. Those with keys are not given.
    pub(crate) fn file(&self, hash: &str, name: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.dir.join(hash).join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }

    fn files(&self, hash: &str) -> Result<Files, LoadError> {
        self.read(hash).map_err(|error| LoadError(Box::new(KeptError::new(&self.dir.join(hash), error))))
    }

    /// The files of a copy.
    fn read(&self, hash: &str) -> Result<Files, KeepError> {
        let mut files = read(&self.dir.join(hash))?;
        let sealed = self.dir.join(hash).join(SEALED);
        if sealed.exists() {
            let keys = self.key_file.read()?.open(&keys_of(hash), &sealed, &fs::read(&sealed)?)?;
            files.insert(KEYS.to_owned(), keys);
        }
        Ok(files)
    }
}

/// What is sealed with the keys of a registry.
fn keys_of(hash: &str) -> String {
    format!("{KEYS} {hash}")
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

impl LoadInputs for InputLibrary {
    fn load(&self, hash: &str) -> Result<Arc<Inputs>, LoadError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(inputs) = known.get(hash) {
            return Ok(Arc::clone(inputs));
        }
        let (dir, files) = (self.dir.join(hash), self.files(hash)?);
        let parsed =
            Inputs::parse_kept(files).map_err(|problems| LoadError(Box::new(KeptError::Unsound { dir, problems })))?;
        let inputs = Arc::new(parsed);
        if known.len() >= MOST_KNOWN {
            known.clear(); // those in use are held by who uses them
        }
        known.insert(hash.to_owned(), Arc::clone(&inputs));
        Ok(inputs)
    }

    fn fold_version(&self, hash: &str) -> Result<Option<u32>, LoadError> {
        if hash.is_empty() {
            return Ok(Some(FOLD_VERSION)); // before the first
        }
        let files = self.files(hash)?;
        Ok((1..=FOLD_VERSION).rev().find(|version| Inputs::hash(&files, *version) == hash))
    }
}

impl InForce for InputLibrary {
    fn before(&self, instant: UtcMillis) -> Result<Option<(String, Arc<Inputs>)>, LoadError> {
        let last = self.in_force()?.into_iter().rev().find(|(since, _)| *since < instant);
        last.map(|(_, hash)| Ok((hash.clone(), self.load(&hash)?))).transpose()
    }
}

/// Why a registry cannot be kept, or a kept one not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// Why a kept registry cannot come into force again.
#[derive(Debug, thiserror::Error)]
enum KeptError {
    #[error("cannot read the registry kept in {dir}: put the folder back from a copy", dir = dir.display())]
    Missing { dir: PathBuf, source: io::Error },
    #[error("cannot read the keys of the registry kept in {dir}", dir = dir.display())]
    Sealed { dir: PathBuf, source: SealError },
    #[error("the registry kept in {dir} has {n} problems, first: {first}", dir = dir.display(), n = problems.len(),
        first = problems.first().map(ToString::to_string).unwrap_or_default())]
    Unsound { dir: PathBuf, problems: Vec<Problem> },
}

impl KeptError {
    fn new(dir: &Path, error: KeepError) -> Self {
        let dir = dir.to_owned();
        match error {
            KeepError::Io(source) => Self::Missing { dir, source },
            KeepError::Seal(source) => Self::Sealed { dir, source },
        }
    }
}
