//! Logging in by an OpenID provider that the city has: OpenID Connect Core 1.0, the authorization code flow with PKCE (RFC 7636, S256).
//!
//! ```text
//! begin  ──► discovery (cached) ──► the provider's address with state, nonce, challenge; a secret for the browser's cookie
//! finish ──► state and cookie belong together, once ──► code ──► ID token: signature, issuer, audience, time, nonce ──► claims ──► Finished
//! ```
//!
//! Invariants: a provider is asked only when somebody logs in, and that it is away stops nothing else; redirects are not followed;
//! answers are bounded in time and size. What is under way is bounded, in memory, and holds once, for ten minutes, for the browser that
//! began it. No token, code or secret is in an error or a log, and no text that a provider sent.

mod claims;
mod http;
mod options;
mod provider;
mod refused;
mod roles;
mod secret;
mod under_way;

pub use options::Options;
pub use provider::{Begun, Clock, Error, Finished, Provider, Returned};
pub use refused::Refused;
pub use roles::{May, Roles};
pub use secret::Secret;
