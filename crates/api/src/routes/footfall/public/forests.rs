//! Since when trees are what they are. What was shown when the zones of a tree were others, or counted by another rule, is not shown
//! again by this one: who has both sums of a step knows what one has beside the other, more finely than either is rounded.
//!
//! A tree is the poles of each of its nodes, and whether it counts by direction. A pole that a former registry did not have was in no
//! figure of then, so that a pole put up later, or a zone of such poles, takes no past away. Poles of which nothing was shown then
//! have no past that could be told by difference.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use smartpole_model::{
    UtcMillis,
    registry::{Files, poles_and_zones},
};

use super::tree::{NodeNo, Shape, Tree};
use crate::{KeptRegistry, Parts, problem::Problem};

/// Files that say what trees there are.
const FILES: [&str; 2] = ["poles.csv", "zones.geojson"];

/// What is known of former trees; clones are the same one.
#[derive(Clone, Debug, Default)]
pub(super) struct Forests(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    /// Hash of the inputs in force when it was read.
    inputs: String,
    former: Vec<Former>,
    /// By the hash of their registry.
    read: HashMap<String, Arc<Forest>>,
    /// Since when trees of the inputs in force are what they are, by their outermost nodes.
    since: HashMap<NodeNo, UtcMillis>,
}

/// The trees of a registry that was in force, and until when.
#[derive(Debug)]
struct Former {
    forest: Arc<Forest>,
    to: UtcMillis,
}

#[derive(Debug)]
struct Forest {
    /// Ids of all poles of the registry.
    poles: BTreeSet<String>,
    trees: Vec<Shape>,
}

impl Forests {
    /// Since when the tree under this outermost node is what it is; `inputs` is the hash of the inputs in force.
    ///
    /// # Errors
    /// If former registries cannot be read.
    pub(super) fn since(
        &self,
        parts: &Parts,
        inputs: &str,
        (top, shape): (NodeNo, impl FnOnce() -> Shape),
    ) -> Result<UtcMillis, Problem> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.inputs != inputs {
            known.read(parts)?;
            known.inputs = inputs.to_owned();
        }
        let Known { since, former, .. } = &mut *known;
        Ok(*since.entry(top).or_insert_with(|| {
            let shape = shape();
            let others = former.iter().filter(|former| former.forest.shows_otherwise(&shape));
            others.map(|former| former.to).max().unwrap_or(UtcMillis(i64::MIN))
        }))
    }
}

impl Known {
    /// Reads the registries that are not known yet; most differ in other files only.
    fn read(&mut self, parts: &Parts) -> Result<(), Problem> {
        self.since.clear();
        let (kept, mut newest) = (internal(parts.registries.kept())?, None);
        let mut former = Vec::new();
        for pair in kept.windows(2) {
            let [KeptRegistry { hash, .. }, KeptRegistry { since: to, .. }] = pair else { continue };
            let forest = match self.read.get(hash) {
                Some(forest) => Arc::clone(forest),
                None => read(parts, hash, &mut newest)?,
            };
            self.read.insert(hash.clone(), Arc::clone(&forest));
            former.push(Former { forest, to: *to });
        }
        self.former = former;
        Ok(())
    }
}

/// The trees of a registry; `newest` are those read before.
fn read(parts: &Parts, hash: &str, newest: &mut Option<(Files, Arc<Forest>)>) -> Result<Arc<Forest>, Problem> {
    let mut files = Files::new();
    for name in FILES {
        files.extend(internal(parts.registries.file(hash, name))?.map(|bytes| (name.to_owned(), bytes)));
    }
    if let Some((_, same)) = newest.as_ref().filter(|(known, _)| *known == files) {
        return Ok(Arc::clone(same));
    }
    let forest = Arc::new(Forest::of(&files));
    *newest = Some((files, Arc::clone(&forest)));
    Ok(forest)
}

impl Forest {
    fn of(files: &Files) -> Self {
        let (poles, zones) = poles_and_zones(files);
        let trees = Tree::of(&zones).shapes(&zones, |pole| &poles[pole]);
        Self { poles: poles.into_iter().collect(), trees }
    }

    /// Whether what a tree sums up was shown otherwise by this forest.
    fn shows_otherwise(&self, tree: &Shape) -> bool {
        let then = tree.among(|pole| self.poles.contains(pole));
        !self.trees.contains(&then) && self.trees.iter().any(|former| former.meets(&then))
    }
}

fn internal<T>(read: Result<T, Box<dyn std::error::Error + Send + Sync>>) -> Result<T, Problem> {
    read.map_err(|error| Problem::internal(&*error))
}
