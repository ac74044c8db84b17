//! What is shown beside a count: another time's, or an estimate of what is missing.

use serde::{Deserialize, Serialize};
use smartpole_method::{
    compare::{Anchor, Comparison, NoBaseline, NotComparable},
    methods::{self, Method},
};
use smartpole_model::{UtcMillis, registry::did_you_mean};
use utoipa::ToSchema;

use crate::number::Exact;

/// Which time counts are compared with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Compare {
    /// The week before.
    PreviousWeek,
    /// The same weekday of the same ISO week of the year before; of months and years the one a year before.
    PreviousYear,
    /// As many days from Easter in the year before.
    Easter,
    /// As many days from the first Sunday in Advent in the year before.
    Advent,
    /// The last four comparable days.
    Baseline,
    /// Days of the event of an id with the last four comparable days without it.
    Event(String),
}

impl TryFrom<String> for Compare {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        const WORDS: [&str; 6] = ["previous_week", "previous_year", "easter", "advent", "baseline", "event:"];
        match word.as_str() {
            "previous_week" => Ok(Self::PreviousWeek),
            "previous_year" => Ok(Self::PreviousYear),
            "easter" => Ok(Self::Easter),
            "advent" => Ok(Self::Advent),
            "baseline" => Ok(Self::Baseline),
            other => match other.strip_prefix("event:") {
                Some(id) => Ok(Self::Event(id.to_owned())),
                None => Err(no_comparison(other, &WORDS)),
            },
        }
    }
}

fn no_comparison(word: &str, words: &[&str]) -> String {
    let shown: String = word.chars().take(40).collect();
    let hint =
        did_you_mean(&shown, words.iter().copied()).unwrap_or_else(|| format!("use one of {}<id>", words.join(", ")));
    format!("compare: {shown:?} is no comparison: {hint}")
}

impl Compare {
    /// The one other time; none for those that are of four.
    pub(super) fn comparison(&self) -> Option<Comparison> {
        match self {
            Self::PreviousWeek => Some(Comparison::PreviousWeek),
            Self::PreviousYear => Some(Comparison::PreviousYear),
            Self::Easter => Some(Comparison::Feast(Anchor::Easter)),
            Self::Advent => Some(Comparison::Feast(Anchor::Advent)),
            Self::Baseline | Self::Event(_) => None,
        }
    }

    /// The id of the event whose days are compared.
    pub(super) fn event(&self) -> Option<&str> {
        if let Self::Event(id) = self { Some(id) } else { None }
    }

    pub(super) fn method(&self) -> Method {
        match self {
            Self::PreviousWeek => methods::COMPARE_PREVIOUS_WEEK,
            Self::PreviousYear => methods::COMPARE_PREVIOUS_YEAR,
            Self::Easter => methods::COMPARE_EASTER,
            Self::Advent => methods::COMPARE_ADVENT,
            Self::Baseline => methods::COMPARE_BASELINE,
            Self::Event(_) => methods::COMPARE_EVENT,
        }
    }
}

/// Which hours of a day count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Hours {
    /// All.
    #[default]
    All,
    /// Those in which shops are open: Monday to Saturday 10 to 20, Sunday openings 13 to 18.
    Open,
}

/// What stands beside a count, if it was asked for.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Beside {
    /// The count it is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) partner: Option<Partner>,
    /// By how much the count is above its partner, in thousandths of it; absent if the partner is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) change_permille: Option<i64>,
    /// Why it is not compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_comparable: Option<Why>,
    /// What nobody counted, in no sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) estimate: Option<EstimateItem>,
    /// Why a gap is not estimated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_estimated: Option<Why>,
}

/// The count that another one is compared with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Partner {
    /// First instant; null of four days.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) start: Option<UtcMillis>,
    /// First instant after it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) end: Option<UtcMillis>,
    /// The four days whose mean it is, the latest first; empty of one time.
    pub(super) days: Vec<String>,
    /// In; of four days the mean.
    pub(super) r#in: Option<i64>,
    /// Out.
    pub(super) out: Option<i64>,
    /// Both.
    pub(super) crossings: i64,
    /// Part of the expected reports that came, 0 to 1.
    #[schema(value_type = f64, minimum = 0, maximum = 1)]
    pub(super) coverage: Exact,
    /// Ids of the events that were on then, by `events.csv`; absent if none was, and of four days.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) events: Vec<String>,
}

/// What an hour with missing counters would have held.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EstimateItem {
    /// Crossings.
    pub(super) crossings: i64,
    /// The four days whose mean it is, the latest first.
    pub(super) days: Vec<String>,
}

/// A reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Why {
    /// A word for programs.
    #[schema(value_type = String, example = "too_little_covered")]
    pub(in crate::routes) reason: &'static str,
    /// The same for people.
    #[schema(value_type = String)]
    pub(in crate::routes) meaning: &'static str,
}

impl Why {
    /// Why a place does not stand beside others.
    pub(super) fn beside_others(why: NotComparable) -> Self {
        Self { reason: why.code(), meaning: why.meaning_beside_others() }
    }
}

impl From<NotComparable> for Why {
    fn from(why: NotComparable) -> Self {
        Self { reason: why.code(), meaning: why.meaning() }
    }
}

impl From<NoBaseline> for Why {
    fn from(why: NoBaseline) -> Self {
        Self { reason: why.code(), meaning: why.meaning() }
    }
}
