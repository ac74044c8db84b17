//! Where somebody came from, and in which language.

use axum::http::HeaderMap;
use serde::Deserialize;

use super::super::catalog::pages::{Language, Wanted};

/// Longest address to lead back to, in bytes.
const MOST: usize = 512;

/// Parameters of the way in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Way {
    lang: Option<Language>,
    #[serde(rename = "return")]
    back: Option<String>,
}

impl Way {
    pub(super) fn language(&self, headers: &HeaderMap) -> Language {
        Language::of(&Wanted { lang: self.lang }, headers)
    }

    /// Where it leads in the end; to the page if no address of ours is given.
    pub(super) fn back(&self) -> &str {
        self.back.as_deref().filter(|path| is_ours(path)).unwrap_or("/")
    }
}

/// Whether a browser takes an address for one of this host (WHATWG URL: `//host`, `/\host` and what control characters hide are not).
fn is_ours(path: &str) -> bool {
    let is_path = path.starts_with('/') && !path.starts_with("//");
    is_path && path.len() <= MOST && path.bytes().all(|byte| byte.is_ascii_graphic() && !br#"\"'<>"#.contains(&byte))
}

/// An address as a parameter (RFC 3986, 2.1).
pub(super) fn encoded(path: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(byte);
    path.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(path: &str) -> String {
        Way { lang: None, back: Some(path.to_owned()) }.back().to_owned()
    }

    #[test]
    fn the_way_leads_back_to_addresses_of_ours_alone() {
        for path in ["/", "/account", "/plain?lang=en&x=%20", "/?zone=a#methode"] {
            assert_eq!(back(path), path);
        }
        let long = format!("/{}", "x".repeat(MOST));
        for path in [
            "",
            "account",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "/a b",
            "/\tx",
            "/\n/evil.example",
            "/ü",
            "/\"x",
            "javascript:alert(1)",
            &long,
        ] {
            assert_eq!(back(path), "/", "{path}");
        }
    }

    #[test]
    fn an_address_is_a_parameter_again() {
        assert_eq!(encoded("/?zone=a&b=%20#x"), "/%3Fzone%3Da%26b%3D%2520%23x");
    }
}
