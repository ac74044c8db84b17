//! Accounts, sessions, tokens and the audit trail over a real file.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic, their fixtures too")]

use std::net::IpAddr;

use rusqlite::Connection;
use smartpole_access::{
    Access, Account, AuditOutcome, Cost, Error, FILE, LogIn, Name, NewAccount, NewToken, Password, Refusal, Role, What,
    Zones,
};
use smartpole_model::UtcMillis;
use tempfile::TempDir;

const NOW: UtcMillis = UtcMillis(1_795_000_000_000);
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const PASSWORD: &str = "lamps see the street";

fn new() -> (TempDir, Access) {
    let dir = tempfile::tempdir().unwrap();
    let access = Access::open(dir.path(), Cost::LEAST).unwrap();
    (dir, access)
}

fn add(access: &Access, name: &str, role: Role, zones: Zones) -> Account {
    let new = NewAccount { name: Name::new(name).unwrap(), role, zones };
    access.add_account(&new, &Password::new(PASSWORD).unwrap(), NOW).unwrap()
}

fn token(role: Role, zones: Zones, days: u32) -> NewToken {
    NewToken { name: Name::new("script").unwrap(), role, zones, days }
}

fn here() -> IpAddr {
    "192.0.2.1".parse().unwrap()
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, Error>, expected: Refusal) {
    match result {
        Err(Error::Refused(refusal)) => assert_eq!(refusal, expected),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_account_logs_in_by_its_name_however_it_is_written() {
    let (_dir, access) = new();
    let eva = add(&access, "Eva", Role::Planner, Zones::ALL);
    assert_eq!(access.log_in(" eva ", PASSWORD, here(), NOW).unwrap(), LogIn::Right(eva.clone()));
    assert_eq!(access.log_in("Eva", "another password", here(), NOW).unwrap(), LogIn::Wrong);
    assert_eq!(access.log_in("Max", PASSWORD, here(), NOW).unwrap(), LogIn::Wrong);
    refused(
        access.add_account(
            &NewAccount { name: Name::new("EVA").unwrap(), role: Role::Admin, zones: Zones::ALL },
            &Password::new(PASSWORD).unwrap(),
            NOW,
        ),
        Refusal::NameTaken,
    );
    assert_eq!((access.account("EVA").unwrap(), access.account(eva.id.as_str()).unwrap()), (eva.clone(), eva));
    refused(access.account("Max"), Refusal::NoAccount);
}

#[test]
fn five_wrong_passwords_shut_the_door_even_to_the_right_one_and_one_of_nobody_as_well() {
    let (_dir, access) = new();
    add(&access, "Eva", Role::Planner, Zones::ALL);
    for name in ["Eva", "Nobody"] {
        let (from, elsewhere) = if name == "Eva" { ("192.0.2.1", "203.0.113.1") } else { ("192.0.3.1", "203.0.114.1") };
        let log_in = |from: &str, password| access.log_in(name, password, from.parse().unwrap(), NOW).unwrap();
        for _ in 0..5 {
            assert_eq!(log_in(from, "wrong"), LogIn::Wrong);
        }
        assert_eq!(log_in(from, PASSWORD), LogIn::Locked(NOW.plus(60_000)), "{name}");
        assert!(!matches!(log_in(elsewhere, PASSWORD), LogIn::Locked(_)), "{name}");
    }
    for _ in 0..4 {
        access.log_in("Eva", "wrong", "192.0.3.1".parse().unwrap(), NOW).unwrap();
    }
    assert!(
        matches!(access.log_in("Eva", "wrong", "192.0.3.1".parse().unwrap(), NOW).unwrap(), LogIn::TooMany(until) if until > NOW)
    );
}

#[test]
fn a_session_ends_after_twelve_hours_without_use_after_a_week_and_when_it_is_ended() {
    let (_dir, access) = new();
    let eva = add(&access, "Eva", Role::Planner, Zones::only(["altstadt"]));
    let goes_on = |secret: &str, at: i64| access.session(secret, NOW.plus(at)).unwrap();
    let begin = || access.begin_session(&eva.id, NOW).unwrap();
    let cookie = begin();
    let identity = goes_on(cookie.reveal(), HOUR).unwrap();
    assert_eq!((identity.account, identity.role, identity.zones), (eva.id.clone(), eva.role, eva.zones.clone()));
    assert!(goes_on(cookie.reveal(), 12 * HOUR).is_some() && goes_on(cookie.reveal(), 24 * HOUR).is_none());
    let long = begin();
    assert_eq!(
        (1..20).map_while(|n| goes_on(long.reveal(), n * 11 * HOUR)).count(),
        15,
        "7 days are 15 times 11 hours"
    );
    let short = begin();
    access.end_session(short.reveal()).unwrap();
    assert!(goes_on(short.reveal(), 0).is_none() && goes_on("", 0).is_none() && goes_on("x", 0).is_none());
}

#[test]
fn sessions_end_with_another_password_another_role_or_the_account() {
    let (_dir, access) = new();
    let (eva, max) = (add(&access, "Eva", Role::Admin, Zones::ALL), add(&access, "Max", Role::Admin, Zones::ALL));
    let begin = || access.begin_session(&eva.id, NOW).unwrap();
    let other = access.begin_session(&max.id, NOW).unwrap();
    let goes_on = |secret: &smartpole_access::Secret| access.session(secret.reveal(), NOW).unwrap().is_some();
    let first = begin();
    access.set_password(&eva.id, &Password::new("another long password").unwrap()).unwrap();
    let second = begin();
    assert!(!goes_on(&first) && goes_on(&second));
    access.set_role(&eva.id, Role::Operator, &Zones::ALL).unwrap();
    let third = begin();
    assert!(!goes_on(&second) && goes_on(&third));
    access.delete_account(&eva.id).unwrap();
    assert!(!goes_on(&third) && goes_on(&other));
    refused(access.set_role(&eva.id, Role::Operator, &Zones::ALL), Refusal::NoAccount);
    refused(access.delete_account(&eva.id), Refusal::NoAccount);
}

#[test]
fn a_disabled_account_opens_nothing_by_password_session_or_token_until_it_is_enabled() {
    let (_dir, access) = new();
    let eva = add(&access, "Eva", Role::Planner, Zones::ALL);
    let session = access.begin_session(&eva.id, NOW).unwrap();
    let (_, secret) = access.make_token(&eva, &token(Role::Planner, Zones::ALL, 9), NOW).unwrap();
    let (knows, log_in) =
        (|| access.bearer(secret.reveal(), NOW).unwrap(), || access.log_in("Eva", PASSWORD, here(), NOW));
    access.set_disabled(&eva.id, true).unwrap();
    assert!(access.account("Eva").unwrap().disabled);
    assert_eq!((access.session(session.reveal(), NOW).unwrap(), knows()), (None, None));
    assert_eq!(log_in().unwrap(), LogIn::Wrong, "nobody is told that the password is right");
    access.set_disabled(&eva.id, false).unwrap();
    assert_eq!((log_in().unwrap(), knows().is_some()), (LogIn::Right(eva.clone()), true));
    assert_eq!(access.session(session.reveal(), NOW).unwrap(), None, "its sessions stay ended");
    access.delete_account(&eva.id).unwrap();
    refused(access.set_disabled(&eva.id, true), Refusal::NoAccount);
}

#[test]
fn an_account_has_twenty_sessions_at_most() {
    let (_dir, access) = new();
    let eva = add(&access, "Eva", Role::Planner, Zones::ALL);
    let begun: Vec<_> = (0..25).map(|n| access.begin_session(&eva.id, NOW.plus(n)).unwrap()).collect();
    let go_on = begun.iter().filter(|secret| access.session(secret.reveal(), NOW.plus(30)).unwrap().is_some());
    assert_eq!(go_on.count(), 20);
}

#[test]
fn the_last_admin_stays_one() {
    let (_dir, access) = new();
    let (eva, max) = (add(&access, "Eva", Role::Admin, Zones::ALL), add(&access, "Max", Role::Operator, Zones::ALL));
    refused(access.delete_account(&eva.id), Refusal::LastAdmin);
    refused(access.set_role(&eva.id, Role::Operator, &Zones::ALL), Refusal::LastAdmin);
    refused(access.set_role(&max.id, Role::Public, &Zones::ALL), Refusal::PublicRole);
    refused(access.set_disabled(&eva.id, true), Refusal::LastAdmin);
    access.set_role(&max.id, Role::Admin, &Zones::ALL).unwrap();
    access.set_disabled(&max.id, true).unwrap();
    refused(access.delete_account(&eva.id), Refusal::LastAdmin);
    access.set_disabled(&max.id, false).unwrap();
    access.delete_account(&eva.id).unwrap();
    assert_eq!(access.accounts().unwrap().len(), 1);
}

#[test]
fn a_token_may_do_no_more_than_its_account_when_it_is_made_and_later() {
    let (_dir, access) = new();
    let limited = add(&access, "Eva", Role::Operator, Zones::only(["altstadt", "ickern"]));
    let make = |new: &NewToken| access.make_token(&limited, new, NOW);
    refused(make(&token(Role::Admin, Zones::ALL, 90)), Refusal::AboveOwn(Role::Operator));
    refused(make(&token(Role::Public, Zones::ALL, 90)), Refusal::PublicRole);
    refused(make(&token(Role::Planner, Zones::only(["henrichenburg"]), 90)), Refusal::OtherZones);
    for days in [0, 367] {
        refused(make(&token(Role::Planner, Zones::ALL, days)), Refusal::Days);
    }
    let (made, secret) = make(&token(Role::Operator, Zones::ALL, 90)).unwrap();
    assert_eq!(made.zones, limited.zones, "no zones means those of the account");
    assert!(secret.reveal().starts_with("sp_") && secret.reveal().len() == 46);
    access.set_role(&limited.id, Role::Planner, &Zones::only(["ickern"])).unwrap();
    let identity = access.bearer(secret.reveal(), NOW).unwrap().unwrap();
    assert_eq!((identity.role, identity.zones), (Role::Planner, Zones::only(["ickern"])));
    access.set_role(&limited.id, Role::Planner, &Zones::only(["henrichenburg"])).unwrap();
    assert_eq!(access.bearer(secret.reveal(), NOW).unwrap().unwrap().zones, Zones::only([""; 0]), "none, not all");
}

#[test]
fn a_token_holds_until_it_expires_or_is_revoked_by_its_owner_or_an_admin() {
    let (_dir, access) = new();
    let (eva, max) = (add(&access, "Eva", Role::Planner, Zones::ALL), add(&access, "Max", Role::Admin, Zones::ALL));
    let (made, secret) = access.make_token(&eva, &token(Role::Planner, Zones::ALL, 1), NOW).unwrap();
    let holds = |at: i64| access.bearer(secret.reveal(), NOW.plus(at)).unwrap().is_some();
    assert!(holds(0) && holds(DAY - 1) && !holds(DAY));
    let used = access.tokens(Some(&eva.id)).unwrap()[0].used.unwrap();
    assert_eq!(used.0 % DAY, 0, "the day of the last use, no more");
    refused(access.revoke_token(made.id, Some(&max.id)), Refusal::NoToken);
    access.revoke_token(made.id, Some(&eva.id)).unwrap();
    assert!(!holds(0));
    let (made, _) = access.make_token(&eva, &token(Role::Planner, Zones::ALL, 1), NOW).unwrap();
    access.revoke_token(made.id, None).unwrap();
    assert!(access.tokens(None).unwrap().is_empty());
    for wrong in ["", "sp_", "sp_x", PASSWORD] {
        assert!(access.bearer(wrong, NOW).unwrap().is_none());
    }
}

#[test]
fn an_account_has_fifty_tokens_at_most() {
    let (_dir, access) = new();
    let eva = add(&access, "Eva", Role::Planner, Zones::ALL);
    let make = || access.make_token(&eva, &token(Role::Planner, Zones::ALL, 1), NOW);
    assert_eq!((0..50).filter(|_| make().is_ok()).count(), 50);
    refused(make(), Refusal::TooManyTokens);
}

#[test]
fn the_first_link_makes_one_admin_within_an_hour_and_the_newest_one_alone() {
    let (_dir, access) = new();
    let (old, link) = (access.first_link(NOW).unwrap().unwrap(), access.first_link(NOW).unwrap().unwrap());
    let make = |link: &str, at: i64| {
        access.first_admin(link, Name::new("Eva").unwrap(), &Password::new(PASSWORD).unwrap(), NOW.plus(at))
    };
    refused(make(old.reveal(), 0), Refusal::NoLink);
    refused(make("", 0), Refusal::NoLink);
    refused(make(link.reveal(), HOUR), Refusal::NoLink);
    assert!(access.holds(link.reveal(), NOW).unwrap());
    assert_eq!(make(link.reveal(), HOUR - 1).unwrap().role, Role::Admin);
    refused(make(link.reveal(), HOUR - 1), Refusal::NoLink);
    assert!(!access.holds(link.reveal(), NOW).unwrap() && access.first_link(NOW).unwrap().is_none());
}

#[test]
fn who_logs_in_is_noted_and_a_name_that_is_nobodys_is_not() {
    let (_dir, access) = new();
    let eva = add(&access, "Eva", Role::Planner, Zones::ALL);
    access.log_in("Eva", PASSWORD, here(), NOW).unwrap();
    access.log_in("Eva", "wrong", here(), NOW).unwrap();
    access.log_in("my password in the wrong field", "", here(), NOW).unwrap();
    let audit = access.audit(i64::MAX, 10).unwrap();
    let of = |entry: &smartpole_access::AuditEntry| {
        (entry.who.as_str().to_owned(), entry.what, entry.about.clone(), entry.outcome)
    };
    let (id, none) = (eva.id.to_string(), String::new());
    assert_eq!(
        audit.iter().rev().map(of).collect::<Vec<_>>(),
        [
            (id.clone(), What::LogIn, none.clone(), AuditOutcome::Done),
            ("public".to_owned(), What::LogIn, id, AuditOutcome::Failed),
            ("public".to_owned(), What::LogIn, none, AuditOutcome::Failed),
        ]
    );
    assert_eq!(access.audit(audit[0].id, 1).unwrap(), audit[1..2]);
    access.delete_account(&eva.id).unwrap();
    assert_eq!(access.audit(i64::MAX, 10).unwrap(), audit, "the trail outlives the account");
}

#[test]
fn the_audit_trail_is_append_only_but_for_its_retention() {
    let (dir, access) = new();
    access.log_in("Eva", "", here(), NOW).unwrap();
    access.log_in("Eva", "", here(), NOW.plus(2 * DAY)).unwrap();
    let file = Connection::open(dir.path().join(FILE)).unwrap();
    for sql in [
        "UPDATE audit SET who = 'x'",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT id, 0, who, what, about, outcome FROM audit",
        "DELETE FROM audit_kept",
    ] {
        assert!(file.execute(sql, []).unwrap_err().to_string().contains("append-only"), "{sql}");
    }
    assert_eq!(access.trim_audit(1, NOW.plus(2 * DAY)).unwrap(), 1);
    assert!(file.execute("UPDATE audit_kept SET since = 0", []).is_err());
    assert_eq!(access.trim_audit(365, NOW.plus(2 * DAY)).unwrap(), 0, "a longer retention brings nothing back");
    assert_eq!(access.audit(i64::MAX, 10).unwrap().len(), 1);
}

#[test]
fn the_file_is_for_the_services_user_alone_holds_no_secret_and_is_open_to_two() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, access) = new();
    let eva = add(&access, "Eva", Role::Planner, Zones::ALL);
    let cookie = access.begin_session(&eva.id, NOW).unwrap();
    let (_, secret) = access.make_token(&eva, &token(Role::Planner, Zones::ALL, 1), NOW).unwrap();
    let again = Access::open(dir.path(), Cost::LEAST).unwrap();
    assert!(again.session(cookie.reveal(), NOW).unwrap().is_some(), "sessions outlive a restart");
    again.revoke_token(access.tokens(None).unwrap()[0].id, None).unwrap();
    assert!(access.bearer(secret.reveal(), NOW).unwrap().is_none());
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        for secret in [cookie.reveal(), secret.reveal(), PASSWORD] {
            assert!(!text.contains(secret), "{}", path.display());
        }
    }
}

#[test]
fn a_copy_has_accounts_tokens_and_the_trail_but_nobody_is_logged_in() {
    let ((dir, access), copy) = (new(), tempfile::tempdir().unwrap());
    let eva = add(&access, "Eva", Role::Planner, Zones::ALL);
    let cookie = access.begin_session(&eva.id, NOW).unwrap();
    let (_, secret) = access.make_token(&eva, &token(Role::Planner, Zones::ALL, 1), NOW).unwrap();
    access.log_in("Eva", PASSWORD, here(), NOW).unwrap();
    assert!(Access::copy(dir.path(), copy.path()).unwrap());
    let copied = Access::open(copy.path(), Cost::LEAST).unwrap();
    assert_eq!(copied.audit(i64::MAX, 10).unwrap(), access.audit(i64::MAX, 10).unwrap());
    assert!(copied.bearer(secret.reveal(), NOW).unwrap().is_some());
    assert!(
        copied.session(cookie.reveal(), NOW).unwrap().is_none()
            && access.session(cookie.reveal(), NOW).unwrap().is_some()
    );
    let (nothing, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert!(!Access::copy(nothing.path(), there.path()).unwrap() && !there.path().join(FILE).exists());
}

#[test]
fn a_newer_file_is_left_alone() {
    let (dir, access) = new();
    drop(access);
    Connection::open(dir.path().join(FILE)).unwrap().execute_batch("PRAGMA user_version = 9").unwrap();
    assert!(matches!(Access::open(dir.path(), Cost::LEAST), Err(Error::Newer(9))));
}
