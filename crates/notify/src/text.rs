//! A notice in words: German first, English below.

use jiff::{Timestamp, tz::TimeZone};
use smartpole_alert::{AlertKind, CauseKind};
use smartpole_model::UtcMillis;

use crate::{
    Entry, Notice,
    notice::{Lamp, Named},
    words::{Counted, ENGLISH, GERMAN, Words},
};

/// Longest subject, in characters.
const MOST_SUBJECT: usize = 150;
/// Longest name, in characters.
const MOST_NAME: usize = 80;
/// So many lamps of an alert are named, more are counted.
const MOST_LAMPS: usize = 30;

/// What came from outside, on one line: control characters, line ends of all scripts and marks that turn the direction of writing
/// become spaces, and there are so many characters at most.
pub(crate) fn clean(text: &str, most: usize) -> String {
    let is_odd = |character: char| {
        let turns = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        character.is_control() || turns || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}')
    };
    let plain: String = text.chars().map(|character| if is_odd(character) { ' ' } else { character }).collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    match plain.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", plain.get(..end).unwrap_or_default().trim_end()),
        None => plain,
    }
}

fn name(text: &str) -> String {
    clean(text, MOST_NAME)
}

/// One line that says the most urgent of it.
pub(crate) fn subject(notice: &Notice) -> String {
    let words = &GERMAN;
    let said = match notice.entries.as_slice() {
        [] => format!("{}: {}", words.test, words.test_text),
        [one] => head(one, words),
        [first, ..] => format!("{} {}: {}, …", notice.entries.len(), words.messages, head(first, words)),
    };
    clean(&format!("[smartpole] {said}"), MOST_SUBJECT)
}

/// All of it.
pub(crate) fn body(notice: &Notice) -> String {
    let all = [&GERMAN, &ENGLISH].map(|words| in_language(notice, words));
    all.join("\n\n-- English --\n\n") + "\n"
}

fn in_language(notice: &Notice, words: &Words) -> String {
    let mut parts: Vec<String> = notice.entries.iter().map(|entry| paragraph(entry, words)).collect();
    if parts.is_empty() {
        parts.push(format!("{}\n{}: {}/#betrieb", words.test_text, words.page, notice.page));
    } else {
        parts.push(words.foot.to_owned());
    }
    parts.join("\n\n")
}

/// "Handeln: Gateway Rathaus schweigt (4 Masten)"
fn head(entry: &Entry, words: &Words) -> String {
    let word = match entry.until {
        Some(_) => words.closed,
        None => words.severity[entry.severity as usize],
    };
    let what = (words.what)(entry.rule).replace("{}", &name(&entry.cause.name));
    match entry.poles.as_slice() {
        [] => format!("{word}: {what}"),
        [one] => format!("{word}: {what} ({} {})", words.poles[0], name(one.number())),
        more => format!("{word}: {what} ({})", counted(more.len(), words.poles)),
    }
}

fn counted(n: usize, words: Counted) -> String {
    format!("{n} {}", words[usize::from(n != 1)])
}

fn paragraph(entry: &Entry, words: &Words) -> String {
    let mut lines = vec![head(entry, words)];
    let mut line = |key: &str, value: String| {
        let space = if value.starts_with('\n') { "" } else { " " };
        lines.push(format!("  {key}:{space}{value}"));
    };
    let whom = [(entry.poles.len(), words.poles), (entry.devices.len(), words.devices)];
    let whom: Vec<String> = whom.into_iter().filter(|(n, _)| *n > 0).map(|(n, words)| counted(n, words)).collect();
    if !whom.is_empty() {
        line(words.concerned, whom.join(", "));
    }
    line(words.since, time(entry.since, words));
    match entry.until {
        Some(until) => line(words.until, time(until, words)),
        None => line(words.next, step(entry, words)),
    }
    if let Some(cause) = &entry.part_of {
        line(words.part_of, larger(cause, words));
    }
    if !entry.poles.is_empty() {
        line(words.lamps, lamps(&entry.poles, words));
    }
    if let Some(word) = entry.acknowledged.as_ref().filter(|_| entry.until.is_none()) {
        line(words.seen, format!("{}, {} {}", name(&word.by), time(word.at, words), clean(&word.note, 200)));
    }
    line(words.page, entry.link.clone());
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

/// What is wrong with a cause that others are part of.
fn larger(cause: &Named, words: &Words) -> String {
    let what = match cause.cause.kind {
        CauseKind::Gateway => (words.what)(AlertKind::GatewaySilent),
        CauseKind::SwitchPoint => (words.what)(AlertKind::SwitchPointSilent),
        _ => "{}",
    };
    what.replace("{}", &name(&cause.name))
}

fn step(entry: &Entry, words: &Words) -> String {
    let mut step = (words.step)(entry.next_step.code).to_owned();
    if entry.next_step.trip {
        step = format!("{step} ({})", words.trip);
    }
    if let Some(part) = &entry.next_step.part {
        step = format!("{step}, {} {}", words.part, name(part));
    }
    for (figure, word) in [("days_left", words.days_left), ("left_out", words.left_out)] {
        if let Some(n) = entry.figures.get(figure).and_then(serde_json::Value::as_i64) {
            step = format!("{step}, {word}: {n}");
        }
    }
    step
}

fn lamps(poles: &[Lamp], words: &Words) -> String {
    let one = |pole: &Lamp| {
        let place = pole.switch_point.as_ref().map(|point| format!(", {} {}", words.switch_point, name(point)));
        format!("\n    {} {}{}", name(pole.number()), name(&pole.name), place.unwrap_or_default())
    };
    let mut named: String = poles.iter().take(MOST_LAMPS).map(one).collect();
    if poles.len() > MOST_LAMPS {
        named.push_str(&format!("\n    … {} {}", poles.len() - MOST_LAMPS, words.more));
    }
    named
}

/// As clocks on walls here show it.
fn time(at: UtcMillis, words: &Words) -> String {
    let zone = TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC);
    match Timestamp::from_millisecond(at.0) {
        Ok(time) => zone.to_datetime(time).strftime(words.time).to_string(),
        Err(_) => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use proptest::prelude::*;

    use super::*;
    use crate::notice::tests::{closed, notice, open};

    #[test]
    fn a_message_says_what_whom_since_when_the_next_step_and_which_lamps() {
        let notice = notice(vec![open(2), closed(1)]);
        assert_eq!(subject(&notice), "[smartpole] 2 Meldungen: Handeln: Gateway Rathaus schweigt (2 Masten), …");
        expect![[r#"
            Handeln: Gateway Rathaus schweigt (2 Masten)
              Betroffen: 2 Masten, 2 Geräte
              Seit: 30.11.2026, 16:00 Uhr
              Nächster Schritt: Strom prüfen (Fahrt nötig), Ersatzteil SPS30
              Masten:
                0410 Am Markt 0, Schaltstelle 118
                0411 Am Markt 1, Schaltstelle 118
              Gesehen von: 10.0.0.9, 30.11.2026, 16:00 Uhr Stadtwerke angerufen
              Seite: https://luft.example.org/#alert=17

            Erledigt: Gateway Rathaus schweigt (Mast 0410)
              Betroffen: 1 Mast, 1 Gerät
              Seit: 30.11.2026, 16:00 Uhr
              Bis: 30.11.2026, 17:00 Uhr
              Gehört jetzt zu: Schaltstelle 118 schweigt
              Masten:
                0410 Am Markt 0, Schaltstelle 118
              Seite: https://luft.example.org/#alert=17

            Stumm schalten, als gesehen vermerken und Wartung eintragen lässt sich auf der Seite.

            -- English --

            Act: gateway Rathaus is silent (2 poles)
              Concerns: 2 poles, 2 devices
              Since: 30 Nov 2026, 16:00
              Next step: check the power (somebody has to go there), spare part SPS30
              Poles:
                0410 Am Markt 0, switch point 118
                0411 Am Markt 1, switch point 118
              Seen by: 10.0.0.9, 30 Nov 2026, 16:00 Stadtwerke angerufen
              Page: https://luft.example.org/#alert=17

            Done: gateway Rathaus is silent (pole 0410)
              Concerns: 1 pole, 1 device
              Since: 30 Nov 2026, 16:00
              Until: 30 Nov 2026, 17:00
              Is part of: switch point 118 is silent
              Poles:
                0410 Am Markt 0, switch point 118
              Page: https://luft.example.org/#alert=17

            Muting, noting as seen and planning maintenance are done on the page.
        "#]]
        .assert_eq(&body(&notice));
    }

    #[test]
    fn a_counter_that_jumped_says_how_many_crossings_do_not_count() {
        let mut entry = open(1);
        (entry.rule, entry.next_step.code) = (AlertKind::CounterJump, smartpole_alert::StepCode::CheckCounter);
        entry.next_step.trip = false;
        entry.figures.insert("left_out".to_owned(), 2_147_483_648_i64.into());
        let text = body(&notice(vec![entry]));
        assert!(
            text.contains("[counter] im Profil prüfen, Ersatzteil SPS30, nicht gezählte Querungen: 2147483648\n"),
            "{text}"
        );
        assert!(text.contains(", crossings left out: 2147483648\n"), "{text}");
    }

    #[test]
    fn one_alert_is_the_subject_and_many_lamps_are_counted() {
        assert_eq!(subject(&notice(vec![open(1)])), "[smartpole] Handeln: Gateway Rathaus schweigt (Mast 0410)");
        assert_eq!(subject(&notice(vec![closed(0)])), "[smartpole] Erledigt: Gateway Rathaus schweigt");
        let many = body(&notice(vec![open(40)]));
        assert!(many.contains("… 10 weitere\n") && many.contains("… 10 more\n"), "{many}");
    }

    #[test]
    fn a_test_says_that_it_is_one() {
        let test = Notice::test(UtcMillis(0), "https://luft.example.org");
        assert_eq!(subject(&test), "[smartpole] Test: Das ist ein Test: Meldungen von smartpole kommen hier an.");
        assert!(body(&test).contains("https://luft.example.org/#betrieb"));
    }

    proptest! {
        #[test]
        fn what_is_clean_is_one_line_and_bounded(text: String, most in 1usize..50) {
            let plain = clean(&text, most);
            prop_assert!(!plain.contains(char::is_control) && plain.chars().count() <= most + 1);
            prop_assert_eq!(clean(&plain, most + 1), plain);
        }
    }
}
