//! Accounts of people whom a provider vouches for, over a real file.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic, their fixtures too")]

use std::fmt::Debug;

use rusqlite::Connection;
use smartpole_access::{
    Access, Account, Arrival, AuditOutcome, Cost, Error, FILE, LogIn, Name, NewAccount, NewToken, Password, Refusal,
    Role, What, Who, Zones,
};
use smartpole_model::UtcMillis;
use tempfile::TempDir;

const NOW: UtcMillis = UtcMillis(1_795_000_000_000);
const ISSUER: &str = "https://login.example.org";
const PASSWORD: &str = "lamps see the street";

fn new() -> (TempDir, Access) {
    let dir = tempfile::tempdir().unwrap();
    let access = Access::open(dir.path(), Cost::LEAST).unwrap();
    (dir, access)
}

fn arrival(subject: &str, name: Option<&str>, role: Role, zones: Zones) -> Arrival {
    let name = name.map(str::to_owned);
    Arrival { issuer: ISSUER.to_owned(), subject: subject.to_owned(), name, role, zones }
}

fn arrive(access: &Access, subject: &str, role: Role) -> Account {
    access.arrive(&arrival(subject, Some("eva.mueller"), role, Zones::ALL), NOW).unwrap().unwrap()
}

#[track_caller]
fn refused<T: Debug>(result: Result<T, Error>, expected: Refusal) {
    match result {
        Err(Error::Refused(refusal)) => assert_eq!(refusal, expected),
        other => panic!("{other:?}"),
    }
}

#[test]
fn whoever_comes_first_gets_an_account_and_later_the_same_one_with_the_role_of_now() {
    let (_dir, access) = new();
    let first = arrive(&access, "7", Role::Planner);
    assert!(first.by_openid && first.id.as_str().starts_with("acc-") && first.name == "eva.mueller");
    let session = access.begin_session(&first.id, NOW).unwrap();
    let same = arrive(&access, "7", Role::Planner);
    assert_eq!(same, first);
    assert!(access.session(session.reveal(), NOW).unwrap().is_some(), "nothing changed, so the other session goes on");
    let more =
        access.arrive(&arrival("7", Some("another name"), Role::Admin, Zones::only(["a"])), NOW).unwrap().unwrap();
    assert_eq!((more.id, more.role, more.zones), (first.id.clone(), Role::Admin, Zones::only(["a"])));
    assert_eq!(access.session(session.reveal(), NOW).unwrap(), None, "a session of the former role ends");
    assert_eq!(
        arrive(&access, "7", Role::Planner).role,
        Role::Planner,
        "the last admin, too, is what the provider says"
    );
    assert_eq!(access.accounts().unwrap().len(), 1);
    let other =
        Arrival { issuer: "https://elsewhere.example".to_owned(), ..arrival("7", None, Role::Planner, Zones::ALL) };
    assert_ne!(access.arrive(&other, NOW).unwrap().unwrap().id, first.id, "a subject means nobody without its issuer");
    let deeds: Vec<_> = access.audit(i64::MAX, 100).unwrap().into_iter().rev().map(|entry| entry.what).collect();
    let came = What::OpenIdLogIn;
    assert_eq!(deeds[..6], [What::AccountMade, came, came, What::RoleChanged, came, What::RoleChanged]);
}

#[test]
fn no_password_opens_such_an_account_and_none_can_be_given() {
    let (_dir, access) = new();
    let eva = arrive(&access, "7", Role::Operator);
    for given in ["", " ", PASSWORD] {
        assert_eq!(access.log_in("eva.mueller", given, [192, 0, 2, 1].into(), NOW).unwrap(), LogIn::Wrong);
    }
    let tried = access.audit(i64::MAX, 1).unwrap().remove(0);
    assert_eq!((tried.about.as_str(), tried.outcome), ("", AuditOutcome::Failed), "as of a name that nobody has");
    refused(access.set_password(&eva.id, &Password::new(PASSWORD).unwrap()), Refusal::ByOpenId);
    refused(access.set_role(&eva.id, Role::Admin, &Zones::ALL), Refusal::ByOpenId);
    refused(access.arrive(&arrival("8", None, Role::Public, Zones::ALL), NOW), Refusal::PublicRole);
    assert_eq!(access.accounts().unwrap(), [eva]);
}

#[test]
fn nobody_takes_over_the_name_of_somebody_else() {
    let (_dir, access) = new();
    let local = NewAccount { name: Name::new("Eva.Mueller").unwrap(), role: Role::Admin, zones: Zones::ALL };
    access.add_account(&local, &Password::new(PASSWORD).unwrap(), NOW).unwrap();
    let eva = arrive(&access, "7", Role::Planner);
    assert_eq!(eva.name, eva.id.as_str());
    for (subject, name) in [("8", Some("line\nbreak")), ("9", Some("")), ("10", None)] {
        let made = access.arrive(&arrival(subject, name, Role::Planner, Zones::ALL), NOW).unwrap().unwrap();
        assert_eq!(made.name, made.id.as_str(), "{name:?}");
    }
    assert!(matches!(access.log_in("Eva.Mueller", PASSWORD, [192, 0, 2, 1].into(), NOW).unwrap(), LogIn::Right(_)));
}

#[test]
fn whoever_has_no_role_any_more_loses_sessions_and_tokens_and_a_stranger_leaves_a_reason_alone() {
    let (_dir, access) = new();
    let eva = arrive(&access, "7", Role::Operator);
    let session = access.begin_session(&eva.id, NOW).unwrap();
    let wanted = NewToken { name: Name::new("x").unwrap(), role: Role::Operator, zones: Zones::ALL, days: 9 };
    let (_, token) = access.make_token(&eva, &wanted, NOW).unwrap();
    access.turn_away(Some((ISSUER, "stranger")), "role", NOW).unwrap();
    access.turn_away(None, "state", NOW).unwrap();
    assert!(access.session(session.reveal(), NOW).unwrap().is_some());
    access.turn_away(Some((ISSUER, "7")), "role", NOW).unwrap();
    assert_eq!(access.session(session.reveal(), NOW).unwrap(), None);
    assert_eq!(access.bearer(token.reveal(), NOW).unwrap(), None);
    let noted = access.audit(i64::MAX, 3).unwrap().into_iter().map(|of| (of.who, of.what, of.about, of.outcome));
    let entry = |who, about: &str| (who, What::OpenIdLogIn, about.to_owned(), AuditOutcome::Failed);
    let expected = [entry(Who::Account(eva.id), "role"), entry(Who::Public, "state"), entry(Who::Public, "role")];
    assert!(noted.eq(expected));
    assert_eq!(access.accounts().unwrap().len(), 1, "nothing is made");
}

#[test]
fn a_session_asks_the_provider_again_after_half_a_day_in_use_or_not() {
    let (_dir, access) = new();
    let session = access.begin_session(&arrive(&access, "7", Role::Operator).id, NOW).unwrap();
    let after = |minutes: i64| access.session(session.reveal(), NOW.plus(minutes * 60_000)).unwrap();
    assert!(after(360).is_some() && after(719).is_some());
    assert_eq!(after(720), None);
}

#[test]
fn whom_the_provider_knows_but_we_disabled_stays_out_and_keeps_what_is_theirs() {
    let (_dir, access) = new();
    let eva = arrive(&access, "7", Role::Operator);
    let wanted = NewToken { name: Name::new("x").unwrap(), role: Role::Operator, zones: Zones::ALL, days: 9 };
    let (_, token) = access.make_token(&eva, &wanted, NOW).unwrap();
    access.set_disabled(&eva.id, true).unwrap();
    assert_eq!(access.arrive(&arrival("7", None, Role::Admin, Zones::ALL), NOW).unwrap(), None);
    let noted = access.audit(i64::MAX, 1).unwrap().remove(0);
    assert_eq!((noted.who, noted.about.as_str()), (Who::Account(eva.id.clone()), "disabled"));
    assert_eq!(access.bearer(token.reveal(), NOW).unwrap(), None);
    access.set_disabled(&eva.id, false).unwrap();
    assert_eq!(arrive(&access, "7", Role::Operator), eva);
    assert!(access.bearer(token.reveal(), NOW).unwrap().is_some());
}

#[test]
fn a_deleted_account_is_made_anew_under_another_pseudonym() {
    let (_dir, access) = new();
    let eva = arrive(&access, "7", Role::Planner);
    access.delete_account(&eva.id).unwrap();
    let again = arrive(&access, "7", Role::Planner);
    assert_ne!(again.id, eva.id);
}

#[test]
fn a_file_of_the_former_version_is_taken_over_and_a_copy_knows_who_is_who() {
    let (dir, access) = new();
    let local = NewAccount { name: Name::new("Max").unwrap(), role: Role::Admin, zones: Zones::ALL };
    let max = access.add_account(&local, &Password::new(PASSWORD).unwrap(), NOW).unwrap();
    drop(access);
    let former = Connection::open(dir.path().join(FILE)).unwrap();
    former
        .execute_batch("DROP TABLE openid; ALTER TABLE account DROP COLUMN disabled; PRAGMA user_version = 1")
        .unwrap();
    drop(former);
    let access = Access::open(dir.path(), Cost::LEAST).unwrap();
    assert_eq!(access.accounts().unwrap(), [max]);
    let eva = arrive(&access, "7", Role::Planner);
    let copy = tempfile::tempdir().unwrap();
    assert!(Access::copy(dir.path(), copy.path()).unwrap());
    let bytes = std::fs::read(copy.path().join(FILE)).unwrap();
    assert!(
        !bytes.windows(ISSUER.len()).any(|part| part == ISSUER.as_bytes()),
        "of issuer and subject there is a hash"
    );
    assert_eq!(arrive(&Access::open(copy.path(), Cost::LEAST).unwrap(), "7", Role::Planner), eva);
}
