//! The files of a journal that goes on.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::{Error, copier::Copier, failed};

/// Its folder among the data.
pub(super) const FOLDER: &str = "journal";

/// A file of the journal, open: what is trimmed meanwhile can be read all the same.
pub(super) struct Segment {
    path: PathBuf,
    file: File,
    /// How long it was when it was looked at.
    pub(super) bytes: u64,
}

/// All that are there, oldest first.
pub(super) fn open(data: &Path) -> Result<Vec<Segment>, Error> {
    let mut segments = Vec::new();
    open_more(data, &mut segments)?;
    Ok(segments)
}

/// Those that came since, and how long all are now. One that is trimmed just now is left out, and so are those before it: the rest
/// has no hole.
pub(super) fn open_more(data: &Path, segments: &mut Vec<Segment>) -> Result<(), Error> {
    let dir = data.join(FOLDER);
    let entries = fs::read_dir(&dir).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(failed("list", &dir))?;
    let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "log"));
    paths.sort();
    let newest = segments.last().map(|segment| segment.path.clone());
    for path in paths.into_iter().filter(|path| newest.as_ref().is_none_or(|newest| path > newest)) {
        match File::open(&path) {
            Ok(file) => segments.push(Segment { path, file, bytes: 0 }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => segments.clear(),
            Err(error) => return Err(failed("open", &path)(error)),
        }
    }
    for segment in segments {
        segment.bytes = segment.file.metadata().map_err(failed("read", &segment.path))?.len();
    }
    Ok(())
}

/// Copies them as long as they were. A write under way at the end of the last one is cut off by whoever opens the copy.
pub(super) fn copy(segments: Vec<Segment>, copier: &mut Copier<'_>) -> Result<(), Error> {
    copier.make_folder(FOLDER)?;
    for Segment { path, file, bytes } in segments {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        copier.take(file, &format!("{FOLDER}/{name}"), bytes)?;
    }
    copier.sync_folder(FOLDER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::copier::bar;

    /// Names and contents of a backup's journal, of which what is `meanwhile` happens after it was listed first.
    fn copied(before: &[(&str, &str)], meanwhile: impl FnOnce(&Path)) -> Vec<(String, String)> {
        let (data, backup) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let journal = data.path().join(FOLDER);
        fs::create_dir(&journal).unwrap();
        before.iter().for_each(|(name, text)| fs::write(journal.join(name), text).unwrap());
        let mut segments = open(data.path()).unwrap();
        meanwhile(&journal);
        open_more(data.path(), &mut segments).unwrap();
        let mut copier = Copier::new(backup.path(), None, bar(0, ""));
        copy(segments, &mut copier).unwrap();
        let (files, linked) = copier.finish();
        assert_eq!(linked, 0);
        let text = |name: &str| fs::read_to_string(backup.path().join(name)).unwrap();
        files.iter().map(|entry| (entry.name.clone(), text(&entry.name))).collect()
    }

    fn named(files: &[(&str, &str)]) -> Vec<(String, String)> {
        files.iter().map(|(name, text)| (format!("journal/{name}"), (*text).to_owned())).collect()
    }

    #[test]
    fn what_grows_is_begun_and_trimmed_while_the_store_is_copied_is_all_there() {
        let files = copied(&[("1.log", "one"), ("4.log", "fo"), ("lock", "")], |journal| {
            fs::remove_file(journal.join("1.log")).unwrap();
            fs::write(journal.join("4.log"), "four").unwrap();
            fs::write(journal.join("9.log"), "ni").unwrap();
        });
        assert_eq!(files, named(&[("1.log", "one"), ("4.log", "four"), ("9.log", "ni")]));
    }

    #[test]
    fn an_empty_journal_is_one_too() {
        assert_eq!(copied(&[], |_| ()), []);
        assert_eq!(copied(&[], |journal| fs::write(journal.join("1.log"), "one").unwrap()), named(&[("1.log", "one")]));
    }
}
