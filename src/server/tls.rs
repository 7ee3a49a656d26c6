//! The port, with TLS where certificate files were given (rustls with ring; TLS 1.2 and 1.3).

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

/// A handshake takes no longer.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Connections that wait to be served.
const WAITING: usize = 64;

/// Certificate chain and key, PEM files.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// Chain, the server's own first.
    pub chain: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

/// Where a request comes from.
#[derive(Clone, Copy, Debug)]
pub struct Caller(pub SocketAddr);

/// An open port.
pub struct Port {
    address: SocketAddr,
    inner: Inner,
}

enum Inner {
    Plain(TcpListener),
    Tls(mpsc::Receiver<(Stream, SocketAddr)>),
}

/// A connection.
pub enum Stream {
    /// As it is.
    Plain(TcpStream),
    /// Encrypted.
    Tls(Box<TlsStream<TcpStream>>),
}

/// Reads certificate files.
///
/// # Errors
/// In words, with the file's name.
fn config(c: &Certificate) -> Result<ServerConfig, String> {
    let chain = CertificateDer::pem_file_iter(&c.chain)
        .and_then(|i| i.collect::<Result<Vec<_>, _>>())
        .map_err(|e| format!("{}: {e}", c.chain.display()))?;
    if chain.is_empty() {
        return Err(format!("{}: there is no certificate in it", c.chain.display()));
    }
    let key = PrivateKeyDer::from_pem_file(&c.key).map_err(|e| format!("{}: {e}", c.key.display()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|e| format!("{}: {e}", c.chain.display()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

impl Port {
    /// Opens a port.
    ///
    /// # Errors
    /// It is taken or may not be used; the certificate cannot.
    pub async fn open(listen: SocketAddr, certificate: Option<&Certificate>) -> io::Result<Port> {
        let config = certificate.map(config).transpose().map_err(|e| io::Error::new(io::ErrorKind::InvalidInput, e))?;
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let Some(config) = config else { return Ok(Port { address, inner: Inner::Plain(listener) }) };
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let (send, receive) = mpsc::channel(WAITING);
        // Handshakes run beside each other, so that one that dawdles holds nobody up.
        tokio::spawn(async move {
            loop {
                let accepted = tokio::select! {
                    a = listener.accept() => a,
                    () = send.closed() => return,
                };
                let Ok((stream, from)) = accepted else {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                };
                let (acceptor, send) = (acceptor.clone(), send.clone());
                tokio::spawn(async move {
                    if let Ok(Ok(tls)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                        let _ = send.send((Stream::Tls(Box::new(tls)), from)).await;
                    }
                });
            }
        });
        Ok(Port { address, inner: Inner::Tls(receive) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Listener for Port {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        loop {
            match &mut self.inner {
                Inner::Plain(l) => {
                    let (stream, from) = Listener::accept(l).await;
                    return (Stream::Plain(stream), from);
                }
                Inner::Tls(receive) => match receive.recv().await {
                    Some(accepted) => return accepted,
                    None => std::future::pending::<()>().await,
                },
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Connected<IncomingStream<'_, Port>> for Caller {
    fn connect_info(stream: IncomingStream<'_, Port>) -> Self {
        Caller(*stream.remote_addr())
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(s) => Pin::new(s).poll_read(cx, buf),
            Stream::Tls(s) => Pin::new(s.as_mut()).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(s) => Pin::new(s).poll_write(cx, buf),
            Stream::Tls(s) => Pin::new(s.as_mut()).poll_write(cx, buf),
        }
    }
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(s) => Pin::new(s).poll_flush(cx),
            Stream::Tls(s) => Pin::new(s.as_mut()).poll_flush(cx),
        }
    }
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(s) => Pin::new(s).poll_shutdown(cx),
            Stream::Tls(s) => Pin::new(s.as_mut()).poll_shutdown(cx),
        }
    }
}
