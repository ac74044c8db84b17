//! Webhooks as <https://www.standardwebhooks.com> has them: JSON, signed together with its id and the time.

use std::{path::Path, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::{Client, Response, header::CONTENT_TYPE, redirect::Policy};
use ring::hmac;
use serde_json::json;
use smartpole_model::{UtcMillis, registry::Webhook};

use crate::{Error, Notice, secret::Secret, text::clean};

/// Seconds until there has to be a connection …
const CONNECT_S: u64 = 10;
/// … and an answer.
const ANSWER_S: u64 = 20;
/// Most of an answer that is looked at.
const MOST_WORDS: usize = 200;

/// Posts a notice; what the other side said.
pub(crate) async fn send(hook: &Webhook, folder: &Path, notice: &Notice, now: UtcMillis) -> Result<String, Error> {
    let secret = Secret::read(&hook.secret, folder)?;
    let (body, seconds) = (payload(notice)?, now.0.div_euclid(1_000));
    let signature = sign(&secret, &notice.id, seconds, &body)?;
    let request = client()?
        .post(&hook.url)
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", &notice.id)
        .header("webhook-timestamp", seconds)
        .header("webhook-signature", signature)
        .body(body);
    let mut response = request.send().await.map_err(|error| Error::Http(error.without_url()))?;
    let (status, words) = (response.status(), words(&mut response).await);
    if status.is_success() {
        return Ok(status.to_string());
    }
    let words = secret.redact(&words);
    Err(Error::Refused { status, words: if words.is_empty() { words } else { format!(": {words}") } })
}

/// No redirects, as they could lead a signed message astray, and no proxy of the environment. Which addresses are private is the
/// operator's matter, who names them.
fn client() -> Result<Client, Error> {
    Client::builder()
        .tls_backend_preconfigured(smartpole_tls::client(None, None)?)
        .user_agent(concat!("smartpole/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(CONNECT_S))
        .timeout(Duration::from_secs(ANSWER_S))
        .build()
        .map_err(|error| Error::Http(error.without_url()))
}

fn payload(notice: &Notice) -> Result<Vec<u8>, Error> {
    let kind = if notice.entries.is_empty() { "test" } else { "alerts" };
    let data = json!({ "alerts": notice.entries, "page": notice.page });
    Ok(serde_json::to_vec(&json!({ "type": kind, "timestamp": notice.formed_at, "data": data }))?)
}

/// The header `webhook-signature`.
fn sign(secret: &Secret, id: &str, seconds: i64, body: &[u8]) -> Result<String, Error> {
    let key = match secret.reveal().strip_prefix("whsec_") {
        None => secret.reveal().as_bytes().to_vec(),
        Some(encoded) => BASE64_STANDARD.decode(encoded).map_err(|_| Error::Secret {
            place: "the webhook's secret".to_owned(),
            reason: "it begins with whsec_, but what follows is no base64",
        })?,
    };
    let signed = [format!("{id}.{seconds}.").as_bytes(), body].concat();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &signed);
    Ok(format!("v1,{}", BASE64_STANDARD.encode(tag)))
}

/// The beginning of an answer.
async fn words(response: &mut Response) -> String {
    let mut body = Vec::new();
    while body.len() < MOST_WORDS * 4
        && let Ok(Some(chunk)) = response.chunk().await
    {
        body.extend_from_slice(&chunk);
    }
    clean(&String::from_utf8_lossy(&body), MOST_WORDS)
}

#[cfg(test)]
mod tests {
    use smartpole_model::registry::SecretPlace;

    use super::*;

    #[test]
    fn signatures_are_those_of_the_standard() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("s"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
        let secret = Secret::read(&SecretPlace::File("s".to_owned()), folder.path()).unwrap();
        // the example of the standard's reference libraries
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", br#"{"test": 2432232314}"#);
        let signature = sign(&secret, id, 1_614_265_330, body).unwrap();
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
