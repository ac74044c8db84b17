//! Resource paths (OGC 18-088, 9.2): which entities, and what of them.

use crate::{Kind, Refusal, Relation};

/// Most entities that a path goes along.
const MAX_STEPS: usize = 8;

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    /// The entities it goes along.
    pub(crate) steps: Vec<Step>,
    /// What is wanted of the last one.
    pub(crate) end: End,
}

/// One entity of a path, or all that the one before is related to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The way to it; the first one leads from the root.
    pub(crate) relation: Relation,
    /// The number of the one that is meant, of several.
    pub(crate) id: Option<i64>,
}

/// What is wanted at the end of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The entity or entities.
    Entities,
    /// Their addresses alone.
    References,
    /// A property, or a value within it.
    Property(&'static str, Vec<String>),
    /// The bare value of one.
    Bare(&'static str, Vec<String>),
}

/// What a path means, as it stands behind the root's.
pub(crate) fn path(text: &str) -> Result<Path, Refusal> {
    read(text).ok_or_else(|| Refusal::Nothing(text.chars().take(128).collect()))
}

fn read(text: &str) -> Option<Path> {
    let mut segments = text.split('/').peekable();
    let (name, id) = numbered(segments.next()?)?;
    let to = Kind::ALL.into_iter().find(|kind| kind.plural() == name)?;
    let mut steps = vec![Step { relation: Relation { name: to.plural(), to, many: true }, id }];
    while let Some(segment) = segments.peek() {
        let last = *steps.last()?;
        let is_one = !last.relation.many || last.id.is_some();
        let (name, id) = numbered(segment)?;
        let Some(relation) = last.relation.to.relation(name).filter(|_| is_one) else { break };
        if (id.is_some() && !relation.many) || steps.len() == MAX_STEPS {
            return None;
        }
        steps.push(Step { relation, id });
        segments.next();
    }
    let end = end(*steps.last()?, &segments.collect::<Vec<_>>())?;
    Some(Path { steps, end })
}

fn end(last: Step, rest: &[&str]) -> Option<End> {
    let is_one = !last.relation.many || last.id.is_some();
    match rest {
        [] => Some(End::Entities),
        ["$ref"] => Some(End::References),
        [name, within @ .., "$value"] if is_one => {
            Some(End::Bare(last.relation.to.property(name)?, within.iter().map(|name| (*name).to_owned()).collect()))
        }
        [name, within @ ..] if is_one => {
            let within = within.iter().map(|name| (*name).to_owned()).collect();
            Some(End::Property(last.relation.to.property(name)?, within))
        }
        _ => None,
    }
}

/// `Things(1)` → `Things`, 1.
fn numbered(segment: &str) -> Option<(&str, Option<i64>)> {
    match segment.split_once('(') {
        None => Some((segment, None)),
        Some((name, rest)) => Some((name, Some(rest.strip_suffix(')')?.parse().ok()?))),
    }
}
