//! What is known of the provider: its addresses and keys, asked for when they are needed and kept for an hour.

use std::{sync::Arc, time::Duration};

use openidconnect::{
    AuthType, ClientId, ClientSecret, DiscoveryError, IssuerUrl,
    core::{CoreClientAuthMethod, CoreProviderMetadata},
};
use smartpole_model::UtcMillis;
use tokio::time::timeout;

use super::{Client, Provider, away};
use crate::{Refused, Secret};

/// How long it is believed.
const HOLDS_MS: i64 = 3_600_000;
/// How long somebody waits until it is known.
const PATIENCE: Duration = Duration::from_secs(15);

/// What discovery told (OpenID Connect Discovery 1.0, 4.2), with the keys of `jwks_uri`.
#[derive(Clone, Debug)]
pub(super) struct Known {
    metadata: Arc<CoreProviderMetadata>,
    since: UtcMillis,
}

impl Known {
    /// A client of this provider, which shows its secret as the provider takes it (OpenID Connect Core 1.0, 9).
    pub(super) fn client(&self, id: &str, secret: Secret) -> Client {
        let methods = self.metadata.token_endpoint_auth_methods_supported();
        let takes = |method| methods.is_none_or(|methods| methods.contains(&method));
        let by =
            if takes(CoreClientAuthMethod::ClientSecretBasic) { AuthType::BasicAuth } else { AuthType::RequestBody };
        let (id, secret) = (ClientId::new(id.to_owned()), ClientSecret::new(secret.reveal()));
        Client::from_provider_metadata((*self.metadata).clone(), id, Some(secret)).set_auth_type(by)
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.metadata, &other.metadata)
    }
}

impl Provider {
    /// What is known, asked for if it is too old, or if it is what did not do. One asks, the others wait.
    pub(super) async fn known(&self, did_not_do: Option<&Known>) -> Result<Known, Refused> {
        let known = timeout(PATIENCE, async {
            let mut known = self.known.lock().await;
            let now = (self.clock)();
            let is_old = |of: &Known| !(0..HOLDS_MS).contains(&now.since(of.since));
            if let Some(known) = known.as_ref().filter(|of| !is_old(of) && did_not_do.is_none_or(|other| !of.is(other)))
            {
                return Ok(known.clone());
            }
            let found = Known { metadata: Arc::new(self.discover().await?), since: now };
            Ok(known.insert(found).clone())
        });
        known.await.unwrap_or(Err(Refused::Away))
    }

    async fn discover(&self) -> Result<CoreProviderMetadata, Refused> {
        let issuer = IssuerUrl::new(self.options.issuer.clone()).map_err(|_| Refused::Away)?;
        let found = CoreProviderMetadata::discover_async(issuer, &self.http).await;
        found.map_err(|error| match error {
            DiscoveryError::Request(error) => away(&error),
            other => {
                tracing::warn!(reason = said_of(&other), "the OpenID provider's description cannot be used");
                Refused::Away
            }
        })
    }
}

/// What is wrong with a description, without the words of whoever sent it.
fn said_of<E: std::error::Error>(error: &DiscoveryError<E>) -> &'static str {
    match error {
        DiscoveryError::Parse(_) => "it does not fit OpenID Connect Discovery 1.0",
        DiscoveryError::Response(..) => "its status is not 200, or it is no JSON",
        DiscoveryError::Validation(_) => "it is of another issuer: give it in [access.openid] exactly as it is there",
        _ => "its address does not fit",
    }
}
