//! The token stays in its file.

use firmware_sim::Faults;
use smartpole_tests::{Config, Service, smartpole};

use super::Scene;

/// Asserts that nothing the service says or shows holds the secret.
pub(super) async fn is_nowhere(service: &Service, secret: &str) {
    assert!(!service.log().contains(secret), "the log shows the token");
    let paths =
        ["/", "/metrics", "/readyz", "/healthz", "/api/v1/ledger", "/api/v1/targets/city/refused", "/api/openapi.json"];
    for path in paths {
        let (_, text) = service.api().ask(path).await.expect("it answers");
        assert!(!text.contains(secret), "{path} shows the token");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shown_by_nobody_whatever_goes_wrong() {
    let mut scene = Scene::new(1, Faults::default()).await;
    let secret = scene.influxdb.token().to_owned();
    scene.send_all().await;
    scene.all_arrives().await;
    is_nowhere(&scene.service, &secret).await;
    let commands = [["init", "--dry-run"], ["init", "--target=city"], ["verify", "--target=city"]];
    for command in commands {
        let (_, printed) = scene.influx(&command).await;
        assert!(!printed.contains(&secret), "{command:?} shows the token");
    }
    scene.influxdb.stop().await;
    for command in commands {
        let (code, printed) = scene.influx(&command).await;
        assert_eq!(code, Some(1), "{command:?}: {printed}");
        assert!(!printed.contains(&secret), "{command:?} shows the token");
    }
    is_nowhere(&scene.service, &secret).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_the_address_is_refused_and_not_said_again() {
    let config = Config::new().section(
        "[[influx]]\nname = \"city\"\nurl = \"http://me:hidden-word@127.0.0.1:1/?token=hidden-word\"\n\
         org = \"o\"\nbucket = \"b\"\ntoken_file = \"influx.token\"",
    );
    let path = config.write();
    let path = path.to_str().expect("our folder's name is UTF-8");
    for command in
        [["check", "--config", path].as_slice(), &["run", "--config", path], &["influx", "init", "--config", path]]
    {
        let (code, printed) = smartpole(command);
        assert_eq!(code, Some(1), "{printed}");
        assert!(printed.contains("url") && !printed.contains("hidden-word"), "{command:?}: {printed}");
    }
}
