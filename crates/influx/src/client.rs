//! Requests to a server, one connection that is used again.

use std::{error::Error as _, time::Duration};

use reqwest::{
    Response, StatusCode, Url,
    header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue},
    redirect::Policy,
};

use crate::{
    Clock, Error, Options, Version,
    access::Access,
    answer::{Answer, LARGEST, Received, Trouble, Wait},
};

/// An HTTP client for a target: no redirects, as they could lead the token astray, and no proxy of the environment.
///
/// # Errors
/// If the certificates cannot be read, or the client cannot be made of them.
pub(crate) fn http(options: &Options) -> Result<reqwest::Client, Error> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(smartpole_tls::client(options.ca_file.as_deref(), None)?)
        .user_agent(concat!("smartpole/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .no_proxy()
        // Compressed answers are unpacked by us, with a bound; which features others switch on does not matter so.
        .no_gzip()
        // Below the idle time after which servers hang up (InfluxDB after 180 s, nginx after 75 s), so that no request meets
        // a connection that is about to be closed.
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(1)
        .connect_timeout(Duration::from_secs(options.timeout_s.min(10)))
        .timeout(Duration::from_secs(options.timeout_s))
        .build()
        .map_err(|error| Error::Client(error.without_url()))
}

/// Writes lines into one bucket or database.
#[derive(Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    write: Url,
    access: Access,
    options: Options,
    now: Clock,
}

impl Client {
    /// # Errors
    /// If the options are wrong, or token or certificates cannot be read.
    pub(crate) fn new(options: &Options, now: Clock) -> Result<Self, Error> {
        let mut write = options.server()?;
        if let Ok(mut path) = write.path_segments_mut() {
            path.pop_if_empty().extend(interface(options.version));
        }
        write.query_pairs_mut().extend_pairs(options.place());
        Ok(Self { http: http(options)?, write, access: Access::read(options)?, options: options.clone(), now })
    }

    /// Writes lines, compressed by gzip, and tells what came of it.
    pub(crate) async fn write(&self, body: Vec<u8>) -> Answer {
        let mut request = self
            .http
            .post(self.write.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))
            .header(CONTENT_ENCODING, HeaderValue::from_static("gzip"))
            .header(ACCEPT_ENCODING, HeaderValue::from_static("identity"))
            .body(body);
        if let Some(access) = self.access.header() {
            request = request.header(AUTHORIZATION, access);
        }
        let answer = match request.send().await {
            Ok(response) => self.read(response).await,
            Err(error) => Err(error),
        };
        answer.unwrap_or_else(|error| self.trouble(error)).map_words(|words| self.access.redact(words))
    }

    /// Reads token or password again, as somebody may have mended it; what is wrong with the file, if it cannot be read.
    pub(crate) fn refresh_access(&mut self) -> Result<(), Error> {
        self.access = Access::read(&self.options)?;
        Ok(())
    }

    async fn read(&self, mut response: Response) -> Result<Answer, reqwest::Error> {
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(Answer::Written);
        }
        let mut body = Vec::new();
        while body.len() < LARGEST
            && let Some(chunk) = response.chunk().await?
        {
            body.extend_from_slice(&chunk[..chunk.len().min(LARGEST - body.len())]);
        }
        let (status, headers) = (response.status(), response.headers());
        Ok(Received { version: self.options.version, status, headers, body: &body, at: (self.now)() }.answer())
    }

    /// What a failed request tells, without its address.
    fn trouble(&self, error: reqwest::Error) -> Answer {
        let error = error.without_url();
        let mut reason = match () {
            () if error.is_connect() => "cannot connect".to_owned(),
            () if error.is_timeout() => format!("no answer within {} s", self.options.timeout_s),
            () => "the connection failed before the whole answer was there".to_owned(),
        };
        let mut source = error.source();
        while let Some(cause) = source {
            reason.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        Answer::Wait(Wait { trouble: Trouble::Network, reason, retry_after: None })
    }
}

/// Path of a version's write interface, behind that of `url`.
fn interface(version: Version) -> &'static [&'static str] {
    match version {
        Version::V1 => &["write"],
        Version::V2 => &["api", "v2", "write"],
        Version::V3 => &["api", "v3", "write_lp"],
    }
}
