//! What stays of a test that failed.

use std::{
    env, fs,
    path::{Path, PathBuf},
    thread,
};

/// The folder of one process of a test: removed afterwards, its texts kept in `tests/artefacts` if the test fails.
#[derive(Debug)]
pub struct Artefacts {
    dir: tempfile::TempDir,
    name: String,
}

/// The project's folder.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the project").to_owned()
}

impl Artefacts {
    /// A new folder; `name` says whose.
    pub fn new(name: &str) -> Self {
        let dir = tempfile::Builder::new().prefix("smartpole-test-").tempdir().expect("a temporary folder");
        let test = thread::current().name().unwrap_or("test").replace("::", "-");
        Self { dir, name: format!("{test}-{name}") }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    fn keep(&self) {
        let target =
            env::var_os("SMARTPOLE_ARTEFACTS").map_or_else(|| repository().join("tests/artefacts"), PathBuf::from);
        fs::create_dir_all(&target).ok();
        for file in fs::read_dir(self.dir.path()).into_iter().flatten().flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if name.ends_with(".log") || name.ends_with(".toml") || name.ends_with(".conf") {
                fs::copy(file.path(), target.join(format!("{}-{name}", self.name))).ok();
            }
        }
        println!("logs are in {}, {}-*", target.display(), self.name);
    }
}

impl Drop for Artefacts {
    fn drop(&mut self) {
        if thread::panicking() {
            self.keep();
        }
    }
}
