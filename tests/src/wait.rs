//! Waiting for what must happen.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Long enough for anything on a busy machine; only a failed test waits so long.
const LIMIT: Duration = Duration::from_secs(60);

/// Asks again and again until the answer is `Ok`, for a minute.
///
/// # Panics
/// With the last `Err` if there was none.
pub async fn eventually<T>(what: &str, ask: impl AsyncFnMut() -> Result<T, String>) -> T {
    eventually_within(LIMIT, what, ask).await
}

/// As [`eventually`], for as long as is said.
///
/// # Panics
/// With the last `Err` if there was no `Ok`.
pub async fn eventually_within<T>(limit: Duration, what: &str, mut ask: impl AsyncFnMut() -> Result<T, String>) -> T {
    let end = Instant::now() + limit;
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(reason) if Instant::now() > end => panic!("{what}: not within {limit:?}: {reason}"),
            Err(_) => sleep(Duration::from_millis(40)).await,
        }
    }
}
