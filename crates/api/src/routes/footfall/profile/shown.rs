//! Hours as the public is shown them.

use smartpole_method::{calendar::opens_at, profile::Hour};

use super::{
    super::{
        FootfallItem, Hours,
        public::{self, ShownHours},
    },
    Wanted,
};
use crate::{Parts, problem::Problem, span::Span};

/// The hours of a span that are shown, or why the zone has none, or none of some time.
pub(super) fn hours(
    parts: &Parts,
    days: &public::Days,
    wanted: &Wanted,
    span: Span,
) -> Result<ShownHours<Hour>, Problem> {
    public::check_as_of(wanted.as_of)?;
    let shown = public::hours(parts, days, &wanted.zone, span)?;
    let openings = parts.fold().inputs().registry.sunday_openings.clone();
    let is_wanted = |item: &&FootfallItem| wanted.hours == Hours::All || opens_at(item.start, &openings);
    let items = shown.items.iter().filter(is_wanted).map(hour).collect();
    Ok(ShownHours { items, no_sum: shown.no_sum, withheld: shown.withheld })
}

/// Covered in thousandths, of which a thousand are expected.
fn hour(item: &FootfallItem) -> Hour {
    let counts = [item.r#in, item.out, item.crossings];
    Hour { start: item.start, counts, count: item.coverage.thousandths(), expected: 1_000 }
}
