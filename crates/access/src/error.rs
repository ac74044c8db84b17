//! What can go wrong, and what is refused.

use crate::Role;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQLite could not do something.
    #[error("cannot {doing}")]
    Sqlite {
        /// What was tried.
        doing: &'static str,
        /// Why not.
        #[source]
        source: rusqlite::Error,
    },
    /// The file cannot be made.
    #[error("cannot make access.db")]
    Make(#[source] std::io::Error),
    /// The file is of a newer version of this program.
    #[error("access.db has version {0}, which is newer than this program: use the program that wrote it")]
    Newer(i64),
    /// A row cannot be read.
    #[error("access.db has a {0} that this program does not know")]
    Word(&'static str),
    /// A password could not be hashed.
    #[error("cannot hash a password")]
    Hash,
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes")]
    Random,
    /// Whoever asked has to ask for something else.
    #[error("{0}")]
    Refused(#[from] Refusal),
}

/// Why something that was asked for is refused; each says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a name.
    #[error("a name has 1 to 64 characters, none of them a control character: choose another")]
    Name,
    /// Two accounts cannot be called the same.
    #[error("there is an account of this name: choose another")]
    NameTaken,
    /// Too short (NIST SP 800-63B, 5.1.1, asks for eight at least).
    #[error("a password has at least 12 characters: choose a longer one, a few words for instance")]
    ShortPassword,
    /// Too long to be hashed for anybody.
    #[error("a password has at most 1024 bytes: choose a shorter one")]
    LongPassword,
    /// No such account.
    #[error("there is no such account: list them and give the name or id of one")]
    NoAccount,
    /// No such token.
    #[error("there is no such token: list them and give the id of one")]
    NoToken,
    /// Without an admin nobody could make one.
    #[error("this is the last admin: make somebody else one first")]
    LastAdmin,
    /// A provider knows it.
    #[error(
        "this account is by OpenID Connect: change its password at the provider, and its role by the claims that [access.openid] names; or delete it"
    )]
    ByOpenId,
    /// The public has no account.
    #[error("an account or token is of a planner, an operator or an admin: give one of these roles")]
    PublicRole,
    /// A token may not do more than its account.
    #[error("a token can do no more than its account, which is {0}: give a lower role")]
    AboveOwn(Role),
    /// A token may not see more than its account.
    #[error("a token can see no other zones than its account: name some of these")]
    OtherZones,
    /// A token that never ends would be forgotten.
    #[error("a token holds for 1 to 366 days: give so many")]
    Days,
    /// Bounded, as all is.
    #[error("an account has at most 50 tokens: revoke one that is not needed")]
    TooManyTokens,
    /// The link was used, is older than an hour, or never was one.
    #[error(
        "this link was used or is older than an hour: start the service again, it prints a new one while there is no account"
    )]
    NoLink,
}

/// Names what was tried when SQLite fails.
pub(crate) fn doing(doing: &'static str) -> impl Fn(rusqlite::Error) -> Error + Copy {
    move |source| Error::Sqlite { doing, source }
}
