//! The accounting of disclosures (45 CFR 164.528): what went out about a patient, to whom, when and why. Kept sealed for six years apart from
//! the case, since a purge of the case must not destroy what the patient may still ask for; and deliveries.

use super::{NewEntry, Result, Store, StoreError, now};
use crate::model::desk::Actor;
use crate::model::request::Request;
use serde::{Deserialize, Serialize};
use sqlx::{Any, Row, Transaction};

/// Six years in milliseconds, rounded up to whole days (45 CFR 164.528(a)(1)).
pub const SIX_YEARS: i64 = 2_192 * 86_400_000;

/// One disclosure.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Disclosure {
    /// Case number.
    pub no: i64,
    /// `YYYY-MM-DD`.
    pub date: String,
    /// The patient, as the request names them.
    pub patient: String,
    /// Who received.
    pub recipient: String,
    /// Where, if told.
    pub recipient_address: String,
    /// What, in a few words.
    pub description: String,
    /// What for.
    pub purpose: String,
    /// By what right.
    pub authority: String,
    /// `yes`, `no` or `open`: whether it belongs into the accounting.
    pub accountable: String,
    /// Called back later.
    pub recalled: bool,
}

/// A patient's cases and disclosures.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Patient {
    /// Ids of cases, newest first.
    pub cases: Vec<String>,
    /// Disclosures, oldest first.
    pub disclosures: Vec<Disclosure>,
}

/// A package handed to a destination.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// Run.
    pub run: i64,
    /// Name of the destination.
    pub destination: String,
    /// Account.
    pub account: i64,
    /// Milliseconds since 1970 UTC.
    pub at: i64,
}

/// What makes two requests be about the same patient: family name, first given name and date of birth, without regard to case and accents.
fn patient_text(request: &Request) -> String {
    use unicode_normalization::UnicodeNormalization;
    let plain = |s: &str| -> String { s.nfd().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let name = request.patient.names.first();
    let family = name.map(|n| plain(&n.family)).unwrap_or_default();
    let given = name.and_then(|n| n.given.first()).map(|g| plain(g)).unwrap_or_default();
    format!("{family}|{given}|{}", request.patient.birth_date.clone().unwrap_or_default())
}

impl Store {
    /// Notes whose case this is.
    pub(super) async fn set_patient(&self, tx: &mut Transaction<'static, Any>, case: &str, request: &Request) -> Result<()> {
        sqlx::query(
            "INSERT INTO patients (case_id, word) VALUES ($1, $2) ON CONFLICT (case_id) DO UPDATE SET word = excluded.word",
        )
        .bind(case.to_string())
        .bind(self.patient_word(&patient_text(request)))
        .execute(&mut **tx)
        .await?;
        Ok(())
    }

    /// The word of a case's patient, for addresses.
    ///
    /// # Errors
    /// There is none.
    pub async fn patient_of(&self, case: &str) -> Result<String> {
        let row =
            sqlx::query("SELECT word FROM patients WHERE case_id = $1").bind(case.to_string()).fetch_optional(&self.pool).await?;
        if let Some(row) = row {
            return Ok(row.try_get(0)?);
        }
        // A case that an earlier version has made.
        let request = self.secret(case).await?.request;
        let mut tx = self.begin().await?;
        self.set_patient(&mut tx, case, &request).await?;
        tx.commit().await?;
        Ok(self.patient_word(&patient_text(&request)))
    }

    /// Cases and disclosures of a patient.
    ///
    /// # Errors
    /// There is none.
    pub async fn patient(&self, word: &str) -> Result<Patient> {
        let rows =
            sqlx::query("SELECT p.case_id FROM patients p JOIN cases c ON c.id = p.case_id WHERE p.word = $1 ORDER BY c.no DESC")
                .bind(word.to_string())
                .fetch_all(&self.pool)
                .await?;
        let cases: Vec<String> = rows.iter().map(|r| r.try_get(0)).collect::<std::result::Result<_, _>>()?;
        let rows = sqlx::query("SELECT case_id, run, sealed, recalled FROM disclosures WHERE word = $1 AND at > $2 ORDER BY at")
            .bind(word.to_string())
            .bind(now() - SIX_YEARS)
            .fetch_all(&self.pool)
            .await?;
        let mut disclosures = Vec::new();
        for row in rows {
            let (case, run, sealed): (String, i64, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let json =
                self.site_key().open(&format!("disclosures/{case}/{run}"), &sealed).ok_or(StoreError::Sealed("a disclosure"))?;
            let mut d: Disclosure = serde_json::from_slice(&json).map_err(|_| StoreError::Sealed("a disclosure"))?;
            d.recalled = row.try_get::<i64, _>(3)? != 0;
            disclosures.push(d);
        }
        if cases.is_empty() && disclosures.is_empty() {
            return Err(StoreError::Missing("patient"));
        }
        Ok(Patient { cases, disclosures })
    }

    /// Enters a disclosure in the transaction of the release, and forgets those older than six years.
    pub(super) async fn account_for(
        &self,
        tx: &mut Transaction<'static, Any>,
        case: &str,
        run: i64,
        d: &Disclosure,
    ) -> Result<()> {
        let json = serde_json::to_vec(d).map_err(|e| StoreError::Setup(e.to_string()))?;
        let sealed = self.site_key().seal(&format!("disclosures/{case}/{run}"), &json)?;
        sqlx::query("DELETE FROM disclosures WHERE at < $1").bind(now() - SIX_YEARS).execute(&mut **tx).await?;
        sqlx::query(
            "INSERT INTO disclosures (case_id, run, word, at, sealed, recalled) \
             SELECT $1, $2, p.word, $3, $4, 0 FROM patients p WHERE p.case_id = $5",
        )
        .bind(case.to_string())
        .bind(run)
        .bind(now())
        .bind(sealed)
        .bind(case.to_string())
        .execute(&mut **tx)
        .await?;
        Ok(())
    }

    /// Marks the disclosures of a case as called back.
    pub(super) async fn recall_disclosures(&self, tx: &mut Transaction<'static, Any>, case: &str) -> Result<()> {
        sqlx::query("UPDATE disclosures SET recalled = 1 WHERE case_id = $1").bind(case.to_string()).execute(&mut **tx).await?;
        Ok(())
    }

    /// Notes that a package goes to a destination, once for each run: whoever comes second is refused before anything is written there.
    ///
    /// # Errors
    /// It went there already.
    pub async fn begin_delivery(&self, case: &str, run: i64, destination: &str, actor: &Actor) -> Result<()> {
        let mut tx = self.begin().await?;
        let done = sqlx::query(
            "INSERT INTO deliveries (case_id, run, destination, account, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        )
        .bind(case.to_string())
        .bind(run)
        .bind(destination.to_string())
        .bind(actor.id)
        .bind(now())
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::Refused("this package was handed to this destination already".into()));
        }
        self.append(&mut tx, &NewEntry::new(actor, case, "delivery.begin").with("run", run).with("destination", destination))
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// A delivery that failed did not happen: it may be tried again.
    ///
    /// # Errors
    /// The database.
    pub async fn undo_delivery(&self, case: &str, run: i64, destination: &str, actor: &Actor) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("DELETE FROM deliveries WHERE case_id = $1 AND run = $2 AND destination = $3")
            .bind(case.to_string())
            .bind(run)
            .bind(destination.to_string())
            .execute(&mut *tx)
            .await?;
        self.append(&mut tx, &NewEntry::new(actor, case, "delivery.failed").with("run", run).with("destination", destination))
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Deliveries of a case, oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn deliveries(&self, case: &str) -> Result<Vec<Delivery>> {
        let rows = sqlx::query("SELECT run, destination, account, at FROM deliveries WHERE case_id = $1 ORDER BY at")
            .bind(case.to_string())
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|r| Ok(Delivery { run: r.try_get(0)?, destination: r.try_get(1)?, account: r.try_get(2)?, at: r.try_get(3)? }))
            .collect()
    }
}
