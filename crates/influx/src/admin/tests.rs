use std::{fs, io};

use expect_test::{Expect, expect};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::*;

const TOKEN: &str = "hush-hush==";

/// A server that gives one answer after another, each on a connection of its own, and repeats what it was asked.
struct Scripted {
    options: Options,
    asked: tokio::task::JoinHandle<Vec<String>>,
    _folder: TempDir,
}

impl Scripted {
    async fn new(answers: &[(u16, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let token_file = folder.path().join("token");
        fs::write(&token_file, TOKEN).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let options = Options { url, token_file, timeout_s: 5, ..Options::default() };
        let answers: Vec<(u16, String)> = answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
        let asked = tokio::spawn(async move {
            let mut asked = Vec::new();
            for (status, body) in answers {
                let (stream, _) = listener.accept().await.unwrap();
                asked.push(answer(stream, status, &body).await.unwrap());
            }
            asked
        });
        Self { options, asked, _folder: folder }
    }

    fn admin(&self) -> Admin {
        Admin::new(&self.options).unwrap()
    }
}

/// The request's first line, and its body.
async fn answer(mut stream: TcpStream, status: u16, body: &str) -> io::Result<String> {
    let (mut request, mut buffer) = (String::new(), [0; 4096]);
    let length = |request: &str| {
        let header = request.lines().find_map(|line| line.strip_prefix("content-length: "))?;
        header.parse::<usize>().ok()
    };
    while request.split_once("\r\n\r\n").is_none_or(|(head, body)| body.len() < length(head).unwrap_or(0)) {
        let n = stream.read(&mut buffer).await?;
        request.push_str(&String::from_utf8_lossy(&buffer[..n]));
    }
    assert!(request.contains(&format!("authorization: Token {TOKEN}\r\n")), "{request}");
    let head = format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).await?;
    let (head, body) = request.split_once("\r\n\r\n").unwrap_or_default();
    Ok(format!("{} {body}", head.lines().next().unwrap_or_default()).trim_end().to_owned())
}

const ORGANISATION: (u16, &str) = (200, r#"{"orgs":[{"id":"0123456789abcdef","name":"castrop-rauxel"}]}"#);

#[tokio::test]
async fn a_healthy_server_tells_its_version() {
    let health =
        r#"{"name":"influxdb","message":"ready","status":"pass","checks":[],"version":"v2.9.1","commit":"none"}"#;
    let server = Scripted::new(&[(200, health)]).await;
    assert_eq!(server.admin().health().await.unwrap(), "v2.9.1");
    assert_eq!(server.asked.await.unwrap(), ["GET /health HTTP/1.1"]);
}

#[tokio::test]
async fn a_bucket_is_found_by_its_name_and_made_with_its_retention() {
    let found = r#"{"buckets":[{"id":"36e19691de2151da","name":"smartpole","retentionRules":[
        {"type":"expire","everySeconds":86400,"shardGroupDurationSeconds":3600}]}]}"#;
    let missing = (404, r#"{"code":"not found","message":"bucket \"smartpole\" not found"}"#);
    let answers = [ORGANISATION, missing, (200, r#"{"buckets":[]}"#), (201, "{}"), (201, "{}"), (200, found)];
    let server = Scripted::new(&answers).await;
    let admin = server.admin();
    let of = admin.organisation("castrop-rauxel").await.unwrap();
    for _ in 0..2 {
        assert_eq!(admin.bucket(&of, "smartpole").await.unwrap(), None);
    }
    for days in [0, 30] {
        admin.make_bucket(&of, "smartpole", Retention::days(days)).await.unwrap();
    }
    let bucket = admin.bucket(&of, "smartpole").await.unwrap();
    assert_eq!(bucket, Some(Bucket { id: "36e19691de2151da".to_owned(), retention: Retention::days(1) }));
    expect![[r#"
        GET /api/v2/orgs?org=castrop-rauxel HTTP/1.1
        GET /api/v2/buckets?name=smartpole&orgID=0123456789abcdef HTTP/1.1
        GET /api/v2/buckets?name=smartpole&orgID=0123456789abcdef HTTP/1.1
        POST /api/v2/buckets HTTP/1.1 {"orgID":"0123456789abcdef","name":"smartpole","retentionRules":[]}
        POST /api/v2/buckets HTTP/1.1 {"orgID":"0123456789abcdef","name":"smartpole","retentionRules":[{"type":"expire","everySeconds":2592000}]}
        GET /api/v2/buckets?name=smartpole&orgID=0123456789abcdef HTTP/1.1"#]]
    .assert_eq(&server.asked.await.unwrap().join("\n"));
}

/// What is said of a health that is answered so.
async fn said(status: u16, body: &str, expected: &Expect) {
    let server = Scripted::new(&[(status, body)]).await;
    let error = server.admin().health().await.unwrap_err().to_string();
    expected.assert_eq(&error);
}

#[tokio::test]
async fn what_is_no_influxdb_is_named_so() {
    said(200, "<html>Please log in</html>", &expect![[r#"health: the answer is not InfluxDB's: error decoding response body: expected value at line 1 column 1; see that url leads to the server itself"#]]).await;
    said(302, "", &expect!["health: the answer is not InfluxDB's: 302 ; see that url leads to the server itself"])
        .await;
    said(502, "<html>Bad gateway</html>", &expect!["health: the answer is not InfluxDB's: 502 <html>Bad gateway</html>; see that url leads to the server itself"]).await;
}

#[tokio::test]
async fn a_server_that_is_not_well_says_why() {
    let sick = r#"{"name":"influxdb","message":"disk full","status":"fail","version":"v2.9.1"}"#;
    said(503, sick, &expect!["InfluxDB is not healthy: disk full"]).await;
}

#[tokio::test]
async fn a_refusal_names_the_remedy_and_never_the_token() {
    let body = format!(r#"{{"code":"unauthorized","message":"{TOKEN} may not write:buckets"}}"#);
    said(401, &body, &expect!["health: refused with 401: … may not write:buckets; give token_file a token that may read organisations, and read and write buckets"]).await;
    let server = Scripted::new(&[]).await;
    let shown = format!("{:?}", server.admin());
    assert!(!shown.contains(TOKEN), "{shown}");
}

#[tokio::test]
async fn an_organisation_that_is_not_seen_is_answered_with_those_that_are() {
    let missing = (404, r#"{"code":"not found","message":"organization name \"town\" not found"}"#);
    let server = Scripted::new(&[missing, ORGANISATION, (200, r#"{"orgs":[]}"#), (200, r#"{"orgs":[]}"#)]).await;
    let mut said = Vec::new();
    for _ in 0..2 {
        said.push(server.admin().organisation("town").await.unwrap_err().to_string());
    }
    expect![[r#"
        the token sees no organisation "town", only castrop-rauxel; correct org, or give token_file a token of it
        the token sees no organisation "town", nor any other; give token_file a token that may read organisations"#]]
    .assert_eq(&said.join("\n"));
}

#[tokio::test]
async fn a_server_that_is_silent_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Scripted::new(&[]).await;
    let url = format!("http://{}", listener.local_addr().unwrap());
    let options = Options { url, timeout_s: 1, ..server.options.clone() };
    let error = Admin::new(&options).unwrap().health().await.unwrap_err();
    assert!(matches!(error, AdminError::Timeout { .. } | AdminError::Connection { .. }), "{error}");
    drop(listener);
    let error = Admin::new(&options).unwrap().health().await.unwrap_err().to_string();
    assert!(error.starts_with("health: no answer: ") && error.contains("refused"), "{error}");
}

#[tokio::test]
async fn a_panic_of_the_library_is_an_error() {
    let server = Scripted::new(&[]).await;
    let fails = |_| async { panic!("as its query path does") };
    let failed: Result<(), AdminError> = server.admin().call("health", fails).await;
    assert!(matches!(failed, Err(AdminError::Panicked { what: "health" })));
}

#[tokio::test]
async fn a_server_behind_a_path_cannot_be_administered() {
    let server = Scripted::new(&[]).await;
    let options = Options { url: format!("{}/influx", server.options.url), ..server.options.clone() };
    assert!(matches!(Admin::new(&options), Err(AdminError::Path { path }) if path == "/influx"));
}
