//! The ways in and out, as a browser goes them.

use axum::{
    body::Body,
    http::{Request, StatusCode},
    response::Response,
};
use smartpole_access::{Role, Zones};
use smartpole_api::{Options, Peer};

use super::{FAR, PASSWORD, account, now};
use crate::fixture::{City, text};

const SAME: (&str, &str) = ("sec-fetch-site", "same-origin");

/// A browser on the service's own machine, which keeps its cookie.
struct Browser<'a> {
    city: &'a City,
    cookie: Option<String>,
    peer: [u8; 4],
}

impl<'a> Browser<'a> {
    fn new(city: &'a City) -> Self {
        Self { city, cookie: None, peer: [127, 0, 0, 1] }
    }

    async fn ask(&mut self, method: &str, uri: &str, headers: &[(&str, &str)], form: &str) -> Response {
        let request = Request::builder().method(method).uri(uri).header("host", "localhost:8080");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let request = self.cookie.iter().fold(request, |request, cookie| request.header("cookie", cookie));
        let request = match form {
            "" => request,
            form => {
                request.header("content-type", "application/x-www-form-urlencoded").header("content-length", form.len())
            }
        };
        let mut request = request.body(Body::from(form.to_owned())).unwrap();
        request.extensions_mut().insert(Peer(self.peer.into()));
        let response = self.city.send(request).await;
        if let Some(set) = response.headers().get("set-cookie") {
            let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
            self.cookie = Some(pair).filter(|pair| !pair.ends_with('='));
        }
        response
    }

    async fn get(&mut self, uri: &str) -> String {
        text(self.ask("GET", uri, &[], "").await).await
    }

    async fn post(&mut self, uri: &str, form: &str) -> (u16, String) {
        let response = self.ask("POST", uri, &[SAME], form).await;
        (response.status().as_u16(), text(response).await)
    }

    async fn log_in(&mut self, name: &str, password: &str) -> u16 {
        self.post("/login", &format!("name={name}&password={}", password.replace(' ', "+"))).await.0
    }
}

#[tokio::test]
async fn a_password_opens_a_session_whose_cookie_no_script_and_no_other_site_gets() {
    let city = City::new(Options::default()).await;
    account(&city, "Eva", Role::Planner, &Zones::ALL);
    let mut browser = Browser::new(&city);
    let page = browser.get("/login").await;
    assert!(page.contains("<html lang=\"de\">") && page.contains("Anmelden") && !page.contains("<script"), "{page}");
    let form = format!("name=eva&password={}", PASSWORD.replace(' ', "+"));
    let answer = browser.ask("POST", "/login", &[SAME], &form).await;
    assert_eq!((answer.status(), &answer.headers()["location"]), (StatusCode::SEE_OTHER, &"/".parse().unwrap()));
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("session=") && cookie.ends_with("; Max-Age=604800; Path=/; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    assert!(browser.get("/api/v1/me").await.starts_with(r#"{"role":"planner","#));
    assert_eq!(
        browser.ask("GET", "/api/v1/ledger", &[], "").await.status(),
        403,
        "a cookie counts more than the address"
    );
}

#[tokio::test]
async fn by_a_believed_proxy_and_https_the_cookie_is_for_https_alone_and_otherwise_there_is_none() {
    let city = City::new(Options::default()).await;
    account(&city, "Eva", Role::Planner, &Zones::ALL);
    let form = format!("name=eva&password={}", PASSWORD.replace(' ', "+"));
    let mut browser = Browser { peer: [192, 0, 2, 1], ..Browser::new(&city) };
    let proxied = [SAME, ("x-forwarded-for", FAR), ("x-forwarded-proto", "https")];
    let answer = browser.ask("POST", "/login", &proxied, &form).await;
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("__Host-session=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"),
        "{cookie}"
    );
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=63072000");
    assert!(text(browser.ask("GET", "/api/v1/me", &proxied, "").await).await.starts_with(r#"{"role":"planner","#));
    let open = browser.ask("POST", "/login", &[SAME, ("x-forwarded-for", FAR)], &form).await;
    assert_eq!(open.status(), 403);
    assert!(open.headers().get("set-cookie").is_none() && text(open).await.contains("offen übertragen"));
}

#[tokio::test]
async fn a_cookie_is_worth_nothing_after_the_session_ends() {
    let city = City::new(Options::default()).await;
    account(&city, "Eva", Role::Admin, &Zones::ALL);
    let mut browser = Browser::new(&city);
    assert_eq!(browser.log_in("Eva", PASSWORD).await, 303);
    let stolen = browser.cookie.clone();
    assert_eq!(browser.post("/logout", "").await.0, 303);
    assert_eq!(browser.cookie, None, "the browser forgets it");
    browser.cookie = stolen;
    let answer = browser.ask("GET", "/api/v1/me", &[], "").await;
    assert!(answer.headers()["set-cookie"].to_str().unwrap().starts_with("session=; Max-Age=0;"));
    assert!(text(answer).await.starts_with(r#"{"role":"public","#), "not even this machine's operator");
    for broken in ["session=", "session=x", "session=\"", "session=;session=x"] {
        browser.cookie = Some(broken.to_owned());
        assert!(browser.get("/api/v1/me").await.starts_with(r#"{"role":"public","#), "{broken}");
    }
}

#[tokio::test]
async fn another_site_changes_nothing_with_a_cookie_or_an_address() {
    let city = City::new(Options::default()).await;
    account(&city, "Eva", Role::Admin, &Zones::ALL);
    let mut browser = Browser::new(&city);
    browser.log_in("Eva", PASSWORD).await;
    let ours = ("origin", "http://localhost:8080");
    for (headers, status) in [
        (vec![], 403),
        (vec![("sec-fetch-site", "cross-site")], 403),
        (vec![("sec-fetch-site", "same-site")], 403),
        (vec![("origin", "http://evil.example")], 403),
        (vec![("origin", "null")], 403),
        (vec![SAME], 200),
        (vec![ours], 200),
    ] {
        assert_eq!(browser.ask("POST", "/account", &headers, "do=nothing").await.status(), status, "{headers:?}");
        let json = [headers.clone(), vec![("content-type", "application/json")]].concat();
        let refused = browser.ask("POST", "/api/v1/replays", &json, "").await.status() == 403;
        assert_eq!(refused, status == 403, "{headers:?}");
    }
    browser.cookie = None;
    for (headers, is_refused) in [(vec![("origin", "http://evil.example")], true), (vec![ours], false), (vec![], false)]
    {
        let status = browser.ask("DELETE", "/api/v1/maintenance/1", &headers, "").await.status();
        assert_eq!(status == 403, is_refused, "{headers:?} {status}");
    }
}

#[tokio::test]
async fn wrong_passwords_are_answered_alike_and_shut_the_door_in_words() {
    let city = City::new(Options::default()).await;
    account(&city, "Eva", Role::Admin, &Zones::ALL);
    let mut browser = Browser::new(&city);
    let (status, nobody) = browser.post("/login", "name=Nobody&password=wrong").await;
    let (_, wrong) = browser.post("/login", "name=Eva&password=wrong").await;
    assert_eq!((status, nobody.replace("Nobody", "Eva")), (401, wrong.clone()));
    assert!(wrong.contains("role=\"alert\"") && wrong.contains("stimmt nicht") && !wrong.contains("value=\"wrong\""));
    for _ in 0..4 {
        browser.post("/login", "name=Eva&password=wrong").await;
    }
    let (status, locked) =
        browser.post("/login?lang=en", &format!("name=Eva&password={}", PASSWORD.replace(' ', "+"))).await;
    assert!(status == 429 && locked.contains("Too many attempts"), "{locked}");
    for _ in 0..5 {
        browser.post("/login", "name=Max&password=wrong").await;
    }
    assert_eq!(browser.log_in("Ida", "wrong").await, 429, "the address has tried ten times");
    assert!(browser.cookie.is_none());
}

#[tokio::test]
async fn what_is_no_form_or_too_much_is_refused() {
    let city = City::new(Options::default()).await;
    let mut browser = Browser::new(&city);
    assert_eq!(browser.post("/login", &format!("name=x&password={}", "x".repeat(9_000))).await.0, 413);
    let json = [SAME, ("content-type", "application/json")];
    assert_eq!(browser.ask("POST", "/login", &json, "").await.status(), 415);
    let (_, page) = browser.post("/login", "name=%3Cscript%3E&password=x").await;
    assert!(page.contains("value=\"&lt;script&gt;\""), "{page}");
    assert_eq!(browser.ask("PUT", "/login", &[SAME], "").await.status(), 405);
}

#[tokio::test]
async fn the_first_link_makes_the_first_admin_and_no_second() {
    let city = City::new(Options::default()).await;
    let link = city.access.first_link(now()).unwrap().unwrap();
    let uri = format!("/first/{}", link.reveal());
    let mut browser = Browser::new(&city);
    assert!(browser.get(&uri).await.contains("Das erste Konto"));
    assert_eq!(browser.post("/first/x", "name=Eva&password=lamps+see+the+street").await.0, 404);
    let (status, page) = browser.post(&uri, "name=Eva&password=short").await;
    assert!(status == 400 && page.contains("mindestens 12 Zeichen") && page.contains("value=\"Eva\""));
    assert_eq!(browser.post(&uri, "name=Eva&password=lamps+see+the+street").await.0, 303);
    assert!(browser.get("/api/v1/me").await.starts_with(r#"{"role":"admin","#), "and logs them in");
    let (status, page) = Browser::new(&city).post(&uri, "name=Max&password=lamps+see+the+street").await;
    assert!(status == 404 && page.contains("benutzt"), "{page}");
    assert_eq!(city.access.accounts().unwrap().len(), 1);
}

#[tokio::test]
async fn an_account_changes_its_password_and_tokens_and_ends_itself() {
    let city = City::new(Options::default()).await;
    account(&city, "Max", Role::Admin, &Zones::ALL);
    account(&city, "Eva", Role::Planner, &Zones::ALL);
    let (mut browser, mut other) = (Browser::new(&city), Browser::new(&city));
    assert_eq!(browser.ask("GET", "/account", &[], "").await.headers()["location"], "/login?return=/account");
    browser.log_in("Eva", PASSWORD).await;
    other.log_in("Eva", PASSWORD).await;
    let page = browser.get("/account").await;
    assert!(page.contains("<b>Eva</b>: Planung, alle Gebiete") && !page.contains("value=\"operator\""), "{page}");
    assert_eq!(browser.post("/account", "do=password&password=wrong&new=another+long+one").await.0, 403);
    assert_eq!(browser.post("/account", "do=password&password=lamps+see+the+street&new=short").await.0, 400);
    assert_eq!(browser.post("/account", "do=password&password=lamps+see+the+street&new=another+long+one").await.0, 303);
    assert!(other.get("/api/v1/me").await.starts_with(r#"{"role":"public","#), "other sessions end");
    assert!(browser.get("/api/v1/me").await.starts_with(r#"{"role":"planner","#), "this one goes on");
    let (status, page) = browser.post("/account", "do=token&name=R+script&role=planner&days=30").await;
    assert!(status == 200 && page.contains("<code>sp_") && page.contains("R script"), "{page}");
    assert!(!browser.get("/account").await.contains("<code>sp_"), "shown once");
    assert_eq!(browser.post("/account", "do=token&name=x&role=admin&days=30").await.0, 400);
    let id = city.access.tokens(None).unwrap()[0].id;
    assert_eq!(browser.post("/account", &format!("do=revoke&id={id}")).await.0, 303);
    assert_eq!(browser.post("/account", &format!("do=revoke&id={id}")).await.0, 400);
    assert_eq!(browser.post("/account", "do=delete&password=another+long+one").await.0, 303);
    assert!(browser.cookie.is_none() && city.access.accounts().unwrap().len() == 1);
    let mut admin = Browser::new(&city);
    admin.log_in("Max", PASSWORD).await;
    let (status, page) = admin.post("/account", "do=delete&password=lamps+see+the+street").await;
    assert!(status == 400 && page.contains("letzte Konto"), "{page}");
    let audit = city.access.audit(i64::MAX, 20).unwrap();
    let noted: Vec<_> = audit.iter().rev().map(|entry| entry.what.code()).filter(|what| *what != "log_in").collect();
    assert_eq!(noted, ["password_changed", "token_made", "token_revoked", "account_deleted"]);
}

#[tokio::test]
async fn pages_of_passwords_are_kept_nowhere_and_framed_by_nobody_else() {
    let city = City::new(Options::default()).await;
    let mut browser = Browser::new(&city);
    for uri in ["/login", "/account", "/first/x"] {
        let answer = browser.ask("GET", uri, &[], "").await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(
            (header("cache-control"), header("x-content-type-options")),
            ("no-store".to_owned(), "nosniff".to_owned()),
            "{uri}"
        );
        assert!(header("content-security-policy").contains("form-action 'self'; frame-ancestors 'self'"));
        assert!(
            header("permissions-policy").starts_with("camera=()")
                && header("cross-origin-opener-policy") == "same-origin"
        );
        assert_eq!(header("cross-origin-resource-policy"), "same-origin");
    }
}
