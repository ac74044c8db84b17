//! A page of plain HTML: what is said of data sets, and the same for search engines as JSON-LD.

use std::fmt;

use serde_json::Value as Json;

use super::pages::Language;

/// A page.
pub(in crate::routes) struct Page {
    pub(in crate::routes) language: Language,
    pub(in crate::routes) title: String,
    /// Its path.
    pub(in crate::routes) path: String,
    /// HTML.
    pub(in crate::routes) body: String,
    /// What a search engine reads, if it is to read something.
    pub(in crate::routes) linked: Option<Json>,
}

/// A text that no browser takes for markup, in elements and attributes (HTML 13.1.2).
pub(in crate::routes) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

impl fmt::Display for Page {
    /// The whole document. A block of JSON-LD is data, which no Content-Security-Policy refuses; no `<` in it can end it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { language, title, path, body, linked } = self;
        let (code, title, path) = (language.code(), escaped(title), escaped(path));
        let (other, name) = (language.pick("en", "de"), language.pick("English", "Deutsch"));
        let linked = linked.as_ref().map_or_else(String::new, |linked| {
            let data = linked.to_string().replace('<', "\\u003c");
            format!("<script type=\"application/ld+json\">{data}</script>\n")
        });
        write!(
            f,
            "<!doctype html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title}</title>\n<link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\n\
             <link rel=\"alternate\" hreflang=\"de\" href=\"{path}?lang=de\">\n<link rel=\"alternate\" hreflang=\"en\" href=\"{path}?lang=en\">\n\
             <link rel=\"stylesheet\" href=\"/css/tokens.css\">\n<link rel=\"stylesheet\" href=\"/css/datasets.css\">\n\
             {linked}</head>\n<body>\n\
             <header><a href=\"/\">{home}</a><a href=\"{path}?lang={other}\" lang=\"{other}\" hreflang=\"{other}\">{name}</a></header>\n\
             <main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n",
            home = language.pick("Zur Karte", "To the map"),
        )
    }
}
