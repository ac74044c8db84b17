//! `/account`: one's own password, tokens and end.

mod page;

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use smartpole_access::{
    Access, Account, AccountId, AuditEntry, AuditOutcome, Error, LogIn, Name, NewToken, Password, Refusal, Role,
    Secret, Token, What, Who,
};

use super::{begin, form::Form, see_other, words};
use crate::{
    ApiState,
    asker::{Asker, Client, Cookie},
    problem::Problem,
    query::Params,
    routes::catalog::pages::{Language, Wanted},
};

/// What the page shows.
struct Shown {
    account: Account,
    tokens: Vec<Token>,
    /// A token that was made just now.
    secret: Option<Secret>,
    wrong: Option<String>,
}

/// Who changes their account, from where and in which language.
struct Owner {
    state: ApiState,
    client: Client,
    language: Language,
    account: AccountId,
}

/// Shows the account of whoever is logged in; others are asked to log in.
pub(super) async fn show(
    State(state): State<ApiState>,
    asker: Asker,
    Extension(client): Extension<Client>,
    Params(wanted): Params<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match Owner::of(state, &asker, client, Language::of(&wanted, &headers)) {
        Some(owner) => owner.page(StatusCode::OK, None, None).await,
        None => see_other("/login?return=/account"),
    }
}

/// Changes the account as the form says.
pub(super) async fn change(
    State(state): State<ApiState>,
    asker: Asker,
    Extension(client): Extension<Client>,
    Params(wanted): Params<Wanted>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let Some(owner) = Owner::of(state, &asker, client, Language::of(&wanted, &headers)) else {
        return see_other("/login?return=/account");
    };
    match form.get("do") {
        "password" => owner.change_password(&form).await,
        "token" => owner.make_token(&form).await,
        "revoke" => owner.revoke_token(&form).await,
        "delete" => owner.delete(&form).await,
        _ => owner.page(StatusCode::OK, None, None).await,
    }
}

impl Owner {
    /// Nobody without a cookie: a token is of a program.
    fn of(state: ApiState, asker: &Asker, client: Client, language: Language) -> Option<Self> {
        match &asker.who {
            Who::Account(id) if asker.by_cookie => Some(Self { state, client, language, account: id.clone() }),
            _ => None,
        }
    }

    async fn page(
        &self,
        status: StatusCode,
        secret: Option<Secret>,
        wrong: Option<String>,
    ) -> Result<Response, Problem> {
        let id = self.account.clone();
        let read = self.state.access(move |access| Ok((access.account(id.as_str())?, access.tokens(Some(&id))?)));
        let (account, tokens) = read.await?;
        let shown = Shown { account, tokens, secret, wrong };
        Ok(page::page(&shown, self.language, status, (self.state.parts.clock)()).into_response())
    }

    async fn refuse(&self, status: StatusCode, wrong: String) -> Result<Response, Problem> {
        self.page(status, None, Some(wrong)).await
    }

    async fn refusal(&self, refusal: Refusal) -> Result<Response, Problem> {
        self.refuse(StatusCode::BAD_REQUEST, words::refusal(self.language, refusal)).await
    }

    /// Does something once the password is proven, and notes it; or the page that says what is wrong.
    async fn proven(
        &self,
        form: &Form,
        what: What,
        change: impl FnOnce(&Access, &AccountId) -> Result<(), Error> + Send + 'static,
    ) -> Result<Result<(), Response>, Problem> {
        let Some(turn) = self.state.hashing().await else {
            return self.refuse(StatusCode::TOO_MANY_REQUESTS, words::busy(self.language)).await.map(Err);
        };
        let (id, given) = (self.account.clone(), form.get("password").to_owned());
        let (from, now) = (self.client.address, (self.state.parts.clock)());
        let tried = self.state.access(move |access| {
            let _turn = turn;
            let name = access.account(id.as_str())?.name;
            let proof = access.log_in(&name, &given, from, now)?;
            if !matches!(proof, LogIn::Right(_)) {
                return Ok(Err(proof));
            }
            match change(access, &id) {
                Err(Error::Refused(refusal)) => return Ok(Ok(Some(refusal))),
                done => done?,
            }
            access.note(&AuditEntry::new(Who::Account(id.clone()), what, id.as_str(), AuditOutcome::Done, now))?;
            Ok(Ok(None))
        });
        match tried.await? {
            Ok(None) => Ok(Ok(())),
            Ok(Some(refusal)) => self.refusal(refusal).await.map(Err),
            Err(LogIn::Locked(until) | LogIn::TooMany(until)) => {
                let wait = words::wait(self.language, until.since(now) / 1_000);
                self.refuse(StatusCode::TOO_MANY_REQUESTS, wait).await.map(Err)
            }
            Err(_) => {
                let wrong = self.language.pick("Das Passwort stimmt nicht.", "The password is wrong.").to_owned();
                self.refuse(StatusCode::FORBIDDEN, wrong).await.map(Err)
            }
        }
    }

    async fn change_password(&self, form: &Form) -> Result<Response, Problem> {
        let password = match Password::new(form.get("new")) {
            Ok(password) => password,
            Err(refusal) => return self.refusal(refusal).await,
        };
        let changed = self.proven(form, What::PasswordChanged, move |access, id| access.set_password(id, &password));
        match changed.await? {
            Ok(()) => begin(&self.state, &self.client, self.account.clone(), "/account").await,
            Err(page) => Ok(page),
        }
    }

    async fn delete(&self, form: &Form) -> Result<Response, Problem> {
        let refused = if self.is_by_openid().await? {
            self.delete_unproven().await?
        } else {
            self.proven(form, What::AccountDeleted, Access::delete_account).await?.err()
        };
        if let Some(page) = refused {
            return Ok(page);
        }
        let mut response = see_other("/")?;
        if let Some(clear) = Cookie::Session.clear(&self.client) {
            response.headers_mut().append(header::SET_COOKIE, clear);
        }
        Ok(response)
    }

    async fn is_by_openid(&self) -> Result<bool, Problem> {
        let id = self.account.clone();
        self.state.access(move |access| Ok(access.account(id.as_str())?.by_openid)).await
    }

    /// Deletes an account that has no password to prove; whoever it was gets another one at the next log-in.
    async fn delete_unproven(&self) -> Result<Option<Response>, Problem> {
        let (id, now) = (self.account.clone(), (self.state.parts.clock)());
        let deleted = self.state.access(move |access| {
            match access.delete_account(&id) {
                Err(Error::Refused(refusal)) => return Ok(Some(refusal)),
                deleted => deleted?,
            }
            let what = What::AccountDeleted;
            access.note(&AuditEntry::new(Who::Account(id.clone()), what, id.as_str(), AuditOutcome::Done, now))?;
            Ok(None)
        });
        match deleted.await? {
            None => Ok(None),
            Some(refusal) => self.refusal(refusal).await.map(Some),
        }
    }

    async fn make_token(&self, form: &Form) -> Result<Response, Problem> {
        let name = match Name::new(form.get("name")) {
            Ok(name) => name,
            Err(refusal) => return self.refusal(refusal).await,
        };
        let role = form.get("role").parse().unwrap_or(Role::Public);
        let days = form.get("days").trim().parse().unwrap_or(0);
        let new = NewToken { name, role, zones: smartpole_access::Zones::ALL, days };
        let (id, now) = (self.account.clone(), (self.state.parts.clock)());
        let made = self.state.access(move |access| {
            let (token, secret) = match access.make_token(&access.account(id.as_str())?, &new, now) {
                Err(Error::Refused(refusal)) => return Ok(Err(refusal)),
                made => made?,
            };
            let about = token.id.to_string();
            access.note(&AuditEntry::new(Who::Account(id), What::TokenMade, &about, AuditOutcome::Done, now))?;
            Ok(Ok(secret))
        });
        match made.await? {
            Ok(secret) => self.page(StatusCode::OK, Some(secret), None).await,
            Err(refusal) => self.refusal(refusal).await,
        }
    }

    async fn revoke_token(&self, form: &Form) -> Result<Response, Problem> {
        let (id, account, now) =
            (form.get("id").parse().unwrap_or(0), self.account.clone(), (self.state.parts.clock)());
        let revoked = self.state.access(move |access| {
            match access.revoke_token(id, Some(&account)) {
                Err(Error::Refused(refusal)) => return Ok(Some(refusal)),
                revoked => revoked?,
            }
            let about = id.to_string();
            access.note(&AuditEntry::new(
                Who::Account(account),
                What::TokenRevoked,
                &about,
                AuditOutcome::Done,
                now,
            ))?;
            Ok(None)
        });
        match revoked.await? {
            None => see_other("/account"),
            Some(refusal) => self.refusal(refusal).await,
        }
    }
}
