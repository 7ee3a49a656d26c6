//! A watched folder: what is put there becomes a case.
//!
//! Each folder in it that holds a `request.toml` (as `disclose process --request` reads it) and the files of an export is taken in once
//! nothing in it has changed for a while: its files are encrypted into the store, the case is entered for the account that the server
//! was told, and the folder is removed. A folder that cannot be taken in gets a file `NOT-TAKEN-IN.txt` that says why, and is left alone
//! until that file is removed.

use super::{Bell, entry};
use crate::people::identity::read_request;
use crate::store::{Account, Store, StoreError, now};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Names beside the export.
const REQUEST: &str = "request.toml";
const REFUSED: &str = "NOT-TAKEN-IN.txt";
/// How long nothing may have changed.
const QUIET: Duration = Duration::from_secs(5);
/// How often to look.
const EVERY: Duration = Duration::from_secs(2);
/// Files of one export.
const MOST: usize = 20_000;

/// Looks until the bell says stop.
pub async fn watch(store: Store, dir: PathBuf, account: Account, bell: Bell) {
    while !bell.stopped() {
        if let Err(e) = look(&store, &dir, &account, &bell, QUIET).await {
            eprintln!("disclose: watched folder: {e}");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Takes in what is ready; how many cases were made.
///
/// # Errors
/// The folder cannot be read; the database.
pub async fn look(store: &Store, dir: &Path, account: &Account, bell: &Bell, quiet: Duration) -> Result<usize, StoreError> {
    let mut taken = 0;
    let mut folders: Vec<PathBuf> = std::fs::read_dir(dir)?.filter_map(|e| e.ok().map(|e| e.path())).collect();
    folders.sort();
    for folder in folders {
        let ready = folder.is_dir() && !folder.is_symlink() && folder.join(REQUEST).is_file() && !folder.join(REFUSED).exists();
        if !ready || !is_quiet(&folder, quiet) {
            continue;
        }
        match take(store, &folder, account).await {
            Ok(()) => {
                std::fs::remove_dir_all(&folder)?;
                taken += 1;
                bell.ring();
            }
            Err(StoreError::Refused(why) | StoreError::Setup(why)) => {
                std::fs::write(folder.join(REFUSED), format!("{why}\nRemove this file when it is mended.\n"))?;
            }
            Err(e) => return Err(e),
        }
    }
    Ok(taken)
}

/// All files below, relative, in order; links are not followed and refuse the folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut out = Vec::new();
    let mut stack = vec![folder.to_path_buf()];
    while let Some(dir) = stack.pop() {
        for e in std::fs::read_dir(&dir)? {
            let path = e?.path();
            if path.is_symlink() {
                return Err(StoreError::Refused("a link is in this folder; put the files themselves there".into()));
            }
            if path.is_dir() {
                stack.push(path);
            } else {
                out.push(path);
            }
            if out.len() > MOST {
                return Err(StoreError::Refused(format!("more than {MOST} files; put them into a zip")));
            }
        }
    }
    out.sort();
    Ok(out)
}

fn is_quiet(folder: &Path, quiet: Duration) -> bool {
    let Ok(list) = files(folder) else { return true };
    let old = |p: &Path| {
        let changed = std::fs::metadata(p).and_then(|m| m.modified()).ok();
        changed.is_none_or(|t| SystemTime::now().duration_since(t).is_ok_and(|d| d >= quiet))
    };
    old(folder) && list.iter().all(|p| old(p))
}

async fn take(store: &Store, folder: &Path, account: &Account) -> Result<(), StoreError> {
    let refused = |why: String| StoreError::Refused(why);
    let list = files(folder)?;
    let path = folder.join(REQUEST);
    let bytes = std::fs::read(&path)?;
    // A request of the folder may name the patient's file in the folder, and nothing elsewhere on this machine.
    let named = std::str::from_utf8(&bytes).ok().and_then(|t| t.parse::<toml::Table>().ok());
    let named = named.and_then(|t| t.get("patient_file")?.as_str().map(str::to_string)).unwrap_or_default();
    if named.contains(['/', '\\']) || named == ".." {
        return Err(refused("patient_file must lie beside request.toml".into()));
    }
    let mut request = read_request(&bytes, &path.to_string_lossy()).map_err(|e| refused(e.to_string()))?;
    if request.received.is_none() {
        request.received = Some(crate::model::days::date(now().div_euclid(86_400_000)));
    }
    let export: Vec<&PathBuf> = list.iter().filter(|p| **p != path && **p != folder.join(&named)).collect();
    if export.is_empty() {
        return Err(refused("there is no file of the export beside request.toml".into()));
    }
    let actor = account.actor();
    let case = entry::enter(store, request, 0, &actor).await?;
    let blobs = store.case_blobs(&case.id).await?;
    for file in export {
        let name = file.strip_prefix(folder).map(|p| p.to_string_lossy().into_owned()).unwrap_or_default();
        let mut from = File::open(file)?;
        let (s, b) = (store.clone(), blobs.clone());
        let stored = tokio::task::spawn_blocking(move || s.put_blob(&b, &mut from, u64::MAX));
        let stored = stored.await.map_err(|e| StoreError::Io(io::Error::other(e.to_string())))??;
        store.add_input(&case.id, &name, &stored, &actor).await?;
    }
    store.note(&case.id, &actor, "Taken in from the watched folder.").await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::desk::{Actor, StaffRole};

    const REQUEST_TOML: &str = "purpose = \"litigation\"\nrecipient = \"Alder & Finch LLP\"\nauthority = \"authorization_164_508\"\n\n[patient]\nnames = [\"Marisol Reyes\"]\nbirth_date = \"1984-03-14\"\n";

    #[test]
    fn a_folder_becomes_a_case_and_what_is_wrong_is_said() {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let data = tempfile::tempdir().unwrap();
            let store = Store::open(data.path(), None).await.unwrap();
            let id = store.create_account("scan", "", "x", &[StaffRole::Clerk], &Actor::worker(), false).await.unwrap();
            let account = store.account(id).await.unwrap();
            let dir = tempfile::tempdir().unwrap();
            let put = |folder: &str, name: &str, text: &str| {
                let path = dir.path().join(folder).join(name);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            };
            put("a", REQUEST, REQUEST_TOML);
            put("a", "portal/note.txt", "Seen today.");
            put("b", REQUEST, "purpose = \"litigation\"\n");
            put("b", "x.txt", "x");
            put("d", REQUEST, "purpose = \"litigation\"\nrecipient = \"x\"\npatient_file = \"../../etc/hostname\"\n");
            put("d", "x.txt", "x");
            put("c", "only.txt", "no request yet");
            let bell = Bell::default();
            assert_eq!(
                look(&store, dir.path(), &account, &bell, Duration::from_secs(60)).await.unwrap(),
                0,
                "still being written"
            );
            assert_eq!(look(&store, dir.path(), &account, &bell, Duration::ZERO).await.unwrap(), 1);
            assert!(
                !dir.path().join("a").exists()
                    && dir.path().join("b").join(REFUSED).exists()
                    && dir.path().join("d").join(REFUSED).exists()
                    && dir.path().join("c").exists()
            );
            assert_eq!(look(&store, dir.path(), &account, &bell, Duration::ZERO).await.unwrap(), 0, "once");
            let page = store.list(&crate::store::Filter { limit: 10, ..Default::default() }).await.unwrap();
            assert_eq!((page.total, page.cases[0].documents), (1, 1));
            let files = store.files(&page.cases[0].id, 0, "input").await.unwrap();
            assert_eq!(files[0].path, "portal/note.txt");
        });
    }
}
