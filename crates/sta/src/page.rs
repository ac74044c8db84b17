//! A page of entities: filter, count, order, skip, top, in this order (OGC 18-088, 9.3.1).

use std::{cell::Cell, cmp::Ordering, ops::ControlFlow};

use smartpole_model::UtcMillis;

use crate::{
    Item, Kind, Refusal, Source, Value, Wanted,
    evaluate::{Evaluator, compare},
    plan::{Plan, is_time},
    query::{Options, token_after},
};

/// Most blocks that a question looks for, a device's quarter of an hour each: two years of one device are 70,000.
const MAX_BLOCKS: usize = 100_000;
/// Most observations that are put in another order than that of time.
const MAX_ORDERED: usize = 20_000;

/// Entities of which a page is made.
pub(crate) enum Members {
    /// Some of a kind.
    Entities(Kind, Vec<i64>),
    /// Observations of these datastreams.
    Observations(Vec<i64>),
}

/// A page of them.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) items: Vec<Item>,
    /// How many there are altogether, if that is wanted.
    pub(crate) count: Option<usize>,
    /// The option that leads to the next page.
    pub(crate) next: Option<(&'static str, String)>,
}

/// Makes pages, and counts what that costs.
pub(crate) struct Pages<'a> {
    source: &'a dyn Source,
    evaluator: Evaluator<'a>,
    /// Blocks that may still be looked for.
    blocks: Cell<usize>,
}

impl<'a> Pages<'a> {
    pub(crate) fn new(source: &'a dyn Source) -> Self {
        Self { source, evaluator: Evaluator::new(source), blocks: Cell::new(MAX_BLOCKS) }
    }

    /// The page that the options ask for.
    pub(crate) fn page(&self, members: Members, options: &Options) -> Result<Page, Refusal> {
        match members {
            Members::Entities(kind, ids) => self.entities(kind, &ids, options),
            Members::Observations(datastreams) => self.observations(datastreams, options),
        }
    }

    fn entities(&self, kind: Kind, ids: &[i64], options: &Options) -> Result<Page, Refusal> {
        let mut items = Vec::new();
        for item in ids.iter().map(|id| Item::Entity(kind, *id)) {
            let admitted = options.filter.as_ref().map(|filter| self.evaluator.holds(filter, &item)).transpose()?;
            if admitted != Some(false) {
                items.push(item);
            }
        }
        self.cut(items, options)
    }

    /// The page of items that are all there. In the order of their numbers it begins behind one of them, so that none is given
    /// twice if others come while somebody goes from page to page.
    fn cut(&self, mut items: Vec<Item>, options: &Options) -> Result<Page, Refusal> {
        let found = items.len();
        if options.order.is_empty() {
            items.retain(|item| options.after.is_none_or(|(_, id)| item.id() > id));
            let begin = options.skip.min(items.len());
            let mut rest = items.split_off(begin);
            let more = rest.len() > options.top;
            rest.truncate(options.top);
            let last = rest.last().filter(|_| more).map(|last| token_after(UtcMillis(0), last.id()));
            let next = last.map(|token| ("$skiptoken", token));
            return Ok(Page { items: rest, count: options.count.then_some(found), next });
        }
        let items = self.ordered(items, options)?;
        let end = options.skip.saturating_add(options.top);
        let next = (end < found && options.top > 0).then(|| ("$skip", end.to_string()));
        let items = items.into_iter().skip(options.skip).take(options.top).collect();
        Ok(Page { items, count: options.count.then_some(found), next })
    }

    fn ordered(&self, items: Vec<Item>, options: &Options) -> Result<Vec<Item>, Refusal> {
        let keyed = items.into_iter().map(|item| {
            let keys = options.order.iter().map(|(key, _)| self.evaluator.first(key, &item));
            Ok((keys.collect::<Result<Vec<Value>, Refusal>>()?, item))
        });
        let mut keyed = keyed.collect::<Result<Vec<_>, Refusal>>()?;
        keyed.sort_by(|(left, _), (right, _)| {
            let pairs = left.iter().zip(right).zip(&options.order);
            let each = pairs.map(|((left, right), (_, descends))| {
                let order = in_order(left, right);
                if *descends { order.reverse() } else { order }
            });
            each.fold(Ordering::Equal, Ordering::then)
        });
        Ok(keyed.into_iter().map(|(_, item)| item).collect())
    }

    fn observations(&self, datastreams: Vec<i64>, options: &Options) -> Result<Page, Refusal> {
        let plan = Plan::new(options.filter.clone(), &self.evaluator);
        let datastreams = plan.datastreams(datastreams, &self.evaluator)?;
        let walk = Walk { pages: self, plan: &plan, datastreams: &datastreams };
        match options.order.as_slice() {
            [] => walk.in_time(options, false),
            [(key, newest_first)] if is_time(key) => walk.in_time(options, *newest_first),
            _ => self.cut(walk.all()?, options),
        }
    }
}

/// Numbers before texts before what cannot be compared.
fn in_order(left: &Value, right: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 2,
        Value::Object(_) | Value::List(_) | Value::Point(_) => 1,
        _ => 0,
    };
    compare(left, right).unwrap_or_else(|| rank(left).cmp(&rank(right)))
}

/// A walk through observations in the order of time.
struct Walk<'a> {
    pages: &'a Pages<'a>,
    plan: &'a Plan,
    datastreams: &'a [i64],
}

impl Walk<'_> {
    /// A page of observations in the order of time.
    fn in_time(&self, options: &Options, newest_first: bool) -> Result<Page, Refusal> {
        let is_given = |time: UtcMillis, id: i64| match options.after {
            Some(after) if newest_first => (time, id) >= after,
            Some(after) => (time, id) <= after,
            None => false,
        };
        let (mut page, mut found, mut left_out, mut more) = (Page::default(), 0, 0, false);
        let from_there = options.after.filter(|_| !options.count).map(|(time, _)| time);
        let cut = self.walk((newest_first, from_there), &mut |item, time| {
            found += 1;
            if is_given(time, item.id()) {
                return false;
            }
            if left_out < options.skip {
                left_out += 1;
            } else if page.items.len() < options.top {
                page.items.push(item);
            } else {
                more = true;
            }
            more && !options.count
        })?;
        if cut && (options.count || page.items.is_empty()) {
            return Err(too_far(options.count));
        }
        page.count = options.count.then_some(found);
        page.next = match page.items.last() {
            Some(Item::Observation(last)) if more || cut => Some(("$skiptoken", token_after(last.time, last.id))),
            _ => None,
        };
        Ok(page)
    }

    /// All observations, as many as can be ordered.
    fn all(&self) -> Result<Vec<Item>, Refusal> {
        let mut items = Vec::new();
        let cut = self.walk((false, None), &mut |item, _| {
            items.push(item);
            items.len() > MAX_ORDERED
        })?;
        if cut || items.len() > MAX_ORDERED {
            let detail =
                format!("$orderby: more than {MAX_ORDERED} observations to order, or too long a time to look through");
            return Err(Refusal::invalid(
                detail,
                "order by phenomenonTime, or filter it: phenomenonTime ge … and phenomenonTime lt …",
            ));
        }
        Ok(items)
    }

    /// Visits what the plan admits until the visitor has enough; whether it had to end before.
    fn walk(
        &self,
        (newest_first, from_there): (bool, Option<UtcMillis>),
        visit: &mut dyn FnMut(Item, UtcMillis) -> bool,
    ) -> Result<bool, Refusal> {
        let (mut from, mut to) = (self.plan.from, self.plan.to);
        match from_there {
            Some(time) if newest_first => to = to.min(time.plus(1)),
            Some(time) => from = from.max(time),
            None => {}
        }
        let blocks = self.pages.blocks.get();
        let wanted = Wanted { datastreams: self.datastreams, from, to, newest_first, blocks };
        let mut refused = None;
        let walk = self.pages.source.observations(&wanted, &mut |observation| {
            let time = observation.time;
            let item = Item::Observation(Box::new(observation));
            let enough = match self.plan.admits(&item, &self.pages.evaluator) {
                Ok(admitted) => admitted && visit(item, time),
                Err(refusal) => {
                    refused = Some(refusal);
                    true
                }
            };
            if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let walk = walk.map_err(Refusal::Source)?;
        self.pages.blocks.set(blocks.saturating_sub(walk.blocks));
        refused.map_or(Ok(walk.cut), Err)
    }
}

fn too_far(count: bool) -> Refusal {
    let what = if count { "$count: counting" } else { "finding the first one" };
    let detail = format!("{what} would look at more than {MAX_BLOCKS} quarters of an hour of devices");
    Refusal::invalid(
        detail,
        "ask for the observations of one Datastream, or filter: phenomenonTime ge … and phenomenonTime lt …",
    )
}
