//! Whether sites may be compared by a figure.

use super::{Comparable, SiteItem, figure::SiteFigure};
use crate::routes::footfall::Why;

/// Least coverage of a figure that is compared, in thousandths: that of statutory means (39. BImSchV, annex 11 A).
const LEAST: i64 = 750;
/// How far coverages of sites may lie apart, in thousandths; the same as of two times (`compare.previous_week`).
const APART: i64 = 50;

/// One for each figure, in the order of sites' figures.
pub(super) fn comparable(sites: &[SiteItem]) -> Vec<Comparable> {
    let figures = sites.first().map_or(0, |site| site.figures.len());
    let each = |at: usize| sites.iter().filter_map(move |site| Some((site, site.figures.get(at)?))).collect::<Vec<_>>();
    (0..figures).filter_map(|at| of(&each(at))).collect()
}

fn of(sites: &[(&SiteItem, &SiteFigure)]) -> Option<Comparable> {
    let (first, figure) = *sites.first()?;
    let coverages = || sites.iter().map(|(_, figure)| figure.coverage.thousandths());
    let (lowest, highest) = (coverages().min()?, coverages().max()?);
    let is_counted = figure.theme == "footfall";
    let own = sites.iter().find_map(|(_, figure)| figure.not_comparable);
    let why = match () {
        () if sites.iter().any(|(_, figure)| figure.value.is_none()) => Some(MISSING),
        () if is_counted && sites.iter().any(|(site, _)| site.rule != first.rule) => Some(OTHER_RULE),
        () if own.is_some() => own,
        () if lowest < LEAST => Some(TOO_LITTLE),
        () if highest - lowest > APART => Some(DIFFERS),
        () => None,
    };
    Some(Comparable { figure: figure.figure, comparable: why.is_none(), not_comparable: why })
}

const MISSING: Why = Why { reason: "missing", meaning: "one of the sites has no such figure" };
const OTHER_RULE: Why = Why {
    reason: "other_rule",
    meaning: "the sites are not counted by the same rule: a border and a cross-section are two things",
};
const TOO_LITTLE: Why =
    Why { reason: "too_little_covered", meaning: "at one of the sites less than 75 % of what was to be expected came" };
const DIFFERS: Why = Why {
    reason: "coverage_differs",
    meaning: "much more of what was to be expected came at one of the sites than at another",
};
