//! Somebody who comes by a proxy that is believed, by https.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU16, Ordering},
};

use axum::{
    body::Body,
    http::{HeaderMap, Request, request::Builder},
    response::Response,
};
use smartpole_api::Peer;

use super::issuer::Issuer;
use crate::fixture::{City, text};

/// A browser at a proxy that is believed, by https, with all of its cookies.
pub(super) struct Browser<'a> {
    pub(super) city: &'a City,
    pub(super) cookies: BTreeMap<String, String>,
    /// Its address, for which log-ins are counted.
    pub(super) address: String,
    /// All that it was answered.
    pub(super) heard: String,
}

/// What a browser was answered.
pub(super) struct Heard {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl<'a> Browser<'a> {
    pub(super) fn new(city: &'a City) -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        let address = format!("2001:db8:{:x}::1", NEXT.fetch_add(1, Ordering::Relaxed));
        Self { city, cookies: BTreeMap::new(), address, heard: String::new() }
    }

    pub(super) async fn send(&mut self, request: Builder, body: Body) -> Heard {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = request
            .header("host", "luft.example.org")
            .header("x-forwarded-for", &self.address)
            .header("x-forwarded-proto", "https")
            .header("cookie", cookies.join("; "))
            .body(body)
            .unwrap();
        request.extensions_mut().insert(Peer([192, 0, 2, 1].into()));
        let response: Response = self.city.send(request).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for set in headers.get_all("set-cookie") {
            let (name, value) = set.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            match value {
                "" => self.cookies.remove(name),
                value => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        let text = text(response).await;
        self.heard += &text;
        Heard { status, headers, text }
    }

    pub(super) async fn get(&mut self, uri: &str) -> Heard {
        self.send(Request::builder().uri(uri), Body::empty()).await
    }

    /// To the provider: where it would send the browser back to.
    pub(super) async fn to(&mut self, issuer: &Issuer, uri: &str) -> String {
        let answer = self.get(uri).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        issuer.authorize(answer.headers["location"].to_str().unwrap())
    }

    /// To the provider and back.
    pub(super) async fn log_in(&mut self, issuer: &Issuer) -> Heard {
        let back = self.to(issuer, "/login/openid").await;
        self.get(&back).await
    }

    pub(super) async fn role(&mut self) -> String {
        let me: serde_json::Value = serde_json::from_str(&self.get("/api/v1/me").await.text).unwrap();
        me["role"].as_str().unwrap().to_owned()
    }
}
