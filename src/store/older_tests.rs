//! Results that were made under rules of the site that no longer hold, on both databases.

use super::tests::{Desk, on_both, put, result, staff, with_file};
use super::*;
use crate::model::desk::{Actor, Move, StaffRole, State, Word};

/// A case that waits for its second approval, with a ruling on a hit and one on a person.
async fn submitted(d: &Desk, first: &Actor, clerk: &Actor) -> String {
    let s = &d.store;
    let id = with_file(s, clerk, "Reyes").await;
    let job = s.claim("w").await.unwrap().unwrap();
    let out = put(s, &id, b"redacted").await;
    let files = [("release".to_string(), "a.json".to_string(), out)];
    s.finish_process(&job, &result(1, &[("R1", "")]), &files).await.unwrap();
    s.rule(&id, "R1", "keep", first).await.unwrap();
    let rulings = ["hit", "person"].map(|what| ByHand { what: what.into(), label: "[NURSE 1]".into(), ..ByHand::default() });
    let entry = NewEntry::new(first, &id, "review.hit");
    s.change_secret(&id, entry, Effect::ByHand(first.id), |x| {
        x.by_hand.extend(rulings);
        Ok(())
    })
    .await
    .unwrap();
    s.make_move(&id, first, Move::Process, &MoveNote::default()).await.unwrap();
    let job = s.claim("w").await.unwrap().unwrap();
    s.finish_process(&job, &result(2, &[("R1", "keep")]), &files).await.unwrap();
    s.make_move(&id, first, Move::Submit, &MoveNote::default()).await.unwrap();
    id
}

async fn word(s: &Store, text: &str) {
    let word = Word { text: text.into(), ..Word::default() };
    s.change_site(NewEntry::new(&Actor::worker(), "", "settings.change"), |site| {
        site.words.push(word);
        Ok(())
    })
    .await
    .unwrap();
}

async fn older(s: &Store) -> Vec<String> {
    let site = s.site().await.unwrap();
    let f = Filter { older_than: vec![("litigation".into(), site.rules("litigation"))], limit: 50, ..Filter::default() };
    s.list(&f).await.unwrap().cases.into_iter().map(|c| c.id).collect()
}

#[test]
fn a_result_of_older_rules_is_neither_approved_nor_released() {
    on_both(|d| async move {
        let s = &d.store;
        let clerk = staff(s, "clerk", StaffRole::Clerk).await;
        let first = staff(s, "first", StaffRole::Reviewer).await;
        let second = staff(s, "second", StaffRole::Reviewer).await;
        let third = staff(s, "third", StaffRole::Reviewer).await;
        let note = MoveNote::default();
        let id = submitted(&d, &first, &clerk).await;
        assert!(older(s).await.is_empty());
        s.make_move(&id, &second, Move::Approve, &note).await.unwrap();
        word(s, "Maple House").await;
        assert_eq!(older(s).await, std::slice::from_ref(&id), "listed");
        assert!(s.facts(&s.case(&id).await.unwrap()).await.unwrap().older_rules);
        let refused = s.ask_release(&id, &second).await.unwrap_err().to_string();
        assert!(refused.contains("older policy"), "{refused}");
        assert!(s.keep_in_spite(&id, &third, "no_effect").await.is_err(), "not once it is approved");
        s.make_move(&id, &third, Move::SendBack, &note).await.unwrap();
        assert!(s.make_move(&id, &first, Move::Submit, &note).await.is_err());
        // Kept with a reason: by somebody who from then on has worked on it.
        assert!(s.keep_in_spite(&id, &third, "because").await.is_err(), "a reason of the list");
        s.keep_in_spite(&id, &third, "no_effect").await.unwrap();
        assert!(older(s).await.is_empty() && s.keep_in_spite(&id, &third, "no_effect").await.is_err(), "once");
        s.make_move(&id, &first, Move::Submit, &note).await.unwrap();
        assert!(s.make_move(&id, &third, Move::Approve, &note).await.is_err());
        // Other rules again: what was kept was kept in spite of those that held then.
        word(s, "Birch House").await;
        assert_eq!(older(s).await, std::slice::from_ref(&id));
        assert!(s.make_move(&id, &second, Move::Approve, &note).await.is_err());
        s.make_move(&id, &first, Move::Process, &note).await.unwrap();
        let job = s.claim("w").await.unwrap().unwrap();
        let under = s.site().await.unwrap().rules("litigation");
        let new = Finished { under, anew: true, ..result(3, &[("R1", "")]) };
        s.finish_process(&job, &new, &[]).await.unwrap();
        let c = s.case(&id).await.unwrap();
        assert_eq!((c.state, c.open_items, c.unapplied), (State::Review, 1, 0), "the item may be about something else now");
        let left: Vec<String> = s.secret(&id).await.unwrap().by_hand.into_iter().map(|b| b.what).collect();
        assert_eq!(left, ["hit"], "a label may be somebody else's now, a place is the same place");
        assert!(older(s).await.is_empty());
        // What the label of another purpose does is nothing to this one.
        assert!(s.audit_verify().await.unwrap().failures.is_empty());
    });
}

#[test]
fn rules_differ_by_what_decides_and_by_nothing_else() {
    use crate::model::desk::{Site, SitePolicy};
    let plain = Site::default();
    let mut site = Site { retention_days: 9, ..Site::default() };
    site.calendar.holidays.insert("2026-12-25".into());
    site.policies.insert("employer".into(), SitePolicy { text: "x".into(), ..SitePolicy::default() });
    assert_eq!(plain.rules("litigation"), site.rules("litigation"));
    assert_ne!(plain.rules("employer"), site.rules("employer"));
    let by = |by: &str| Site { words: vec![Word { text: "Bo".into(), by: by.into(), ..Word::default() }], ..Site::default() };
    assert_eq!(by("a").rules("x"), by("b").rules("x"), "who has entered a word decides nothing");
    assert_ne!(by("a").rules("x"), plain.rules("x"));
}

#[test]
fn a_database_of_the_first_version_is_brought_up_and_its_results_count_as_older() {
    on_both(|d| async move {
        let s = &d.store;
        let clerk = staff(s, "clerk", StaffRole::Clerk).await;
        let first = staff(s, "first", StaffRole::Reviewer).await;
        let id = submitted(&d, &first, &clerk).await;
        for sql in [
            "ALTER TABLE cases DROP COLUMN made_under",
            "ALTER TABLE cases DROP COLUMN kept_under",
            "UPDATE meta SET value = '1' WHERE name = 'version'",
        ] {
            sqlx::query(sql).execute(&s.pool).await.unwrap();
        }
        s.close().await;
        for _ in 0..2 {
            let again = d.open().await.unwrap();
            assert!(again.facts(&again.case(&id).await.unwrap()).await.unwrap().older_rules);
            again.close().await;
        }
    });
}
