//! Requests to servers that the site has named in its settings: the store of files, the sign-in. Without such a setting the program makes
//! no connection at all.

use super::{Result, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::crypto::ring;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

/// Wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Wait for each piece that is read or written, and for the first one.
const PIECE: Duration = Duration::from_secs(60);

/// What makes requests, blocking. It follows no redirect, since what was signed for one server is not for another. Certificates are
/// checked against those that the system trusts (`SSL_CERT_FILE` and `SSL_CERT_DIR` name others).
///
/// # Errors
/// `secure`, and the system trusts no certificate at all.
pub fn agent(secure: bool) -> Result<Agent> {
    let mut tls =
        TlsConfig::builder().provider(TlsProvider::Rustls).unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()));
    if secure {
        let found = rustls_native_certs::load_native_certs();
        let certificates: Vec<_> = found.certs.iter().map(|c| Certificate::from_der(c).to_owned()).collect();
        if certificates.is_empty() {
            return Err(StoreError::Setup(
                "the system trusts no certificates; install ca-certificates, or set SSL_CERT_FILE".into(),
            ));
        }
        tls = tls.root_certs(RootCerts::Specific(Arc::new(certificates)));
    }
    Ok(Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(PIECE))
        .timeout_per_read(Some(PIECE))
        .timeout_per_write(Some(PIECE))
        .tls_config(tls.build())
        .build()
        .new_agent())
}
