//! Why somebody was not let in.

/// Defines the reasons with their codes, which stay.
macro_rules! reasons {
    ($($variant:ident = $code:literal: $meaning:literal),+ $(,)?) => {
        /// Why somebody was not let in.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Refused { $(#[doc = $meaning] $variant),+ }

        impl Refused {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its code, which stays.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
        }
    };
}

reasons! {
    Away = "away": "The provider cannot be reached, or does not answer as it should.",
    Denied = "denied": "The provider did not let them, or they did not want to.",
    State = "state": "What came back was begun elsewhere, was used already, or took longer than ten minutes.",
    Code = "code": "The provider does not take its own code back.",
    Unreadable = "unreadable": "There is no ID token, or none that can be read.",
    Algorithm = "algorithm": "The ID token is not signed, or not as we take it.",
    Signature = "signature": "The ID token is signed by no key of the provider.",
    Issuer = "issuer": "The answer or its ID token is of another issuer.",
    Audience = "audience": "The ID token is for somebody else.",
    Expired = "expired": "The ID token holds no more, or not yet.",
    Nonce = "nonce": "The ID token is of another log-in.",
    Subject = "subject": "What the provider says of somebody is about somebody else.",
    Role = "role": "No value of the claim gives a role.",
}
