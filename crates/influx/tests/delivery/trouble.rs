//! Trouble is waited out, and nothing is lost.

use std::sync::{Arc, Mutex};

use smartpole_influx::{Circuit, CircuitState, Options, Trouble};
use tokio_util::sync::CancellationToken;

use crate::{
    influx::{Bucket, all_fields},
    refusals::serve,
    server::{Reply, Request, Server, json, json_with, reply},
    target::{TOKEN, Target, lines},
};

/// A server that answers with `first` and then takes everything into a bucket.
async fn troubled(first: Vec<Reply>) -> (Server, Arc<Mutex<Bucket>>) {
    let bucket = Arc::new(Mutex::new(Bucket::default()));
    let kept = Arc::clone(&bucket);
    let mut first = first.into_iter();
    let answering =
        move |request: &Request| first.next().unwrap_or_else(|| bucket.lock().unwrap().write(&request.body));
    (Server::start(answering).await, kept)
}

/// What trouble the circuit tells, after which all lines are there.
async fn overcome(first: Vec<Reply>) -> Circuit {
    overcome_within(20, first).await
}

async fn overcome_within(timeout_s: u64, first: Vec<Reply>) -> Circuit {
    let (server, bucket) = troubled(first).await;
    let url = format!("http://127.0.0.1:{}", server.port);
    let mut target = Target::with(Options { url, timeout_s, ..Options::default() });
    let watched = target.watch();
    let lines = lines(70);
    assert_eq!(target.deliver(&lines).await, []);
    assert_eq!(bucket.lock().unwrap().kept, all_fields(std::str::from_utf8(lines.bytes()).unwrap()));
    let history = watched.await.unwrap();
    assert_eq!(history.last(), Some(&Circuit::default()));
    let open = history.into_iter().find(|circuit| circuit.state == CircuitState::Open).unwrap();
    assert!(open.since.is_some() && open.retry_at > open.since && open.failures >= 1);
    open
}

#[track_caller]
fn check(circuit: &Circuit, kind: Trouble, reason: &str) {
    assert_eq!((circuit.kind, circuit.reason.as_deref()), (Some(kind), Some(reason)));
}

#[tokio::test]
async fn a_server_that_is_down_for_a_while_gets_everything_later() {
    let down = json("503 Service Unavailable", "unavailable", "shutting down");
    let circuit = overcome(vec![down.clone(), down.clone(), down]).await;
    check(&circuit, Trouble::Server, "503 Service Unavailable: shutting down");
}

#[tokio::test]
async fn a_request_tells_who_sends_what_and_where() {
    let (server, _) = serve(Bucket::default()).await;
    Target::of(&server).deliver(&lines(3)).await;
    let head = server.requests().remove(0).head;
    for part in [
        "post /api/v2/write?org=castrop-rauxel&bucket=smart+pole&precision=ms http/1.1\r\n",
        &format!("authorization: token {TOKEN}\r\n"),
        "content-encoding: gzip\r\n",
        "content-type: text/plain; charset=utf-8\r\n",
        concat!("user-agent: smartpole/", env!("CARGO_PKG_VERSION"), "\r\n"),
    ] {
        assert!(head.contains(part), "{part:?} is not in {head}");
    }
}

#[tokio::test]
async fn a_path_before_the_interface_is_kept() {
    let (server, _) = serve(Bucket::default()).await;
    let url = format!("http://127.0.0.1:{}/insert/7/influx/", server.port);
    Target::with(Options { url, ..Options::default() }).deliver(&lines(1)).await;
    assert!(server.requests()[0].head.starts_with("post /insert/7/influx/api/v2/write?org="));
}

#[tokio::test]
async fn a_busy_server_is_left_alone_as_long_as_it_asks() {
    let busy = json_with("429 Too Many Requests", &[("Retry-After", "1")], "too many requests", "slow");
    let begun = tokio::time::Instant::now();
    let circuit = overcome(vec![busy]).await;
    assert!(begun.elapsed() >= std::time::Duration::from_secs(1));
    check(&circuit, Trouble::Server, "429 Too Many Requests: slow");
}

#[tokio::test]
async fn the_first_request_after_trouble_is_small() {
    let (server, bucket) = troubled(vec![reply("502 Bad Gateway", &[], b"")]).await;
    let lines = lines(3000);
    assert_eq!(Target::of(&server).deliver(&lines).await, []);
    let sizes: Vec<_> = server.requests().iter().map(|request| request.body.lines().count()).collect();
    assert_eq!(sizes, [3000, 500, 2500]);
    assert_eq!(bucket.lock().unwrap().kept.len(), 3000 * 4);
}

#[tokio::test]
async fn half_an_answer_counts_as_none() {
    let half =
        b"HTTP/1.1 422 Unprocessable Entity\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{\"code\":";
    let circuit = overcome(vec![Reply::Cut(half.to_vec())]).await;
    assert_eq!(circuit.kind, Some(Trouble::Network));
    let half_a_head = b"HTTP/1.1 204 No".to_vec();
    assert_eq!(overcome(vec![Reply::Cut(half_a_head), Reply::Cut(Vec::new())]).await.kind, Some(Trouble::Network));
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_in_time() {
    let circuit = overcome_within(1, vec![Reply::Silence]).await;
    assert_eq!(circuit.kind, Some(Trouble::Network));
    assert!(circuit.reason.unwrap().starts_with("no answer within 1 s"));
}

#[tokio::test]
async fn what_is_not_influxdb_neither_takes_nor_refuses_lines() {
    let html = [("Content-Type", "text/html")];
    let not = |rest| format!("the answer is not InfluxDB's: {rest}");
    check(
        &overcome(vec![reply("200 OK", &html, b"<html>Welcome")]).await,
        Trouble::NotInfluxdb,
        &not("200 OK, text/html"),
    );
    let refusal = br#"{"code":"unprocessable entity","message":"partial write: x dropped=70"}"#;
    let plain = reply("422 Unprocessable Entity", &[("Content-Type", "text/plain")], refusal);
    check(&overcome(vec![plain]).await, Trouble::NotInfluxdb, &not("422 Unprocessable Entity, text/plain"));
    let packed = [("Content-Type", "application/json"), ("Content-Encoding", "gzip")];
    let broken = reply("400 Bad Request", &packed, b"\x1f\x8b\x08\0\0\0\0\0");
    let flaw = not("400 Bad Request, application/json, its gzip is broken");
    check(&overcome(vec![broken]).await, Trouble::NotInfluxdb, &flaw);
}

#[tokio::test]
async fn a_redirection_is_not_followed() {
    let moved = reply("308 Permanent Redirect", &[("Location", "https://elsewhere/api/v2/write?token=a")], b"");
    let reason = "the server redirects to https://elsewhere/api/v2/write: give the address itself as url";
    check(&overcome(vec![moved]).await, Trouble::NotInfluxdb, reason);
}

#[tokio::test]
async fn a_mended_token_is_taken_without_a_restart() {
    let refused = || json("401 Unauthorized", "unauthorized", &format!("unauthorized access with {TOKEN}"));
    let answering = move |request: &Request| match request.head.contains("token mended\r\n") {
        true => reply("204 No Content", &[], b""),
        false => refused(),
    };
    let server = Server::start(answering).await;
    let mut target = Target::of(&server);
    let watched = target.watch();
    target.write_token("mended");
    let begun = tokio::time::Instant::now();
    assert_eq!(target.deliver(&lines(10)).await, []);
    assert!(begun.elapsed() >= std::time::Duration::from_secs(5), "a refused token is not hammered");
    assert_eq!(server.requests().len(), 2);
    check(&watched.await.unwrap()[0], Trouble::Token, "401 Unauthorized: unauthorized access with …");
}

#[tokio::test]
async fn a_missing_bucket_is_waited_for() {
    let missing = json("404 Not Found", "not found", "bucket \"smart pole\" not found");
    check(&overcome(vec![missing]).await, Trouble::Bucket, "404 Not Found: bucket \"smart pole\" not found");
}

#[tokio::test]
async fn a_server_whose_clock_is_wrong_refuses_nothing_for_its_age() {
    let old = "failure writing points to database: partial write: points beyond retention policy dropped=70";
    let date = [("Date", "Sun, 29 Nov 2020 04:45:32 GMT")];
    let circuit = overcome(vec![json_with("422 Unprocessable Entity", &date, "unprocessable entity", old)]).await;
    assert_eq!(circuit.kind, Some(Trouble::Clock));
    assert!(circuit.reason.unwrap().starts_with("the server's clock is "));
}

#[tokio::test]
async fn no_server_at_all_is_trouble_of_the_network() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut target = Target::with(Options { url: format!("http://127.0.0.1:{unused}"), ..Options::default() });
    let (stop, mut circuit, lines) = (CancellationToken::new(), target.delivery.circuit(), lines(5));
    let stopped = stop.clone();
    let delivered = tokio::spawn(async move { target.delivery.deliver(&lines, 0..5, &stopped).await });
    let open = circuit.wait_for(|circuit| circuit.failures == 2).await.unwrap().clone();
    assert_eq!(open.kind, Some(Trouble::Network));
    let reason = open.reason.unwrap();
    assert!(reason.starts_with("cannot connect: ") && !reason.contains("write?"), "{reason}");
    stop.cancel();
    assert_eq!(delivered.await.unwrap(), None, "it was stopped before all was settled");
}

#[tokio::test]
async fn a_stop_ends_a_request_in_flight() {
    let server = Server::start(|_| Reply::Silence).await;
    let mut target = Target::of(&server);
    let stop = CancellationToken::new();
    let lines = lines(5);
    let stopping = async {
        while server.requests().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        stop.cancel();
    };
    assert_eq!(tokio::join!(target.delivery.deliver(&lines, 0..5, &stop), stopping).0, None);
}
