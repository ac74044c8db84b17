//! Figures of one zone, by its place in the tree.

use std::sync::Arc;

use smartpole_method::{
    calendar::Span,
    public::{Figure, Step, period, together},
};
use smartpole_model::{Inputs, PropertyNo, Registry, UtcMillis};
use smartpole_pipeline::Fold;

use super::{
    Day, Days, IN, Length, OUT, Why,
    days::Leaf,
    tree::{NodeNo, Tree},
};
use crate::{Parts, problem::Problem};

/// Why a zone is not in the tree.
const CROSSES: Why = Why {
    reason: "crosses",
    meaning: "it has poles in common with a zone that is not within it: sums that cross each other could tell of single persons",
};

/// A zone in the tree.
pub(super) struct Place {
    tree: Tree,
    node: NodeNo,
    /// Whether in and out are two counts.
    pub(super) by_direction: bool,
    properties: [PropertyNo; 2],
    inputs: String,
    registry: Arc<Inputs>,
}

/// A leaf and its days.
pub(super) struct Leafed {
    node: NodeNo,
    pub(super) days: Vec<Arc<Day>>,
}

/// What is shown of a time.
pub(super) type Shown = (Span, Option<i64>);

impl Place {
    /// None if there is nothing to count.
    ///
    /// # Errors
    /// If its figures would cross those of another zone.
    pub(super) fn new(fold: &Fold, zone: usize) -> Result<Option<Self>, Why> {
        let registry = &fold.inputs().registry;
        let tree = Tree::of(&registry.zones);
        if tree.crosses(zone) {
            return Err(CROSSES);
        }
        let number = |id| Some(registry.properties.by_id(id)?.number);
        let (Some(node), Some(r#in), Some(out)) = (tree.node(zone), number(IN), number(OUT)) else { return Ok(None) };
        let by_direction = tree.is_by_direction(node, &registry.zones);
        let properties = [r#in, out];
        let (inputs, registry) = (fold.inputs_hash().to_owned(), Arc::clone(fold.inputs()));
        Ok(Some(Self { tree, node, by_direction, properties, inputs, registry }))
    }

    /// Since when its tree is what it is.
    ///
    /// # Errors
    /// If former registries cannot be read.
    pub(super) fn since(&self, parts: &Parts, days: &Days) -> Result<UtcMillis, Problem> {
        let (Registry { zones, poles, .. }, top) = (&self.registry.registry, self.tree.top(self.node));
        days.1.since(parts, &self.inputs, (top, || self.tree.shape(top, zones, |pole| &poles[pole].id)))
    }

    /// Figures of each time: of both directions together, or of in and out.
    pub(super) fn lines(&self, leaves: &[Leafed], length: Length) -> Vec<(Span, Vec<Option<i64>>)> {
        let lines = if self.by_direction { 0..2 } else { 0..1 };
        aligned(lines.map(|line| self.figures(leaves, line, length)).collect())
    }

    pub(super) fn leaves(&self, parts: &Parts, days: &Days, spans: &[Span]) -> Result<Vec<Leafed>, Problem> {
        let leaf = |node| {
            let Self { properties, by_direction, ref inputs, .. } = *self;
            let leaf = Leaf { inputs, node, poles: self.tree.poles(node), properties, by_direction };
            Ok(Leafed { node, days: days.get(&parts.queries, leaf, spans)? })
        };
        self.tree.leaves(self.node).into_iter().map(leaf).collect()
    }

    /// Whether figures of this length are rounded from their own exact sums.
    pub(super) fn is_exact(&self, length: Length) -> bool {
        match length {
            Length::Step | Length::Hour => self.tree.within(self.node).is_empty(),
            Length::Day => true,
            Length::Week => self.tree.is_outermost(self.node),
        }
    }

    fn figures(&self, leaves: &[Leafed], line: usize, length: Length) -> Vec<Shown> {
        match length {
            Length::Step => added_up(leaves, |day| &day.lines[line].steps),
            Length::Hour => added_up(leaves, |day| &day.lines[line].hours),
            Length::Day => self.days(leaves, self.node, line).iter().flatten().map(shown).collect(),
            Length::Week => self.weeks(&self.days(leaves, self.node, line)),
        }
    }

    /// Days of a node, those that are over.
    fn days(&self, leaves: &[Leafed], node: NodeNo, line: usize) -> Vec<Option<Step>> {
        if let Some(leaf) = leaves.iter().find(|leaf| leaf.node == node) {
            return leaf.days.iter().map(|day| day.lines[line].day.clone()).collect();
        }
        let mut within = self.tree.within(node).iter().map(|part| self.days(leaves, *part, line));
        let first = within.next().unwrap_or_default().into_iter().map(|day| day.map(|day| vec![day]));
        let all = within.fold(first.collect::<Vec<_>>(), |all, part| {
            let joined = all.into_iter().zip(part).map(|(all, day)| {
                let mut all = all?;
                all.push(day?);
                Some(all)
            });
            joined.collect()
        });
        all.into_iter().map(|day| together(&day?)).collect()
    }

    fn weeks(&self, days: &[Option<Step>]) -> Vec<Shown> {
        let days: Vec<Step> = days.iter().flatten().cloned().collect();
        let week_of = |day: &Step| smartpole_store::Step::Week.around(false, day.span.from);
        let week = |days: &[Step]| {
            let (from, to) = week_of(days.first()?);
            let week = period(Span { from, to }, days)?;
            let added_up = || days.iter().filter_map(value).reduce(i64::saturating_add);
            Some(if self.is_exact(Length::Week) { shown(&week) } else { (week.span, added_up()) })
        };
        days.chunk_by(|a, b| week_of(a) == week_of(b)).filter_map(week).collect()
    }
}

fn value(step: &Step) -> Option<i64> {
    step.figure.as_ref().map(Figure::shown)
}

fn shown(step: &Step) -> Shown {
    (step.span, value(step))
}

/// What leaves show, added up; of one leaf that is what it shows.
fn added_up(leaves: &[Leafed], of: impl Fn(&Day) -> &Vec<Step>) -> Vec<Shown> {
    let each = leaves.iter().map(|leaf| leaf.days.iter().flat_map(|day| of(day).iter().map(shown)).collect());
    let sum = |counts: Vec<Option<i64>>| counts.into_iter().flatten().reduce(i64::saturating_add);
    aligned(each.collect()).into_iter().map(|(span, counts)| (span, sum(counts))).collect()
}

/// Figures of the same times side by side, as far as all have them: one may know of a step more than another.
fn aligned(each: Vec<Vec<Shown>>) -> Vec<(Span, Vec<Option<i64>>)> {
    let mut each = each.into_iter();
    let first = each.next().unwrap_or_default().into_iter().map(|(span, count)| (span, vec![count]));
    each.fold(first.collect::<Vec<_>>(), |all, next| {
        let joined = all.into_iter().zip(next).map(|((span, mut counts), (_, count))| {
            counts.push(count);
            (span, counts)
        });
        joined.collect()
    })
}
