//! Files of any bytes.

use proptest::prelude::*;
use smartpole_model::Inputs;

use crate::fixture::files;

proptest! {
    #[test]
    fn no_bytes_make_the_loader_panic(name in "(poles|devices|gateways|keys)\\.csv|zones\\.geojson|(properties|fold|profiles/counter)\\.toml", bytes: Vec<u8>) {
        let mut files = files(&[]);
        files.insert(name, bytes);
        let _outcome = Inputs::parse(&files);
    }

    /// Bytes at random rarely get past the first check; a sound file with a piece of it changed does.
    #[test]
    fn no_damaged_file_makes_the_loader_panic(which: prop::sample::Index, at: prop::sample::Index, len in 0usize..40, put in "[-0-9a-z\"\\[\\]{},;.\n =é]{0,12}") {
        let mut files = files(&[]);
        let name = which.get(&files.keys().cloned().collect::<Vec<_>>()).clone();
        let contents = files.get_mut(&name).unwrap();
        let start = at.index(contents.len());
        let end = (start + len).min(contents.len());
        contents.splice(start..end, put.into_bytes());
        if let Err(problems) = Inputs::parse(&files) {
            prop_assert!(problems.iter().all(|problem| problem.line != Some(0) && !problem.hint.is_empty()));
        }
    }
}
