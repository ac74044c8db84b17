//! The way from the first link to a token that is revoked, over a kill; and that no secret is to be found anywhere.

use std::fs;

use reqwest::{Client, Method, RequestBuilder, Response, redirect::Policy};
use serde_json::Value;
use smartpole_tests::{Config, Listener, Service, client, eventually, smartpole, smartpole_with};

const PASSWORD: &str = "lamps see the street at night";
const INFLUX_TOKEN: &str = "influx-token-that-nobody-may-see";

/// Somebody at the service's machine.
struct Caller {
    client: Client,
    /// All that was answered.
    heard: String,
}

impl Caller {
    fn new() -> Self {
        let client = client(Policy::none());
        Self { client, heard: String::new() }
    }

    fn request(&self, method: Method, service: &Service, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", service.api().base())).header("sec-fetch-site", "same-origin")
    }

    fn form(&self, service: &Service, path: &str, form: &str) -> RequestBuilder {
        let kind = "application/x-www-form-urlencoded";
        self.request(Method::POST, service, path).header("content-type", kind).body(form.to_owned())
    }

    /// The status and the text of an answer, which is remembered.
    async fn send(&mut self, request: RequestBuilder) -> (u16, String) {
        let response = request.send().await.expect("it answers");
        let (status, headers) = (response.status().as_u16(), format!("{:?}", response.headers()));
        let text = response.text().await.expect("the answer is whole");
        self.heard += &format!("{headers}\n{text}\n");
        (status, text)
    }
}

/// The link that is printed while there is no account.
async fn first_link(service: &Service) -> String {
    let printed = || service.log().lines().find_map(|line| line.strip_prefix("first     ").map(str::to_owned));
    eventually("the first link is printed", async || printed().map(drop).ok_or_else(|| "not yet".to_owned())).await;
    let link = printed().expect("it was there");
    link.strip_prefix(service.api().base()).expect("it leads to the service").to_owned()
}

fn cookie(response: &Response) -> String {
    let set = response.headers()["set-cookie"].to_str().expect("a cookie is text");
    set.split(';').next().expect("it begins").to_owned()
}

/// Every secret of the story that could be seen by somebody who must not, but for the one answer that shows it.
struct Secrets(Vec<(&'static str, String)>);

impl Secrets {
    fn are_nowhere_in(&self, place: &str, text: &str) {
        for (what, secret) in &self.0 {
            let at = text.find(secret.as_str());
            assert_eq!(at.map(|at| &text[at.saturating_sub(100)..at]), None, "{what} is in {place}");
        }
    }
}

/// A service whose own machine is nobody, with an InfluxDB that does not answer.
async fn start() -> (Service, String) {
    let config = Config::new().listener(Listener::new()).section("[access]\nlocal_operators = false");
    let token = config.registry().with_file_name("influx.token");
    fs::write(&token, INFLUX_TOKEN).expect("our own folder can be written");
    let influx = format!(
        "[[influx]]\nname = \"city\"\nurl = \"http://127.0.0.1:9\"\norg = \"x\"\nbucket = \"x\"\ntoken_file = \"{}\"",
        token.display()
    );
    let keys = fs::read_to_string(config.registry().join("keys.csv")).expect("the shipped registry has keys");
    let key = keys.lines().nth(1).and_then(|line| line.split(',').find(|cell| cell.len() == 32)).expect("a key");
    let key = key.to_owned();
    (Service::start(config.section(&influx)).await, key)
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_first_link_to_a_revoked_token_over_a_kill_and_no_secret_is_found() {
    let ((mut service, lorawan_key), mut caller) = (start().await, Caller::new());
    assert_eq!(caller.send(caller.request(Method::GET, &service, "/api/v1/ledger")).await.0, 403);
    let link = first_link(&service).await;
    let form = format!("name=Eva&password={}", PASSWORD.replace(' ', "+"));
    let made = caller.form(&service, &link, &form).send().await.expect("it answers");
    assert_eq!(made.status(), 303);
    let session = cookie(&made);
    assert_eq!(caller.send(caller.form(&service, &link, &form)).await.0, 404, "the link holds once");

    let wanted = r#"{"name":"e2e","role":"operator","days":1}"#;
    let with_cookie = |request: RequestBuilder| request.header("cookie", &session);
    let json = |path: &str, body: &str| {
        with_cookie(caller.request(Method::POST, &service, path))
            .header("content-type", "application/json")
            .body(body.to_owned())
    };
    let made: Value = json("/api/v1/tokens", wanted).send().await.expect("it answers").json().await.expect("JSON");
    let (id, token) =
        (made["id"].as_str().expect("an id").to_owned(), made["secret"].as_str().expect("a secret").to_owned());
    let by_token =
        |caller: &Caller, service: &Service, path: &str| caller.request(Method::GET, service, path).bearer_auth(&token);
    assert_eq!(caller.send(by_token(&caller, &service, "/api/v1/ledger")).await.0, 200);

    service.kill().await;
    service.start_again().await;
    assert_eq!(caller.send(by_token(&caller, &service, "/api/v1/ledger")).await.0, 200, "a token outlives a kill");
    let me = caller.request(Method::GET, &service, "/api/v1/me").header("cookie", &session);
    assert!(caller.send(me).await.1.contains("\"role\":\"admin\""), "and so does a session");
    assert_eq!(service.log().matches("first     http").count(), 1, "with an account there is no link");

    let secrets = Secrets(vec![
        ("the password", PASSWORD.to_owned()),
        ("the password as it is sent", PASSWORD.replace(' ', "+")),
        ("the token", token.clone()),
        ("the cookie", session.split_once('=').expect("name and value").1.to_owned()),
        ("a LoRaWAN key", lorawan_key),
        ("the token of InfluxDB", INFLUX_TOKEN.to_owned()),
    ]);
    provoke(&mut caller, &service, &session, &token).await;
    secrets.are_nowhere_in("what was answered", &caller.heard);
    secrets.are_nowhere_in("the log", &service.log());
    tell_the_command_line(&service, &token, &secrets);

    let revoke = caller.request(Method::DELETE, &service, &format!("/api/v1/tokens/{id}")).header("cookie", &session);
    assert_eq!(caller.send(revoke).await.0, 204);
    assert_eq!(caller.send(by_token(&caller, &service, "/api/v1/ledger")).await.0, 401);
    secrets.are_nowhere_in("what was answered in the end", &caller.heard);
}

/// Asks for all that is described, by a cookie, by a token, and wrongly.
async fn provoke(caller: &mut Caller, service: &Service, session: &str, token: &str) {
    let (_, description) = caller.send(caller.request(Method::GET, service, "/api/openapi.json")).await;
    let description: Value = serde_json::from_str(&description).expect("JSON");
    let paths = description["paths"].as_object().expect("paths").keys().filter(|path| *path != "/api/v1/live");
    for path in paths {
        let path = path.replace("{id}", "1").replace("{seq}", "1").replace("{name}", "city");
        for query in ["", "?nothing=like-this", "?pole=AM-01", "?zone=altstadt"] {
            let uri = format!("{path}{query}");
            caller.send(caller.request(Method::GET, service, &uri).header("cookie", session)).await;
        }
        caller.send(caller.request(Method::POST, service, &path).bearer_auth(token).body("{")).await;
    }
    for wrong in [format!("{token}x"), token[..20].to_owned()] {
        let (status, answer) =
            caller.send(caller.request(Method::GET, service, "/api/v1/me").bearer_auth(&wrong)).await;
        assert!(status == 401 && !answer.contains(&wrong), "{answer}");
    }
    for page in ["/login", "/account"] {
        caller.send(caller.request(Method::GET, service, page).header("cookie", session)).await;
    }
    let form = format!("name={}&password=x", PASSWORD.replace(' ', "_"));
    caller.send(caller.form(service, "/login", &form)).await;
}

/// What the command line prints of the same file.
fn tell_the_command_line(service: &Service, token: &str, secrets: &Secrets) {
    let config = service.config().write();
    let config = config.to_str().expect("our folder's name is UTF-8");
    for command in [&["account", "list"][..], &["token", "list"], &["audit"]] {
        let (code, printed) = smartpole(&[command, &["--config", config]].concat());
        assert_eq!(code, Some(0), "{printed}");
        secrets.are_nowhere_in(&format!("{command:?}"), &printed);
        assert!(printed.contains("Eva"), "{printed}");
    }
    let url = service.api().base();
    let asked = ["replay", "--dry-run", "--url", url];
    let (code, printed) = smartpole(&asked);
    assert!(code == Some(1) && printed.contains("is for operators only"), "{printed}");
    let (code, printed) = smartpole_with(&[("SMARTPOLE_TOKEN", token)], &asked);
    assert_eq!(code, Some(0), "{printed}");
    secrets.are_nowhere_in("what a command prints that asks by a token", &printed);
}
