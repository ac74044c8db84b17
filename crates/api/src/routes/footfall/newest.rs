//! The newest hour that the public sees.

use super::{Days, FootfallItem, Hours, Wanted, public};
use crate::{Parts, problem::Problem, span::Step};

/// How far back an hour is looked for.
const BACK_MS: i64 = 6 * 3_600_000;

/// The newest hour of a zone of which the public sees a count, if there is one in the last six.
///
/// # Errors
/// As `/api/v1/footfall` to the public.
pub(in crate::routes) fn newest_hour(parts: &Parts, days: &Days, zone: &str) -> Result<Option<FootfallItem>, Problem> {
    let wanted = Wanted {
        zone: zone.to_owned(),
        from: Some(parts.queries.at(None).plus(-BACK_MS)),
        to: None,
        step: Step::Hour,
        public: true,
        hours: Hours::All,
        days: None,
        totals: false,
        compare: None,
        estimate: false,
        as_of: None,
        limit: None,
        cursor: None,
    };
    let items = public::answer(parts, days, &wanted)?.items;
    Ok(items.into_iter().rev().find(FootfallItem::is_known))
}
