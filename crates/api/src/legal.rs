//! What the law asks of a city's page: the section `[legal]` of the configuration.
//!
//! ```text
//! LegalOptions (as written) ──► Legal::load (files read, Markdown made HTML) ──► /legal/*, the foot of the page
//! ```
//!
//! Sources: imprint, § 5 DDG; data protection, Art. 13 GDPR; accessibility, § 10b BGG NRW with the feedback form of its (2) no. 2 and the
//! link to the arbitration of its (2) no. 3.

mod markdown;

use std::{fs, net::SocketAddr, path::Path};

use serde::Deserialize;
use smartpole_model::{Mistake, Mistakes};

use crate::publish::{is_web, link};

/// The most that a text may hold, in bytes.
const MOST: u64 = 256 << 10;

/// `[legal]` as it is written. An empty text is one that is not given.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LegalOptions {
    /// Impressum: the address of the city's page, or a Markdown file.
    pub imprint: String,
    /// Datenschutzerklärung: the address of the city's page, or a Markdown file.
    pub privacy: String,
    /// Erklärung zur Barrierefreiheit: the address of the city's page, or a Markdown file.
    pub accessibility: String,
    /// Where barriers are reported: an e-mail address, or the address of a form.
    pub feedback: String,
    /// The arbitration office; else that of North Rhine-Westphalia.
    pub arbitration: String,
    /// The data protection officer: an e-mail address, or the address of a page.
    pub officer: String,
    /// On which law the city processes data of persons.
    pub basis: String,
}

/// The texts, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Legal {
    /// Impressum.
    pub(crate) imprint: Option<Document>,
    /// Datenschutzerklärung.
    pub(crate) privacy: Option<Document>,
    /// Erklärung zur Barrierefreiheit.
    pub(crate) accessibility: Option<Document>,
    /// Where barriers are reported, as a link.
    pub(crate) feedback: Option<String>,
    /// The arbitration office's page.
    pub(crate) arbitration: String,
    /// The data protection officer, as a link.
    pub(crate) officer: Option<String>,
    /// On which law the city processes data of persons.
    pub(crate) basis: String,
}

/// Where a text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Document {
    /// On a page of the city.
    Address(String),
    /// Here, as HTML.
    Html(String),
}

impl Default for LegalOptions {
    fn default() -> Self {
        let [imprint, privacy, accessibility, feedback, officer] = Default::default();
        let arbitration = "https://www.lbbp.nrw.de/ombudsstelle".to_owned();
        let basis = "Art. 6 Abs. 1 Buchst. e DSGVO mit § 3 Abs. 1 DSG NRW".to_owned();
        Self { imprint, privacy, accessibility, feedback, arbitration, officer, basis }
    }
}

impl Default for Legal {
    fn default() -> Self {
        Self::load(&LegalOptions::default(), Path::new("")).0
    }
}

impl Legal {
    /// Reads the texts, whose paths begin at `base`; with every mistake in them.
    pub fn load(options: &LegalOptions, base: &Path) -> (Self, Vec<Mistake>) {
        let mut mistakes = Mistakes::default();
        let mut read = |key, given: &str| document(key, given, base, &mut mistakes);
        let imprint = read("imprint", &options.imprint);
        let privacy = read("privacy", &options.privacy);
        let accessibility = read("accessibility", &options.accessibility);
        let mut linked = |key, given: &str| {
            let hint = "write it like \"office@example.org\" or \"https://example.org/form?about=air\"";
            let message = "is neither an e-mail address nor that of a page";
            mistakes.unless(given.is_empty() || link(given).is_some(), key, message, hint);
            link(given)
        };
        let (feedback, officer) = (linked("feedback", &options.feedback), linked("officer", &options.officer));
        let hint = "write it like \"https://www.lbbp.nrw.de/ombudsstelle\"";
        mistakes.unless(is_web(&options.arbitration), "arbitration", "is no address of the web", hint);
        let is_here = matches!(accessibility, Some(Document::Html(_)));
        let hint = "add `feedback = \"…\"`: an e-mail address, or the address of a form (§ 10b (2) no. 2 BGG NRW)";
        mistakes.unless(!is_here || !options.feedback.is_empty(), "feedback", "is missing beside accessibility", hint);
        let (arbitration, basis) = (options.arbitration.clone(), options.basis.clone());
        (Self { imprint, privacy, accessibility, feedback, arbitration, officer, basis }, mistakes.0)
    }

    /// Keys of what the law asks for and nobody has given.
    pub fn missing(&self) -> Vec<&'static str> {
        let given = [("imprint", &self.imprint), ("privacy", &self.privacy), ("accessibility", &self.accessibility)];
        given.into_iter().filter(|(_, document)| document.is_none()).map(|(key, _)| key).collect()
    }

    /// Where the interface may listen: on this machine alone, while something is missing.
    pub fn allows(&self, wanted: SocketAddr) -> SocketAddr {
        if wanted.ip().is_loopback() || self.missing().is_empty() {
            return wanted;
        }
        let loopback = if wanted.is_ipv6() { [0, 0, 0, 0, 0, 0, 0, 1].into() } else { [127, 0, 0, 1].into() };
        SocketAddr::new(loopback, wanted.port())
    }
}

fn document(key: &'static str, given: &str, base: &Path, mistakes: &mut Mistakes) -> Option<Document> {
    if given.is_empty() {
        return None;
    }
    if given.contains("://") {
        let hint = "write it like \"https://www.example.org/impressum\", or give a Markdown file";
        mistakes.unless(is_web(given), key, "is no address of the web", hint);
        return is_web(given).then(|| Document::Address(given.to_owned()));
    }
    match text(&base.join(given)) {
        Ok(text) => Some(Document::Html(markdown::html(&text))),
        Err(message) => {
            let hint = "give the address of a page, or a readable Markdown file of 256 KiB at most; a relative path begins at the configuration file";
            mistakes.unless(false, key, message, hint);
            None
        }
    }
}

fn text(file: &Path) -> Result<String, String> {
    let of = |error| format!("{} cannot be read: {error}", file.display());
    let size = fs::metadata(file).map_err(of)?.len();
    if size > MOST {
        return Err(format!("{} has {size} bytes", file.display()));
    }
    let text = fs::read_to_string(file).map_err(of)?;
    if text.trim().is_empty() { Err(format!("{} is empty", file.display())) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(edit: impl FnOnce(&mut LegalOptions), dir: &Path) -> (Legal, Vec<&'static str>) {
        let mut options = LegalOptions::default();
        edit(&mut options);
        let (legal, mistakes) = Legal::load(&options, dir);
        (legal, mistakes.iter().map(|mistake| mistake.key).collect())
    }

    #[test]
    fn a_text_is_a_page_of_the_city_or_a_file_beside_the_configuration() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("imprint.md"), "# Impressum\n\nStadt *Castrop-Rauxel*").unwrap();
        let (legal, mistakes) = loaded(
            |options| {
                options.imprint = "imprint.md".to_owned();
                options.privacy = "https://www.example.org/datenschutz".to_owned();
            },
            dir.path(),
        );
        assert_eq!((mistakes, legal.missing()), (vec![], vec!["accessibility"]));
        let html = "<h2>Impressum</h2>\n<p>Stadt <em>Castrop-Rauxel</em></p>\n";
        assert_eq!(legal.imprint, Some(Document::Html(html.to_owned())));
        assert_eq!(legal.privacy, Some(Document::Address("https://www.example.org/datenschutz".to_owned())));
    }

    #[test]
    fn what_cannot_be_read_and_what_is_no_address_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("empty.md"), " \n").unwrap();
        fs::write(dir.path().join("here.md"), "Text").unwrap();
        fs::write(dir.path().join("huge.md"), vec![b'a'; 256 * 1024 + 1]).unwrap();
        for (key, given) in
            [("imprint", "none.md"), ("imprint", "empty.md"), ("imprint", "huge.md"), ("imprint", "javascript://x")]
        {
            let (legal, mistakes) = loaded(|options| options.imprint = given.to_owned(), dir.path());
            assert_eq!((legal.imprint, mistakes), (None, vec![key]), "{given}");
        }
        let (_, mistakes) = loaded(|options| options.accessibility = "here.md".to_owned(), dir.path());
        assert_eq!(mistakes, ["feedback"], "barriers can be reported");
        let (_, mistakes) = loaded(
            |options| {
                options.feedback = "the town hall".to_owned();
                options.officer = "x".to_owned();
                options.arbitration = String::new();
            },
            dir.path(),
        );
        assert_eq!(mistakes, ["feedback", "officer", "arbitration"]);
    }

    #[test]
    fn while_something_is_missing_the_interface_listens_on_this_machine_alone() {
        let whole = |missing: bool| {
            let here = || Some(Document::Html("x".to_owned()));
            Legal { imprint: here(), privacy: here(), accessibility: here().filter(|_| !missing), ..Legal::default() }
        };
        for (wanted, while_missing) in
            [("0.0.0.0:80", "127.0.0.1:80"), ("[::]:80", "[::1]:80"), ("127.0.0.2:80", "127.0.0.2:80")]
        {
            let (wanted, while_missing) = (wanted.parse().unwrap(), while_missing.parse().unwrap());
            assert_eq!((whole(true).allows(wanted), whole(false).allows(wanted)), (while_missing, wanted));
        }
    }
}
