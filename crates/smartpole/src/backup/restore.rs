//! A data folder out of a backup.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use indicatif::ProgressBar;

use super::{
    Error,
    copier::{bar, copy, create},
    failed, has_room,
    manifest::{Entry, Manifest},
    sync,
};
use crate::inputs::{KEY_FILE, has_sealed_keys};

/// Makes the data folder `data` of a backup, or of the newest in a folder of several. `key_file`: where the sealing key is if it is
/// not among the data.
pub(crate) fn restore(data: &Path, key_file: Option<&Path>, from: &Path) -> Result<(), Error> {
    let found = match Manifest::read(from) {
        Ok(Some(manifest)) => Some((from.to_owned(), manifest)),
        Ok(None) if from.is_dir() => Manifest::newest(from)?,
        other => other?.map(|manifest| (from.to_owned(), manifest)),
    };
    let (from, manifest) = found.ok_or_else(|| Error::NoBackup { dir: from.to_owned() })?;
    is_free(data)?;
    let restoring = beside(data);
    match fs::remove_dir_all(&restoring) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed("delete", &restoring)(error)),
        _ => fs::create_dir_all(&restoring).map_err(failed("make", &restoring))?,
    }
    has_room(&restoring, &restoring, manifest.bytes())?;
    let bar = bar(manifest.bytes(), "");
    let copied = manifest.files.iter().try_for_each(|entry| put_back(&from, &restoring, entry, &bar));
    if copied.is_err() {
        fs::remove_dir_all(&restoring).ok();
    }
    copied?;
    bar.finish_and_clear();
    if data.exists() {
        fs::remove_dir(data).map_err(failed("replace", data))?;
    }
    fs::rename(&restoring, data).map_err(failed("rename", &restoring))?;
    sync(&parent(data))?;
    say(data, key_file, &from, &manifest).map_err(Error::Print)
}

fn put_back(from: &Path, restoring: &Path, entry: &Entry, bar: &ProgressBar) -> Result<(), Error> {
    bar.set_message(entry.name.clone());
    let (source, target) = (from.join(&entry.name), restoring.join(&entry.name));
    let folder = parent(&target);
    fs::create_dir_all(&folder).map_err(failed("make", &folder))?;
    let file = File::open(&source).map_err(failed("open", &source))?;
    let mut copied = create(&target).map_err(failed("make", &target))?;
    let (bytes, sha256) = copy(file, &target, u64::MAX, Some(&mut copied), bar)?;
    copied.sync_all().map_err(failed("sync", &target))?;
    sync(&folder)?;
    if (bytes, &sha256) != (entry.bytes, &entry.sha256) {
        return Err(Error::Changed { path: source });
    }
    Ok(())
}

fn is_free(data: &Path) -> Result<(), Error> {
    match fs::read_dir(data).map(|mut entries| entries.next().is_none()) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("list", data)(error)),
        Ok(false) => Err(Error::NotEmpty { dir: data.to_owned() }),
        _ => Ok(()),
    }
}

/// Where it is put together, on the same disk.
fn beside(data: &Path) -> PathBuf {
    let mut name = data.file_name().unwrap_or_default().to_owned();
    name.push(".restoring");
    parent(data).join(name)
}

fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn say(data: &Path, key_file: Option<&Path>, from: &Path, manifest: &Manifest) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let Manifest { cursor, received_at, .. } = manifest;
    writeln!(out, "restored {} from {}: as of {received_at}, record {cursor}", data.display(), from.display())?;
    let own = data.join(KEY_FILE);
    let key = key_file.unwrap_or(&own);
    if has_sealed_keys(data) && !key.exists() {
        writeln!(out, "still to do: put the key that unseals LoRaWAN keys back as {}", key.display())?;
    }
    Ok(())
}
