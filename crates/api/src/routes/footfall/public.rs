//! Footfall as the public sees it, by the rules of [`smartpole_method::public`].
//!
//! ```text
//! Tree: which zone's counts go up where ─┐
//! frozen quarters of its leaves ─► Day ──┴─► steps, hours, days, weeks ─► items
//! ```
//!
//! A figure is rounded from its own exact sum where the tree has it, else added up from figures that are shown (`made_of`). A figure
//! is made of what was known an hour after its steps, whatever is corrected later. Coverage counts the quarters in which counters
//! measured, which those that report by schedule always do: it tells of outages, not of persons.

use std::sync::Arc;

use smartpole_method::{
    calendar::Span,
    methods,
    public::{Figure, ROUNDED_TO, Step, period, together},
};
use smartpole_model::{PropertyNo, registry::CountRule};
use smartpole_pipeline::Fold;

use self::{
    day::Day,
    days::{Leaf, days_of},
    tree::{NodeNo, Tree},
};
use super::{Beside, Footfall, FootfallItem, Hours, IN, MadeOf, OUT, Wanted, Why, no_sum};
use crate::{
    Parts,
    list::{Cursor, Limit},
    number,
    problem::Problem,
    scope, span,
};

mod day;
mod days;
mod tree;

pub(crate) use days::Days;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// How many passed, as the public sees it.
pub(super) fn answer(parts: &Parts, days: &Days, wanted: &Wanted) -> Result<Footfall, Problem> {
    let asked = Asked::new(&parts.fold(), wanted)?;
    let mut items = asked.items(parts, days)?;
    let limit = wanted.limit.unwrap_or_default();
    let next = cut(&mut items, limit);
    let made_of = asked.made_of();
    Ok(Footfall {
        zone: wanted.zone.clone(),
        rule: asked.rule,
        method: methods::PUBLIC_ROUNDED.into(),
        no_sum: asked.no_sum,
        rounded_to: ROUNDED_TO,
        made_of,
        compared_by: None,
        estimated_by: None,
        control: None,
        items,
        next,
    })
}

/// Leaves so many items; tells where the others begin.
fn cut(items: &mut Vec<FootfallItem>, limit: Limit) -> Option<Cursor> {
    let next = items.get(limit.0).map(|item| Cursor(item.start.0.to_string()));
    items.truncate(limit.0);
    next
}

/// How long figures are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Step,
    Hour,
    Day,
    Week,
}

impl Length {
    /// The length of a step that is asked for, and the longest span for it in days.
    fn of(step: span::Step) -> Result<(Self, i64), Problem> {
        match step.windows() {
            Some(smartpole_store::Step::Quarter) => Ok((Self::Step, 31)),
            Some(smartpole_store::Step::Hour) => Ok((Self::Hour, 31)),
            Some(smartpole_store::Step::Day) => Ok((Self::Day, 92)),
            Some(smartpole_store::Step::Week) => Ok((Self::Week, 371)),
            _ => Err(Problem::parameter("step: not one of those that are public", "use 15m, 1h, 1d or 1w")),
        }
    }
}

/// [`Wanted`], looked up.
struct Asked {
    rule: CountRule,
    no_sum: Option<Why>,
    length: Length,
    span: Span,
    /// None of a zone whose counts are not summed, or that crosses another one.
    place: Option<Place>,
}

/// A zone in the tree.
struct Place {
    tree: Tree,
    node: NodeNo,
    by_direction: bool,
    properties: [PropertyNo; 2],
    inputs: String,
}

impl Asked {
    fn new(fold: &Fold, wanted: &Wanted) -> Result<Self, Problem> {
        // all of them: whoever adds one decides what it is to the public
        let Wanted { ref zone, from, to, step, public: _, hours, compare, estimate, as_of, limit: _, ref cursor } = *wanted;
        if as_of.is_some() {
            let detail = "as_of: public figures are shown once and stay";
            return Err(Problem::parameter(detail, "leave it out"));
        }
        if hours != Hours::All || compare.is_some() || estimate {
            let detail = "hours, compare, estimate: what is made of exact counts is for operators";
            return Err(Problem::parameter(detail, "leave them out"));
        }
        let registry = &fold.inputs().registry;
        let index = scope::zone_named(registry, zone)?;
        let ((length, most), now) = (Length::of(step)?, fold.position().1);
        let span = span::Span::new(from, to, now, step)?;
        if span.to.since(span.from) > most * DAY_MS {
            let detail = format!("from, to: {} to {} is longer than {most} days", span.from, span.to);
            return Err(Problem::parameter(detail, "ask for a shorter span, or for longer steps"));
        }
        let (span, _) = span.after(cursor.as_ref())?;
        let span = Span { from: span.from, to: span.to.min(now.plus(DAY_MS)).max(span.from) };
        let zone = &registry.zones[index];
        Ok(Self { rule: zone.count, no_sum: no_sum(zone), length, span, place: Place::new(fold, index) })
    }

    fn items(&self, parts: &Parts, days: &Days) -> Result<Vec<FootfallItem>, Problem> {
        let Some(place) = &self.place else { return Ok(Vec::new()) };
        let spans = days_of(self.whole());
        let leaves = place.leaves(parts, days, &spans)?;
        let lines = (0..place.lines()).map(|line| place.figures(&leaves, line, self.length));
        let shown = aligned(lines.collect());
        let wanted = shown.into_iter().filter(|(span, _)| self.span.holds(span.from));
        Ok(wanted.filter_map(|(span, counts)| self.item(span, &counts, &leaves)).collect())
    }

    /// The span, or all of the weeks that begin in it.
    fn whole(&self) -> Span {
        match self.length {
            Length::Week => {
                let around = |time| smartpole_store::Step::Week.around(false, time);
                Span { from: around(self.span.from).0, to: around(self.span.to.plus(-1)).1 }
            }
            _ => self.span,
        }
    }

    fn made_of(&self) -> MadeOf {
        let exact = self.place.as_ref().is_none_or(|place| {
            let by_rule = place.by_direction == (self.rule == CountRule::CordonIn);
            by_rule && place.is_exact(self.length)
        });
        if exact { MadeOf::Exact } else { MadeOf::Shown }
    }

    /// None of a time without counters.
    fn item(&self, span: Span, counts: &[Option<i64>], leaves: &[Leafed]) -> Option<FootfallItem> {
        let shares = leaves.iter().flat_map(|leaf| &leaf.days).map(|day| day.share(span));
        let (counters, measuring) = shares.fold((0, 0), |(all, some), share| (all + share.0, some + share.1));
        let (r#in, out) = match (self.rule, counts) {
            (CountRule::CordonIn, [r#in, out]) => (*r#in, *out),
            _ => (None, None),
        };
        let both = || counts.iter().flatten().copied().reduce(i64::saturating_add);
        let item = FootfallItem {
            start: span.from,
            end: span.to,
            r#in,
            out,
            crossings: if self.rule == CountRule::CrossSection { both() } else { None },
            coverage: number::share(measuring, counters),
            state: None,
            revision: None,
            beside: Beside::default(),
        };
        (counters > 0).then_some(item)
    }
}

/// A leaf and its days.
struct Leafed {
    node: NodeNo,
    days: Vec<Arc<Day>>,
}

/// What is shown of a time.
type Shown = (Span, Option<i64>);

impl Place {
    fn new(fold: &Fold, zone: usize) -> Option<Self> {
        let registry = &fold.inputs().registry;
        let tree = Tree::of(registry);
        let node = tree.node(zone)?;
        let number = |id| Some(registry.properties.by_id(id)?.number);
        let properties = [number(IN)?, number(OUT)?];
        let by_direction = tree.is_by_direction(node, registry);
        Some(Self { tree, node, by_direction, properties, inputs: fold.inputs_hash().to_owned() })
    }

    fn lines(&self) -> usize {
        if self.by_direction { 2 } else { 1 }
    }

    fn leaves(&self, parts: &Parts, days: &Days, spans: &[Span]) -> Result<Vec<Leafed>, Problem> {
        let leaf = |node| {
            let Self { properties, by_direction, ref inputs, .. } = *self;
            let leaf = Leaf { inputs, node, poles: self.tree.poles(node), properties, by_direction };
            Ok(Leafed { node, days: days.get(&parts.queries, leaf, spans)? })
        };
        self.tree.leaves(self.node).into_iter().map(leaf).collect()
    }

    /// Whether figures of this length are rounded from their own exact sums.
    fn is_exact(&self, length: Length) -> bool {
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
