//! Registries on disk: the folder people edit, and copies by hash for the fold.
//!
//! A copy is complete and durable under `inputs/<hash>/` before the journal names its hash, and stays as long as a record
//! refers to it; the fold reads nothing else.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use smartpole_model::{
    Inputs, Problem,
    registry::{Files, PROFILES, is_input},
};
use smartpole_pipeline::{FOLD_VERSION, LoadError, LoadInputs};

/// Copies of registries by hash.
#[derive(Clone, Debug)]
pub(crate) struct InputLibrary {
    dir: PathBuf,
    known: Arc<Mutex<HashMap<String, Arc<Inputs>>>>,
}

impl InputLibrary {
    pub(crate) fn new(data: &Path) -> Self {
        Self { dir: data.join("inputs"), known: Arc::default() }
    }

    /// Keeps files that are sound and gives their hash; what is wrong with them otherwise.
    pub(crate) fn keep(&self, files: &Files) -> Result<io::Result<String>, Vec<Problem>> {
        let inputs = Inputs::parse(files)?;
        let hash = Inputs::hash(files, FOLD_VERSION);
        let written = self.write(&hash, files);
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(hash.clone(), Arc::new(inputs));
        Ok(written.map(|()| hash))
    }

    fn write(&self, hash: &str, files: &Files) -> io::Result<()> {
        let target = self.dir.join(hash);
        if target.exists() {
            return Ok(());
        }
        let building = self.dir.join(format!("{hash}.new"));
        fs::create_dir_all(building.join(PROFILES))?;
        for (name, bytes) in files {
            let mut file = File::create(building.join(name))?;
            file.write_all(bytes)?;
            file.sync_all()?;
        }
        for dir in [&building.join(PROFILES), &building] {
            File::open(dir)?.sync_all()?;
        }
        fs::rename(&building, &target)?;
        File::open(&self.dir)?.sync_all()
    }
}

impl LoadInputs for InputLibrary {
    fn load(&self, hash: &str) -> Result<Arc<Inputs>, LoadError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(inputs) = known.get(hash) {
            return Ok(Arc::clone(inputs));
        }
        let dir = self.dir.join(hash);
        let files = read(&dir).map_err(|source| LoadError(Box::new(Missing { dir: dir.clone(), source })))?;
        let parsed = Inputs::parse(&files).map_err(|problems| LoadError(Box::new(Unsound { dir, problems })))?;
        let inputs = Arc::new(parsed);
        known.insert(hash.to_owned(), Arc::clone(&inputs));
        Ok(inputs)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("cannot read the registry kept in {dir}: put the folder back from a copy", dir = dir.display())]
struct Missing {
    dir: PathBuf,
    source: io::Error,
}

#[derive(Debug, thiserror::Error)]
#[error("the registry kept in {dir} has {n} problems, first: {first}", dir = dir.display(), n = problems.len(),
    first = problems.first().map(ToString::to_string).unwrap_or_default())]
struct Unsound {
    dir: PathBuf,
    problems: Vec<Problem>,
}

/// The input files of a folder.
pub(crate) fn read(dir: &Path) -> io::Result<Files> {
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
