//! Trouble is waited out, and nothing is lost: what `conformance` does not ask of every version.

use std::sync::{Arc, Mutex};

use smartpole_influx::{Circuit, CircuitState, Options, Trouble};
use tokio_util::sync::CancellationToken;

use crate::{
    influx::{Bucket, all_fields},
    refusals::serve,
    server::{Reply, Request, Server, json_with, reply},
    target::{Target, lines},
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
async fn a_path_before_the_interface_is_kept() {
    let (server, _) = serve(Bucket::default()).await;
    let url = format!("http://127.0.0.1:{}/insert/7/influx/", server.port);
    Target::with(Options { url, ..Options::default() }).deliver(&lines(1)).await;
    assert!(server.requests()[0].head.starts_with("post /insert/7/influx/api/v2/write?org="));
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
