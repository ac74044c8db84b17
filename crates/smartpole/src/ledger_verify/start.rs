//! Where a verification begins.
//!
//! With the first record, unless it is gone or was folded by other rules than this program's; else at the oldest checkpoint behind
//! which nothing changed what came before it.

use std::collections::BTreeMap;

use smartpole_journal::Journal;
use smartpole_model::{RecordRef, Seq};
use smartpole_pipeline::{FOLD_VERSION, LoadInputs, Restore};
use smartpole_store::Store;

use super::{
    Error,
    replay::{STEP_BYTES, STEP_RECORDS},
};
use crate::{inputs::InputLibrary, replay::weight};

/// A state to begin with.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) restore: Restore,
    /// By which rules the journal's beginning was folded, in words, if it is there and by others.
    pub(super) former: Option<String>,
}

/// By whose rules inputs were folded, by hash; read once.
struct Rules<'a> {
    library: &'a InputLibrary,
    known: BTreeMap<String, Option<u32>>,
}

impl Rules<'_> {
    /// Whether inputs were folded by other rules than this program's.
    fn are_others(&mut self, hash: &str) -> Result<bool, Error> {
        if !self.known.contains_key(hash) {
            let version = self.library.fold_version(hash)?;
            self.known.insert(hash.to_owned(), version);
        }
        Ok(self.known.get(hash) != Some(&Some(FOLD_VERSION)))
    }

    /// The rules of the inputs that are kept, if some are not this program's.
    fn former(&mut self) -> Result<Option<String>, Error> {
        for hash in self.library.hashes()? {
            self.are_others(&hash)?;
        }
        let others = self.known.values().filter(|version| **version != Some(FOLD_VERSION));
        let words = others.max().map(|version| match version {
            Some(version) => format!("version {version}"),
            None => "a newer version".to_owned(),
        });
        Ok(words)
    }
}

/// Where to begin: before the first record if the journal still has it, else at a checkpoint.
pub(super) fn start(
    store: &Store,
    journal: &Journal,
    library: &InputLibrary,
    from_checkpoint: bool,
) -> Result<Start, Error> {
    let oldest = journal.status().borrow().oldest;
    let mut rules = Rules { library, known: BTreeMap::new() };
    let has_beginning = oldest <= Seq(1);
    let former = rules.former()?;
    let whole = has_beginning && former.is_none();
    let beginning = Start { restore: Restore::default(), former: None };
    if whole && !from_checkpoint {
        return Ok(beginning);
    }
    let (mut from, mut changed, mut by_others) = (oldest, None, has_beginning);
    while let Some(restore) = store.checkpoint_from(from)? {
        if rules.are_others(restore.inputs.as_deref().unwrap_or_default())? {
            // a checkpoint needs the journal from the record behind it on
            (from, by_others) = (restore.cursor.plus(2), true);
            continue;
        }
        let Some(seq) = last_change_of_the_past(journal, restore.cursor.next(), &mut rules)? else {
            return Ok(Start { restore, former: former.filter(|_| has_beginning) });
        };
        (from, changed) = (seq.next(), Some(seq));
    }
    match (changed, former.filter(|_| by_others)) {
        _ if whole => Ok(beginning),
        (Some(seq), _) => Err(Error::PastChanged { seq }),
        (None, Some(former)) => Err(Error::OtherRules { former }),
        (None, None) => Err(Error::NoStart { oldest }),
    }
}

/// The last record from `from` on that changes what came before it, or brings other rules into force: a checkpoint does not hold
/// what it finds there.
fn last_change_of_the_past(journal: &Journal, from: Seq, rules: &mut Rules<'_>) -> Result<Option<Seq>, Error> {
    let (mut reader, mut last) = (journal.reader(from), None);
    loop {
        let batch = reader.next_batch(STEP_RECORDS as usize, STEP_BYTES)?;
        if batch.is_empty() {
            return Ok(last);
        }
        for record in batch.iter() {
            let (seq, record) = record?;
            let changes = match &record {
                RecordRef::Inputs { hash, .. } => rules.are_others(hash)?,
                record => weight::changes_the_past(record),
            };
            last = if changes { Some(seq) } else { last };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path, sync::Arc};

    use smartpole_journal::{Options, OsFs};
    use smartpole_model::{
        Inputs, Record, UtcMillis,
        registry::{Files, KEYS},
    };
    use smartpole_pipeline::{Changes, CheckpointRow, Cuts};

    use super::*;

    const DAY_MS: i64 = 86_400_000;

    /// The shipped registry, without keys, kept by a program with these rules; its hash.
    fn keep(data: &Path, version: u32) -> String {
        let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/castrop-rauxel");
        let mut files: Files = crate::inputs::read(Path::new(shipped)).unwrap();
        files.remove(KEYS);
        let hash = Inputs::hash(&files, version);
        for (name, bytes) in files {
            let file = data.join("inputs").join(&hash).join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        }
        hash
    }

    /// A folder in which on each day a registry came into force, kept by programs with these rules, and at the day's end the state was
    /// kept; records 1, 2, … and checkpoints at each.
    async fn data(versions: &[u32]) -> (tempfile::TempDir, Store, Journal) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let options = Options { min_free_bytes: 0, ..Options::default() };
        let (journal, _) = Journal::open(&dir.path().join("journal"), options, Arc::new(OsFs)).unwrap();
        for (version, n) in versions.iter().zip(1..) {
            let (hash, received_at) = (keep(dir.path(), *version), UtcMillis(n as i64 * DAY_MS));
            journal.append_durable(Record::Inputs { received_at, hash: hash.clone() }).await.unwrap();
            let (cursor, inputs) = (Seq(n), Some(hash));
            let state = Restore { cursor, received_at, inputs: inputs.clone(), ..Restore::default() }.pack();
            let checkpoint =
                Some(CheckpointRow { day: n as i32, seq: cursor, cuts: Cuts::default(), persons: Vec::new(), state });
            let changes = Changes { batch: n, cursor, received_at, inputs, checkpoint, ..Changes::default() };
            store.commit(&changes).unwrap();
        }
        (dir, store, journal)
    }

    /// The record after which a verification begins and what it leaves out, or why it does not.
    async fn begins(versions: &[u32]) -> Result<(Seq, Option<String>), String> {
        let (dir, store, journal) = data(versions).await;
        let found = start(&store, &journal, &InputLibrary::new(dir.path(), None), false);
        found.map(|Start { restore, former }| (restore.cursor, former)).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn what_other_rules_folded_is_left_out() {
        const NOW: u32 = FOLD_VERSION;
        let former = Some(format!("version {}", NOW - 1));
        assert_eq!(begins(&[NOW, NOW]).await, Ok((Seq(0), None)));
        assert_eq!(begins(&[NOW - 1, NOW]).await, Ok((Seq(2), former.clone())));
        assert_eq!(begins(&[NOW, NOW - 1, NOW]).await, Ok((Seq(3), former)), "a program was put back for a day");
        assert_eq!(begins(&[NOW + 1, NOW]).await, Ok((Seq(2), Some("a newer version".to_owned()))));
        let refused = begins(&[NOW, NOW - 1]).await.unwrap_err();
        assert!(refused.starts_with("record 2 changed"), "{refused}");
        let refused = begins(&[NOW - 1]).await.unwrap_err();
        assert!(refused.contains(&format!("folded by version {} of the rules", NOW - 1)), "{refused}");
    }
}
