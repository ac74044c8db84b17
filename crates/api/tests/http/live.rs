use std::{sync::Arc, time::Duration};

use smartpole_access::{Role, Zones};
use smartpole_api::{Options, serve};
use smartpole_pipeline::Live;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use crate::fixture::City;

/// A city that is served on a port of its own.
struct Served {
    city: City,
    address: std::net::SocketAddr,
    shutdown: CancellationToken,
    server: JoinHandle<Result<(), smartpole_api::Error>>,
}

impl Served {
    async fn new(options: Options) -> Self {
        let city = City::new(options).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, shutdown) = (listener.local_addr().unwrap(), CancellationToken::new());
        let server = tokio::spawn(serve(listener, None, city.state.clone(), shutdown.clone()));
        Self { city, address, shutdown, server }
    }

    async fn stream(&self, uri: &str) -> Stream {
        self.stream_with(uri, "").await
    }

    /// A stream that a proxy asks for.
    async fn stream_publicly(&self, uri: &str) -> Stream {
        self.stream_with(uri, "x-forwarded-for: 203.0.113.7\r\n").await
    }

    async fn stream_with(&self, uri: &str, header: &str) -> Stream {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        let request = format!("GET {uri} HTTP/1.1\r\nhost: x\r\n{header}\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
        Stream { socket, text: String::new() }
    }

    /// What the fold shows goes to those who watch.
    fn show(&self) {
        let live = self.city.fold.write().unwrap().take_live();
        self.city.live.send(Arc::new(live)).unwrap();
    }
}

struct Stream {
    socket: TcpStream,
    text: String,
}

impl Stream {
    /// Reads until `part` has come.
    async fn until(&mut self, part: &str) -> &str {
        let mut buffer = [0; 4096];
        while !self.text.contains(part) {
            let read = self.socket.read(&mut buffer).await.unwrap();
            let waited = self.text.matches("event: ledger\n").count();
            assert!(read > 0 && waited < 10, "no {part:?} in {}", self.text);
            self.text.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        }
        &self.text
    }

    async fn end(&mut self) {
        let mut rest = Vec::new();
        self.socket.read_to_end(&mut rest).await.unwrap();
    }
}

#[tokio::test]
async fn a_stream_has_readings_windows_and_the_ledger_and_ends_on_shutdown() {
    let served = Served::new(Options::default()).await;
    served.city.fold.write().unwrap().watch(true);
    let mut all = served.stream("/api/v1/live").await;
    let mut one = served.stream("/api/v1/live?pole=LS-02").await;
    let ledger =
        r#""journalled":5,"uplink":3,"control":0,"duplicate":0,"quarantined":2,"readings_accepted":5,"balanced":true"#;
    assert!(all.until("event: ledger\n").await.contains("content-type: text/event-stream"));
    all.until(ledger).await;
    one.until(ledger).await;
    served.city.message("air-1", 4, r#"{"time":"2026-11-25T10:03:00Z","values":{"pm2_5":8.125}}"#).await;
    served.city.message("air-2", 4, r#"{"time":"2026-11-25T10:03:00Z","values":{"pm2_5":9}}"#).await;
    served.show();
    let reading =
        r#"data: {"pole":"AM-01","device":"air-1","property":"pm2_5","channel":0,"unit":"ug/m3","value":8.13,"#;
    all.until(reading).await;
    let window = concat!(
        r#"data: {"scope":{"kind":"device","id":"air-1"},"property":"pm2_5","channel":0,"step":"15m","#,
        r#""start":"2026-11-25T10:00:00Z","end":"2026-11-25T10:15:00Z","mean":7.627,"min":7.3,"max":8.13,"sum":22.88,"#,
        r#""count":3,"expected":4,"coverage":0.75,"state":"open","revision":0,"flags":["uncalibrated"]}"#,
    );
    all.until(window).await;
    assert!(!one.until(r#""device":"air-2""#).await.contains("air-1"));
    served.shutdown.cancel();
    all.end().await;
    one.end().await;
    served.server.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_public_stream_has_nothing_of_counters_and_no_ledger() {
    let served = Served::new(Options::default()).await;
    served.city.fold.write().unwrap().watch(true);
    let (mut all, mut public) = (served.stream("/api/v1/live").await, served.stream_publicly("/api/v1/live").await);
    all.until("event: ledger\n").await;
    public.until("HTTP/1.1 200 OK").await;
    served.city.message("people-1", 4, r#"{"time":"2026-11-25T10:03:00Z","values":{"people_in":1,"pm2_5":9}}"#).await;
    served.show();
    all.until(r#""device":"people-1""#).await;
    served.city.message("air-1", 4, r#"{"time":"2026-11-25T10:03:00Z","values":{"pm2_5":8.125}}"#).await;
    served.show();
    let text = public.until("event: window\n").await;
    assert!(text.contains(r#""device":"air-1""#), "{text}");
    for part in ["people", "ledger", "gap"] {
        assert!(!text.contains(part), "{part} in {text}");
    }
}

#[tokio::test]
async fn one_stream_more_than_allowed_is_refused_and_a_seat_left_is_free() {
    let served = Served::new(Options { live_streams: 1, ..Options::default() }).await;
    let mut first = served.stream("/api/v1/live").await;
    first.until("HTTP/1.1 200 OK").await;
    let mut second = served.stream("/api/v1/live").await;
    let refusal = second.until("try again").await;
    assert!(refusal.starts_with("HTTP/1.1 503") && refusal.contains("retry-after: 2"), "{refusal}");
    drop(first);
    loop {
        let mut third = served.stream("/api/v1/live").await;
        if third.until("\r\n").await.starts_with("HTTP/1.1 200") {
            break;
        }
    }
}

#[tokio::test]
async fn nobody_watching_means_that_the_fold_need_not_collect() {
    let served = Served::new(Options::default()).await;
    let mut stream = served.stream("/api/v1/live").await;
    stream.until("event: ledger\n").await;
    assert_eq!(served.city.live.receiver_count(), 1);
    drop(stream);
    while served.city.live.receiver_count() > 0 {
        tokio::task::yield_now().await;
    }
    assert!(served.city.live.send(Arc::new(Live::default())).is_err());
}

#[tokio::test]
async fn a_stream_ends_when_its_token_is_revoked() {
    let served = Served::new(Options { asked_again: Duration::from_millis(20), ..Options::default() }).await;
    let token = crate::access::token(&served.city, Role::Operator, &Zones::ALL);
    let mut stream = served.stream_with("/api/v1/live", &format!("authorization: Bearer {token}\r\n")).await;
    stream.until("event: ledger\n").await;
    served.city.access.revoke_token(served.city.access.tokens(None).unwrap()[0].id, None).unwrap();
    stream.end().await;
}
