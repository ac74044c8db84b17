//! Asking the provider.

use std::{future::Future, pin::Pin, time::Duration};

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::{Client, Response, redirect::Policy};
use rustls::ClientConfig;

use crate::options::is_here;

/// Time until there has to be a connection …
const CONNECT: Duration = Duration::from_secs(5);
/// … and an answer.
const ANSWER: Duration = Duration::from_secs(10);
/// Most bytes of an answer; those of providers have a few thousand.
const MOST: usize = 1 << 20;

/// Why there is no answer; it names no address, as one may hold a code.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("the provider cannot be asked")]
    Transport(#[source] reqwest::Error),
    #[error("an address of the provider is not by https")]
    InTheOpen,
    #[error("the provider answers with more than 1 MiB")]
    TooLarge,
    #[error("the provider's answer cannot be taken over")]
    Answer(#[from] openidconnect::http::Error),
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        Self::Transport(error.without_url())
    }
}

/// The client: no redirects, as they could lead a code or secret astray, and no proxy of the environment.
#[derive(Clone, Debug)]
pub(crate) struct Http(Client);

impl Http {
    pub(crate) fn new(tls: ClientConfig) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(concat!("smartpole/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .no_proxy()
            .no_gzip()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .build();
        client.map(Self).map_err(reqwest::Error::without_url)
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        let request: reqwest::Request = request.try_into()?;
        if request.url().scheme() != "https" && !is_here(request.url().host_str()) {
            return Err(Error::InTheOpen);
        }
        let mut response = self.0.execute(request).await?;
        let mut answer = openidconnect::http::Response::builder().status(response.status());
        for (name, value) in response.headers() {
            answer = answer.header(name, value);
        }
        Ok(answer.body(body(&mut response).await?)?)
    }
}

async fn body(response: &mut Response) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MOST {
            return Err(Error::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
