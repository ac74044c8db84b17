//! Fields whose type conflicts, remembered for a while.

use tokio::time::{Duration, Instant};

use super::{Group, apart::by_field};
use crate::answer::Conflict;

/// A conflict that lasts: its fields are sent apart at once, instead of being looked for in each request anew.
#[derive(Debug, Default)]
pub(super) struct Conflicts(Vec<(Conflict, Instant)>);

impl Conflicts {
    /// How long one is remembered after the server named it last.
    const KEPT: Duration = Duration::from_secs(600);
    /// Each costs a request for lines of its measurement.
    const MOST: usize = 16;

    pub(super) fn note(&mut self, conflict: &Conflict) {
        self.0.retain(|(known, noted)| known != conflict && noted.elapsed() < Self::KEPT);
        if self.0.len() == Self::MOST {
            self.0.remove(0);
        }
        self.0.push((conflict.clone(), Instant::now()));
    }

    /// A group for each known conflict, and one of what is left, to be sent first and so the last of them.
    pub(super) fn apart<'a>(&self, group: Group<'a>) -> Vec<Group<'a>> {
        let mut left = group;
        let mut groups = Vec::new();
        for (conflict, _) in self.0.iter().filter(|(_, noted)| noted.elapsed() < Self::KEPT) {
            let (taken, rest) = by_field(left, conflict);
            groups.push(taken);
            left = rest;
        }
        groups.push(left);
        groups.retain(|group| !group.is_empty());
        groups
    }
}
