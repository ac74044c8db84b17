//! Windows added up: of one zone, one after the other, so that nothing counts twice.

use serde::Serialize;
use smartpole_method::compare::change_permille;
use utoipa::ToSchema;

use super::FootfallItem;
use crate::number::{self, Exact};

/// Readings that came, and those that should have by now; to the public, quarters of an hour of counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Readings {
    pub(super) came: i64,
    pub(super) expected: i64,
}

/// Windows that were asked for and begun, and that are no items, as nothing is known of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Missing {
    pub(super) windows: usize,
    /// Readings that should have come in them by now.
    pub(super) expected: i64,
}

/// All windows of an answer together.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Totals {
    /// How many windows they are.
    pub(super) windows: usize,
    /// How many of the windows asked for that have begun no count is known of, be it in the answer or not.
    pub(super) without_data: usize,
    /// In; null where nothing is known.
    pub(super) r#in: Option<i64>,
    /// Out.
    pub(super) out: Option<i64>,
    /// Both.
    pub(super) crossings: Option<i64>,
    /// Part of the reports expected by now that came, of all windows asked for, those without data too, 0 to 1.
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

impl Readings {
    /// Of all windows asked for.
    pub(super) fn of(items: &[FootfallItem], missing: Missing) -> Self {
        let came = items.iter().map(|item| item.readings.came).sum();
        let expected: i64 = items.iter().map(|item| item.readings.expected).sum();
        Self { came, expected: expected + missing.expected }
    }

    /// Which part of them came; none where none should have.
    pub(super) fn share(self) -> Option<Exact> {
        (self.expected > 0).then(|| number::share(self.came, self.expected))
    }
}

impl Totals {
    /// Of all windows asked for; `is_compared` says whether a comparison was.
    pub(super) fn of(items: &[FootfallItem], missing: Missing, is_compared: bool) -> Self {
        let add = |of: fn(&FootfallItem) -> Option<i64>| items.iter().filter_map(of).reduce(i64::saturating_add);
        Self {
            windows: items.len(),
            without_data: missing.windows + items.iter().filter(|item| !item.is_known()).count(),
            r#in: add(|item| item.r#in),
            out: add(|item| item.out),
            crossings: add(|item| item.crossings),
            coverage: Readings::of(items, missing).share().unwrap_or(number::share(0, 1)),
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
