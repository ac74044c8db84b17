//! The provider: two legs of a log-in, and what is known of it in between.

mod known;
mod verify;

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use openidconnect::{
    AuthorizationCode, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    StandardErrorResponse, StandardTokenResponse, TokenResponse,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType, CoreGenderClaim,
        CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use smartpole_model::UtcMillis;

use self::known::Known;
use crate::{
    May, Options, Refused, Secret,
    claims::Others,
    http::{self, Http},
    under_way::{Key, LogIn, UnderWay},
};

/// What time it is.
pub type Clock = fn() -> UtcMillis;

type Fields = IdTokenFields<
    Others,
    openidconnect::EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Tokens = StandardTokenResponse<Fields, CoreTokenType>;
type Client = openidconnect::Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Bytes of chance in the browser's cookie.
const COOKIE_BYTES: u32 = 32;

/// Why there is no provider.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The certificates of its authorities cannot be used.
    #[error(transparent)]
    Authorities(#[from] smartpole_tls::Error),
    /// The HTTP client cannot be made.
    #[error("no client for the OpenID provider")]
    Client(#[from] reqwest::Error),
    /// The secret cannot be read.
    #[error("the client secret of [access.openid]: {0}; give client_secret_file or client_secret_env")]
    Secret(String),
    /// The addresses of provider or page are none.
    #[error("[access.openid] issuer or [publish] base_url is no address: `smartpole check` says what is wrong")]
    Address,
}

/// An OpenID provider by which people log in.
pub struct Provider {
    options: Options,
    redirect: RedirectUrl,
    http: Http,
    clock: Clock,
    known: tokio::sync::Mutex<Option<Known>>,
    under_way: Mutex<UnderWay>,
}

/// The first leg.
pub struct Begun {
    /// Where the browser is sent. It holds what only the browser and the provider have to know.
    pub url: String,
    /// What the browser's cookie is to hold until it comes back.
    pub cookie: String,
}

/// What the provider sends a browser back with.
#[derive(Clone, Copy)]
pub struct Returned<'a> {
    /// `code`, if there is one.
    pub code: &'a str,
    /// `state`.
    pub state: &'a str,
    /// `iss` (RFC 9207), if there is one.
    pub issuer: &'a str,
    /// `error`, if there is one.
    pub error: &'a str,
    /// What the cookie holds.
    pub cookie: &'a str,
}

/// Whom the provider vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Whom it means.
    pub subject: String,
    /// What they are called there, if that is said.
    pub name: Option<String>,
    /// What they may do; nothing if no value of the claim gives a role.
    pub may: Option<May>,
    /// Where they came from, as it was given to [`Provider::begin`].
    pub back: String,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("issuer", &self.options.issuer).finish_non_exhaustive()
    }
}

impl fmt::Debug for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Begun(…)")
    }
}

impl fmt::Debug for Returned<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Returned(…)")
    }
}

impl Provider {
    /// A provider, which is not asked yet; it leads back to `redirect`.
    ///
    /// # Errors
    /// [`Error`].
    pub fn new(options: Options, redirect: &str, clock: Clock) -> Result<Self, Error> {
        secret(&options).map_err(Error::Secret)?;
        let redirect = RedirectUrl::new(redirect.to_owned()).map_err(|_| Error::Address)?;
        openidconnect::IssuerUrl::new(options.issuer.clone()).map_err(|_| Error::Address)?;
        let http = Http::new(smartpole_tls::client(options.ca_file.as_deref(), None)?)?;
        Ok(Self { options, redirect, http, clock, known: Default::default(), under_way: Default::default() })
    }

    /// The provider's issuer identifier.
    pub fn issuer(&self) -> &str {
        &self.options.issuer
    }

    /// What stands on the button, if that is given.
    pub fn label(&self) -> Option<&str> {
        self.options.label()
    }

    /// Begins a log-in that leads `back` there in the end.
    ///
    /// # Errors
    /// [`Refused::Away`].
    pub async fn begin(&self, back: String) -> Result<Begun, Refused> {
        let known = self.known(None).await?;
        let client = self.client(&known)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let request = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        let request = request.add_scopes(self.options.scopes.iter().cloned().map(Scope::new));
        let (url, state, nonce) = request.set_pkce_challenge(challenge).url();
        let cookie = CsrfToken::new_random_len(COOKIE_BYTES).into_secret();
        let key = Key { state: state.into_secret(), cookie: cookie.clone() };
        self.under_way().begin(key, LogIn { nonce, verifier, back, began: (self.clock)() });
        Ok(Begun { url: url.to_string(), cookie })
    }

    /// Finishes a log-in, which holds no more then, whatever comes of it.
    ///
    /// # Errors
    /// Any of [`Refused`] but for [`Refused::Role`].
    pub async fn finish(&self, returned: &Returned<'_>) -> Result<Finished, Refused> {
        let key = Key { state: returned.state.to_owned(), cookie: returned.cookie.to_owned() };
        let begun = self.under_way().end(&key, (self.clock)());
        let LogIn { nonce, verifier, back, .. } = begun.ok_or(Refused::State)?;
        if !returned.issuer.is_empty() && returned.issuer != self.options.issuer {
            return Err(Refused::Issuer);
        }
        if returned.code.is_empty() {
            tracing::info!("the OpenID provider sent somebody back without a code");
            return Err(if returned.error == "access_denied" { Refused::Denied } else { Refused::Away });
        }
        let known = self.known(None).await?;
        let tokens = self.exchange(&known, returned.code, verifier).await?;
        let token = tokens.id_token().ok_or(Refused::Unreadable)?;
        let (claims, known) = self.verified(token, &nonce, known).await?;
        let about = self.about(claims, tokens.access_token(), &known).await?;
        let values = about.others.texts(&self.options.role_claim).unwrap_or_default();
        let may = self.options.roles.of(values);
        Ok(Finished { subject: claims.subject().to_string(), name: about.name, may, back })
    }

    /// The tokens for a code.
    async fn exchange(&self, known: &Known, code: &str, verifier: PkceCodeVerifier) -> Result<Tokens, Refused> {
        let client = self.client(known)?;
        let request = client.exchange_code(AuthorizationCode::new(code.to_owned())).map_err(|_| Refused::Away)?;
        let answer = request.set_pkce_verifier(verifier).request_async(&self.http).await;
        answer.map_err(|error| match error {
            RequestTokenError::Request(error) => away(&error),
            // what does not fit may hold a token: nothing is said of it
            RequestTokenError::Parse(..) => Refused::Unreadable,
            RequestTokenError::ServerResponse(said) => {
                tracing::warn!(error = said_of(said.error()), "the OpenID provider gives no token for a code");
                Refused::Code
            }
            RequestTokenError::Other(_) => Refused::Away,
        })
    }

    fn client(&self, known: &Known) -> Result<Client, Refused> {
        let secret = secret(&self.options).map_err(|reason| {
            tracing::error!(reason, "the client secret of [access.openid] cannot be read");
            Refused::Away
        })?;
        Ok(known.client(&self.options.client_id, secret).set_redirect_uri(self.redirect.clone()))
    }

    fn under_way(&self) -> MutexGuard<'_, UnderWay> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn secret(options: &Options) -> Result<Secret, String> {
    Secret::read(&options.secret_place().ok_or("it is not given")?)
}

/// Logs why the provider could not be asked.
fn away(error: &http::Error) -> Refused {
    let mut reason = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(of) = source {
        reason += &format!(": {of}");
        source = of.source();
    }
    tracing::warn!(reason, "no answer of the OpenID provider");
    Refused::Away
}

/// The standard's word (RFC 6749, 5.2), and no other that a provider sends.
fn said_of(error: &CoreErrorResponseType) -> &'static str {
    match error {
        CoreErrorResponseType::InvalidClient => "invalid_client",
        CoreErrorResponseType::InvalidGrant => "invalid_grant",
        CoreErrorResponseType::InvalidRequest => "invalid_request",
        CoreErrorResponseType::InvalidScope => "invalid_scope",
        CoreErrorResponseType::UnauthorizedClient => "unauthorized_client",
        CoreErrorResponseType::UnsupportedGrantType => "unsupported_grant_type",
        _ => "other",
    }
}
