//! The desk in the browser: `disclose serve`.
//!
//! Pages are made on the server (tera), with a little script for the keyboard, for uploads and for progress; everything is in the binary.
//! Every request passes [`guard`]: known host, known route, a role that may, a token against forged requests, and an entry in the audit
//! log where a record is shown. What is not in the table of [`routes`] is not served.

mod accounts;
mod api;
mod approval;
mod assets;
mod audit;
mod auth;
mod calendar;
mod cases;
mod dashboard;
mod difference;
mod documents;
mod downloads;
mod error;
mod events;
mod guard;
mod handover;
mod hits;
mod intake;
mod layers;
mod listing;
mod oidc;
mod openapi;
mod pages;
mod password;
mod patients;
mod review;
mod routes;
mod settings;
mod site_policy;
mod tls;
mod tokens;
mod totp;
mod uploads;

#[cfg(test)]
mod flow_tests;
#[cfg(test)]
mod load;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod tests;

pub use oidc::OidcSettings;
pub use password::hash as password_hash;
pub use routes::{Access, TABLE};
pub use tls::Certificate;

use crate::queue::{self, Bell};
use crate::store::{Account, Store};
use axum::Router;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tls::Port;
use tokio::sync::Semaphore;

/// What every handler knows.
pub struct Desk {
    /// Everything that is kept.
    pub store: Store,
    /// Wakes the workers of this process.
    pub bell: Bell,
    /// Values of the Host header that are answered.
    hosts: Vec<String>,
    /// Cookies go over TLS only.
    secure: bool,
    /// Logins by address, for the limit.
    tries: Mutex<HashMap<IpAddr, (i64, u32)>>,
    /// Documents that were shown last.
    lately: Mutex<documents::Lately>,
    /// Texts of pages that were read last.
    layers: Mutex<layers::Cache>,
    /// Scans that are read for a page at the same time.
    reading: Semaphore,
    /// Sign-in by a service, where one is set.
    oidc: Option<oidc::Oidc>,
    /// Password hashes at the same time: each takes 19 MiB.
    hashing: Semaphore,
}

impl Desk {
    /// Forgets what is remembered of records in clear.
    fn forget(&self) {
        crate::pipeline::forget(std::time::Duration::ZERO);
        if let Ok(mut lately) = self.lately.lock() {
            lately.clear();
        }
        if let Ok(mut layers) = self.layers.lock() {
            layers.clear();
        }
    }
}

/// Shared by all handlers.
pub type App = Arc<Desk>;

/// How the desk is reached.
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Further names under which it is reached, with port where it is not the usual one.
    pub hosts: Vec<String>,
    /// A proxy in front speaks TLS: cookies are marked for it.
    pub secure: bool,
    /// Workers in this process.
    pub workers: usize,
    /// Certificate files: the desk speaks TLS itself.
    pub certificate: Option<Certificate>,
    /// A service by which people sign in.
    pub oidc: Option<OidcSettings>,
    /// A folder that is watched, and for whom cases are entered from it.
    pub watch: Option<(PathBuf, String)>,
}

/// A desk that listens.
pub struct Listening {
    listener: Port,
    app: App,
    workers: usize,
    watch: Option<(PathBuf, Account)>,
    /// Where it is reached.
    pub address: SocketAddr,
}

impl Listening {
    /// Opens the port.
    ///
    /// # Errors
    /// The port is taken or may not be used.
    pub async fn bind(store: Store, settings: Settings) -> std::io::Result<Listening> {
        let listener = Port::open(settings.listen, settings.certificate.as_ref()).await?;
        let address = listener.address();
        let port = address.port();
        let mut hosts = vec![format!("localhost:{port}"), format!("127.0.0.1:{port}"), format!("[::1]:{port}")];
        hosts.extend(settings.hosts.iter().map(|h| h.to_ascii_lowercase()));
        let watch = match settings.watch {
            None => None,
            Some((dir, name)) => {
                let account = store.account_named(&name).await.map_err(std::io::Error::other)?;
                let account = account.filter(|a| !a.disabled).ok_or_else(|| {
                    std::io::Error::new(
                        std::io::ErrorKind::InvalidInput,
                        format!("there is no account {name} for the watched folder"),
                    )
                })?;
                Some((dir, account))
            }
        };
        let invalid = |e: String| std::io::Error::new(std::io::ErrorKind::InvalidInput, e);
        let oidc = settings.oidc.map(oidc::Oidc::new).transpose().map_err(invalid)?;
        let app = Arc::new(Desk {
            store,
            bell: Bell::default(),
            hosts,
            secure: settings.secure || settings.certificate.is_some(),
            tries: Mutex::default(),
            lately: Mutex::default(),
            layers: Mutex::default(),
            reading: Semaphore::new(2),
            oidc,
            hashing: Semaphore::new(2),
        });
        Ok(Listening { listener, app, workers: settings.workers, watch, address })
    }

    /// Serves until `end` is ready; then requests that run are finished and workers leave what they do to others.
    ///
    /// # Errors
    /// The port fails.
    pub async fn run(self, end: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
        queue::recover(&self.app.store).await.map_err(std::io::Error::other)?;
        let mut workers = Vec::new();
        for n in 0..self.workers {
            workers.push(tokio::spawn(queue::work(self.app.store.clone(), queue::worker_name(n), self.app.bell.clone())));
        }
        if let Some((dir, account)) = self.watch {
            workers.push(tokio::spawn(queue::watch(self.app.store.clone(), dir, account, self.app.bell.clone())));
        }
        let store = self.app.store.clone();
        // What does not open now is told to whoever searches.
        let names = tokio::spawn(async move { store.open_names().await });
        let bell = self.app.bell.clone();
        let router = router(self.app).into_make_service_with_connect_info::<tls::Caller>();
        axum::serve(self.listener, router)
            .with_graceful_shutdown(async move {
                end.await;
                bell.stop();
            })
            .await?;
        names.abort();
        for w in workers {
            let _ = w.await;
        }
        Ok(())
    }
}

fn router(app: App) -> Router {
    routes::all()
        .route_layer(axum::middleware::from_fn_with_state(app.clone(), guard::guard))
        .fallback(error::not_found)
        .layer(axum::middleware::from_fn_with_state(app.clone(), guard::outer))
        .with_state(app)
}
