//! A notice as a mail.

use std::time::{Duration, UNIX_EPOCH};

use lettre::{
    Address, Message,
    message::{
        Mailbox, SinglePart,
        header::{HeaderName, HeaderValue},
    },
};
use smartpole_model::registry::Email;

use crate::{
    Error, Notice,
    text::{body, subject},
};

/// The mail. Sent again it is the same one: `Message-ID` and `Date` are those of the notice.
pub(crate) fn letter(email: &Email, to: &str, notice: &Notice) -> Result<Message, Error> {
    let from = address(&email.from)?;
    let message_id = format!("<{}@{}>", notice.id, from.domain());
    let date = UNIX_EPOCH + Duration::from_millis(notice.formed_at.0.max(0).unsigned_abs());
    // nobody's holiday answers to it (RFC 3834, section 5)
    let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
    let message = Message::builder()
        .message_id(Some(message_id))
        .date(date)
        .from(Mailbox::new(Some("smartpole".to_owned()), from))
        .to(Mailbox::new(None, address(to)?))
        .subject(subject(notice))
        .raw_header(automatic)
        .singlepart(SinglePart::plain(body(notice)))?;
    Ok(message)
}

pub(crate) fn address(text: &str) -> Result<Address, Error> {
    text.parse().map_err(|source| Error::Address { address: text.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use smartpole_model::registry::{AlertSeverity, EmailTls};

    use super::*;
    use crate::notice::tests::{notice, open};

    fn email() -> Email {
        Email {
            server: "localhost".to_owned(),
            port: 25,
            tls: EmailTls::None,
            ca_file: None,
            from: "smartpole@example.org".to_owned(),
            to: Vec::new(),
            login: None,
            severity: AlertSeverity::Watch,
        }
    }

    fn written(notice: &Notice) -> (String, String) {
        let mail = letter(&email(), "betrieb@example.org", notice).unwrap().formatted();
        let mail = String::from_utf8(mail).unwrap();
        let (headers, body) = mail.split_once("\r\n\r\n").unwrap();
        (headers.to_owned(), body.to_owned())
    }

    #[test]
    fn a_mail_that_is_sent_again_is_the_same_one() {
        let notice = notice(vec![open(1)]);
        assert_eq!(written(&notice), written(&notice));
        expect![[r#"
            Message-ID: <smartpole.1796050860000.3@example.org>
            Date: Mon, 30 Nov 2026 15:01:00 +0000
            From: smartpole <smartpole@example.org>
            To: betrieb@example.org
            Subject: [smartpole] Handeln: Gateway Rathaus schweigt (Mast 0410)
            Auto-Submitted: auto-generated
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable"#]]
        .assert_eq(&written(&notice).0.replace('\r', ""));
    }

    #[test]
    fn names_of_the_registry_add_no_header_and_no_recipient() {
        for line in ["\r\n", "\n", "\r", "\u{2028}", "\u{85}", "\0"] {
            let hostile = format!("x{line}Bcc: thief@example.net{line}{line}<b>hi</b>{line}.{line}");
            let mut entry = open(1);
            entry.cause.name.clone_from(&hostile);
            (entry.poles[0].name, entry.poles[0].lamp) = (hostile.clone(), Some(hostile.clone()));
            entry.next_step.part = Some(hostile.clone());
            let mail = letter(&email(), "betrieb@example.org", &notice(vec![entry])).unwrap();
            let recipients: Vec<String> = mail.envelope().to().iter().map(ToString::to_string).collect();
            assert_eq!(recipients, ["betrieb@example.org"]);
            let text = String::from_utf8(mail.formatted()).unwrap();
            let (headers, body) = text.split_once("\r\n\r\n").unwrap();
            let is_name = |line: &&str| !line.starts_with([' ', '\t']);
            let names: Vec<&str> =
                headers.lines().filter(is_name).map(|line| line.split(':').next().unwrap()).collect();
            let mut known = names.clone();
            known.sort_unstable();
            assert_eq!(
                known,
                [
                    "Auto-Submitted",
                    "Content-Transfer-Encoding",
                    "Content-Type",
                    "Date",
                    "From",
                    "MIME-Version",
                    "Message-ID",
                    "Subject",
                    "To"
                ],
                "{headers}"
            );
            assert!(!body.lines().any(|line| line.starts_with("Bcc") || line == "."), "{body}");
        }
    }

    #[test]
    fn addresses_that_the_file_may_name_can_be_written_to() {
        for text in ["a@example.org", "a.b+c@sub.example.org", "x!#$%&'*+/=?^_`{|}~-@example.org", "root@localhost"] {
            assert!(address(text).is_ok(), "{text}");
        }
    }
}
