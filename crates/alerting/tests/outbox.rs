//! Who is told of what, and when no longer.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

use std::collections::BTreeSet;

use smartpole_alert::{Cause, CauseKind, Facts, TargetFacts, Watch};
use smartpole_alerting::{Asked, Book, DeliveryState, Event, Message, Outcome};
use smartpole_model::{
    UtcMillis,
    registry::{AlertRules, AlertSeverity, AlertTarget, AlertTargetKind, AlertTargets, SecretPlace, Webhook},
};

const MINUTE: i64 = 60_000;

/// A file, its alerts, and two who are told: of all, and of what somebody has to act on.
struct Town {
    dir: tempfile::TempDir,
    book: Book,
    watch: Watch,
    targets: AlertTargets,
    maintained: BTreeSet<Cause>,
}

fn hook(name: &str, severity: AlertSeverity) -> Webhook {
    Webhook {
        name: name.to_owned(),
        url: "http://localhost".to_owned(),
        secret: SecretPlace::Variable("S".to_owned()),
        severity,
    }
}

fn targets() -> AlertTargets {
    AlertTargets { email: None, webhooks: vec![hook("all", AlertSeverity::Note), hook("act", AlertSeverity::Act)] }
}

fn target(name: &str) -> AlertTarget {
    AlertTarget { kind: AlertTargetKind::Webhook, name: name.to_owned() }
}

impl Town {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let book = Book::open(dir.path()).unwrap();
        Self { dir, book, watch: Watch::default(), targets: targets(), maintained: BTreeSet::new() }
    }

    /// Each of these targets of readings is far behind in a minute, all others are not.
    fn behind(&mut self, minute: i64, names: &[&str]) {
        self.behind_as(minute, names, AlertSeverity::Act);
    }

    fn behind_as(&mut self, minute: i64, names: &[&str], severity: AlertSeverity) {
        let fact = |name: &&str| TargetFacts { name: (*name).to_owned(), lag_s: 900, pending_messages: 3 };
        let facts =
            Facts { now: UtcMillis(minute * MINUTE), targets: names.iter().map(fact).collect(), ..Facts::default() };
        let mut rules = AlertRules::default();
        let rule = rules.target_lag.as_mut().unwrap();
        (rule.open_after, rule.close_after, rule.severity) = (1, 1, severity);
        self.book.note(&self.watch.step(&facts, &rules), &self.targets, facts.now).unwrap();
    }

    fn next(&self, name: &str, minute: i64) -> Option<Message> {
        self.book.next_message(&target(name), &self.maintained, UtcMillis(minute * MINUTE)).unwrap()
    }

    fn settle(&self, message: &Message, outcome: &Outcome, minute: i64) {
        self.book.settle(message.id, outcome, UtcMillis(minute * MINUTE)).unwrap();
    }

    /// What goes out in a minute, as `name event…`; it is taken.
    fn sent(&self, name: &str, minute: i64) -> Vec<String> {
        let Some(message) = self.next(name, minute) else { return Vec::new() };
        self.settle(&message, &Outcome::Sent, minute);
        told(&message)
    }

    fn states(&self) -> Vec<(Event, String, DeliveryState, u32)> {
        let all = self.book.deliveries(0, i64::MAX).unwrap();
        let mut all: Vec<_> = all.into_values().flatten().collect();
        all.sort_by(|one, other| (one.event, &one.target).cmp(&(other.event, &other.target)));
        all.into_iter().map(|one| (one.event, one.target.name, one.state, one.attempts)).collect()
    }

    fn newest(&self) -> i64 {
        self.book.alerts(Asked { closed: true, since: UtcMillis(0), before: i64::MAX, limit: 1 }).unwrap()[0].id
    }
}

fn again(reason: &str, at: UtcMillis) -> Outcome {
    Outcome::Again { reason: reason.to_owned(), at, refused: false }
}

fn told(message: &Message) -> Vec<String> {
    let one = |told: &smartpole_alerting::Told| format!("{} {:?}", told.alert.cause.id, told.events);
    message.told.iter().map(one).collect()
}

#[test]
fn opening_and_closing_are_told_once_to_each_and_what_comes_within_a_minute_together() {
    let mut town = Town::new();
    town.behind(1, &["a", "b"]);
    assert_eq!(town.sent("all", 1), ["a {Opened}", "b {Opened}"]);
    assert_eq!(town.sent("act", 1), ["a {Opened}", "b {Opened}"]);
    assert_eq!(town.next("all", 2), None, "nothing more");
    town.behind(2, &["b", "c"]);
    assert_eq!(town.sent("all", 2), ["a {Closed}", "c {Opened}"]);
    town.behind(3, &[]);
    assert_eq!(town.next("all", 2), None, "one a minute");
    assert_eq!(town.sent("all", 3), ["b {Closed}", "c {Closed}"]);
    assert_eq!(town.sent("act", 3), ["a {Closed}", "b {Closed}", "c {Opened, Closed}"], "it was busy meanwhile");
    assert!(town.states().iter().all(|(_, _, state, attempts)| (*state, *attempts) == (DeliveryState::Sent, 1)));
}

#[test]
fn who_hears_of_urgent_ones_only_is_told_of_others_once_they_are_urgent() {
    let mut town = Town::new();
    town.behind_as(1, &["a"], AlertSeverity::Watch);
    assert_eq!((town.next("act", 1), town.sent("all", 1).len()), (None, 1));
    town.behind_as(2, &["a"], AlertSeverity::Act);
    assert_eq!((town.sent("act", 2), town.next("all", 2)), (vec!["a {Opened}".to_owned()], None));
    town.behind_as(3, &["a"], AlertSeverity::Watch);
    town.behind(4, &[]);
    assert_eq!(town.sent("act", 4), ["a {Closed}"]);
}

#[test]
fn a_target_added_later_is_told_once_of_what_is_open_still() {
    let mut town = Town::new();
    town.behind(1, &["a", "b"]);
    town.behind(2, &["b"]);
    town.targets.webhooks.push(hook("new", AlertSeverity::Note));
    assert_eq!(town.next("new", 2), None);
    town.behind(3, &["b"]);
    assert_eq!(town.sent("new", 3), ["b {Opened}"]);
    town.behind(5, &[]);
    assert_eq!(town.sent("new", 5), ["b {Closed}"]);
    assert_eq!(town.sent("all", 5), ["a {Opened, Closed}", "b {Opened, Closed}"]);
}

#[test]
fn a_message_that_was_not_sent_is_the_same_one_after_a_restart_and_others_wait_behind_it() {
    let mut town = Town::new();
    town.behind(1, &["a"]);
    let first = town.next("all", 1).unwrap();
    assert_eq!(town.next("all", 1), Some(first.clone()), "killed before anything came of it");
    town.settle(&first, &again("refused", UtcMillis(5 * MINUTE)), 1);
    town.behind(3, &["a", "b"]);
    town.behind(4, &["b"]);
    assert_eq!(town.next("all", 4), None);
    town.book = Book::open(town.dir.path()).unwrap();
    let again = town.next("all", 5).unwrap();
    assert_eq!((again.id, again.formed_at, again.attempts), (first.id, first.formed_at, 1));
    assert_eq!(told(&again), ["a {Opened}"]);
    assert!(town.book.deliveries(0, i64::MAX).unwrap()[&1][1].error.as_deref() == Some("refused"));
    town.settle(&again, &Outcome::Sent, 5);
    assert_eq!(town.sent("all", 5), ["a {Closed}", "b {Opened}"]);
    assert_eq!(town.book.deliveries(1, 1).unwrap()[&1].iter().filter(|one| one.error.is_some()).count(), 0);
}

#[test]
fn who_could_not_be_told_that_it_opened_is_not_told_that_it_closed() {
    let mut town = Town::new();
    town.behind(1, &["a"]);
    let message = town.next("all", 1).unwrap();
    town.settle(&message, &Outcome::Failed("no such mailbox".to_owned()), 2);
    town.behind(3, &[]);
    assert_eq!(town.next("all", 3), None);
    let states = town.states();
    assert!(states.contains(&(Event::Opened, "all".to_owned(), DeliveryState::Failed, 1)), "{states:?}");
    assert!(!states.iter().any(|(event, name, ..)| (*event, name.as_str()) == (Event::Closed, "all")), "{states:?}");
}

#[test]
fn muted_alerts_wait_and_what_came_and_went_muted_is_never_told() {
    let mut town = Town::new();
    town.behind(1, &["a", "b"]);
    let [a, b] = [1, 2];
    assert!(town.book.mute(a, Some(UtcMillis(5 * MINUTE))).unwrap());
    assert_eq!(town.sent("all", 1), ["b {Opened}"]);
    assert!(town.book.mute(b, Some(UtcMillis(20 * MINUTE))).unwrap());
    town.behind(3, &["a"]);
    assert_eq!(town.next("all", 4), None, "that b closed waits, too");
    assert_eq!(town.sent("all", 5), ["a {Opened}"], "muted no longer");
    assert_eq!(town.sent("all", 20), ["b {Closed}"]);

    town.behind(21, &["a", "c"]);
    assert!(town.book.mute(town.newest(), Some(UtcMillis(99 * MINUTE))).unwrap());
    town.behind(22, &["a"]);
    assert_eq!(town.next("all", 22), None);
    assert_eq!(town.next("all", 100), None);
}

#[test]
fn what_is_muted_or_planned_after_a_first_attempt_leaves_the_message() {
    let mut town = Town::new();
    town.behind(1, &["a", "b"]);
    let first = town.next("all", 1).unwrap();
    town.settle(&first, &again("away", UtcMillis(2 * MINUTE)), 1);
    assert!(town.book.mute(1, Some(UtcMillis(50 * MINUTE))).unwrap());
    let second = town.next("all", 2).unwrap();
    assert_eq!((second.id, told(&second)), (first.id, vec!["b {Opened}".to_owned()]));
    town.settle(&second, &again("away", UtcMillis(3 * MINUTE)), 2);
    town.maintained.insert(Cause::new(CauseKind::Target, "b"));
    assert_eq!(town.next("all", 3), None, "nothing is left of it");
    town.maintained.clear();
    assert_eq!(town.sent("all", 4), ["b {Opened}"]);
}

#[test]
fn acknowledged_alerts_are_told_all_the_same() {
    let mut town = Town::new();
    town.behind(1, &["a"]);
    town.book.acknowledge(1, &smartpole_alerting::Word::new("me", UtcMillis(1), "seen")).unwrap();
    let message = town.next("all", 1).unwrap();
    assert_eq!(message.told[0].alert.acknowledged.as_ref().map(|word| word.by.as_str()), Some("me"));
}

#[test]
fn a_target_that_left_the_file_is_given_up() {
    let mut town = Town::new();
    town.behind(1, &["a"]);
    assert!(town.next("all", 1).is_some());
    assert_eq!(town.book.forget_others(&[target("all"), target("act")], UtcMillis(2 * MINUTE)).unwrap(), 0);
    assert_eq!(town.book.forget_others(&[target("other")], UtcMillis(2 * MINUTE)).unwrap(), 1);
    let states = town.states();
    assert_eq!(states, [(Event::Opened, "all".to_owned(), DeliveryState::Failed, 0)]);
}

#[test]
fn a_file_of_a_former_program_gets_an_outbox() {
    let dir = tempfile::tempdir().unwrap();
    drop(Book::open(dir.path()).unwrap());
    let file = rusqlite::Connection::open(dir.path().join("alerts.db")).unwrap();
    file.execute_batch("DROP TABLE delivery; DROP TABLE message; PRAGMA user_version = 1").unwrap();
    drop(file);
    let town = Town {
        book: Book::open(dir.path()).unwrap(),
        dir,
        watch: Watch::default(),
        targets: targets(),
        maintained: BTreeSet::new(),
    };
    assert_eq!(town.next("all", 1), None);
}

#[test]
fn a_message_that_is_refused_by_itself_holds_no_other_up_but_the_end_of_what_it_tells() {
    let mut town = Town::new();
    town.behind(1, &["a"]);
    let poisoned = town.next("all", 1).unwrap();
    let refused = |at| Outcome::Again { reason: "no".to_owned(), at: UtcMillis(at * MINUTE), refused: true };
    town.settle(&poisoned, &refused(60), 1);
    town.behind(2, &["b"]);
    assert_eq!(town.sent("all", 2), ["b {Opened}"], "that a closed waits");
    town.behind(3, &["b", "c"]);
    let other = town.next("all", 3).unwrap();
    town.settle(&other, &again("away", UtcMillis(70 * MINUTE)), 3);
    assert_eq!(town.next("all", 60).map(|message| message.id), Some(poisoned.id));
    town.settle(&poisoned, &again("away", UtcMillis(61 * MINUTE)), 60);
    let states: Vec<_> =
        town.states().into_iter().filter(|(_, name, ..)| name == "all").map(|(.., state, _)| state).collect();
    assert_eq!(states.iter().filter(|state| **state == DeliveryState::Waiting).count(), 3, "{states:?}");
    assert_eq!(town.sent("all", 61), ["a {Opened}"]);
    assert_eq!(town.sent("all", 70), ["c {Opened}"]);
    assert_eq!(town.sent("all", 71), ["a {Closed}"]);
}
