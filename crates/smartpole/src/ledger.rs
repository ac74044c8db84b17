//! The ledger of a store, printed: what became of every message.

use std::{fmt::Write, path::Path};

use smartpole_pipeline::{Counts, Entry, Equation};
use smartpole_store::{Error, Store};

/// The equations of the store in `data`, one term a line.
pub(crate) fn of(data: &Path) -> Result<String, Error> {
    let restore = Store::open(data)?.restore()?;
    let mut text = format!("ledger at record {}, {}\n", restore.cursor, restore.received_at);
    for equation in Equation::ALL {
        print(equation, &restore.ledger, &mut text);
    }
    Ok(text)
}

fn print(equation: Equation, counts: &Counts, text: &mut String) {
    let what = match equation {
        Equation::Messages => "messages journalled",
        Equation::Readings => "readings decoded",
        Equation::Windows => "readings for windows",
    };
    let balance = if equation.holds(counts) { "balanced" } else { "NOT BALANCED" };
    let mut line = |n: u64, what: &str| writeln!(text, "{n:>14}  {what}").unwrap_or_default();
    line(counts.get(equation.total()), &format!("{what}, {balance}"));
    for entry in equation.terms().filter(|entry| counts.get(*entry) > 0) {
        line(counts.get(entry), &format!("  {}", word(entry)));
    }
}

fn word(entry: Entry) -> String {
    let word = entry.code().replace('_', " ");
    entry.why().map_or(word.clone(), |why| format!("{word}: {why}"))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use smartpole_model::{Outcome, Reason};

    use super::*;

    #[test]
    fn an_equation_is_printed_with_its_terms_and_says_when_it_does_not_hold() {
        let mut counts = Counts::default();
        counts.add(Entry::Journalled, 3);
        counts.add(Entry::Message(Outcome::Uplink), 1);
        counts.add(Entry::Message(Outcome::Quarantined(Reason::BadCrc)), 2);
        counts.add(Entry::Aggregatable, 2);
        counts.add(Entry::OnTime, 1);
        let mut text = "ledger\n".to_owned();
        Equation::ALL.into_iter().for_each(|equation| print(equation, &counts, &mut text));
        expect![[r#"
            ledger
                         3  messages journalled, balanced
                         1    uplink
                         2    quarantined: bad_crc
                         0  readings decoded, balanced
                         2  readings for windows, NOT BALANCED
                         1    on time
        "#]]
        .assert_eq(&text);
    }
}
