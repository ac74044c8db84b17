//! Requests with long heads, over a real connection.

use smartpole_api::{Options, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;

use crate::fixture::City;

/// What the service answers to these bytes.
async fn answer(head: String) -> String {
    let city = City::new(Options::default()).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut socket = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let stop = CancellationToken::new();
    let server = tokio::spawn(serve(listener, None, city.state.clone(), stop.clone()));
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut text = String::new();
    socket.read_to_string(&mut text).await.unwrap();
    stop.cancel();
    server.await.unwrap().unwrap();
    text
}

fn get(address: &str, header: &str) -> String {
    format!("GET {address} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{header}\r\n")
}

#[tokio::test]
async fn what_is_too_long_in_a_head_is_refused_in_words() {
    let long = |n: usize| "x".repeat(n);
    for (head, status, told) in [
        (get(&format!("/api/v1/poles?a={}", long(40_000)), ""), "414", "urn:smartpole:problem:address-too-long"),
        (get(&format!("/sta/v1.1/Things?$filter={}", long(17_000)), ""), "414", "an address has 16384 bytes at most"),
        (
            get("/api/v1/poles", &format!("cookie: {}\r\n", long(40_000))),
            "431",
            "urn:smartpole:problem:headers-too-long",
        ),
        (
            get(&format!("/api/v1/latest?a={}", long(10_000)), &format!("cookie: {}\r\n", long(10_000))),
            "400",
            "unknown parameter `a`",
        ),
    ] {
        let answer = answer(head).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{status}: {answer}");
        assert!(answer.contains("content-type: application/problem+json") && answer.contains(told), "{answer}");
    }
}
