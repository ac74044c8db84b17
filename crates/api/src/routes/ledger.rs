//! `GET /api/v1/ledger`

use axum::{Json, extract::State};
use serde::Serialize;
use smartpole_model::{Flag, Outcome, Seq, UtcMillis};
use smartpole_pipeline::{Counts, Entry, Equation as Law, Fold};
use utoipa::ToSchema;

use crate::{
    ApiState,
    problem::{Bare, Problem},
    query::{Nothing, Params},
    routes::{Target, targets},
};

/// What became of everything that was ever received.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ledger {
    /// Up to where it counts.
    as_of: AsOf,
    /// Whether every equation holds, those of targets too.
    balanced: bool,
    /// The equations.
    equations: Vec<Equation>,
    /// Accepted readings that a flag keeps out of windows, by the first such flag; flags that never did are left out.
    excluded: Vec<Excluded>,
    /// Where accepted readings are forwarded to, each with its own equation, as of the last commit.
    targets: Vec<Target>,
}

/// Readings kept out of windows by a flag.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Excluded {
    /// The flag.
    #[schema(value_type = String, example = "out_of_range")]
    flag: &'static str,
    /// How many.
    value: u64,
}

/// A position in the journal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AsOf {
    /// The last record that is counted.
    #[schema(value_type = u64)]
    seq: Seq,
    /// When it was received; null before the first.
    #[schema(value_type = String, format = DateTime, nullable)]
    received_at: Option<UtcMillis>,
}

/// `total = sum of terms`, each counted on its own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Equation {
    /// `messages`, `readings` or `windows`.
    #[schema(value_type = String)]
    name: &'static str,
    /// The left side.
    total: Term,
    /// The right side.
    terms: Vec<Term>,
    /// Whether both are equal.
    balanced: bool,
}

/// One number.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Term {
    /// What is counted.
    #[schema(value_type = String)]
    name: &'static str,
    /// How many.
    value: u64,
    /// Why, for what is in quarantine.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// What became of everything that was ever received: sums over all time.
#[utoipa::path(get, path = "/api/v1/ledger", tag = "operation", responses(
    (status = 200, description = "Each equation with its terms.", body = Ledger),
    Bare,
))]
pub(crate) async fn ledger(
    State(state): State<ApiState>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Json<Ledger>, Problem> {
    let answer = state.ask(|parts| {
        // one after the other: who waits for the fold must not hold up who tells what is durable, for whom the fold may wait
        let durable = *parts.journal.durable().borrow();
        let books = Books::of(&parts.fold());
        Ok(books.ledger(durable.since(books.seq), targets(parts)?))
    });
    Ok(Json(answer.await?))
}

/// The ledger's sums at a position.
#[derive(Clone, Debug)]
pub(crate) struct Books {
    pub(crate) seq: Seq,
    pub(crate) received_at: UtcMillis,
    pub(crate) counts: Counts,
}

impl Books {
    pub(crate) fn of(fold: &Fold) -> Self {
        let (seq, received_at) = fold.position();
        Self { seq, received_at, counts: fold.ledger() }
    }

    pub(crate) fn get(&self, entry: Entry) -> u64 {
        self.counts.get(entry)
    }

    /// Messages in quarantine, for whatever reason.
    pub(crate) fn quarantined(&self) -> u64 {
        self.counts.sum(|entry| matches!(entry, Entry::Message(Outcome::Quarantined(_))))
    }

    /// Whether every equation of the fold holds.
    pub(crate) fn balanced(&self) -> bool {
        Law::ALL.iter().all(|law| law.holds(&self.counts))
    }

    /// With `waiting` records that are journalled and not yet folded: they are on both sides of the first equation.
    fn ledger(&self, waiting: u64, targets: Vec<Target>) -> Ledger {
        let received_at = (self.seq > Seq(0)).then_some(self.received_at);
        let mut equations = self.equations();
        equations[0].total.value += waiting;
        equations[0].terms.push(Term { name: "not_yet_folded", value: waiting, reason: None });
        let of = |flag| match flag {
            // they counted when they came, so they are told by the replay that took them out
            Flag::Superseded => Entry::Superseded,
            flag => Entry::Excluded(flag),
        };
        let excluded = Flag::ALL.into_iter().map(|flag| (flag.code(), self.get(of(flag))));
        let excluded = excluded.filter(|(_, value)| *value > 0).map(|(flag, value)| Excluded { flag, value }).collect();
        let as_of = AsOf { seq: self.seq, received_at };
        let balanced = self.balanced() && targets.iter().all(|target| target.balanced);
        Ledger { as_of, balanced, equations: equations.into(), excluded, targets }
    }

    fn equations(&self) -> [Equation; 3] {
        Law::ALL.map(|law| self.equation(law))
    }

    /// Reasons that never occurred are left out.
    fn equation(&self, law: Law) -> Equation {
        let term = |entry: Entry| Term { name: entry.code(), value: self.get(entry), reason: entry.why() };
        let terms = law.terms().map(term).filter(|term| term.reason.is_none() || term.value > 0).collect();
        Equation { name: law.code(), total: term(law.total()), terms, balanced: law.holds(&self.counts) }
    }
}
