//! By which name this service was asked.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::http::{HeaderMap, Uri, header, uri::Authority};

/// Whether a request names this service as no other site can be named: by address, as `localhost`, by a name without dots, or by
/// that of `base_url`.
///
/// A site can let its own name point at this service's address for a moment (DNS rebinding): a browser on a machine that is an
/// operator by address would then hand what it sees to that site. One that names no host at all is no browser.
pub(super) fn is_own(headers: &HeaderMap, base_url: &str) -> bool {
    let Some(named) = headers.get(header::HOST) else { return true };
    let named = named.to_str().ok().and_then(|named| named.parse::<Authority>().ok());
    let own = base_url.parse::<Uri>().ok();
    named.is_some_and(|named| {
        let host = named.host();
        is_near(host) || own.as_ref().and_then(Uri::host).is_some_and(|own| own.eq_ignore_ascii_case(host))
    })
}

fn is_near(host: &str) -> bool {
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    bracketed.is_some_and(|host| host.parse::<Ipv6Addr>().is_ok())
        || host.parse::<Ipv4Addr>().is_ok()
        || !host.contains('.')
        || host.to_ascii_lowercase().ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_another_site_could_have_is_none_of_ours() {
        let is = |host: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            is_own(&headers, "https://luft.example.org/stadt")
        };
        for own in
            ["127.0.0.1:8080", "[::1]:8080", "localhost:8080", "a.localhost", "smartpole", "LUFT.example.org:443"]
        {
            assert!(is(own), "{own}");
        }
        for other in [
            "evil.example:8080",
            "luft.example.org.evil.example",
            "127.0.0.1.evil.example",
            "a b",
            "",
            "@",
            "x@evil.example",
        ] {
            assert!(!is(other), "{other}");
        }
        assert!(is_own(&HeaderMap::new(), ""));
    }
}
