//! `GET /api/v1/registry`

use std::time::SystemTime;

use serde::Serialize;
use smartpole_access::Role;
use smartpole_model::{
    UtcMillis,
    registry::{INPUT_FILES, Layout, layout},
};
use smartpole_registry::hash;
use utoipa::ToSchema;

use super::{
    effect::Settled,
    file_name::FileName,
    trail::{ChangedBy, Trail},
};
use crate::{Parts, asker::Asker, problem::Problem};

/// Files of the registry.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RegistryFiles {
    /// Hash of the registry in force.
    registry: String,
    /// Why the files are not in force, if so: the former ones are.
    error: Option<String>,
    /// What of the past is still to be settled anew: figures of it are mixed until then. Null if nothing is.
    settling: Option<Settled>,
    /// The files that are there, those of profiles last.
    items: Vec<RegistryFile>,
    /// Files that may be added, beside profiles.
    absent: Vec<AbsentFile>,
}

/// A file that is not there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegistryAbsentFile)]
pub(crate) struct AbsentFile {
    /// Its name.
    #[schema(example = "counts.csv")]
    file: &'static str,
    /// Whether whoever asks may add it here.
    may_write: bool,
    /// Its columns, if it is a table.
    table: Option<Columns>,
}

impl AbsentFile {
    fn new(file: &'static str, asker: &Asker) -> Self {
        Self { file, may_write: may_write(&FileName::of(file), asker), table: layout(file).map(Columns::of) }
    }
}

fn may_write(name: &FileName, asker: &Asker) -> bool {
    name.written_by().is_some_and(|role| asker.role >= role)
}

/// One file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RegistryFile {
    /// Its name.
    #[schema(example = "profiles/air-station.toml")]
    file: String,
    /// Where its text is.
    #[schema(example = "/api/v1/registry/profiles:air-station.toml")]
    address: String,
    /// Its bytes.
    size: usize,
    /// Hash of its text.
    hash: String,
    /// When it was written last.
    #[schema(value_type = Option<String>, format = DateTime)]
    changed_at: Option<UtcMillis>,
    /// Who gave it this text, if that was done here and is still known.
    changed_by: Option<ChangedBy>,
    /// Who may change it here; null if nobody, as it holds keys, which are not shown either.
    #[schema(value_type = Option<String>, example = "operator")]
    written_by: Option<Role>,
    /// Whether whoever asks may.
    may_write: bool,
    /// Its columns, if it is a table.
    table: Option<Columns>,
}

/// Columns of a table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegistryColumns)]
pub(crate) struct Columns {
    /// Those that it has to have.
    required: Vec<&'static str>,
    /// Those that it may have.
    optional: Vec<&'static str>,
    /// Those that tell its rows apart.
    key: Vec<&'static str>,
}

impl Columns {
    fn of(layout: &Layout) -> Self {
        Self { required: layout.required.to_vec(), optional: layout.optional.to_vec(), key: layout.key.to_vec() }
    }
}

pub(super) fn list(
    parts: &Parts,
    asker: &Asker,
    trail: &Trail,
    error: Option<String>,
) -> Result<RegistryFiles, Problem> {
    let files = parts.folder.read().map_err(|error| Problem::folder(&error))?;
    let absent = INPUT_FILES.into_iter().filter(|name| !files.contains_key(*name) && !FileName::of(name).is_secret());
    let absent = absent.map(|name| AbsentFile::new(name, asker)).collect();
    let item = |(name, text): (&String, &Vec<u8>)| {
        let (name, hash) = (FileName::of(name), hash(text));
        RegistryFile {
            file: name.as_str().to_owned(),
            address: name.address(),
            size: text.len(),
            changed_at: parts.folder.written_at(name.as_str()).and_then(instant),
            changed_by: trail.by(name.as_str(), &hash),
            hash,
            written_by: name.written_by(),
            may_write: may_write(&name, asker),
            table: layout(name.as_str()).map(Columns::of),
        }
    };
    let mut items: Vec<RegistryFile> = files.iter().map(item).collect();
    items.sort_by_key(|item| FileName::of(&item.file).is_profile());
    let fold = parts.fold();
    let settling = fold.is_resettling().then(|| fold.settling().into());
    Ok(RegistryFiles { registry: fold.inputs_hash().to_owned(), error, settling, items, absent })
}

fn instant(time: SystemTime) -> Option<UtcMillis> {
    let since_1970 = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(since_1970.as_millis()).ok().map(UtcMillis)
}
