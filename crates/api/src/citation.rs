//! What an answer is cited with: whose, of when, by which methods, how much of it is covered, and a link that repeats it.
//!
//! The link asks the same question with what it left open filled in: `from` and `to` (or `year`) of what was answered, and `as_of`, a minute
//! that is over. So it gives the same figures for ever, whatever comes late. An answer without `as_of` knows what was received since that
//! minute, too: what of it was changed in less than a minute is to be read at the link before it is cited. When something was received
//! last could tell the public when somebody passed, so its link has the `as_of` that it asked for, or none.

mod source;

use axum::{extract::Query, http::Uri};
use serde::Serialize;
use smartpole_model::UtcMillis;
use utoipa::ToSchema;

use crate::{
    Parts,
    csv::Tabular,
    number::{Exact, decimal},
    representation::is_form,
    routes::MethodName,
};

const MINUTE_MS: i64 = 60_000;
/// What every figure of ours is made of.
pub(crate) const SOURCE: &str = "sensors on street lamps, not official";
/// Parameters that say when and how much, not what.
const WHEN: [&str; 7] = ["from", "to", "year", "as_of", "limit", "cursor", "public"];

/// What an answer is cited with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Citation {
    /// All of it in one line.
    text: String,
    /// What the figures are made of; of a foreign series whose it is and how it was made.
    source: String,
    /// Who publishes them.
    publisher: String,
    /// How they are made.
    method: Vec<MethodName>,
    /// Until which minute the link's figures know what was received; an answer that was not asked `as_of` knows up to a minute more. Null
    /// to the public unless it asked, and of figures that never change.
    #[schema(value_type = Option<String>, format = DateTime)]
    as_of: Option<UtcMillis>,
    /// Part of the expected reports that came, over all items by their length, of footfall over all windows asked for; null where items have none.
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 1)]
    coverage: Option<Exact>,
    /// The licence's IRI; null to operators, as exact counts have none, and of foreign series, whose licence is their provider's.
    licence: Option<String>,
    /// Repeats the question with the same figures.
    link: String,
}

/// The time of an item, and how much of it is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) start: UtcMillis,
    pub(crate) end: UtcMillis,
    /// None of items that have none.
    pub(crate) coverage: Option<Exact>,
}

/// What is cited, of an answer or a file.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) methods: Vec<MethodName>,
    /// What it is made of, if not of our sensors.
    pub(crate) source: Option<String>,
    pub(crate) coverage: Option<Exact>,
    pub(crate) span: Option<(UtcMillis, UtcMillis)>,
    pub(crate) left_open: Vec<(&'static str, String)>,
    pub(crate) is_as_of: bool,
}

impl Subject {
    /// None of an answer that is not cited.
    pub(crate) fn of(answer: &impl Tabular) -> Option<Self> {
        let (methods, source) = (answer.methods(), answer.source());
        (source.is_some() || !methods.is_empty()).then(|| Self {
            methods,
            source,
            coverage: answer.coverage(),
            span: answer.span(),
            left_open: answer.left_open(),
            is_as_of: answer.is_as_of(),
        })
    }
}

impl Citation {
    /// That of an answer to a question; `as_of` is what its link knows, `None` if it may not be told.
    pub(crate) fn new(parts: &Parts, uri: &Uri, subject: &Subject, as_of: Option<UtcMillis>, is_public: bool) -> Self {
        let as_of = as_of.filter(|_| subject.is_as_of);
        let (method, coverage) = (subject.methods.clone(), subject.coverage);
        let link = link(&parts.publish.base_url, uri, &subject.left_open, as_of);
        let publisher = parts.publish.name(parts.fold().inputs());
        let licence = licence(parts, uri, is_public);
        let source = foreign(parts, uri).unwrap_or_else(|| subject.source.clone().unwrap_or_else(|| SOURCE.to_owned()));
        let mut said = vec![format!("{publisher}: {}", what(uri))];
        said.extend(subject.span.map(|(from, to)| format!("{from} to {to}")));
        said.push(source.clone());
        said.extend(as_of.map(|as_of| format!("as of {as_of}")));
        said.extend(method.iter().map(|method| format!("method {method}")));
        said.extend(licence.clone());
        said.push(link.clone());
        Self { text: said.join("; "), source, publisher, method, as_of, coverage, licence, link }
    }

    /// Until which minute its link knows what was received.
    pub(crate) fn as_of(&self) -> Option<UtcMillis> {
        self.as_of
    }

    /// Its link as that of a header (RFC 8288).
    pub(crate) fn header(&self) -> String {
        format!("<{}>; rel=\"cite-as\"", self.link)
    }
}

/// The IRI of an answer's licence: to operators none, as exact counts have none, nor of foreign series, whose licence is their provider's.
pub(crate) fn licence(parts: &Parts, uri: &Uri, is_public: bool) -> Option<String> {
    (is_public && foreign(parts, uri).is_none()).then(|| parts.publish.licence_iri())
}

fn foreign(parts: &Parts, uri: &Uri) -> Option<String> {
    let fold = parts.fold();
    source::foreign(&fold.inputs().registry, uri, fold.position().1)
}

/// The newest minute of which it is settled what had been received by then: the first one after the newest receipt, unless that is yet to
/// come, when more may be received until then.
pub(crate) fn settled_minute(newest: UtcMillis, now: UtcMillis) -> UtcMillis {
    let minute = |time: UtcMillis| time.0.div_euclid(MINUTE_MS);
    // a clock that was set back is behind what was received before
    UtcMillis((minute(newest) + 1).min(minute(now.max(newest))) * MINUTE_MS)
}

/// From when to when.
pub(crate) fn span(stretches: &[Stretch]) -> Option<(UtcMillis, UtcMillis)> {
    let from = stretches.iter().map(|stretch| stretch.start).min()?;
    Some((from, stretches.iter().map(|stretch| stretch.end).max()?))
}

/// Of items, by their length.
pub(crate) fn coverage(stretches: &[Stretch]) -> Option<Exact> {
    let (mut sum, mut length) = (0_i128, 0_i128);
    for stretch in stretches {
        let Exact(share) = stretch.coverage?;
        let ms = i128::from(stretch.end.since(stretch.start).max(0));
        let unit = 10_i128.pow(u32::from(share.decimals.min(9)));
        sum += i128::from(share.mantissa) * 1_000 * ms / unit;
        length += ms;
    }
    let thousandths = (2 * sum + length).checked_div(2 * length)?;
    Some(decimal(i64::try_from(thousandths).ok()?, 3))
}

/// The question in words, without what says when.
fn what(uri: &Uri) -> String {
    let path = uri.path().trim_start_matches("/api/v1/").replace('/', " ");
    let asked = Query::<Vec<(String, String)>>::try_from_uri(uri).map_or_else(|_| Vec::new(), |Query(pairs)| pairs);
    let named = asked.iter().filter(|(name, _)| !WHEN.contains(&name.as_str()) && !is_form(name));
    let named = named.map(|(name, value)| format!("{name} {value}"));
    std::iter::once(path).chain(named).collect::<Vec<_>>().join(", ")
}

/// The question again, what it left open filled in.
fn link(base: &str, uri: &Uri, open: &[(&'static str, String)], as_of: Option<UtcMillis>) -> String {
    let says_when = pairs(uri).any(|(name, _)| matches!(name, "year" | "cursor"));
    let given = |wanted: &str| pairs(uri).any(|(name, _)| name == wanted);
    let mut query: Vec<String> = pairs(uri).map(|(name, value)| format!("{name}={value}")).collect();
    let filled = open.iter().filter(|(name, _)| !says_when && !given(name));
    query.extend(filled.map(|(name, value)| format!("{name}={value}")));
    query.extend(as_of.filter(|_| !given("as_of")).map(|as_of| format!("as_of={as_of}")));
    let question = if query.is_empty() { "" } else { "?" };
    format!("{base}{}{question}{}", uri.path(), query.join("&"))
}

/// Names and values of a query string as they came, without those of the form.
fn pairs(uri: &Uri) -> impl Iterator<Item = (&str, &str)> {
    let pairs = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.filter(|(name, _)| !is_form(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UtcMillis {
        text.parse().unwrap()
    }

    #[test]
    fn a_link_fills_in_what_a_question_left_open_and_nothing_else() {
        let open = [("from", "2026-11-25T10:00:00Z".to_owned()), ("to", "2026-11-25T11:00:00Z".to_owned())];
        let as_of = Some(at("2026-11-25T11:03:00Z"));
        for (asked, filled) in [
            ("/a", "/a?from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z&as_of=2026-11-25T11:03:00Z"),
            (
                "/a?x=%C3%B6+b&format=json",
                "/a?x=%C3%B6+b&from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z&as_of=2026-11-25T11:03:00Z",
            ),
            ("/a?to=2027-01-01T00:00:00Z&as_of=x", "/a?to=2027-01-01T00:00:00Z&as_of=x&from=2026-11-25T10:00:00Z"),
            ("/a?year=2026", "/a?year=2026&as_of=2026-11-25T11:03:00Z"),
            ("/a?cursor=abc", "/a?cursor=abc&as_of=2026-11-25T11:03:00Z"),
        ] {
            assert_eq!(link("https://b.de", &asked.parse().unwrap(), &open, as_of), format!("https://b.de{filled}"));
        }
        assert_eq!(link("https://b.de", &"/a".parse().unwrap(), &[], None), "https://b.de/a");
    }

    #[test]
    fn longer_items_weigh_more_and_one_without_coverage_leaves_none() {
        let stretch = |from: i64, to: i64, coverage: Option<i64>| Stretch {
            start: UtcMillis(from),
            end: UtcMillis(to),
            coverage: coverage.map(|thousandths| decimal(thousandths, 3)),
        };
        let both = [stretch(0, 300, Some(1_000)), stretch(300, 400, Some(500))];
        assert_eq!(coverage(&both), Some(decimal(875, 3)));
        assert_eq!(span(&both), Some((UtcMillis(0), UtcMillis(400))));
        assert_eq!(coverage(&[both[0], stretch(400, 500, None)]), None);
        assert_eq!((coverage(&[]), span(&[])), (None, None));
    }

    #[test]
    fn a_minute_is_settled_when_it_is_over() {
        for (newest, now, minute) in [
            ("2026-11-25T10:03:00Z", "2026-11-25T10:04:00Z", "2026-11-25T10:04:00Z"),
            ("2026-11-25T10:03:00Z", "2026-11-25T10:03:59.999Z", "2026-11-25T10:03:00Z"),
            ("2026-11-25T10:03:59.999Z", "2026-11-25T11:00:00Z", "2026-11-25T10:04:00Z"),
            ("2026-11-25T10:03:59.999Z", "2026-11-25T09:00:00Z", "2026-11-25T10:03:00Z"),
        ] {
            assert_eq!(settled_minute(at(newest), at(now)), at(minute));
        }
    }
}
