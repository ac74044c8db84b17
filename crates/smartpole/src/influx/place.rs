//! How far a backfill came, in a file of the data folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use smartpole_model::UtcMillis;

use super::Error;
use crate::cli::influx::Backfill;

/// Which backfill, and the hour that comes next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    from: String,
    to: String,
    replace: bool,
    next: UtcMillis,
}

/// The file that remembers.
#[derive(Debug)]
pub(super) struct PlaceFile {
    path: PathBuf,
    place: Place,
}

impl PlaceFile {
    /// Where this backfill of a target is: at its beginning, or where it was stopped.
    pub(super) fn open(data: &Path, target: &str, asked: &Backfill) -> Self {
        let path = data.join(format!("influx-backfill-{target}.toml"));
        let (from, to) = (asked.from.to_string(), asked.to.to_string());
        let begin = Place { from, to, replace: asked.replace, next: asked.from.start() };
        let known = fs::read_to_string(&path).ok().and_then(|text| toml::from_str::<Place>(&text).ok());
        let same = |known: &Place| Place { next: begin.next, ..known.clone() } == begin;
        let place = known.filter(same).unwrap_or(begin);
        Self { path, place }
    }

    /// The hour that comes next.
    pub(super) fn next(&self) -> UtcMillis {
        self.place.next
    }

    /// Remembers that everything before `next` was sent.
    pub(super) fn set(&mut self, next: UtcMillis) -> Result<(), Error> {
        self.place.next = next;
        let text = toml::to_string(&self.place).unwrap_or_default();
        let new = self.path.with_extension("new");
        let written = fs::write(&new, text).and_then(|()| fs::rename(&new, &self.path));
        written.map_err(|source| self.failed(source))
    }

    /// All is sent.
    pub(super) fn done(&self) -> Result<(), Error> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed(error)),
            _ => Ok(()),
        }
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::Place { file: self.path.clone(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::influx::Of;

    fn asked(to: &str, replace: bool) -> Backfill {
        let of = Of { config: PathBuf::new(), target: None };
        Backfill { of, from: "2026-11-01".parse().unwrap(), to: to.parse().unwrap(), replace }
    }

    #[test]
    fn a_backfill_goes_on_where_it_was_and_another_one_begins_anew() {
        let data = tempfile::tempdir().unwrap();
        let asked_for = asked("2026-11-03", false);
        let (begin, later) = (asked_for.from.start(), asked_for.from.start().plus(3_600_000));
        let mut place = PlaceFile::open(data.path(), "city", &asked_for);
        assert_eq!(place.next(), begin);
        place.set(later).unwrap();
        let next = |target: &str, asked: &Backfill| PlaceFile::open(data.path(), target, asked).next();
        assert_eq!(next("city", &asked_for), later);
        assert_eq!(next("town", &asked_for), begin);
        assert_eq!(next("city", &asked("2026-11-03", true)), begin);
        assert_eq!(next("city", &asked("2026-11-04", false)), begin);
        place.done().unwrap();
        place.done().unwrap();
        assert_eq!(next("city", &asked_for), begin);
    }

    #[test]
    fn a_file_that_was_damaged_means_to_begin_anew() {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join("influx-backfill-city.toml"), "from = ").unwrap();
        let asked = asked("2026-11-03", false);
        assert_eq!(PlaceFile::open(data.path(), "city", &asked).next(), asked.from.start());
    }
}
