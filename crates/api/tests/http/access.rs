//! Accounts, tokens and sessions over HTTP: who gets what, and what an attacker does not get.

mod browser;
mod issuer;
mod openid;
mod pages;

use axum::{
    body::Body,
    http::{Request, header},
    response::Response,
};
use expect_test::expect;
use smartpole_access::{Account, Name, NewAccount, NewToken, Password, Role, Zones};
use smartpole_api::{Options, Peer};
use smartpole_model::UtcMillis;

use crate::fixture::{City, show, text};

const PASSWORD: &str = "lamps see the street";
/// Somebody from the internet, by a proxy that is not believed.
const FAR: &str = "203.0.113.7";

fn now() -> UtcMillis {
    "2026-11-25T11:00:00Z".parse().unwrap()
}

fn account(city: &City, name: &str, role: Role, zones: &Zones) -> Account {
    let new = NewAccount { name: Name::new(name).unwrap(), role, zones: zones.clone() };
    city.access.add_account(&new, &Password::new(PASSWORD).unwrap(), now()).unwrap()
}

/// The token of a new account.
pub(crate) fn token(city: &City, role: Role, zones: &Zones) -> String {
    let account = account(city, &format!("{role} {:?}", zones.0), role, zones);
    let new = NewToken { name: Name::new("test").unwrap(), role, zones: Zones::ALL, days: 90 };
    city.access.make_token(&account, &new, now()).unwrap().1.reveal().to_owned()
}

/// A request from far with these headers.
async fn send(city: &City, method: &str, uri: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let request = Request::builder().method(method).uri(uri);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let length = if body.is_empty() { None } else { Some(body.len()) };
    let request = length.into_iter().fold(request, |request, length| request.header(header::CONTENT_LENGTH, length));
    let mut request = request.body(Body::from(body.to_owned())).unwrap();
    request.extensions_mut().insert(Peer(FAR.parse().unwrap()));
    city.send(request).await
}

pub(crate) async fn by_token(city: &City, token: &str, method: &str, uri: &str) -> Response {
    send(city, method, uri, &[("authorization", &format!("Bearer {token}"))], "").await
}

async fn post_json(city: &City, token: &str, uri: &str, body: &str) -> Response {
    let bearer = format!("Bearer {token}");
    send(city, "POST", uri, &[("authorization", &bearer), ("content-type", "application/json")], body).await
}

#[tokio::test]
async fn each_role_gets_what_it_is_for() {
    let city = City::new(Options::default()).await;
    let tokens: Vec<String> =
        [Role::Planner, Role::Operator, Role::Admin].map(|role| token(&city, role, &Zones::ALL)).into();
    let mut table = String::new();
    for uri in [
        "/api/v1/poles",
        "/api/v1/footfall?zone=altstadt",
        "/api/v1/series?device=people-1&property=people_in&step=raw",
        "/api/v1/export?what=readings",
        "/api/v1/coverage?zone=altstadt",
        "/api/v1/sites?sites=AM-01,LS-02",
        "/api/v1/footfall/ranking",
        "/api/v1/counts",
        "/api/v1/peers?pole=AM-01&property=pm2_5",
        "/api/v1/facts",
        "/api/v1/tokens",
        "/api/v1/ledger",
        "/api/v1/devices",
        "/api/v1/alerts",
        "/api/v1/quarantine",
        "/metrics",
        "/api/v1/accounts",
        "/api/v1/audit",
    ] {
        let mut statuses = vec![city.ask_publicly("GET", uri).await.status().as_u16()];
        for token in &tokens {
            statuses.push(by_token(&city, token, "GET", uri).await.status().as_u16());
        }
        statuses.push(city.ask("GET", uri).await.status().as_u16());
        table += &format!("{uri:<58} {}\n", statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" "));
    }
    // public, planner, operator, admin, this machine
    expect![[r#"
        /api/v1/poles                                              200 200 200 200 200
        /api/v1/footfall?zone=altstadt                             200 200 200 200 200
        /api/v1/series?device=people-1&property=people_in&step=raw 403 200 200 200 200
        /api/v1/export?what=readings                               400 200 200 200 200
        /api/v1/coverage?zone=altstadt                             403 200 200 200 200
        /api/v1/sites?sites=AM-01,LS-02                            403 200 200 200 200
        /api/v1/footfall/ranking                                   403 200 200 200 200
        /api/v1/counts                                             403 400 400 400 400
        /api/v1/peers?pole=AM-01&property=pm2_5                    403 200 200 200 200
        /api/v1/facts                                              403 200 200 200 200
        /api/v1/tokens                                             403 200 200 200 403
        /api/v1/ledger                                             403 403 200 200 200
        /api/v1/devices                                            403 403 200 200 200
        /api/v1/alerts                                             403 403 200 200 200
        /api/v1/quarantine                                         403 403 200 200 200
        /metrics                                                   403 403 200 200 200
        /api/v1/accounts                                           403 403 403 200 403
        /api/v1/audit                                              403 403 403 200 403
    "#]]
    .assert_eq(&table);
}

#[tokio::test]
async fn who_one_is_taken_for_is_told_with_the_limits() {
    let city = City::new(Options::default()).await;
    let limited = token(&city, Role::Planner, &Zones::only(["altstadt"]));
    let told = text(by_token(&city, &limited, "GET", "/api/v1/me").await).await;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(
        (&told["role"], &told["zones"][0], &told["can_log_in"]),
        (&"planner".into(), &"altstadt".into(), &false.into())
    );
    assert!(told["account"].as_str().unwrap().starts_with("acc-"));
}

#[tokio::test]
async fn a_token_that_does_not_hold_is_refused_even_where_everybody_may_ask() {
    let city = City::new(Options::default()).await;
    let revoked = token(&city, Role::Admin, &Zones::ALL);
    city.access.revoke_token(city.access.tokens(None).unwrap()[0].id, None).unwrap();
    for token in [revoked.as_str(), "sp_", "sp_x", "", "' OR 1=1 --", &"x".repeat(4_000)] {
        let answer = by_token(&city, token, "GET", "/api/v1/poles").await;
        assert_eq!(answer.headers()["www-authenticate"], "Bearer realm=\"smartpole\", error=\"invalid_token\"");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let said = show(answer).await;
        assert!(said.starts_with("401 ") && (token.is_empty() || !said.contains(token)), "{said}");
    }
    let basic = send(&city, "GET", "/api/v1/me", &[("authorization", "Basic c3A6eA==")], "").await;
    assert!(text(basic).await.starts_with(r#"{"role":"public","#), "that of a proxy is none of ours");
}

#[tokio::test]
async fn whoever_is_limited_to_zones_is_the_public_elsewhere() {
    let city = City::new(Options::default()).await;
    let (inside, outside) = (Zones::only(["altstadt"]), Zones::only(["elsewhere"]));
    let (inside, outside) = (token(&city, Role::Operator, &inside), token(&city, Role::Operator, &outside));
    let mut table = String::new();
    for uri in [
        "/api/v1/series?device=people-1&property=people_in&step=raw",
        "/api/v1/series?zone=altstadt&property=people_in&step=1h",
        "/api/v1/export?what=readings&pole=AM-01&property=people_in",
        "/api/v1/export?what=readings&property=people_in",
        "/api/v1/coverage?zone=altstadt",
        "/api/v1/coverage?zone=nowhere",
        "/api/v1/coverage?pole=AM-01",
        "/api/v1/coverage",
        "/api/v1/sites?sites=AM-01,LS-02",
        "/api/v1/sites?sites=all",
        "/api/v1/facts?device=people-1",
        "/api/v1/facts?zone=altstadt",
        "/api/v1/facts",
        "/api/v1/devices/people-1",
        "/api/v1/devices",
        "/api/v1/ledger",
        "/api/v1/alerts",
        "/metrics",
    ] {
        let [inside, outside] =
            [by_token(&city, &inside, "GET", uri).await, by_token(&city, &outside, "GET", uri).await];
        table += &format!("{uri:<59} {} {}\n", inside.status().as_u16(), outside.status().as_u16());
    }
    expect![[r#"
        /api/v1/series?device=people-1&property=people_in&step=raw  200 403
        /api/v1/series?zone=altstadt&property=people_in&step=1h     200 403
        /api/v1/export?what=readings&pole=AM-01&property=people_in  200 403
        /api/v1/export?what=readings&property=people_in             400 400
        /api/v1/coverage?zone=altstadt                              200 403
        /api/v1/coverage?zone=nowhere                               403 403
        /api/v1/coverage?pole=AM-01                                 200 403
        /api/v1/coverage                                            403 403
        /api/v1/sites?sites=AM-01,LS-02                             200 403
        /api/v1/sites?sites=all                                     403 403
        /api/v1/facts?device=people-1                               200 403
        /api/v1/facts?zone=altstadt                                 200 403
        /api/v1/facts                                               403 403
        /api/v1/devices/people-1                                    200 403
        /api/v1/devices                                             403 403
        /api/v1/ledger                                              403 403
        /api/v1/alerts                                              403 403
        /metrics                                                    403 403
    "#]]
    .assert_eq(&table);
    let latest = async |token: &str| text(by_token(&city, token, "GET", "/api/v1/latest").await).await;
    assert!(latest(&inside).await.contains("people_in") && !latest(&outside).await.contains("people_in"));
    let footfall =
        async |token: &str| text(by_token(&city, token, "GET", "/api/v1/footfall?zone=altstadt").await).await;
    assert!(
        !footfall(&inside).await.contains("\"rounded_to\":5") && footfall(&outside).await.contains("\"rounded_to\":5")
    );
}

#[tokio::test]
async fn an_admin_makes_accounts_changes_them_and_reads_who_did_what() {
    let city = City::new(Options::default()).await;
    let admin = token(&city, Role::Admin, &Zones::ALL);
    let made = post_json(
        &city,
        &admin,
        "/api/v1/accounts",
        &format!(r#"{{"name":"Eva","password":"{PASSWORD}","role":"planner","zones":["altstadt"]}}"#),
    )
    .await;
    assert_eq!(made.status(), 201);
    let made = text(made).await;
    assert!(!made.contains(PASSWORD), "{made}");
    let id = serde_json::from_str::<serde_json::Value>(&made).unwrap()["id"].as_str().unwrap().to_owned();
    for (body, status) in [
        (r#"{"name":"eva","password":"another long one","role":"planner"}"#, 409),
        (r#"{"name":"Max","password":"short","role":"planner"}"#, 400),
        (r#"{"name":"","password":"another long one","role":"planner"}"#, 400),
        (r#"{"name":"Max","password":"another long one","role":"public"}"#, 400),
        (r#"{"name":"Max","password":"another long one","role":"planner","zones":["nowhere"]}"#, 404),
        (r#"{"name":"Max"}"#, 400),
    ] {
        assert_eq!(post_json(&city, &admin, "/api/v1/accounts", body).await.status(), status, "{body}");
    }
    let changed = post_json(&city, &admin, &format!("/api/v1/accounts/{id}/role"), r#"{"role":"operator"}"#).await;
    assert!(text(changed).await.contains(r#""role":"operator","zones":null"#));
    for (disabled, what) in [(true, "account_disabled"), (false, "account_enabled")] {
        let (path, body) = (format!("/api/v1/accounts/{id}/disabled"), format!(r#"{{"disabled":{disabled}}}"#));
        assert!(
            text(post_json(&city, &admin, &path, &body).await).await.contains(&format!(r#""disabled":{disabled}"#))
        );
        let newest = city.access.audit(i64::MAX, 1).unwrap().remove(0);
        assert_eq!((newest.what.code(), newest.about), (what, id.clone()));
    }
    assert_eq!(by_token(&city, &admin, "DELETE", &format!("/api/v1/accounts/{id}")).await.status(), 204);
    assert_eq!(by_token(&city, &admin, "DELETE", &format!("/api/v1/accounts/{id}")).await.status(), 404);
    let own = city.access.accounts().unwrap()[0].id.to_string();
    assert_eq!(
        by_token(&city, &admin, "DELETE", &format!("/api/v1/accounts/{own}")).await.status(),
        409,
        "the last admin"
    );
    let audit = by_token(&city, &admin, "GET", "/api/v1/audit?limit=5").await;
    assert_eq!(audit.headers()["cache-control"], "no-store");
    let audit: serde_json::Value = serde_json::from_str(&text(audit).await).unwrap();
    let items = audit["items"].as_array().unwrap();
    let of = |item: &serde_json::Value| {
        [item["what"].as_str().unwrap().to_owned(), item["about"].as_str().unwrap().to_owned()]
    };
    let expected = ["account_deleted", "account_enabled", "account_disabled", "role_changed", "account_made"]
        .map(|what| [what.to_owned(), id.clone()]);
    assert_eq!(items.iter().map(of).collect::<Vec<_>>(), expected);
    assert!(
        items
            .iter()
            .all(|item| item["who"] == own.as_str() && item["name"] == "admin None" && item["outcome"] == "done")
    );
}

#[tokio::test]
async fn everybody_with_an_account_makes_tokens_that_may_no_more_than_the_one_they_ask_with() {
    let city = City::new(Options::default()).await;
    let planner = token(&city, Role::Planner, &Zones::only(["altstadt"]));
    for (body, status) in [
        (r#"{"name":"x","role":"operator"}"#, 403),
        (r#"{"name":"x","role":"planner","days":367}"#, 400),
        (r#"{"name":"x","role":"planner","zones":["altstadt"],"days":1}"#, 201),
        (r#"{"name":"x","role":"planner"}"#, 201),
    ] {
        assert_eq!(post_json(&city, &planner, "/api/v1/tokens", body).await.status(), status, "{body}");
    }
    let listed = text(by_token(&city, &planner, "GET", "/api/v1/tokens").await).await;
    assert!(!listed.contains("sp_") && listed.matches("\"altstadt\"").count() == 3, "{listed}");
    let made = text(post_json(&city, &planner, "/api/v1/tokens", r#"{"name":"y","role":"planner"}"#).await).await;
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let (id, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    assert_eq!(by_token(&city, secret, "GET", "/api/v1/tokens").await.status(), 200);
    let other = token(&city, Role::Operator, &Zones::ALL);
    assert_eq!(
        by_token(&city, &other, "DELETE", &format!("/api/v1/tokens/{id}")).await.status(),
        404,
        "of somebody else"
    );
    assert_eq!(by_token(&city, &planner, "DELETE", &format!("/api/v1/tokens/{id}")).await.status(), 204);
    assert_eq!(by_token(&city, secret, "GET", "/api/v1/tokens").await.status(), 401);
    assert_eq!(city.ask("GET", "/api/v1/tokens").await.status(), 403, "this machine has no account");
}

#[tokio::test]
async fn what_is_done_is_written_down_with_who_did_it() {
    let city = City::new(Options::default()).await;
    let operator = token(&city, Role::Operator, &Zones::ALL);
    assert_eq!(post_json(&city, &operator, "/api/v1/replays", r#"{"selection":{"of":"all"}}"#).await.status(), 202);
    assert_eq!(by_token(&city, &operator, "GET", "/api/v1/export?what=readings&pole=AM-01").await.status(), 200);
    assert_eq!(by_token(&city, &operator, "GET", "/api/v1/export?what=windows&pole=AM-01").await.status(), 200);
    post_json(&city, &operator, "/api/v1/alerts/1/acknowledge", "{}").await;
    let visit = r#"{"pole":"AM-01","at":"2026-11-25T10:00:00Z","note":"cleaned"}"#;
    assert_eq!(post_json(&city, &operator, "/api/v1/visits", visit).await.status(), 201);
    city.ask("GET", "/api/v1/export?what=readings&pole=AM-01").await;
    city.ask_publicly("POST", "/api/v1/replays").await;
    let who = city.access.accounts().unwrap()[0].id.to_string();
    let entries = city.access.audit(i64::MAX, 10).unwrap();
    let of = |entry: &smartpole_access::AuditEntry| {
        let who = if entry.who.as_str() == who { "operator" } else { entry.who.as_str() };
        format!("{who} {} {} {}", entry.what.code(), entry.about, entry.outcome.code())
    };
    expect![[r#"
        operator replay_ordered /api/v1/replays done
        operator readings_exported /api/v1/export?what=readings&pole=AM-01 done
        operator alert_said /api/v1/alerts/1/acknowledge failed
        operator visit_logged /api/v1/visits done
        local readings_exported /api/v1/export?what=readings&pole=AM-01 done"#]]
    .assert_eq(&entries.iter().rev().map(of).collect::<Vec<_>>().join("\n"));
}

#[tokio::test]
async fn an_address_that_asks_too_often_has_to_wait_and_this_machine_has_not() {
    let city = City::new(Options { requests_per_minute: 60, ..Options::default() }).await;
    for n in 0..60 {
        assert_eq!(city.ask_publicly("GET", "/healthz").await.status(), 200, "{n}");
        assert_eq!(city.ask("GET", "/healthz").await.status(), 200, "{n}");
    }
    for uri in ["/healthz", "/", "/js/main.js", "/nothing"] {
        let answer = city.ask_publicly("GET", uri).await;
        assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (429, "2"), "{uri}");
    }
    assert_eq!(city.ask("GET", "/healthz").await.status(), 200);
}

#[tokio::test]
async fn the_tokens_of_an_account_share_a_limit_wherever_they_come_from() {
    let city = City::new(Options { requests_per_minute: 60, ..Options::default() }).await;
    let token = token(&city, Role::Planner, &Zones::ALL);
    let bearer = format!("Bearer {token}");
    let ask = async |n: u8| {
        let mut request = Request::get("/api/v1/me").header("authorization", &bearer).body(Body::empty()).unwrap();
        request.extensions_mut().insert(Peer([198, 51, 100, n].into()));
        city.send(request).await.status().as_u16()
    };
    for n in 0..60 {
        assert_eq!(ask(n).await, 200);
    }
    assert_eq!(ask(60).await, 429);
}
