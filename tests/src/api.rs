//! Asking the service over HTTP.

use reqwest::{Client, Response, StatusCode, redirect::Policy};
use serde_json::Value;

use crate::http::client;

/// The interface of one service.
#[derive(Clone, Debug)]
pub struct Api {
    base: String,
    client: Client,
}

impl Api {
    /// The interface at `http://address`.
    pub fn new(base: &str) -> Self {
        Self { base: base.to_owned(), client: client(Policy::default()) }
    }

    /// Where it is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// What it answers, whatever it is.
    ///
    /// # Errors
    /// If nobody answers.
    pub async fn ask(&self, path: &str) -> Result<(StatusCode, String), String> {
        let response = self.response(path).await?;
        let status = response.status();
        Ok((status, response.text().await.map_err(|error| error.to_string())?))
    }

    async fn response(&self, path: &str) -> Result<Response, String> {
        self.client.get(format!("{}{path}", self.base)).send().await.map_err(|error| format!("{error:?}"))
    }

    /// The bytes of a file.
    ///
    /// # Panics
    /// If it answers anything but 200.
    pub async fn file(&self, path: &str) -> Vec<u8> {
        let response = self.response(path).await.unwrap_or_else(|reason| panic!("{reason}"));
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.bytes().await.expect("the answer is whole").to_vec()
    }

    /// What it answers with 200.
    ///
    /// # Errors
    /// If it answers anything else.
    pub async fn try_get(&self, path: &str) -> Result<Value, String> {
        match self.ask(path).await? {
            (StatusCode::OK, text) => serde_json::from_str(&text).map_err(|error| format!("{path}: {error}")),
            (status, text) => Err(format!("{path}: {status} {text}")),
        }
    }

    /// What it answers with 200.
    ///
    /// # Panics
    /// If it answers anything else.
    pub async fn get(&self, path: &str) -> Value {
        self.try_get(path).await.unwrap_or_else(|reason| panic!("{reason}"))
    }

    /// What it answers an order with, if it takes it.
    ///
    /// # Panics
    /// If it does not.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.client.post(format!("{}{path}", self.base)).json(body).send().await.expect("it answers");
        let (status, text) = (answer.status(), answer.text().await.expect("the answer is whole"));
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).expect("the answer is JSON")
    }

    /// All items of a list, page by page.
    ///
    /// # Panics
    /// If it is no list.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let (mut items, mut page) = (Vec::new(), self.get(path).await);
        loop {
            items.append(page["items"].as_array_mut().unwrap_or_else(|| panic!("{path} is no list")));
            let Some(next) = page["next"].as_str() else { return items };
            let sign = if path.contains('?') { '&' } else { '?' };
            page = self.get(&format!("{path}{sign}cursor={next}")).await;
        }
    }

    /// A number of `/metrics`.
    ///
    /// # Errors
    /// If there is none under this name.
    pub async fn metric(&self, name: &str) -> Result<f64, String> {
        let (_, text) = self.ask("/metrics").await?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or_else(|| format!("no metric {name}"))?;
        line.trim().parse().map_err(|_| format!("{name} is {line:?}"))
    }

    /// The live stream.
    ///
    /// # Panics
    /// If there is none.
    pub async fn live(&self) -> Events {
        let response = self.response("/api/v1/live").await.unwrap_or_else(|reason| panic!("{reason}"));
        assert_eq!(response.status(), StatusCode::OK);
        Events { response, text: String::new() }
    }
}

/// Server-sent events, one after the other.
#[derive(Debug)]
pub struct Events {
    response: Response,
    text: String,
}

impl Events {
    /// The next event: its name and its data.
    ///
    /// # Panics
    /// If the stream ends.
    pub async fn next(&mut self) -> (String, Value) {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name).map(str::trim));
                if let (Some(name), Some(data)) = (field("event:"), field("data:")) {
                    return (name.to_owned(), serde_json::from_str(data).expect("data is JSON"));
                }
            }
            let chunk = self.response.chunk().await.expect("the stream goes on").expect("the stream goes on");
            self.text.push_str(&String::from_utf8_lossy(&chunk));
        }
    }

    /// The first event of this name that fits.
    pub async fn find(&mut self, name: &str, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let (event, data) = self.next().await;
            if event == name && fits(&data) {
                return data;
            }
        }
    }
}
