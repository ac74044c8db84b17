//! The ledger as the interface gives it, beside the truth.

use std::collections::BTreeMap;

use firmware_sim::Truth;
use serde_json::Value;

use crate::Api;

/// Sums by equation and term; a quarantined term's name carries its reason: `messages quarantined decode_failed`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Right sides.
    pub terms: BTreeMap<String, u64>,
    /// Left sides, by equation.
    pub totals: BTreeMap<String, u64>,
    /// Whether the service says that every equation holds.
    pub balanced: bool,
    /// The last record that is counted.
    pub seq: u64,
}

impl Ledger {
    /// The ledger as it is now.
    ///
    /// # Errors
    /// If it cannot be had.
    pub async fn ask(api: &Api) -> Result<Self, String> {
        let answer = api.try_get("/api/v1/ledger").await?;
        let mut ledger = Self { balanced: answer["balanced"] == true, ..Self::default() };
        ledger.seq = answer["as_of"]["seq"].as_u64().ok_or("no as_of.seq")?;
        for equation in answer["equations"].as_array().ok_or("no equations")? {
            let name = equation["name"].as_str().ok_or("an equation without name")?;
            let value = |term: &Value| term["value"].as_u64().ok_or("a term without value");
            ledger.totals.insert(name.to_owned(), value(&equation["total"])?);
            for term in equation["terms"].as_array().ok_or("no terms")? {
                let parts = [Some(name), term["name"].as_str(), term["reason"].as_str()];
                let key: Vec<&str> = parts.into_iter().flatten().collect();
                ledger.terms.insert(key.join(" "), value(term)?);
            }
        }
        // on both sides of the first equation; what is asked here is what has become of the rest
        let waiting = ledger.terms.remove("messages not_yet_folded").ok_or("no messages not_yet_folded")?;
        *ledger.totals.entry("messages".to_owned()).or_default() -= waiting;
        Ok(ledger)
    }

    /// What the truth says it must be.
    pub fn of(truth: &Truth) -> Self {
        let (messages, readings) = (&truth.messages, &truth.readings);
        let mut terms = BTreeMap::from([
            ("messages uplink".to_owned(), messages.uplink),
            ("messages control".to_owned(), messages.control),
            ("messages duplicate".to_owned(), messages.duplicate),
            ("readings accepted".to_owned(), readings.accepted),
            ("readings duplicate".to_owned(), readings.duplicate),
        ]);
        for (of, sums) in [("messages", &messages.quarantined), ("readings", &readings.quarantined)] {
            terms.extend(sums.iter().map(|(reason, n)| (format!("{of} quarantined {}", reason.code()), *n)));
        }
        let totals = BTreeMap::from([("messages".to_owned(), truth.sent), ("readings".to_owned(), readings.sum())]);
        Self { terms, totals, balanced: true, seq: 0 }
    }

    /// A right side, 0 if it is not there.
    pub fn term(&self, name: &str) -> u64 {
        self.terms.get(name).copied().unwrap_or(0)
    }

    /// How many messages were folded.
    pub fn messages(&self) -> u64 {
        self.totals.get("messages").copied().unwrap_or(0)
    }

    fn sum(&self, equation: &str) -> u64 {
        self.terms.iter().filter(|(name, _)| name.starts_with(equation)).map(|(_, n)| n).sum()
    }
}

/// How a ledger differs from the truth; empty if it does not. With `redelivered`, messages may have come again: then there may
/// be more duplicates and more quarantined messages, and nothing else may differ.
pub fn difference(ledger: &Ledger, truth: &Ledger, redelivered: bool) -> String {
    let mut lines = Vec::new();
    let names = ledger.terms.keys().chain(truth.terms.keys()).filter(|name| !name.starts_with("windows"));
    for name in names.collect::<std::collections::BTreeSet<_>>() {
        let (is, must) = (ledger.term(name), truth.term(name));
        let may_grow = redelivered && (name.contains("duplicate") || name.contains("quarantined"));
        if is != must && !(may_grow && is > must) {
            lines.push(format!("{name}: is {is}, must be {must}"));
        }
    }
    for equation in ["messages", "readings", "windows"] {
        let (left, right) = (ledger.totals.get(equation).copied().unwrap_or(0), ledger.sum(equation));
        if left != right {
            lines.push(format!("{equation}: {left} are not the sum {right} of their terms"));
        }
    }
    if !ledger.balanced {
        lines.push("the service says that it is not balanced".to_owned());
    }
    lines.join("\n")
}
