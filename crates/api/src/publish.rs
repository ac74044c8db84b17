//! What the catalogue says of whoever publishes: the section `[publish]` of the configuration.

use axum::http::Uri;
use serde::Deserialize;
use smartpole_model::{Inputs, Mistake, Mistakes};

/// Licences that may be named, by DCAT-AP.de convention 31: those of the list that are open, without their country's older versions.
/// Source: DCAT-AP.de-SHACL-Validation 0715dd6, `validator/resources/dashboard-live/shapes/dcat-ap-de-licenses-open.rdf`.
const LICENCES: [&str; 9] = [
    "dl-by-de/2.0",
    "dl-zero-de/2.0",
    "cc-by/4.0",
    "cc-by-sa/4.0",
    "cc-zero",
    "geonutz/20130319",
    "odbl",
    "odby",
    "odcpddl",
];

/// Where the licences' IRIs begin.
const LICENCE_LIST: &str = "http://dcat-ap.de/def/licenses/";
/// Where the IRIs of those who contribute to GovData begin.
const CONTRIBUTORS: &str = "http://dcat-ap.de/def/contributors/";

/// Who publishes, under which licence, at which address. An empty text is one that is not given.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Publish {
    /// Licence of all data sets, by its name in <http://dcat-ap.de/def/licenses/>.
    pub licence: String,
    /// Who publishes, as it is to be named with the data; else the city's name in `zones.geojson`.
    pub publisher: String,
    /// Whom to ask: an e-mail address, or the address of a page.
    pub contact: String,
    /// Which portal hands the catalogue on to GovData, by its name in <http://dcat-ap.de/def/contributors/>, as openNRW. GovData
    /// takes no data set without one (DCAT-AP.de, convention 12).
    pub contributor: String,
    /// Where everybody reaches page and interface, without a slash at the end. All names of the catalogue begin with it, so it
    /// should stay for ever; else `http://` and the address on which the service listens.
    pub base_url: String,
    /// Where readers report a mistake: an e-mail address, or the address of a form. The page links it.
    pub report: String,
    /// Who may show the widgets of `/embed` in a frame: origins as `https://www.example.org`, or `https://*.example.org`.
    pub embed_origins: Vec<String>,
}

impl Default for Publish {
    fn default() -> Self {
        let licence = LICENCES[0].to_owned();
        let [publisher, contact, contributor, base_url, report] = Default::default();
        Self { licence, publisher, contact, contributor, base_url, report, embed_origins: Vec::new() }
    }
}

impl Publish {
    /// Every mistake in it.
    pub fn validate(&self) -> Vec<Mistake> {
        let mut mistakes = Mistakes::default();
        let known = LICENCES.contains(&self.licence.as_str());
        let message = format!("no licence {:?}; there are {}", self.licence, LICENCES.join(", "));
        mistakes.unless(known, "licence", message, "dl-by-de/2.0 is common for data of German cities");
        let message = "is neither an e-mail address nor that of a page";
        let hint = "write it like \"opendata@example.org\" or \"https://example.org/contact\"";
        mistakes.unless(self.contact.is_empty() || self.contact_iri().is_some(), "contact", message, hint);
        let named = self.contributor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        let hint = "write what comes behind http://dcat-ap.de/def/contributors/, as openNRW";
        mistakes.unless(named, "contributor", "is no name of that list", hint);
        let usable = is_web(&self.base_url) && !self.base_url.ends_with('/');
        let message = "is no address of the web that a path can follow";
        let hint = "write it like \"https://luft.example.org\", without user, query and a slash at the end";
        mistakes.unless(self.base_url.is_empty() || usable, "base_url", message, hint);
        let hint = "write it like \"https://example.org/form?about=air\" or \"office@example.org\"";
        let message = "is neither an e-mail address nor that of a page";
        mistakes.unless(self.report.is_empty() || self.report_iri().is_some(), "report", message, hint);
        for origin in self.embed_origins.iter().filter(|origin| !is_origin(origin)) {
            let message = format!("{origin:?} is no origin");
            mistakes.unless(
                false,
                "embed_origins",
                message,
                "write scheme and host alone, like \"https://www.example.org\"",
            );
        }
        mistakes.0
    }

    /// Who publishes: as configured, else the city.
    pub(crate) fn name(&self, inputs: &Inputs) -> String {
        if self.publisher.is_empty() { city(inputs) } else { self.publisher.clone() }
    }

    /// The licence's IRI.
    pub(crate) fn licence_iri(&self) -> String {
        format!("{LICENCE_LIST}{}", self.licence)
    }

    /// The IRI of who hands the catalogue on; `None` if nobody is named.
    pub(crate) fn contributor_iri(&self) -> Option<String> {
        (!self.contributor.is_empty()).then(|| format!("{CONTRIBUTORS}{}", self.contributor))
    }

    /// `mailto:` or the page's address; `None` if nobody is named.
    pub(crate) fn contact_iri(&self) -> Option<String> {
        mail(&self.contact).or_else(|| is_web(&self.contact).then(|| self.contact.clone()))
    }

    /// Where mistakes are reported, as a link; `None` if nowhere.
    pub(crate) fn report_iri(&self) -> Option<String> {
        link(&self.report)
    }

    /// Who may show widgets in a frame, as `frame-ancestors` of a Content-Security-Policy says it.
    pub(crate) fn frame_ancestors(&self) -> String {
        let origins = self.embed_origins.iter().filter(|origin| is_origin(origin));
        std::iter::once("'self'").chain(origins.map(String::as_str)).collect::<Vec<_>>().join(" ")
    }
}

/// The city's name in `zones.geojson`, else its word in topics.
pub(crate) fn city(inputs: &Inputs) -> String {
    let zone = inputs.registry.zones.iter().find(|zone| zone.kind == "city");
    zone.map_or_else(|| inputs.settings.city.clone(), |zone| zone.name.clone())
}

/// An e-mail address or the address of a page as a link; `None` if it is neither. A form may be asked for with a query.
pub(crate) fn link(text: &str) -> Option<String> {
    let (page, query) = text.split_once('?').unwrap_or((text, ""));
    let is_form = is_web(page) && query.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._~-%=&+".contains(&byte));
    mail(text).or_else(|| is_form.then(|| text.to_owned()))
}

/// An e-mail address as a link; `None` if it is none.
fn mail(text: &str) -> Option<String> {
    let is_mail = text.split_once('@').is_some_and(|(name, host)| is_plain(name) && is_plain(host));
    is_mail.then(|| format!("mailto:{text}"))
}

/// Scheme and host, and a port perhaps, that may stand in a Content-Security-Policy (CSP 3, host-source).
fn is_origin(text: &str) -> bool {
    let host = text.split_once("://").map_or("", |(_, host)| host);
    is_web(&text.replacen("://*.", "://", 1)) && !host.contains(['/', '%', '~', '_'])
}

/// A part of an e-mail address; quoted ones are none that anybody would publish.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte))
}

/// An http or https address without user, query and fragment, of characters that may stand in any IRI.
pub(crate) fn is_web(text: &str) -> bool {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b":/._~-%[]".contains(&byte);
    let uri = text.parse::<Uri>().ok().filter(|_| text.bytes().all(is_safe));
    let scheme = uri.as_ref().and_then(Uri::scheme_str);
    matches!(scheme, Some("http" | "https")) && uri.as_ref().and_then(Uri::host).is_some_and(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistaken(publish: &Publish) -> Vec<&'static str> {
        publish.validate().iter().map(|mistake| mistake.key).collect()
    }

    #[test]
    fn what_is_not_given_is_no_mistake() {
        assert_eq!(Publish::default().validate(), []);
        assert_eq!(Publish::default().licence_iri(), "http://dcat-ap.de/def/licenses/dl-by-de/2.0");
    }

    #[test]
    fn a_contact_is_a_mail_address_or_a_page() {
        for (contact, iri) in [
            ("a@b.de", Some("mailto:a@b.de")),
            ("https://b.de/a", Some("https://b.de/a")),
            ("@b.de", None),
            ("a@", None),
            ("a b@b.de", None),
            ("ftp://b.de", None),
            ("https://b.de/<a>", None),
        ] {
            let publish = Publish { contact: contact.to_owned(), ..Publish::default() };
            assert_eq!(publish.contact_iri().as_deref(), iri, "{contact}");
            assert_eq!(mistaken(&publish).is_empty(), iri.is_some(), "{contact}");
        }
    }

    #[test]
    fn a_base_url_is_one_that_a_path_can_follow() {
        for (base_url, sound) in [
            ("https://luft.example.org", true),
            ("http://[::1]:8080/smartpole", true),
            ("https://luft.example.org/", false),
            ("https://luft.example.org?a=b", false),
            ("https://u:p@luft.example.org", false),
            ("luft.example.org", false),
            ("https://", false),
        ] {
            let publish = Publish { base_url: base_url.to_owned(), ..Publish::default() };
            assert_eq!(mistaken(&publish).is_empty(), sound, "{base_url}");
        }
    }

    #[test]
    fn mistakes_are_reported_by_mail_or_in_a_form() {
        for (report, iri) in [
            ("a@b.de", Some("mailto:a@b.de")),
            ("https://b.de/form?about=air&lang=de", Some("https://b.de/form?about=air&lang=de")),
            ("https://b.de/form?\"onclick=", None),
            ("javascript:alert(1)", None),
        ] {
            let publish = Publish { report: report.to_owned(), ..Publish::default() };
            assert_eq!(publish.report_iri().as_deref(), iri, "{report}");
            assert_eq!(mistaken(&publish).is_empty(), iri.is_some(), "{report}");
        }
    }

    #[test]
    fn widgets_are_shown_by_origins_that_a_policy_can_name() {
        for (origin, sound) in [
            ("https://www.example.org", true),
            ("https://*.example.org", true),
            ("http://127.0.0.1:8000", true),
            ("https://www.example.org/", false),
            ("https://www.example.org; script-src *", false),
            ("www.example.org", false),
            ("*", false),
        ] {
            let publish = Publish { embed_origins: vec![origin.to_owned()], ..Publish::default() };
            assert_eq!(mistaken(&publish).is_empty(), sound, "{origin}");
            let ancestors = if sound { format!("'self' {origin}") } else { "'self'".to_owned() };
            assert_eq!(publish.frame_ancestors(), ancestors);
        }
    }

    #[test]
    fn a_contributor_is_a_name_not_an_address() {
        for (contributor, sound) in [("openNRW", true), ("http://dcat-ap.de/def/contributors/openNRW", false)] {
            let publish = Publish { contributor: contributor.to_owned(), ..Publish::default() };
            assert_eq!(mistaken(&publish).is_empty(), sound, "{contributor}");
        }
    }

    #[test]
    fn a_misspelt_licence_is_answered_with_the_right_one() {
        let publish = Publish { licence: "dl-de/by-2-0".to_owned(), ..Publish::default() };
        assert_eq!(mistaken(&publish), ["licence"]);
    }
}
