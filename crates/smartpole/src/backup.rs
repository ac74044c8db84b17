//! `smartpole backup`, `restore`, `compact`: data folders once more.
//!
//! ```text
//! DIR/2026-11-29T02-00-00Z/        a data folder: city.db, alerts.db, access.db, journal/, inputs/ and, if it is among the data, inputs.key
//!     backup.json                  its files with sizes and checksums: written last
//! DIR/2026-11-30T02-00-00Z.unfinished/
//! ```
//! The journal is listed before `city.db` is copied and again behind it. So it reaches from before the copied commit to after it,
//! and what is trimmed meanwhile is in the one or the other.

mod compact;
mod copier;
mod journal;
mod manifest;
mod restore;

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
    time::Duration,
};

use indicatif::HumanBytes;
use smartpole_access::Access;
use smartpole_model::{Seq, UtcMillis};
use smartpole_store::{FILE, Store};

pub(crate) use self::{compact::compact, restore::restore};
use self::{
    copier::{Copier, bar},
    manifest::Manifest,
};
use crate::{
    cli::{self, ledger::Verify},
    clock,
    inputs::{KEY_FILE, has_sealed_keys},
    ledger_verify,
};

const UNFINISHED: &str = "unfinished";
const MIB: u64 = 1 << 20;
/// What stays free on the service's disk: it stops acknowledging below 512 MiB.
const RESERVE: u64 = 1_024 * MIB;

/// Why there is no backup, or no data folder again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Store(#[from] smartpole_store::Error),
    #[error(transparent)]
    Alerts(#[from] smartpole_alerting::Error),
    #[error(transparent)]
    Access(#[from] smartpole_access::Error),
    #[error("cannot {doing} {path}", path = path.display())]
    File { doing: &'static str, path: PathBuf, source: io::Error },
    #[error("another backup into {dir} is under way; wait until it is done", dir = dir.display())]
    UnderWay { dir: PathBuf },
    #[error(
        "{dir} has {free} MiB free, {needed} MiB are needed; name a folder on another disk, or make room",
        dir = dir.display()
    )]
    NoRoom { dir: PathBuf, free: u64, needed: u64 },
    #[error("the copy of city.db is damaged ({found}); look at the data folder's own by `smartpole ledger verify`")]
    Damaged { found: String },
    #[error("the copied journal cannot be read")]
    Journal(#[from] smartpole_journal::Error),
    #[error("the copied journal ends with record {durable}, the copy of city.db is of record {cursor}")]
    Behind { durable: Seq, cursor: Seq },
    #[error(transparent)]
    Verify(#[from] ledger_verify::Error),
    #[error("there is no backup in {dir}: it is the folder given as --to, or one of those in it", dir = dir.display())]
    NoBackup { dir: PathBuf },
    #[error("{path} cannot be read as the list of a backup's files", path = path.display())]
    Manifest { path: PathBuf, source: serde_json::Error },
    #[error("{path} is not what was copied: take an older backup", path = path.display())]
    Changed { path: PathBuf },
    #[error("{path} names a file outside of the backup: {name}", path = path.display())]
    Outside { path: PathBuf, name: String },
    #[error("{dir} is not empty: move it away, or name another data folder", dir = dir.display())]
    NotEmpty { dir: PathBuf },
    #[error("a service uses {dir}: stop it first, or leave it: free pages are written to again", dir = dir.display())]
    InUse { dir: PathBuf },
    #[error("cannot print")]
    Print(#[source] io::Error),
}

/// Names what was tried when a file call fails.
fn failed(doing: &'static str, path: &Path) -> impl Fn(io::Error) -> Error {
    move |source| Error::File { doing, path: path.to_owned(), source }
}

/// Refuses what a disk has no room for; where the service's data are on the same one, it keeps what it needs.
fn has_room(dir: &Path, data: &Path, needed: u64) -> Result<(), Error> {
    let stat = rustix::fs::statvfs(dir).map_err(|error| failed("look at", dir)(error.into()))?;
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    let device = |path: &Path| fs::metadata(path).map(|found| found.dev()).ok();
    let needed = needed + if device(dir) == device(data) { RESERVE } else { 0 };
    if free < needed {
        return Err(Error::NoRoom { dir: dir.to_owned(), free: free / MIB, needed: needed / MIB });
    }
    Ok(())
}

/// Makes a backup of `data`. Its key is at `key_file`, or among the data.
pub(crate) fn backup(data: &Path, key_file: Option<PathBuf>, asked: &cli::backup::Backup) -> Result<(), Error> {
    let dir = &asked.to;
    fs::create_dir_all(dir).map_err(failed("make", dir))?;
    let _lock = lock(dir)?;
    let former = Manifest::newest(dir)?;
    let whole = free_name(dir);
    let building = whole.with_extension(UNFINISHED);
    DirBuilder::new().mode(0o700).create(&building).map_err(failed("make", &building))?;
    let built = build(data, key_file, &building, former, asked);
    if built.is_err() {
        fs::remove_dir_all(&building).ok();
    }
    let manifest = built?;
    fs::rename(&building, &whole).map_err(failed("rename", &building))?;
    sync(dir)?;
    let gone = prune(dir, asked.keep)?;
    say(&whole, &manifest, gone).map_err(Error::Print)
}

/// The folder of this second; of the next one if there was a backup in this one.
fn free_name(dir: &Path) -> PathBuf {
    loop {
        let second = UtcMillis(clock::now().0 / 1_000 * 1_000);
        let path = dir.join(second.to_string().replace(':', "-"));
        if !path.exists() {
            return path;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// One backup at a time; what a killed one left goes.
fn lock(dir: &Path) -> Result<File, Error> {
    let path = dir.join("lock");
    let file = File::create(&path).map_err(failed("make", &path))?;
    file.try_lock().map_err(|_| Error::UnderWay { dir: dir.to_owned() })?;
    for entry in fs::read_dir(dir).map_err(failed("list", dir))? {
        let path = entry.map_err(failed("list", dir))?.path();
        let unfinished = path.extension().is_some_and(|extension| extension == UNFINISHED);
        if unfinished || path.file_name().is_some_and(|name| name == ledger_verify::SCRATCH) {
            fs::remove_dir_all(&path).map_err(failed("delete", &path))?;
        }
    }
    Ok(file)
}

fn build(
    data: &Path,
    key_file: Option<PathBuf>,
    building: &Path,
    former: Option<(PathBuf, Manifest)>,
    asked: &cli::backup::Backup,
) -> Result<Manifest, Error> {
    let own_key = data.join(KEY_FILE);
    let (room, mut segments) = (Store::room(data)?, journal::open(data)?);
    let alerts = fs::metadata(data.join(smartpole_alerting::FILE)).map_or(0, |found| found.len());
    let journal = segments.iter().map(|segment| segment.bytes).sum::<u64>();
    has_room(building, data, room.all - room.free + alerts + journal)?;
    let bar = bar(room.all, "city.db");
    bar.enable_steady_tick(Duration::from_millis(200));
    Store::copy(data, building)?;
    let has_alerts = smartpole_alerting::copy(data, building)?;
    let has_accounts = Access::copy(data, building)?;
    journal::open_more(data, &mut segments)?;
    let mut copier = Copier::new(building, former, bar);
    copier.note(FILE)?;
    if has_alerts {
        copier.note(smartpole_alerting::FILE)?;
    }
    if has_accounts {
        copier.note(smartpole_access::FILE)?;
    }
    journal::copy(segments, &mut copier)?;
    copier.copy_folder(data, "inputs")?;
    if key_file.is_none() && !asked.without_key && own_key.exists() {
        copier.copy(&own_key, KEY_FILE)?;
    }
    let (files, linked) = copier.finish();
    let (cursor, received_at) = check(building)?;
    if asked.verify {
        let asked = Verify::of(building, &asked.to);
        ledger_verify::run(building, Some(key_file.unwrap_or(own_key)), &asked)?;
    }
    let manifest =
        Manifest { program: env!("CARGO_PKG_VERSION").to_owned(), cursor: cursor.0, received_at, linked, files };
    manifest.write(building)?;
    sync(building)?;
    Ok(manifest)
}

/// Reads a backup as the service would: all pages of its store, and its journal.
fn check(dir: &Path) -> Result<(Seq, String), Error> {
    if let Some(found) = Store::check(dir)? {
        return Err(Error::Damaged { found });
    }
    let restore = Store::open(dir)?.restore()?;
    let durable = *ledger_verify::journal::open(&dir.join("journal"))?.durable().borrow();
    if durable < restore.cursor {
        return Err(Error::Behind { durable, cursor: restore.cursor });
    }
    Ok((restore.cursor, restore.received_at.to_string()))
}

fn sync(dir: &Path) -> Result<(), Error> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed("sync", dir))
}

/// Deletes the oldest backups beyond so many; how many went.
fn prune(dir: &Path, keep: u32) -> Result<usize, Error> {
    let all = Manifest::all(dir)?;
    let gone = all.len().saturating_sub(keep as usize);
    for path in all.iter().take(gone) {
        fs::remove_dir_all(path).map_err(failed("delete", path))?;
    }
    Ok(gone)
}

fn say(whole: &Path, manifest: &Manifest, gone: usize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let (all, linked) = (HumanBytes(manifest.bytes()), HumanBytes(manifest.linked));
    let Manifest { cursor, received_at, .. } = manifest;
    writeln!(out, "{}: as of {received_at}, record {cursor}; {all}, {linked} of them linked", whole.display())?;
    if gone > 0 {
        writeln!(out, "deleted {gone} older ones")?;
    }
    if has_sealed_keys(whole) && !whole.join(KEY_FILE).exists() {
        writeln!(
            out,
            "without the key that unseals keys of LoRaWAN devices, which a restored service needs: keep a copy"
        )?;
    }
    Ok(())
}
