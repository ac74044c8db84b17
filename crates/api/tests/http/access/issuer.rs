//! A provider that says what a test wants it to, true or not.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What the provider knows the service by.
pub(super) const CLIENT: &str = "smartpole";
pub(super) const CLIENT_SECRET: &str = "the-secret-of-the-service";
pub(super) const CODE: &str = "the-code-of-the-provider";
pub(super) const ACCESS: &str = "the-access-token-of-the-provider";

/// How the next ID token is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// By a key that is published.
    Well,
    /// By a key that says it is the published one.
    Forged,
    /// By what everybody knows: HMAC with the published key.
    ByPublicKey,
    /// Not at all.
    No,
}

/// What is odd about a description.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trick {
    /// It is elsewhere.
    Redirect,
    /// It is of 2 MiB.
    Huge,
    /// It is of another issuer.
    OfAnother,
}

/// What the provider says.
pub(super) struct Script {
    keys: Vec<(String, EcdsaKeyPair)>,
    /// Claims of the next ID token that are others than they should be; null leaves one out.
    pub(super) claims: BTreeMap<&'static str, Value>,
    pub(super) userinfo: Option<Value>,
    pub(super) sign: Sign,
    /// The status of answers, if it is none that is wanted.
    pub(super) status: Option<StatusCode>,
    /// What is odd about the description.
    pub(super) trick: Option<Trick>,
    /// How often keys were asked for.
    pub(super) asked_for_keys: usize,
    /// The nonce and the challenge of the log-in that is under way.
    begun: (String, String),
    now: i64,
}

/// The provider; clones are the same one.
#[derive(Clone)]
pub(super) struct Issuer {
    pub(super) address: String,
    pub(super) script: Arc<Mutex<Script>>,
}

fn key() -> EcdsaKeyPair {
    let (random, algorithm) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap()
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Issuer {
    /// One that says the truth about `eva`, of the group `planning`, at this time.
    pub(super) async fn start(now_ms: i64) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let script = Script {
            keys: vec![("one".to_owned(), key())],
            claims: BTreeMap::new(),
            userinfo: None,
            sign: Sign::Well,
            status: None,
            trick: None,
            asked_for_keys: 0,
            begun: Default::default(),
            now: now_ms / 1_000,
        };
        let address = format!("http://{}", listener.local_addr().unwrap());
        let issuer = Self { address, script: Arc::new(Mutex::new(script)) };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(description))
            .route("/elsewhere", get(true_description))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        issuer
    }

    /// What the browser brings when it asks to log in: the address to come back with, as the provider's redirect has it.
    pub(super) fn authorize(&self, url: &str) -> String {
        let query = url.strip_prefix(&format!("{}/authorize?", self.address)).unwrap();
        let sent: BTreeMap<&str, &str> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        assert_eq!((sent["response_type"], sent["code_challenge_method"]), ("code", "S256"));
        assert_eq!((sent["client_id"], sent["scope"]), (CLIENT, "openid+groups"));
        assert_eq!(sent["redirect_uri"], "https%3A%2F%2Fluft.example.org%2Flogin%2Fopenid%2Fback");
        self.script.lock().unwrap().begun = (sent["nonce"].to_owned(), sent["code_challenge"].to_owned());
        format!("/login/openid/back?code={CODE}&state={}&session_state=x", sent["state"])
    }

    pub(super) fn says(&self, claim: &'static str, value: Value) {
        self.script.lock().unwrap().claims.insert(claim, value);
    }

    /// Signs by another key from now on; the former one is published no more.
    pub(super) fn rotate(&self, id: &str) {
        self.script.lock().unwrap().keys = vec![(id.to_owned(), key())];
    }
}

impl Script {
    fn id_token(&self, issuer: &str) -> String {
        let (id, pair) = &self.keys[0];
        let mut claims = json!({
            "iss": issuer, "sub": "eva", "aud": CLIENT, "exp": self.now + 300, "iat": self.now, "nonce": self.begun.0,
            "preferred_username": "eva.mueller", "groups": ["staff", "planning"],
        });
        for (claim, value) in &self.claims {
            claims[*claim] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let algorithm = match self.sign {
            Sign::Well | Sign::Forged => "ES256",
            Sign::ByPublicKey => "HS256",
            Sign::No => "none",
        };
        let header = json!({ "alg": algorithm, "kid": id }).to_string();
        let signed = format!("{}.{}", encoded(header.as_bytes()), encoded(claims.to_string().as_bytes()));
        let by = |pair: &EcdsaKeyPair| pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap().as_ref().to_vec();
        let signature = match self.sign {
            Sign::Well => by(pair),
            Sign::Forged => by(&key()),
            Sign::ByPublicKey => {
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, pair.public_key().as_ref());
                ring::hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
            }
            Sign::No => Vec::new(),
        };
        format!("{signed}.{}", encoded(&signature))
    }
}

type Answer = Result<Json<Value>, StatusCode>;

async fn description(State(issuer): State<Issuer>) -> Response {
    let (status, trick) = {
        let script = issuer.script.lock().unwrap();
        (script.status, script.trick)
    };
    match (status, trick) {
        (Some(status), _) => status.into_response(),
        (_, Some(Trick::Redirect)) => Redirect::temporary("/elsewhere").into_response(),
        _ => true_description(State(issuer)).await.into_response(),
    }
}

async fn true_description(State(issuer): State<Issuer>) -> Answer {
    let trick = issuer.script.lock().unwrap().trick;
    let at = |path: &str| format!("{}/{path}", issuer.address);
    Ok(Json(json!({
        "issuer": if trick == Some(Trick::OfAnother) { at("another") } else { issuer.address.clone() },
        "op_policy_uri": at(&"x".repeat(if trick == Some(Trick::Huge) { 2 << 20 } else { 1 })), "authorization_endpoint": at("authorize"), "token_endpoint": at("token"),
        "jwks_uri": at("keys"), "userinfo_endpoint": at("userinfo"), "response_types_supported": ["code"],
        "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
    })))
}

async fn keys(State(issuer): State<Issuer>) -> Answer {
    let mut script = issuer.script.lock().unwrap();
    script.asked_for_keys += 1;
    let key = |(id, pair): &(String, EcdsaKeyPair)| {
        let point = pair.public_key().as_ref();
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": id, "x": encoded(&point[1..33]), "y": encoded(&point[33..]) })
    };
    Ok(Json(json!({ "keys": script.keys.iter().map(key).collect::<Vec<_>>() })))
}

async fn token(State(issuer): State<Issuer>, headers: HeaderMap, body: Bytes) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    let sent: BTreeMap<&str, &str> = body.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let script = issuer.script.lock().unwrap();
    let login = base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT}:{CLIENT_SECRET}"));
    let is_client = headers.get("authorization").is_some_and(|value| value == &format!("Basic {login}"));
    let is_begun = encoded(&Sha256::digest(sent["code_verifier"])) == script.begun.1;
    assert!(is_client && is_begun && sent["code"] == CODE, "the service proves who it is, and that it began");
    match script.status {
        Some(status) => (status, Json(json!({ "error": "invalid_grant" }))).into_response(),
        None => Json(json!({
            "access_token": ACCESS, "token_type": "Bearer", "expires_in": 60, "id_token": script.id_token(&issuer.address),
        }))
        .into_response(),
    }
}

async fn userinfo(State(issuer): State<Issuer>, headers: HeaderMap) -> Answer {
    assert_eq!(headers["authorization"], format!("Bearer {ACCESS}"));
    issuer.script.lock().unwrap().userinfo.clone().map(Json).ok_or(StatusCode::NOT_FOUND)
}
