//! Windows added up: of one zone, one after the other, so that nothing counts twice.

use serde::Serialize;
use smartpole_method::compare::change_permille;
use utoipa::ToSchema;

use super::FootfallItem;
use crate::number::{self, Exact};

/// All windows of an answer together.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Totals {
    /// How many windows they are.
    pub(super) windows: usize,
    /// In; null where nothing is known.
    pub(super) r#in: Option<i64>,
    /// Out.
    pub(super) out: Option<i64>,
    /// Both.
    pub(super) crossings: Option<i64>,
    /// The mean of the windows' coverage, each of the same weight.
    #[schema(value_type = f64, minimum = 0, maximum = 1)]
    pub(super) coverage: Exact,
    /// Of those that have a partner they are comparable with, if a comparison was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) compared: Option<Compared>,
}

/// Windows and their partners, only those that are comparable.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Compared {
    /// How many windows they are.
    pub(super) windows: usize,
    /// How many are in neither sum, as they are not comparable.
    pub(super) not_comparable: usize,
    /// Crossings of the windows.
    pub(super) crossings: i64,
    /// Crossings of their partners.
    pub(super) partner_crossings: i64,
    /// By how much the first are above the others, in thousandths of these; null if these are 0.
    pub(super) change_permille: Option<i64>,
}

impl Totals {
    /// Of all windows; `is_compared` says whether a comparison was asked for.
    pub(super) fn of(items: &[FootfallItem], is_compared: bool) -> Self {
        let add = |of: fn(&FootfallItem) -> Option<i64>| items.iter().filter_map(of).reduce(i64::saturating_add);
        let covered: i64 = items.iter().map(|item| item.coverage.thousandths()).sum();
        Self {
            windows: items.len(),
            r#in: add(|item| item.r#in),
            out: add(|item| item.out),
            crossings: add(|item| item.crossings),
            coverage: number::share(covered, 1_000 * items.len().max(1) as i64),
            compared: is_compared.then(|| Compared::of(items)),
        }
    }
}

impl Compared {
    fn of(items: &[FootfallItem]) -> Self {
        let both = |item: &FootfallItem| Some((item.crossings?, item.beside.partner.as_ref()?.crossings));
        let pairs: Vec<(i64, i64)> = items.iter().filter_map(both).collect();
        let add = |sum: (i64, i64), pair: &(i64, i64)| (sum.0.saturating_add(pair.0), sum.1.saturating_add(pair.1));
        let (crossings, partner_crossings) = pairs.iter().fold((0, 0), add);
        Self {
            windows: pairs.len(),
            not_comparable: items.len() - pairs.len(),
            crossings,
            partner_crossings,
            change_permille: change_permille(crossings, partner_crossings),
        }
    }
}
