//! Logging in by a provider, as a browser does, and what an attacker or a broken provider does not get.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::json;
use smartpole_access::{AuditOutcome, Role, What, Zones};
use smartpole_api::{OPENID_BACK, Peer};
use smartpole_openid::{May, Options, Provider, Roles};

use super::{
    FAR, PASSWORD, account,
    browser::Browser,
    issuer::{ACCESS, CLIENT, CLIENT_SECRET, CODE, Issuer, Sign, Trick},
    now,
};
use crate::fixture::{City, text};

fn options(issuer: &str) -> Options {
    let may = |role, zones| May { role, zones };
    static SECRET: OnceLock<tempfile::NamedTempFile> = OnceLock::new();
    let secret = SECRET.get_or_init(|| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), CLIENT_SECRET).unwrap();
        file
    });
    Options {
        issuer: issuer.to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret_file: Some(secret.path().to_owned()),
        scopes: vec!["groups".to_owned()],
        roles: Roles(BTreeMap::from([
            ("planning".to_owned(), may(Role::Planner, Zones::ALL)),
            ("operation".to_owned(), may(Role::Operator, Zones::only(["altstadt"]))),
        ])),
        ..Options::default()
    }
}

async fn city(issuer: &str) -> City {
    let provider = Provider::new(options(issuer), &format!("https://luft.example.org{OPENID_BACK}"), now).unwrap();
    City::with_provider(Arc::new(provider)).await
}

async fn play() -> (Issuer, City) {
    let issuer = Issuer::start(now().0).await;
    let city = city(&issuer.address).await;
    (issuer, city)
}

/// Why the newest log-in was refused, by the audit trail.
fn reason(city: &City) -> String {
    let newest = city.access.audit(i64::MAX, 1).unwrap().remove(0);
    assert_eq!((newest.what, newest.outcome), (What::OpenIdLogIn, AuditOutcome::Failed));
    newest.about
}

#[tokio::test]
async fn a_provider_lets_somebody_in_with_the_role_of_their_groups_and_leads_back() {
    let (issuer, city) = play().await;
    let mut browser = Browser::new(&city);
    let page = browser.get("/login?return=/plain%3Flang%3Den").await.text;
    assert!(
        page.contains("href=\"/login/openid?return=/plain%3Flang%3Den\">Mit OpenID Connect anmelden</a>"),
        "{page}"
    );
    let begun = browser.get("/login/openid?return=/plain%3Flang%3Den").await;
    let cookie = begun.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-openid="), "{cookie}");
    assert!(cookie.ends_with("; Max-Age=600; Path=/; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
    let back = issuer.authorize(begun.headers["location"].to_str().unwrap());
    let done = browser.get(&back).await;
    assert_eq!((done.status, &done.headers["refresh"]), (200, &"0;url=/plain?lang=en".parse().unwrap()));
    assert!(
        done.text.contains("Sie sind angemeldet.") && done.text.contains("href=\"/plain?lang=en\""),
        "{}",
        done.text
    );
    assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), ["__Host-session"], "the cookie of the way is gone");
    assert_eq!(browser.role().await, "planner");
    let account = city.access.account("eva.mueller").unwrap();
    assert!(account.by_openid && account.role == Role::Planner);
    let page = browser.get("/account").await.text;
    assert!(page.contains("eva.mueller") && !page.contains("type=\"password\""), "{page}");
}

#[tokio::test]
async fn other_groups_are_another_role_at_the_next_log_in_and_none_is_the_end_of_sessions() {
    let (issuer, city) = play().await;
    let (mut former, mut browser) = (Browser::new(&city), Browser::new(&city));
    former.log_in(&issuer).await;
    issuer.says("groups", json!(["planning", "operation"]));
    assert_eq!(browser.log_in(&issuer).await.status, 200);
    assert_eq!((browser.role().await.as_str(), former.role().await.as_str()), ("operator", "public"));
    assert_eq!(city.access.account("eva.mueller").unwrap().zones, Zones::only(["altstadt"]));
    issuer.says("groups", json!(["staff"]));
    let refused = Browser::new(&city).log_in(&issuer).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("keine Ihrer Gruppen hat hier eine Rolle"), "{}", refused.text);
    assert_eq!((reason(&city).as_str(), browser.role().await.as_str()), ("role", "public"));
    issuer.says("sub", json!("somebody else"));
    assert_eq!(Browser::new(&city).log_in(&issuer).await.status, 403);
    assert_eq!(city.access.accounts().unwrap().len(), 1, "nothing is made of who has no role");
}

#[tokio::test]
async fn what_comes_back_holds_once_and_in_the_browser_that_began_it() {
    let (issuer, city) = play().await;
    let (mut browser, mut other) = (Browser::new(&city), Browser::new(&city));
    let theirs = other.to(&issuer, "/login/openid").await;
    let back = browser.to(&issuer, "/login/openid").await;
    for (uri, why) in [
        (theirs.as_str(), "begun by somebody else"),
        (OPENID_BACK, "nothing at all"),
        ("/login/openid/back?code=x&state=x", "made up"),
        ("/login/openid/back?error=access_denied&state=x", "a refusal that nobody asked for"),
    ] {
        let answer = browser.get(uri).await;
        assert!(
            answer.status == 400 && answer.text.contains("Diese Anmeldung gilt nicht mehr"),
            "{why}: {}",
            answer.text
        );
        assert_eq!(reason(&city), "state", "{why}");
    }
    let jar = browser.cookies.clone();
    assert_eq!(browser.get(&back).await.status, 200);
    let mut replaying = Browser { cookies: jar, ..Browser::new(&city) };
    assert_eq!(replaying.get(&back).await.status, 400, "once");
    assert_eq!(Browser::new(&city).get(&theirs).await.status, 400, "without a cookie");
    assert_eq!(city.access.accounts().unwrap().len(), 1);
}

#[tokio::test]
async fn an_id_token_that_does_not_hold_lets_nobody_in_and_makes_nothing() {
    let (issuer, city) = play().await;
    let seconds = now().0 / 1_000;
    let claims = [
        ("nonce", json!("another"), "nonce"),
        ("nonce", json!(null), "nonce"),
        ("exp", json!(seconds - 61), "expired"),
        ("iat", json!(seconds + 120), "expired"),
        ("aud", json!("another"), "audience"),
        ("aud", json!([CLIENT, "another"]), "audience"),
        ("azp", json!("another"), "audience"),
        ("iss", json!("https://elsewhere.example"), "issuer"),
        ("sub", json!(null), "unreadable"),
        ("exp", json!(null), "unreadable"),
    ];
    for (claim, value, expected) in claims {
        issuer.says(claim, value.clone());
        let answer = Browser::new(&city).log_in(&issuer).await;
        assert_eq!((answer.status, reason(&city).as_str()), (403, expected), "{claim} {value}");
        assert!(answer.text.contains(&format!("gilt nicht ({expected})")), "{}", answer.text);
        issuer.script.lock().unwrap().claims.clear();
    }
    for (sign, expected) in [(Sign::Forged, "signature"), (Sign::ByPublicKey, "algorithm"), (Sign::No, "algorithm")] {
        issuer.script.lock().unwrap().sign = sign;
        let answer = Browser::new(&city).log_in(&issuer).await;
        assert_eq!((answer.status, reason(&city).as_str()), (403, expected));
        assert!(!answer.headers.get_all("set-cookie").iter().any(|set| set.to_str().unwrap().contains("session=")));
    }
    assert_eq!(city.access.accounts().unwrap(), []);
}

#[tokio::test]
async fn another_issuer_in_the_answer_and_a_refusal_of_the_provider_let_nobody_in() {
    let (issuer, city) = play().await;
    let mut browser = Browser::new(&city);
    let back = browser.to(&issuer, "/login/openid").await;
    let mixed_up = browser.get(&format!("{back}&iss=https%3A%2F%2Felsewhere.example")).await;
    assert_eq!((mixed_up.status, reason(&city).as_str()), (403, "issuer"));
    for (error, status, expected) in [("access_denied", 403, "denied"), ("server_error", 503, "away")] {
        let back = browser.to(&issuer, "/login/openid").await;
        let back = back.replace(&format!("code={CODE}"), &format!("error={error}&error_description=%3Cscript%3E"));
        let answer = browser.get(&back).await;
        assert_eq!((answer.status, reason(&city).as_str()), (status, expected));
        assert!(!answer.text.contains("<script") && !answer.text.contains(error), "{}", answer.text);
    }
    let back = browser.to(&issuer, "/login/openid").await;
    issuer.script.lock().unwrap().status = Some(StatusCode::BAD_REQUEST);
    assert_eq!((browser.get(&back).await.status, reason(&city).as_str()), (400, "code"), "it takes its code no more");
    assert_eq!(city.access.accounts().unwrap(), []);
}

#[tokio::test]
async fn a_new_key_of_the_provider_is_asked_for_once_and_then_known() {
    let (issuer, city) = play().await;
    for (key, asked) in [(None, 1), (None, 1), (Some("two"), 2), (None, 2), (Some("two"), 3)] {
        key.into_iter().for_each(|id| issuer.rotate(id));
        assert_eq!(Browser::new(&city).log_in(&issuer).await.status, 200);
        assert_eq!(issuer.script.lock().unwrap().asked_for_keys, asked, "{key:?}");
    }
}

#[tokio::test]
async fn groups_that_the_id_token_leaves_out_are_asked_for_and_have_to_be_of_the_same_person() {
    let (issuer, city) = play().await;
    issuer.says("groups", json!(null));
    issuer.script.lock().unwrap().userinfo = Some(json!({ "sub": "eva", "groups": "planning" }));
    assert_eq!(Browser::new(&city).log_in(&issuer).await.status, 200);
    issuer.script.lock().unwrap().userinfo = Some(json!({ "sub": "max", "groups": "planning" }));
    assert_eq!(Browser::new(&city).log_in(&issuer).await.status, 403);
    assert_eq!(reason(&city), "subject");
    issuer.script.lock().unwrap().userinfo = None;
    assert_eq!(Browser::new(&city).log_in(&issuer).await.status, 503);
}

#[tokio::test]
async fn while_the_provider_is_away_the_page_says_so_and_passwords_go_on() {
    let city = city("http://127.0.0.1:9").await;
    account(&city, "Eva", Role::Planner, &Zones::ALL);
    let mut browser = Browser::new(&city);
    assert_eq!(browser.get("/login").await.status, 200);
    let away = browser.get("/login/openid?return=/account").await;
    assert!(away.status == 503 && away.text.contains("Der Anmeldedienst antwortet gerade nicht"), "{}", away.text);
    let form = format!("name=eva&password={}", PASSWORD.replace(' ', "+"));
    let request =
        Request::builder().method("POST").uri("/login?return=/account").header("sec-fetch-site", "same-origin");
    let request =
        request.header("content-type", "application/x-www-form-urlencoded").header("content-length", form.len());
    let answer = browser.send(request, Body::from(form)).await;
    assert_eq!((answer.status, &answer.headers["location"]), (303, &"/account".parse().unwrap()));
    let issuer = Issuer::start(now().0).await;
    let away = self::city(&issuer.address).await;
    issuer.script.lock().unwrap().status = Some(StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(Browser::new(&away).get("/login/openid").await.status, 503);
    issuer.script.lock().unwrap().status = None;
    assert_eq!(Browser::new(&away).log_in(&issuer).await.status, 200, "it is asked again, not given up");
}

#[tokio::test]
async fn a_description_that_is_elsewhere_huge_or_of_another_issuer_leads_nowhere() {
    let (issuer, city) = play().await;
    for trick in [Trick::Redirect, Trick::Huge, Trick::OfAnother] {
        issuer.script.lock().unwrap().trick = Some(trick);
        assert_eq!(Browser::new(&city).get("/login/openid").await.status, 503);
    }
    issuer.script.lock().unwrap().trick = None;
    assert_eq!(Browser::new(&city).log_in(&issuer).await.status, 200);
}

#[tokio::test]
async fn whoever_begins_too_often_has_to_wait_and_in_the_open_nobody_begins() {
    let (issuer, city) = play().await;
    let mut statuses = Vec::new();
    let mut browser = Browser::new(&city);
    for _ in 0..11 {
        statuses.push(browser.get("/login/openid").await.status);
    }
    assert_eq!((statuses[9], statuses[10]), (303, 429));
    let mut request = Request::builder().uri("/login/openid").body(Body::empty()).unwrap();
    request.extensions_mut().insert(Peer(FAR.parse().unwrap()));
    let open = city.send(request).await;
    assert!(open.status() == 403 && open.headers().get("set-cookie").is_none());
    assert_eq!(issuer.script.lock().unwrap().asked_for_keys, 1, "what is known is asked for once");
    let none = City::new(Default::default()).await;
    for uri in ["/login/openid", OPENID_BACK] {
        assert_eq!(none.ask("GET", uri).await.status(), 404, "without a provider there is no such page");
    }
    assert!(!text(none.ask("GET", "/login").await).await.contains("/login/openid"));
}

#[tokio::test]
async fn no_answer_and_no_record_holds_a_code_token_or_secret_of_the_provider() {
    let (issuer, city) = play().await;
    let mut browser = Browser::new(&city);
    let back = browser.to(&issuer, "/login/openid").await;
    let state = back.split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let cookie = browser.cookies["__Host-openid"].clone();
    browser.get(&back).await;
    browser.get(&back).await;
    for uri in ["/account", "/api/v1/processing", "/api/v1/me"] {
        browser.get(uri).await;
    }
    assert!(browser.heard.contains(&issuer.address), "the record of processing names the provider");
    let audit = format!("{:?}", city.access.audit(i64::MAX, 100).unwrap());
    for secret in [CODE, ACCESS, CLIENT_SECRET, &state, &cookie] {
        assert!(!browser.heard.contains(secret) && !audit.contains(secret), "{secret}");
    }
}
