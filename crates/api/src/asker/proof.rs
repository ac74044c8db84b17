//! By what somebody is known, and until when that holds.

use std::sync::Arc;

use smartpole_access::Identity;

use crate::{ApiState, problem::Problem};

/// What a request brings to prove whose it is. It is a secret, so it is not printed.
#[derive(Clone)]
pub(crate) enum Proof {
    /// Of a program.
    Token(Arc<str>),
    /// Of a browser.
    Cookie(Arc<str>),
}

impl Proof {
    /// Whose it is, if it holds.
    pub(crate) async fn identity(&self, state: &ApiState) -> Result<Option<Identity>, Problem> {
        let (proof, now) = (self.clone(), (state.parts.clock)());
        let found = state.access(move |access| match proof {
            Self::Token(secret) => access.bearer(&secret, now),
            Self::Cookie(secret) => access.session(&secret, now),
        });
        found.await
    }

    /// Comes when it holds no more, or says something else than now.
    pub(crate) async fn ends(self, state: ApiState) {
        let first = self.identity(&state).await.ok().flatten();
        loop {
            tokio::time::sleep(state.options.asked_again).await;
            // what cannot be read for a moment is no end
            if self.identity(&state).await.is_ok_and(|now| now != first) {
                return;
            }
        }
    }
}
