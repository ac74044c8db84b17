//! Who is at the provider just now.

use std::collections::HashMap;

use openidconnect::{Nonce, PkceCodeVerifier};
use smartpole_model::UtcMillis;

/// How long somebody may take there.
pub(crate) const HOLDS_MS: i64 = 600_000;
/// Those that are remembered; the one that began first makes room.
const MOST: usize = 4_096;

/// What has to come back, known by the state that the provider returns and the secret that the browser holds, together.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) state: String,
    pub(crate) cookie: String,
}

/// What it is completed by.
#[derive(Debug)]
pub(crate) struct LogIn {
    pub(crate) nonce: Nonce,
    pub(crate) verifier: PkceCodeVerifier,
    /// Where the page leads then.
    pub(crate) back: String,
    pub(crate) began: UtcMillis,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct UnderWay(HashMap<Key, LogIn>);

impl UnderWay {
    pub(crate) fn begin(&mut self, key: Key, log_in: LogIn) {
        let now = log_in.began;
        if self.0.len() >= MOST {
            self.0.retain(|_, of| holds(of, now));
        }
        if self.0.len() >= MOST {
            let first = self.0.values().map(|of| of.began).min();
            self.0.retain(|_, of| Some(of.began) != first);
        }
        self.0.insert(key, log_in);
    }

    /// Takes one out, which is what makes it hold once.
    pub(crate) fn end(&mut self, key: &Key, now: UtcMillis) -> Option<LogIn> {
        self.0.remove(key).filter(|of| holds(of, now))
    }
}

fn holds(log_in: &LogIn, now: UtcMillis) -> bool {
    now.since(log_in.began) < HOLDS_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(state: &str, cookie: &str) -> Key {
        Key { state: state.to_owned(), cookie: cookie.to_owned() }
    }

    fn began(at: i64) -> LogIn {
        let verifier = PkceCodeVerifier::new("v".repeat(43));
        LogIn { nonce: Nonce::new("n".to_owned()), verifier, back: "/".to_owned(), began: UtcMillis(at) }
    }

    #[test]
    fn one_ends_once_in_time_and_in_the_browser_that_began_it() {
        let mut all = UnderWay::default();
        for state in ["a", "b", "c"] {
            all.begin(key(state, "mine"), began(0));
        }
        assert!(all.end(&key("a", "other"), UtcMillis(1)).is_none());
        assert!(all.end(&key("a", "mine"), UtcMillis(1)).is_some(), "somebody else's attempt took nothing");
        assert!(all.end(&key("a", "mine"), UtcMillis(1)).is_none());
        assert!(all.end(&key("b", "mine"), UtcMillis(HOLDS_MS)).is_none());
        assert!(all.end(&key("b", "mine"), UtcMillis(1)).is_none(), "too late once is too late");
        assert!(all.end(&key("c", "mine"), UtcMillis(HOLDS_MS - 1)).is_some());
    }

    #[test]
    fn many_are_remembered_in_bounded_room_the_newest_of_them() {
        let mut all = UnderWay::default();
        for n in 0..MOST as i64 + 100 {
            all.begin(key(&n.to_string(), "c"), began(n));
        }
        assert_eq!(all.0.len(), MOST);
        assert!(all.end(&key("0", "c"), UtcMillis(MOST as i64)).is_none());
        assert!(all.end(&key(&(MOST + 99).to_string(), "c"), UtcMillis(MOST as i64 + 100)).is_some());
    }
}
