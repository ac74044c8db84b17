//! Whether an ID token holds (OpenID Connect Core 1.0, 3.1.3.7), and what is said of whoever it is about.

use chrono::{DateTime, Utc};
use openidconnect::{
    AccessToken, ClaimsVerificationError, IdToken, IdTokenClaims, Nonce, SignatureVerificationError, UserInfoClaims,
    UserInfoError,
    core::{CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm as Alg},
};
use smartpole_model::UtcMillis;

use super::{Known, Provider, away};
use crate::{Refused, claims::Others};

type Token = IdToken<Others, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, Alg>;
type Claims = IdTokenClaims<Others, CoreGenderClaim>;
type UserInfo = UserInfoClaims<Others, CoreGenderClaim>;

/// What an ID token may be signed by: what only the provider can make. By a shared secret (HS256) whoever has it could.
const ALGORITHMS: [Alg; 9] = [
    Alg::RsaSsaPkcs1V15Sha256,
    Alg::RsaSsaPkcs1V15Sha384,
    Alg::RsaSsaPkcs1V15Sha512,
    Alg::RsaSsaPssSha256,
    Alg::RsaSsaPssSha384,
    Alg::RsaSsaPssSha512,
    Alg::EcdsaP256Sha256,
    Alg::EcdsaP384Sha384,
    Alg::EdDsa,
];
/// By how much clocks may differ.
const LEEWAY_MS: i64 = 60_000;

/// What is said of somebody.
pub(super) struct About {
    pub(super) name: Option<String>,
    pub(super) others: Others,
}

impl Provider {
    /// The claims of an ID token that holds. A signature by a key that is not known yet has the keys asked for anew, once.
    pub(super) async fn verified<'t>(
        &self,
        token: &'t Token,
        nonce: &Nonce,
        known: Known,
    ) -> Result<(&'t Claims, Known), Refused> {
        match self.verify(token, nonce, &known) {
            Err(Refused::Signature) => {
                let known = self.known(Some(&known)).await?;
                Ok((self.verify(token, nonce, &known)?, known))
            }
            claims => Ok((claims?, known)),
        }
    }

    fn verify<'t>(&self, token: &'t Token, nonce: &Nonce, known: &Known) -> Result<&'t Claims, Refused> {
        let (client, now) = (self.client(known)?, (self.clock)());
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || time(now.plus(-LEEWAY_MS)))
            .set_issue_time_verifier_fn(move |issued| match issued <= time(now.plus(LEEWAY_MS)) {
                true => Ok(()),
                false => Err("it is of the future".to_owned()),
            });
        let claims = token.claims(&verifier, nonce).map_err(|error| refusal(&error))?;
        let is_ours = claims.authorized_party().is_none_or(|party| **party == self.options.client_id);
        if is_ours { Ok(claims) } else { Err(Refused::Audience) }
    }

    /// What the ID token says or, if it does not have the claim of roles, what `userinfo` says (OpenID Connect Core 1.0, 5.3).
    pub(super) async fn about(&self, claims: &Claims, access: &AccessToken, known: &Known) -> Result<About, Refused> {
        let name = claims.preferred_username().map(|name| name.to_string());
        let others = claims.additional_claims();
        let is_header = access.secret().bytes().all(|byte| byte.is_ascii_graphic());
        let client = self.client(known)?;
        let asked = client.user_info(access.clone(), Some(claims.subject().clone()));
        let (None, true, Ok(asked)) = (others.texts(&self.options.role_claim), is_header, asked) else {
            return Ok(About { name, others: others.clone() });
        };
        let said: UserInfo = asked.request_async(&self.http).await.map_err(|error| match error {
            UserInfoError::Request(error) => away(&error),
            UserInfoError::ClaimsVerification(_) => Refused::Subject,
            _ => Refused::Away,
        })?;
        let named = || said.preferred_username().map(|name| name.to_string());
        Ok(About { name: name.or_else(named), others: said.additional_claims().clone() })
    }
}

fn time(at: UtcMillis) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.0).unwrap_or_default()
}

/// The reason, without what the token says.
fn refusal(error: &ClaimsVerificationError) -> Refused {
    use SignatureVerificationError as Signature;
    match error {
        ClaimsVerificationError::Expired(_) => Refused::Expired,
        ClaimsVerificationError::InvalidAudience(_) => Refused::Audience,
        ClaimsVerificationError::InvalidIssuer(_) => Refused::Issuer,
        ClaimsVerificationError::InvalidNonce(_) => Refused::Nonce,
        ClaimsVerificationError::InvalidSubject(_) => Refused::Subject,
        ClaimsVerificationError::SignatureVerification(
            Signature::DisallowedAlg(_) | Signature::UnsupportedAlg(_) | Signature::NoSignature,
        ) => Refused::Algorithm,
        ClaimsVerificationError::SignatureVerification(_) => Refused::Signature,
        _ => Refused::Unreadable,
    }
}
