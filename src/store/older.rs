//! Results that were made under rules of the site that no longer hold.

use super::cases::{open_json, seal_json};
use super::{CaseRow, CaseSecret, NewEntry, Result, Store, StoreError, now};
use crate::model::desk::{Actor, Facts, RULES_REASONS, State};
use sqlx::{Any, Row, Transaction};

impl Store {
    /// What the rules of the workflow ask about a case.
    ///
    /// # Errors
    /// The database.
    pub async fn facts(&self, case: &CaseRow) -> Result<Facts> {
        Ok(case.facts(self.worked(&case.id).await?, &self.site().await?))
    }

    /// Keeps a result that was made under older rules of the site as it is, in spite of the rules that hold now. Whoever does so has worked on
    /// the case.
    ///
    /// # Errors
    /// It was not, no reason of [`RULES_REASONS`] is given, or it is too late: what is approved goes back to review first.
    pub async fn keep_in_spite(&self, id: &str, actor: &Actor, reason: &str) -> Result<()> {
        let refused = |why: &str| Err(StoreError::Refused(why.into()));
        if !RULES_REASONS.iter().any(|(w, _)| *w == reason) {
            return refused("choose a reason for keeping a result that was made under older rules");
        }
        let mut tx = self.begin().await?;
        let case = self.locked(&mut tx, id).await?;
        if !matches!(case.state, State::Review | State::SecondApproval) {
            return refused("a result is kept in spite of newer rules while it is in review or before the second approval");
        }
        let now_held = self.site_in(&mut tx).await?.rules(&case.purpose);
        if !case.is_older_than(&now_held) {
            return refused("this result was made under the rules that hold now");
        }
        sqlx::query("UPDATE cases SET kept_under = $1, updated = $2 WHERE id = $3")
            .bind(now_held.clone())
            .bind(now())
            .bind(id.to_string())
            .execute(&mut *tx)
            .await?;
        self.has_worked(&mut tx, id, actor.id).await?;
        let entry = NewEntry::new(actor, id, "rules.keep").with("run", case.run).with("reason", reason);
        self.append(&mut tx, &entry.with("made", &case.made_under).with("now", &now_held)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Drops the rulings that are known by a number of the last run: on review items, and on persons by their label.
    pub(super) async fn ask_anew(&self, tx: &mut Transaction<'static, Any>, id: &str) -> Result<()> {
        self.drop_rulings(tx, id).await?;
        let key = self.case_key(id).await?;
        let row = sqlx::query("SELECT secret FROM cases WHERE id = $1").bind(id.to_string()).fetch_one(&mut **tx).await?;
        let sealed: Vec<u8> = row.try_get(0)?;
        let mut secret: CaseSecret = open_json(&key, "secret", id, &sealed)?;
        if secret.by_hand.iter().any(|b| b.what == "person") {
            secret.by_hand.retain(|b| b.what != "person");
            let sealed = seal_json(&key, "secret", id, &secret)?;
            sqlx::query("UPDATE cases SET secret = $1 WHERE id = $2")
                .bind(sealed)
                .bind(id.to_string())
                .execute(&mut **tx)
                .await?;
        }
        Ok(())
    }
}
