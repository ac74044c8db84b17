//! Logging in by a real OpenID provider: roles by groups, over kills of either side, and no secret anywhere.

use std::{collections::BTreeMap, fs};

use reqwest::{Client, Method, Response, redirect::Policy};
use serde_json::Value;
use smartpole_tests::{Config, Listener, OpenIdProvider, Service, client, free_port, smartpole};

/// A browser, which goes where it is led and keeps its cookies by host and port.
struct Browser {
    client: Client,
    cookies: BTreeMap<(String, String), String>,
    /// Addresses it was led to, with all that is in them.
    led: Vec<String>,
    /// All that our service answered.
    heard: String,
}

/// Where a browser ended up.
struct Ended {
    status: u16,
    text: String,
}

impl Browser {
    fn new() -> Self {
        let client = client(Policy::none());
        Self { client, cookies: BTreeMap::new(), led: Vec::new(), heard: String::new() }
    }

    async fn send(&mut self, method: Method, url: &str) -> Response {
        let host = url.split('/').nth(2).expect("a host").to_owned();
        let own = self.cookies.iter().filter(|((of, _), _)| *of == host);
        let cookies: Vec<String> = own.map(|((_, name), value)| format!("{name}={value}")).collect();
        let request = self.client.request(method, url).header("cookie", cookies.join("; "));
        let response = request.header("sec-fetch-site", "same-origin").send().await.expect("it answers");
        for set in response.headers().get_all("set-cookie") {
            let pair = set.to_str().expect("a cookie is text").split(';').next().expect("it begins");
            let (name, value) = pair.split_once('=').expect("name and value");
            let key = (host.clone(), name.to_owned());
            if value.is_empty() {
                self.cookies.remove(&key)
            } else {
                self.cookies.insert(key, value.to_owned())
            };
        }
        response
    }

    /// Asks, and follows wherever it is led but to `stop`.
    async fn follow(&mut self, url: &str, stop: &str) -> Option<Ended> {
        let mut url = url.to_owned();
        loop {
            assert!(self.led.len() < 100, "it is led in circles: {:?}", self.led);
            let response = self.send(Method::GET, &url).await;
            let Some(location) = response.headers().get("location") else {
                let (status, headers) = (response.status().as_u16(), format!("{:?}", response.headers()));
                let text = response.text().await.expect("the answer is whole");
                self.heard += &format!("{headers}\n{text}\n");
                return Some(Ended { status, text });
            };
            let location = location.to_str().expect("an address is text");
            let host: Vec<&str> = url.splitn(4, '/').take(3).collect();
            url = if location.starts_with('/') { host.join("/") + location } else { location.to_owned() };
            self.led.push(url.clone());
            if !stop.is_empty() && url.contains(stop) {
                return None;
            }
        }
    }

    /// Logs in by the button.
    async fn log_in(&mut self, base: &str) -> Ended {
        self.follow(&format!("{base}/login/openid?return=/plain"), "").await.expect("it ends")
    }

    async fn me(&mut self, base: &str) -> Value {
        let response = self.send(Method::GET, &format!("{base}/api/v1/me")).await;
        response.json().await.expect("JSON")
    }

    /// Its role, as the service says.
    async fn role(&mut self, base: &str) -> String {
        self.me(base).await["role"].as_str().expect("a role").to_owned()
    }
}

/// A service whose own machine is nobody, its provider, and its address.
async fn start() -> (Service, OpenIdProvider, String) {
    let port = free_port();
    let base = format!("http://127.0.0.1:{port}");
    let provider = OpenIdProvider::start(&format!("{base}/login/openid/back")).await;
    let config = Config::new().listener(Listener::new()).port(port);
    let secret = config.registry().with_file_name("openid.secret");
    fs::write(&secret, OpenIdProvider::SECRET).expect("our own folder can be written");
    let section = format!(
        "[publish]\nbase_url = \"{base}\"\n[access]\nlocal_operators = false\n[access.openid]\nissuer = \"{}\"\nclient_id = \"{}\"\n\
         client_secret_file = \"{}\"\nlabel = \"Mit der Stadt anmelden\"\nscopes = [\"profile\", \"groups\"]\n[access.openid.roles]\n\
         planning = \"planner\"\noperation = \"operator\"\naltstadt = {{ role = \"planner\", zones = [\"altstadt\"] }}",
        provider.issuer(),
        OpenIdProvider::CLIENT,
        secret.display()
    );
    (Service::start(config.section(&section)).await, provider, base)
}

#[tokio::test(flavor = "multi_thread")]
async fn people_log_in_by_the_citys_provider_with_the_role_of_their_groups_over_kills_of_either() {
    let (mut service, mut provider, base) = start().await;
    let mut eva = Browser::new();
    let page = eva.follow(&format!("{base}/login"), "").await.expect("a page").text;
    assert!(page.contains("Mit der Stadt anmelden"), "{page}");

    provider.person("7", "eva", &["staff", "altstadt"]).await;
    let done = eva.log_in(&base).await;
    assert!(done.status == 200 && done.text.contains("href=\"/plain\""), "{} {}", done.status, done.text);
    let me = eva.me(&base).await;
    assert_eq!((&me["role"], &me["zones"][0], &me["name"]), (&"planner".into(), &"altstadt".into(), &"eva".into()));

    service.kill().await;
    service.start_again().await;
    assert_eq!(eva.role(&base).await, "planner", "a session outlives a kill");

    provider.person("7", "eva", &["operation", "altstadt"]).await;
    provider.new_key().await;
    let mut again = Browser::new();
    assert_eq!(again.log_in(&base).await.status, 200, "another key is found by itself");
    assert_eq!((again.role(&base).await.as_str(), eva.role(&base).await.as_str()), ("operator", "public"));

    provider.person("8", "max", &["staff"]).await;
    let refused = Browser::new().log_in(&base).await;
    assert!(
        refused.status == 403 && refused.text.contains("keine Ihrer Gruppen hat hier eine Rolle"),
        "{}",
        refused.text
    );

    provider.kill().await;
    let mut later = Browser::new();
    assert_eq!(later.follow(&format!("{base}/login"), "").await.expect("a page").status, 200);
    let back = format!("{base}/login/openid/back?code=x&state=x");
    assert_eq!(later.follow(&back, "").await.expect("a page").status, 400);
    service.kill().await;
    service.start_again().await;
    let away = later.log_in(&base).await;
    assert!(away.status == 503 && away.text.contains("Der Anmeldedienst antwortet gerade nicht"), "{}", away.text);
    assert_eq!(again.role(&base).await, "operator", "who is logged in stays so");

    provider.start_again().await;
    provider.person("7", "eva", &["staff"]).await;
    assert_eq!(later.log_in(&base).await.status, 403);
    assert_eq!(again.role(&base).await, "public", "whoever has no group any more is out");
    what_is_left(&service, &[&eva, &again, &later]);
}

/// One account, its deeds, and no secret in what was answered, logged or printed.
fn what_is_left(service: &Service, browsers: &[&Browser]) {
    let config = service.config().write();
    let config = config.to_str().expect("our folder's name is UTF-8");
    let (code, accounts) = smartpole(&["account", "list", "--config", config]);
    assert!(code == Some(0) && accounts.lines().count() == 1 && accounts.contains("by OpenID Connect"), "{accounts}");
    let (_, audit) = smartpole(&["audit", "--config", config]);
    for line in ["openid_log_in failed role", "openid_log_in failed state", "account_made done", "role_changed done"] {
        assert!(audit.contains(line), "{line}: {audit}");
    }
    let (log, heard): (_, String) = (service.log(), browsers.iter().map(|browser| browser.heard.as_str()).collect());
    let led = || browsers.iter().flat_map(|browser| &browser.led);
    let values = led().flat_map(|url| url.split(['?', '&'])).filter_map(|pair| pair.split_once('='));
    let secrets = values.filter(|(name, _)| ["code", "state", "nonce"].contains(name)).map(|(_, value)| value);
    let secrets: Vec<&str> = secrets.chain([OpenIdProvider::SECRET]).collect();
    assert!(secrets.len() > 6, "codes were seen on the way");
    for secret in secrets {
        for (place, text) in [("the log", &log), ("an answer", &heard), ("the trail", &audit), ("the list", &accounts)]
        {
            assert!(!text.contains(secret), "{secret} is in {place}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_that_was_begun_before_a_kill_or_by_somebody_else_has_to_begin_again() {
    let (mut service, provider, base) = start().await;
    provider.person("7", "eva", &["planning"]).await;
    let (mut eva, mut attacker) = (Browser::new(), Browser::new());
    let begin = format!("{base}/login/openid");
    assert!(attacker.follow(&begin, "/login/openid/back").await.is_none(), "stopped before the last step");
    let theirs = attacker.led.last().expect("led back").clone();
    assert!(eva.follow(&begin, "/login/openid/back").await.is_none());
    let own = eva.led.last().expect("led back").clone();
    let answer = eva.follow(&theirs, "").await.expect("a page");
    assert!(answer.status == 400 && answer.text.contains("Diese Anmeldung gilt nicht mehr"), "{}", answer.text);
    service.kill().await;
    service.start_again().await;
    assert_eq!(eva.follow(&own, "").await.expect("a page").status, 400, "what was under way was in memory alone");
    assert_eq!(eva.log_in(&base).await.status, 200);
    let used = eva.led.iter().rfind(|url| url.contains("/login/openid/back")).expect("led back").clone();
    assert_eq!(eva.follow(&used, "").await.expect("a page").status, 400, "a way back leads in once");
    assert_eq!(eva.role(&base).await, "planner", "and whoever is in stays in");
}
