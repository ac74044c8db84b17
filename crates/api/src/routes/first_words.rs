//! The first words of the page, in its HTML: a reader has them before a script has come, and without any.
//!
//! ```text
//! poles ──► Facts ──► headline, line ──► index.html
//! ```
//!
//! They are the same for everybody. The page says the same once its script runs (`web/js/sentence.js`), and after it what takes longer to
//! ask for; `web/tests/first-words.json` holds both to the same words.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::Mutex;

use self::facts::Facts;
use super::{catalog::html::escaped, catalog::pages::Language, poles};
use crate::{ApiState, asker::Asker, problem::Problem};

mod facts;
mod line;
mod sentence;

/// So long the words hold, whoever asks: what they speak of changes by the hour.
const FRESH: Duration = Duration::from_secs(5);
/// The page waits no longer for them.
const PATIENCE: Duration = Duration::from_millis(250);
/// Where they stand in `index.html`, in their order: what a browser shows while nothing is known.
const PLACES: [&str; 2] = [
    r#"<span class="skeleton wide" data-words="headline"></span>"#,
    r#"<span class="skeleton" data-words="line"></span>"#,
];

/// What is known of the air, as of the last question.
#[derive(Clone, Default)]
pub(crate) struct FirstWords(Arc<Mutex<Option<(Instant, Facts)>>>);

/// `page` with its first words, in the language of the address (`lang=en`); as it is if they are not to be had at once.
pub(crate) async fn with_words(state: &ApiState, page: &str, query: &str) -> String {
    let language = if query.split('&').any(|part| part == "lang=en") { Language::En } else { Language::De };
    // What comes too late for this reader is there for the next.
    let asking = tokio::spawn(facts(state.clone()));
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(Ok(Ok(facts))) => filled(page, &facts, language),
        _ => page.to_owned(),
    }
}

async fn facts(state: ApiState) -> Result<Facts, Problem> {
    let mut known = state.first_words.0.lock().await;
    if let Some((_, facts)) = known.as_ref().filter(|(at, _)| at.elapsed() < FRESH) {
        return Ok(facts.clone());
    }
    let facts = state.ask(|parts| Ok(Facts::of(&poles::answer(parts, &Asker::PUBLIC)?, (parts.clock)()))).await?;
    *known = Some((Instant::now(), facts.clone()));
    Ok(facts)
}

fn filled(page: &str, facts: &Facts, language: Language) -> String {
    let words = [sentence::headline(facts, language), line::line(facts, language)];
    PLACES.iter().zip(words).fold(page.to_owned(), |page, (place, words)| {
        page.replacen(place, &format!("<span lang=\"{}\">{}</span>", language.code(), escaped(&words)), 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_a_place_for_each() {
        for place in PLACES {
            assert_eq!(include_str!("../../web/index.html").matches(place).count(), 1, "{place}");
        }
    }

    #[test]
    fn names_of_places_are_text() {
        let facts = Facts { air: vec![("<b>Platz".to_owned(), 1)], reporting: 1, total: 1, ..Facts::default() };
        let page = filled(PLACES[0], &facts, Language::En);
        assert_eq!(page, "<span lang=\"en\">At &lt;b&gt;Platz the air is good.</span>");
    }
}
