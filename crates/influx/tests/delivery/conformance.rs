//! What holds for servers of every version: the same claims, each told in the version's own words.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use smartpole_influx::{Circuit, CircuitState, Options, Trouble, Version};

use crate::{
    influx::{Bucket, all_fields},
    refusals::assert_settled,
    server::{Reply, Request, Server, reply, said},
    target::{Target, lines},
};

/// Runs each claim for a version.
macro_rules! conforms {
    ($($module:ident $version:ident)*) => {$(
        mod $module {
            use smartpole_influx::Version::$version as VERSION;

            #[tokio::test]
            async fn a_request_says_who_sends_what_and_where() {
                super::says_who_sends_what_and_where(VERSION).await;
            }

            #[tokio::test]
            async fn lines_are_sent_once_and_packed() {
                super::sent_once_and_packed(VERSION).await;
            }

            #[tokio::test]
            async fn a_server_that_is_away_gets_everything_later() {
                super::away(VERSION).await;
            }

            #[tokio::test]
            async fn a_busy_server_is_left_alone_as_long_as_it_asks() {
                super::busy(VERSION).await;
            }

            #[tokio::test]
            async fn refused_lines_and_fields_are_found_and_the_others_are_written() {
                super::partial(VERSION).await;
            }

            #[tokio::test]
            async fn half_an_answer_counts_as_none() {
                super::half_an_answer(VERSION).await;
            }

            #[tokio::test]
            async fn a_page_or_a_redirection_writes_nothing() {
                super::page_or_redirection(VERSION).await;
            }

            #[tokio::test]
            async fn wrong_credentials_are_waited_out_and_mended_ones_taken_without_a_restart() {
                super::credentials(VERSION).await;
            }

            #[tokio::test]
            async fn a_missing_bucket_or_database_is_waited_for() {
                super::missing(VERSION).await;
            }

            #[tokio::test]
            async fn what_is_too_large_is_halved() {
                super::too_large(VERSION).await;
            }
        }
    )*};
}

conforms! { influxdb_1 V1 influxdb_2 V2 influxdb_3 V3 }

/// A server that answers with `first` and then takes everything into a bucket.
async fn troubled(version: Version, first: Vec<Reply>) -> (Server, Arc<Mutex<Bucket>>) {
    let bucket = Arc::new(Mutex::new(Bucket { version, ..Bucket::default() }));
    let kept = Arc::clone(&bucket);
    let mut first = first.into_iter();
    let answering =
        move |request: &Request| first.next().unwrap_or_else(|| bucket.lock().unwrap().write(&request.body));
    (Server::start(answering).await, kept)
}

/// What trouble `first` makes, after which all lines are there and nothing is refused.
async fn overcome(version: Version, first: Vec<Reply>) -> Circuit {
    let (server, bucket) = troubled(version, first).await;
    let mut target = Target::of_version(&server, version);
    let (watched, lines) = (target.watch(), lines(70));
    assert_eq!(target.deliver(&lines).await, []);
    assert_eq!(bucket.lock().unwrap().kept, all_fields(std::str::from_utf8(lines.bytes()).unwrap()));
    watched.await.unwrap().into_iter().find(|circuit| circuit.state == CircuitState::Open).unwrap()
}

async fn says_who_sends_what_and_where(version: Version) {
    let (server, _) = troubled(version, Vec::new()).await;
    Target::of_version(&server, version).deliver(&lines(3)).await;
    let head = server.requests().remove(0).head;
    // The pair is "city:hush-hush"; heads are in lower case here.
    let (place, access) = match version {
        Version::V1 => ("/write?db=smart+pole&rp=kept&precision=ms", "basic y2l0etpodxnolwh1c2g="),
        Version::V2 => ("/api/v2/write?org=castrop-rauxel&bucket=smart+pole&precision=ms", "token hush-hush"),
        Version::V3 => ("/api/v3/write_lp?db=smart+pole&precision=millisecond&accept_partial=true", "bearer hush-hush"),
    };
    for part in [
        &format!("post {place} http/1.1\r\n"),
        &format!("authorization: {access}\r\n"),
        "content-type: text/plain; charset=utf-8\r\n",
        concat!("user-agent: smartpole/", env!("CARGO_PKG_VERSION"), "\r\n"),
    ] {
        assert!(head.contains(part), "{part:?} is not in {head}");
    }
}

async fn sent_once_and_packed(version: Version) {
    let (server, bucket) = troubled(version, Vec::new()).await;
    let lines = lines(1000);
    assert_eq!(Target::of_version(&server, version).deliver(&lines).await, []);
    assert_settled(&bucket.lock().unwrap(), &lines, &[]);
    let [request] = &server.requests()[..] else { panic!("{} requests", server.requests().len()) };
    assert!(request.head.contains("content-encoding: gzip\r\n"), "{}", request.head);
    assert_eq!(request.body.as_bytes(), lines.bytes());
}

async fn away(version: Version) {
    let down = said(version, "503 Service Unavailable", &[], "shutting down");
    let circuit = overcome(version, vec![down.clone(), down]).await;
    assert_eq!(circuit.reason.as_deref(), Some("503 Service Unavailable: shutting down"));
    let broken = said(version, "500 Internal Server Error", &[], "timeout");
    assert_eq!(overcome(version, vec![broken]).await.kind, Some(Trouble::Server));
}

async fn busy(version: Version) {
    let begun = tokio::time::Instant::now();
    let busy = said(version, "429 Too Many Requests", &[("Retry-After", "1")], "slow");
    assert_eq!(overcome(version, vec![busy]).await.kind, Some(Trouble::Server));
    assert!(begun.elapsed() >= Duration::from_secs(1), "it was asked again after {:?}", begun.elapsed());
}

async fn partial(version: Version) {
    let texts = BTreeSet::from([(None, "air_quality".to_owned(), "pm10".to_owned())]);
    let unreadable = Some("pm2_5=14.07".to_owned());
    let bucket = Arc::new(Mutex::new(Bucket { version, texts, unreadable, ..Bucket::default() }));
    let kept = Arc::clone(&bucket);
    let server = Server::start(move |request| bucket.lock().unwrap().write(&request.body)).await;
    let lines = lines(1000);
    let refusals = Target::of_version(&server, version).deliver(&lines).await;
    assert_settled(&kept.lock().unwrap(), &lines, &refusals);
    let of = |field: &str| refusals.iter().filter(|refusal| refusal.field.as_deref() == Some(field)).count();
    assert_eq!((of("pm10"), of("pm2_5"), refusals.len()), (1000, 1, 1001));
    assert!(server.requests().len() <= 60, "{} requests", server.requests().len());
}

async fn half_an_answer(version: Version) {
    let half = b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{\"error\":"
        .to_vec();
    let half_a_head = b"HTTP/1.1 204 No".to_vec();
    let cut = [half, half_a_head, Vec::new()].map(Reply::Cut).to_vec();
    assert_eq!(overcome(version, cut).await.kind, Some(Trouble::Network));
    let half_a_body =
        reply("400 Bad Request", &[("Content-Type", "application/json")], b"{\"error\":\"partial write: dropped=7");
    assert_eq!(overcome(version, vec![half_a_body]).await.kind, Some(Trouble::NotInfluxdb));
}

async fn page_or_redirection(version: Version) {
    let html = [("Content-Type", "text/html")];
    for status in ["200 OK", "400 Bad Request", "401 Unauthorized", "404 Not Found", "422 Unprocessable Entity"] {
        let page = reply(status, &html, b"<html>partial write: dropped=1");
        assert_eq!(overcome(version, vec![page]).await.kind, Some(Trouble::NotInfluxdb), "{status}");
    }
    let moved = reply("307 Temporary Redirect", &[("Location", "https://elsewhere/write")], b"");
    let reason = overcome(version, vec![moved]).await.reason.unwrap();
    assert_eq!(reason, "the server redirects to https://elsewhere/write: give the address itself as url");
}

async fn credentials(version: Version) {
    let (mended, other) = ("mended", "y2l0etptzw5kzwq=");
    let answering = move |request: &Request| match [mended, other].iter().any(|part| request.head.contains(part)) {
        true => reply("204 No Content", &[], b""),
        false => said(version, "401 Unauthorized", &[], "no, hush-hush is wrong"),
    };
    let server = Server::start(answering).await;
    let mut target = Target::of_version(&server, version);
    let watched = target.watch();
    target.write_token(mended);
    let begun = tokio::time::Instant::now();
    assert_eq!(target.deliver(&lines(10)).await, []);
    assert!(begun.elapsed() >= Duration::from_secs(5), "refused credentials are not hammered");
    assert_eq!(server.requests().len(), 2);
    let first = watched.await.unwrap().remove(0);
    assert_eq!((first.kind, first.reason.as_deref()), (Some(Trouble::Token), Some("401 Unauthorized: no, … is wrong")));
}

async fn missing(version: Version) {
    let gone = said(version, "404 Not Found", &[], "database not found: \"smart pole\"");
    assert_eq!(overcome(version, vec![gone]).await.kind, Some(Trouble::Bucket));
}

async fn too_large(version: Version) {
    let bucket = Arc::new(Mutex::new(Bucket { version, ..Bucket::default() }));
    let kept = Arc::clone(&bucket);
    let server = Server::start(move |request| match request.body.lines().count() {
        0..300 => bucket.lock().unwrap().write(&request.body),
        _ => said(version, "413 Request Entity Too Large", &[], "Request Entity Too Large"),
    })
    .await;
    let url = format!("http://127.0.0.1:{}", server.port);
    let lines = lines(1000);
    assert_eq!(Target::with(Options { url, version, ..Options::default() }).deliver(&lines).await, []);
    assert_settled(&kept.lock().unwrap(), &lines, &[]);
}
