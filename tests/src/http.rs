//! How the tests ask over HTTP.

use reqwest::{Client, redirect::Policy};

/// A client that follows redirects as it is told. Built beside crates that speak TLS, reqwest has TLS without a provider, and wants
/// one even where nothing is encrypted.
pub fn client(redirects: Policy) -> Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    Client::builder().redirect(redirects).build().expect("a client")
}
