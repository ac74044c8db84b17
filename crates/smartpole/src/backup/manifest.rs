//! What a backup holds: written when all of it is on disk.

use std::{
    fs::{self, File},
    io::Write,
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{Error, failed};

const NAME: &str = "backup.json";

/// The files of a backup, and what they are of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// Version of the program that made it.
    pub(super) program: String,
    /// The newest record in its `city.db`.
    pub(super) cursor: u64,
    /// When that was received (RFC 3339).
    pub(super) received_at: String,
    /// Bytes that are hard links to the backup before.
    pub(super) linked: u64,
    pub(super) files: Vec<Entry>,
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Below the backup's folder, with `/` between.
    pub(super) name: String,
    pub(super) bytes: u64,
    /// SHA-256, hex.
    pub(super) sha256: String,
}

impl Manifest {
    pub(super) fn write(&self, dir: &Path) -> Result<(), Error> {
        let path = dir.join(NAME);
        let text = serde_json::to_vec_pretty(self).map_err(|source| Error::Manifest { path: path.clone(), source })?;
        let write = |mut file: File| file.write_all(&text).and_then(|()| file.sync_all());
        File::create(&path).and_then(write).map_err(failed("write", &path))
    }

    /// That of a backup's folder; none if there is none.
    pub(super) fn read(dir: &Path) -> Result<Option<Self>, Error> {
        let path = dir.join(NAME);
        if !path.is_file() {
            return Ok(None);
        }
        let text = fs::read(&path).map_err(failed("read", &path))?;
        let manifest: Self =
            serde_json::from_slice(&text).map_err(|source| Error::Manifest { path: path.clone(), source })?;
        match manifest.files.iter().find(|entry| !is_inside(&entry.name)) {
            Some(entry) => Err(Error::Outside { path, name: entry.name.clone() }),
            None => Ok(Some(manifest)),
        }
    }

    /// Folders of complete backups in one folder, oldest first.
    pub(super) fn all(dir: &Path) -> Result<Vec<PathBuf>, Error> {
        let entries =
            fs::read_dir(dir).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(failed("list", dir))?;
        let mut all: Vec<PathBuf> =
            entries.iter().map(fs::DirEntry::path).filter(|path| path.join(NAME).is_file()).collect();
        all.sort();
        Ok(all)
    }

    /// The newest of them.
    pub(super) fn newest(dir: &Path) -> Result<Option<(PathBuf, Self)>, Error> {
        let Some(path) = Self::all(dir)?.pop() else { return Ok(None) };
        Ok(Self::read(&path)?.map(|manifest| (path, manifest)))
    }

    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(|entry| entry.bytes).sum()
    }

    /// A file of this name and size, if it was not the last of its folder: only the last file of the journal is still written to.
    pub(super) fn unchanging(&self, name: &str, bytes: u64) -> Option<&Entry> {
        let folder = |name: &str| name.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let found = self.files.iter().find(|entry| entry.name == name && entry.bytes == bytes)?;
        let journal = folder(name).is_some_and(|folder| folder == super::journal::FOLDER);
        let later = |entry: &Entry| folder(&entry.name) == folder(name) && *entry.name > *name;
        (!journal || self.files.iter().any(later)).then_some(found)
    }
}

/// Whether a name stays below the folder that it is joined to.
fn is_inside(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    !name.is_empty() && parts.all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(names: &[&str]) -> Manifest {
        let entry = |name: &&str| Entry { name: (*name).to_owned(), bytes: 7, sha256: String::new() };
        let files = names.iter().map(entry).collect();
        Manifest { program: "1".to_owned(), cursor: 1, received_at: String::new(), linked: 0, files }
    }

    #[test]
    fn the_last_file_of_the_journal_and_one_that_grew_are_copied_again() {
        let former = manifest(&["city.db", "inputs/a/poles.csv", "journal/1.log", "journal/5.log"]);
        let unchanging = |name: &str, bytes| former.unchanging(name, bytes).is_some();
        assert!(unchanging("journal/1.log", 7) && unchanging("inputs/a/poles.csv", 7));
        assert!(!unchanging("journal/5.log", 7) && !unchanging("journal/1.log", 8) && !unchanging("journal/9.log", 7));
    }

    #[test]
    fn a_list_that_names_files_elsewhere_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["../x", "/etc/passwd", "", "journal/../../x"] {
            manifest(&["city.db", name]).write(dir.path()).unwrap();
            let error = Manifest::read(dir.path()).unwrap_err();
            assert!(matches!(&error, Error::Outside { name: found, .. } if found == name), "{name}: {error}");
        }
        manifest(&["journal/1.log"]).write(dir.path()).unwrap();
        assert_eq!(Manifest::read(dir.path()).unwrap(), Some(manifest(&["journal/1.log"])));
    }

    #[test]
    fn what_is_no_list_is_an_error_and_what_has_none_no_backup() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Manifest::newest(dir.path()).unwrap(), None);
        let broken = dir.path().join("2026");
        fs::create_dir(&broken).unwrap();
        fs::write(broken.join(NAME), b"{\"files\":").unwrap();
        assert!(matches!(Manifest::newest(dir.path()), Err(Error::Manifest { .. })));
    }
}
