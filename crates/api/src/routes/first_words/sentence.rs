//! The first sentence: how the air is, in words a neighbour would use.
//!
//! It speaks of whole places, each by its worst pole. How a place is named in a sentence hangs on how its name ends, as people say it.

use super::{super::catalog::pages::Language, Facts};

const CLASSES: [(&str, &str); 5] = [
    ("sehr gut", "very good"),
    ("gut", "good"),
    ("mäßig", "moderate"),
    ("schlecht", "poor"),
    ("sehr schlecht", "very poor"),
];
/// Words that say where by themselves.
const WHERE: [&str; 8] = ["Am", "An", "Im", "In", "Auf", "Zum", "Zur", "Beim"];
const SQUARES: [&str; 5] = ["platz", "markt", "park", "bahnhof", "hbf"];
const STREETS: [&str; 4] = ["straße", "strasse", "gasse", "allee"];
const QUARTERS: [&str; 2] = ["stadt", "siedlung"];

/// The sentence.
pub(super) fn headline(facts: &Facts, language: Language) -> String {
    let Facts { air, reporting, total, .. } = facts;
    if *total == 0 || (*reporting == 0 && air.is_empty()) {
        return language.pick("Noch meldet kein Mast.", "No pole is reporting yet.").to_owned();
    }
    if !air.is_empty() {
        return of_air(air, language);
    }
    match language {
        Language::De => {
            format!(
                "{reporting} von {total} Masten melden. Für ein Urteil über die Luft sind es noch zu wenige Messwerte."
            )
        }
        Language::En => {
            format!("{reporting} of {total} poles are reporting. There are still too few readings to judge the air.")
        }
    }
}

fn of_air(air: &[(String, u8)], language: Language) -> String {
    let classes = || air.iter().map(|(_, class)| *class);
    let (worst, best) = (classes().max().unwrap_or_default(), classes().min().unwrap_or_default());
    let places: Vec<&str> = air.iter().filter(|(_, class)| *class == worst).map(|(place, _)| place.as_str()).collect();
    let (count, total, word) = (places.len(), air.len(), word(worst, language));
    match classes().filter(|class| *class < worst).max() {
        _ if total == 1 => one(&together(&places, language), word, language),
        None => everywhere(word, language),
        Some(_) if worst <= 1 => language
            .pick("Die Luft ist überall gut oder sehr gut.", "The air is good or very good everywhere.")
            .to_owned(),
        Some(rest) if count <= 2 => except(&together(&places, language), word, rest, rest != best, language),
        Some(_) if language == Language::De => format!("An {count} von {total} Plätzen ist die Luft {word}."),
        Some(_) => format!("The air is {word} at {count} of {total} places."),
    }
}

fn word(class: u8, language: Language) -> &'static str {
    CLASSES.get(usize::from(class)).map_or("", |(de, en)| language.pick(de, en))
}

fn one(place: &str, word: &str, language: Language) -> String {
    format!("{place} {} {word}.", language.pick("ist die Luft", "the air is"))
}

fn everywhere(word: &str, language: Language) -> String {
    match language {
        Language::De => format!("Die Luft ist überall {word}."),
        Language::En => format!("The air is {word} everywhere."),
    }
}

fn except(places: &str, worst: &str, rest: u8, is_some_better: bool, language: Language) -> String {
    let (rest, or_better) =
        (word(rest, language), if is_some_better { language.pick(" oder besser", " or better") } else { "" });
    match language {
        Language::De => format!("{places} ist die Luft {worst}, sonst {rest}{or_better}."),
        Language::En => format!("{places} the air is {worst}, elsewhere {rest}{or_better}."),
    }
}

/// One place or two, where the second begins with a small letter.
fn together(places: &[&str], language: Language) -> String {
    let said: Vec<String> = places.iter().map(|place| place_of(place, language)).collect();
    match &said[..] {
        [first, second] => format!("{first} {} {}", language.pick("und", "and"), lower(second)),
        _ => said.concat(),
    }
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Where, as an adverb: "Am Markt", "In der Langen Straße", "In der Altstadt".
fn place_of(name: &str, language: Language) -> String {
    let lower = name.to_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    let says_where = WHERE.iter().any(|word| name.strip_prefix(word).is_some_and(begins_a_word));
    match language {
        Language::De if says_where => name.to_owned(),
        Language::De if ends(&SQUARES) => format!("Am {name}"),
        Language::De if ends(&STREETS) || ends(&QUARTERS) => format!("In der {}", dative(name)),
        Language::En if ends(&STREETS) => format!("On {name}"),
        Language::En if ends(&QUARTERS) => format!("In the {name}"),
        Language::En if (says_where && !name.starts_with("In")) || ends(&SQUARES) => format!("At {name}"),
        _ => format!("In {name}"),
    }
}

fn begins_a_word(rest: &str) -> bool {
    !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_')
}

/// "Lange Straße" is "Langen Straße".
fn dative(name: &str) -> String {
    match name.split_once(' ') {
        Some((first, rest)) if is_adjective(first) => format!("{first}n {rest}"),
        _ => name.to_owned(),
    }
}

fn is_adjective(word: &str) -> bool {
    let mut letters = word.chars();
    word.ends_with('e') && letters.next().is_some_and(char::is_uppercase) && letters.all(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::{super::line::measured, *};

    #[derive(Deserialize)]
    struct Case {
        air: Vec<(String, u8)>,
        reporting: usize,
        total: usize,
        measured: Vec<String>,
        de: [String; 2],
        en: [String; 2],
    }

    #[test]
    fn it_is_the_one_that_the_page_says() {
        let cases = include_str!("../../../web/tests/first-words.json");
        for Case { air, reporting, total, measured: ids, de, en } in serde_json::from_str::<Vec<Case>>(cases).unwrap() {
            let facts = Facts { air, reporting, total, ..Facts::default() };
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            for (language, said) in [(Language::De, de), (Language::En, en)] {
                let measured = measured(&ids, language).unwrap_or_default();
                assert_eq!([headline(&facts, language), measured], said, "{facts:?}");
            }
        }
    }
}
