//! What a replay changed, in one sentence.

use smartpole_pipeline::Effect;

/// "1,203 messages → 4,812 readings, 7 windows corrected, 0 conflicts", and what else is not 0.
pub(crate) fn sentence(effect: &Effect) -> String {
    let Effect { messages, missing, recovered, readings, replaced, conflicts, windows, superseded, expired } = *effect;
    let mut text = format!(
        "{} messages → {} readings, {} windows corrected, {} conflicts",
        number(messages),
        number(readings),
        number(windows),
        number(conflicts)
    );
    for (n, what) in [
        (replaced, "values replaced"),
        (recovered, "messages left the quarantine"),
        (missing, "messages are no longer kept"),
        (superseded, "former readings, which the messages give no longer, count no more"),
        (expired, "messages were left alone: what they would change is past raw retention"),
    ] {
        if n > 0 {
            text += &format!(", {} {what}", number(n));
        }
    }
    text
}

/// With commas between thousands.
fn number(n: u64) -> String {
    let digits = n.to_string();
    let grouped = digits.char_indices().map(|(at, digit)| {
        let comma = at > 0 && (digits.len() - at).is_multiple_of(3);
        if comma { format!(",{digit}") } else { digit.to_string() }
    });
    grouped.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_says_what_changed_and_nothing_that_did_not() {
        let effect = Effect { messages: 1_203, readings: 4_812, windows: 7, ..Effect::default() };
        assert_eq!(sentence(&effect), "1,203 messages → 4,812 readings, 7 windows corrected, 0 conflicts");
        let effect = Effect { messages: 8, readings: 8, superseded: 8, ..Effect::default() };
        let said = "8 messages → 8 readings, 0 windows corrected, 0 conflicts, 8 former readings, which the messages give no longer, count no more";
        assert_eq!(sentence(&effect), said);
        let effect = Effect { messages: 1_000_000, missing: 999, recovered: 1_000, replaced: 12, ..Effect::default() };
        assert_eq!(
            sentence(&effect),
            "1,000,000 messages → 0 readings, 0 windows corrected, 0 conflicts, 12 values replaced, 1,000 messages left the quarantine, 999 messages are no longer kept"
        );
    }
}
