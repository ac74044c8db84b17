//! What whoever asks may keep of an answer, and how it asks whether that still holds (RFC 9110, 8.8.3, 13.1.2; RFC 9111, 5.2.2).
//!
//! The tag of an answer is made of all that it says: its figures with their states and revisions, how they are made, and whose they are; but
//! not of the instant until which they are known to hold, which passes though nothing changes. So another revision, another registry or
//! another version of a method is another tag at once, and figures to which nothing happened keep theirs, above all those of closed windows.
//! As any window may be corrected, nothing is used again without asking (`no-cache`). What operators get stays with whoever asked
//! (`private`), and what has no tag is kept nowhere (`no-store`).

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};
use twox_hash::XxHash3_128;

/// Headers by which answers to one address differ: the form, the language, and who asks.
const VARY: &str = "accept, accept-language, authorization, cookie, forwarded, via, x-forwarded-for, x-real-ip";

/// Names what an answer says. It is weak: the same may be sent compressed, or as known until a later minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag(String);

impl Tag {
    /// That of an answer made of these parts. Nobody gains by another answer with the same tag, so a fast hash will do.
    pub(crate) fn of(parts: &[&[u8]]) -> Self {
        let mut hash = XxHash3_128::new();
        for part in parts {
            hash.write(&(part.len() as u64).to_be_bytes());
            hash.write(part);
        }
        Self::hashed(&hash.finish_128().to_be_bytes())
    }

    /// That of content with this hash.
    pub(crate) fn hashed(hash: &[u8]) -> Self {
        let hex: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        Self(format!("W/\"{hex}\""))
    }

    /// Whether it is what the request knows already, by `If-None-Match`.
    pub(crate) fn is_known(&self, asked: &HeaderMap) -> bool {
        let lines = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
        let mut known = lines.flat_map(|line| line.split(',')).map(str::trim);
        known.any(|known| known == "*" || strong(known) == strong(&self.0))
    }

    /// The headers of an answer that may be kept, by whoever asked alone or by all.
    pub(crate) fn headers(&self, is_for_all: bool) -> [(HeaderName, String); 2] {
        let kept = if is_for_all { "public, no-cache" } else { "private, no-cache" };
        [(header::ETAG, self.0.clone()), (header::CACHE_CONTROL, kept.to_owned())]
    }

    /// As a header.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A tag without what weak comparison leaves out.
fn strong(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// Lets nothing be kept that does not say so, and says by what answers differ, errors as well.
pub(crate) async fn guard(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.append(header::VARY, HeaderValue::from_static(VARY));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_by_weak_comparison_in_any_list() {
        let tag = Tag::of(&[b"a"]);
        let strong = tag.as_str().strip_prefix("W/").unwrap();
        for (asked, is_known) in [
            (tag.as_str().to_owned(), true),
            (strong.to_owned(), true),
            (format!("\"x\", W/\"y\" , {}", tag.as_str()), true),
            ("*".to_owned(), true),
            ("W/\"x\"".to_owned(), false),
            (strong.trim_matches('"').to_owned(), false),
            (String::new(), false),
        ] {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, asked.parse().unwrap())]);
            assert_eq!(tag.is_known(&headers), is_known, "{asked}");
        }
        assert!(!tag.is_known(&HeaderMap::new()));
    }

    #[test]
    fn parts_are_not_mixed_up() {
        assert_ne!(Tag::of(&[b"ab", b"c"]), Tag::of(&[b"a", b"bc"]));
        assert_eq!(Tag::of(&[b"ab", b"c"]), Tag::of(&[b"ab", b"c"]));
    }
}
