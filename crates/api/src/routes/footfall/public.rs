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
//! Of a time before the tree was changed, by other zones or another counting rule, nothing is shown any more: it was shown otherwise.

use smartpole_method::{
    calendar::{Span, date_and_hour},
    methods,
    public::ROUNDED_TO,
};
use smartpole_model::{UtcMillis, registry::CountRule};
use smartpole_pipeline::Fold;

use self::{
    day::Day,
    days::days_of,
    place::{Leafed, Place},
};
use super::{
    Beside, Footfall, FootfallItem, Hours, IN, MadeOf, Missing, OUT, Readings, Wanted, Why, Withheld, check_days,
    no_sum, totals,
};
use crate::{
    Parts,
    list::{Cursor, Limit},
    number,
    problem::Problem,
    scope, span,
};

mod day;
mod days;
mod forests;
mod place;
mod tree;

pub(crate) use days::Days;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Longest span of anything, in days.
pub(super) const MOST_DAYS: i64 = 371;

/// Why there is nothing of an earlier time.
const CHANGED: Why = Why {
    reason: "zones_changed",
    meaning: "zones were drawn or counted otherwise then: the same steps summed up in two ways could tell of single persons",
};

/// How many passed, as the public sees it.
pub(super) fn answer(parts: &Parts, days: &Days, wanted: &Wanted) -> Result<Footfall, Problem> {
    let asked = Asked::new(&parts.fold(), wanted)?;
    let shown_from = asked.shown_from(parts, days)?;
    let mut items = asked.items(parts, days, shown_from)?;
    items.retain(|item| wanted.days.as_ref().is_none_or(|days| days.hold(date_and_hour(item.start).0)));
    let next = cut(&mut items, wanted.limit.unwrap_or_default());
    // windows without data are items, too
    let missing = Missing::default();
    let totals = totals(wanted, &items, next.as_ref(), missing);
    let made_of = asked.made_of();
    Ok(Footfall {
        zone: wanted.zone.clone(),
        rule: asked.rule,
        method: methods::PUBLIC_ROUNDED.into(),
        no_sum: asked.no_sum,
        withheld: asked.withheld(shown_from),
        rounded_to: ROUNDED_TO,
        made_of,
        compared_by: None,
        estimated_by: None,
        control: None,
        covered: Readings::of(&items, missing).share(),
        asked: None,
        items,
        totals,
        next,
    })
}

/// Hours of a zone as `step=1h` shows them, or why there are none, or none of some time.
pub(super) struct ShownHours<T> {
    pub(super) no_sum: Option<Why>,
    pub(super) withheld: Option<Withheld>,
    pub(super) items: Vec<T>,
}

/// The hours of a zone in a span.
pub(super) fn hours(
    parts: &Parts,
    days: &Days,
    zone: &str,
    span: span::Span,
) -> Result<ShownHours<FootfallItem>, Problem> {
    let asked = Asked::of(&parts.fold(), zone, Length::Hour, span)?;
    let shown_from = asked.shown_from(parts, days)?;
    let items = asked.items(parts, days, shown_from)?;
    Ok(ShownHours { no_sum: asked.no_sum, withheld: asked.withheld(shown_from), items })
}

/// Public figures have no past.
pub(super) fn check_as_of(as_of: Option<UtcMillis>) -> Result<(), Problem> {
    let detail = "as_of: public figures are shown once and stay";
    as_of.map_or(Ok(()), |_| Err(Problem::parameter(detail, "leave it out")))
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
            Some(smartpole_store::Step::Week) => Ok((Self::Week, MOST_DAYS)),
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

impl Asked {
    fn new(fold: &Fold, wanted: &Wanted) -> Result<Self, Problem> {
        // all of them: whoever adds one decides what it is to the public
        let Wanted {
            zone,
            from: _,
            to: _,
            step,
            public: _,
            hours,
            days: _,
            totals: _,
            compare,
            estimate,
            as_of,
            limit: _,
            cursor,
        } = wanted;
        check_as_of(*as_of)?;
        if *hours != Hours::All || compare.is_some() || *estimate {
            let detail = "hours, compare, estimate: what is made of exact counts is for planners and operators";
            return Err(Problem::parameter(detail, "leave them out"));
        }
        scope::zone_named(&fold.inputs().registry, zone)?;
        let (length, most) = Length::of(*step)?;
        step.windows().map_or(Ok(()), |step| check_days(wanted, step))?;
        let span = wanted.span(fold.position().1, None)?.kept(fold, *step)?;
        span.at_most(most)?;
        Self::of(fold, zone, length, span.after(cursor.as_ref())?.0)
    }

    /// Figures of a zone that are so long, in a span.
    fn of(fold: &Fold, zone: &str, length: Length, span: span::Span) -> Result<Self, Problem> {
        let registry = &fold.inputs().registry;
        let index = scope::zone_named(registry, zone)?;
        let now = fold.position().1;
        let span = Span { from: span.from, to: span.to.min(now.plus(DAY_MS)).max(span.from) };
        let zone = &registry.zones[index];
        let (no_sum, place) = match no_sum(zone) {
            None => Place::new(fold, index).map_or_else(|why| (Some(why), None), |place| (None, place)),
            no_sum => (no_sum, None),
        };
        Ok(Self { rule: zone.count, no_sum, length, span, place })
    }

    /// The first instant of what may be shown.
    fn shown_from(&self, parts: &Parts, days: &Days) -> Result<UtcMillis, Problem> {
        self.place.as_ref().map_or(Ok(UtcMillis(i64::MIN)), |place| place.since(parts, days))
    }

    /// Why a part of what is asked for is not shown, if so.
    fn withheld(&self, shown_from: UtcMillis) -> Option<Withheld> {
        (shown_from > self.span.from).then_some(Withheld { before: shown_from, why: CHANGED })
    }

    fn items(&self, parts: &Parts, days: &Days, shown_from: UtcMillis) -> Result<Vec<FootfallItem>, Problem> {
        let Some(place) = &self.place else { return Ok(Vec::new()) };
        let spans = days_of(self.whole());
        let leaves = place.leaves(parts, days, &spans)?;
        let is_wanted = |span: &Span| self.span.holds(span.from) && span.from >= shown_from;
        let wanted = place.lines(&leaves, self.length).into_iter().filter(|(span, _)| is_wanted(span));
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
            readings: Readings { came: measuring, expected: counters },
            state: None,
            revision: None,
            events: Vec::new(),
            beside: Beside::default(),
        };
        (counters > 0).then_some(item)
    }
}
