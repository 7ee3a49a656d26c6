//! Files in a store that speaks like S3: addresses in path style, requests signed with Signature Version 4.
//!
//! What goes there is sealed already and named by a keyed hash, so that the store learns sizes and times and nothing else.

use super::sign::{Signed, Signer, time};
use super::{Result, StoreError, now, web};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;
use ureq::http::{Request, Response};
use ureq::{Agent, Body, SendBody};

/// What is larger goes in parts of this size: S3 takes 5 GiB in one request and 10,000 parts.
const PART: u64 = 1 << 30;
/// Waits between tries, milliseconds, when the store is not reached or says that it cannot now.
const WAITS: [u64; 4] = [100, 500, 2_000, 5_000];
/// Bytes of an answer that are read.
const ANSWER: u64 = 1 << 20;

/// Where a bucket is and who may use it.
#[derive(Clone)]
pub struct BucketAddress {
    secure: bool,
    host: String,
    bucket: String,
    /// Empty, or ends with a slash.
    prefix: String,
    region: String,
    access: String,
    secret: String,
    session: String,
    part: u64,
}

fn decoded(text: &str) -> Option<String> {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        if b != b'%' {
            out.push(b);
            continue;
        }
        let digit = |b: Option<u8>| char::from(b?).to_digit(16);
        let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
        out.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(out).ok()
}

impl BucketAddress {
    /// From a setting: `https://HOST[:PORT]/BUCKET[/PREFIX][?region=REGION]`. `variable` gives the values of the environment: the keys are
    /// those of `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` (and `AWS_SESSION_TOKEN`), or, percent-encoded, `KEY:SECRET@` in front of
    /// the host.
    ///
    /// # Errors
    /// It is none; the words repeat nothing of it.
    pub fn parse(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<BucketAddress> {
        let wrong = |why: &str| StoreError::Setup(format!("BLOB_URL: {why}; write https://HOST/BUCKET?region=REGION"));
        let (scheme, rest) = text.split_once("://").ok_or_else(|| wrong("it is no address"))?;
        let secure = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(wrong("it must begin with https:// or http://")),
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (server, path) = rest.split_once('/').ok_or_else(|| wrong("it names no bucket"))?;
        let (keys, host) = server.rsplit_once('@').map_or((None, server), |(k, h)| (Some(k), h));
        let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
        let prefix = prefix.trim_matches('/');
        let plain =
            |s: &str, more: &[u8]| s.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b) || more.contains(&b));
        if host.is_empty() || !plain(host, b":[]") {
            return Err(wrong("its host is none"));
        }
        if !(3..=63).contains(&bucket.len()) || !plain(bucket, b"_") || bucket.starts_with('.') {
            return Err(wrong("its bucket is none"));
        }
        if !plain(prefix, b"_/") || prefix.split('/').any(|p| p == "." || p == "..") || prefix.len() > 500 {
            return Err(wrong("what follows the bucket has letters, digits, dots, dashes, underscores and slashes only"));
        }
        let region = match query.split('&').find_map(|p| p.strip_prefix("region=")) {
            Some(r) if !r.is_empty() && plain(r, b"") => r.to_string(),
            Some(_) => return Err(wrong("its region is none")),
            None => variable("AWS_REGION").filter(|r| plain(r, b"")).unwrap_or_else(|| "us-east-1".into()),
        };
        let (access, secret) = match keys {
            Some(k) => {
                let (access, secret) = k.split_once(':').ok_or_else(|| wrong("KEY:SECRET@ lacks a part"))?;
                decoded(access).zip(decoded(secret)).ok_or_else(|| wrong("KEY:SECRET@ is not percent-encoded"))?
            }
            None => variable("AWS_ACCESS_KEY_ID").zip(variable("AWS_SECRET_ACCESS_KEY")).unwrap_or_default(),
        };
        if access.is_empty() || secret.is_empty() || access.chars().chain(secret.chars()).any(|c| c.is_control()) {
            return Err(StoreError::Setup(
                "the store of files needs keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write KEY:SECRET@ in BLOB_URL".into(),
            ));
        }
        // The usual port is left out of the header, as clients do.
        let usual = if secure { ":443" } else { ":80" };
        let host = host.strip_suffix(usual).unwrap_or(host).to_ascii_lowercase();
        let session = if keys.is_some() { String::new() } else { variable("AWS_SESSION_TOKEN").unwrap_or_default() };
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(BucketAddress { secure, host, bucket: bucket.into(), prefix, region, access, secret, session, part: PART })
    }

    /// Tells which one it is, without its keys.
    pub(super) fn word(&self) -> String {
        format!("s3 {}/{}/{}", self.host, self.bucket, self.prefix)
    }

    /// For tests: another folder of the bucket.
    #[cfg(test)]
    pub(crate) fn below(&self, folder: &str) -> BucketAddress {
        BucketAddress { prefix: format!("{}{folder}/", self.prefix), ..self.clone() }
    }

    /// For tests: smaller parts.
    #[cfg(test)]
    pub(super) fn in_parts_of(&self, part: u64) -> BucketAddress {
        BucketAddress { part, ..self.clone() }
    }
}

/// A bucket.
pub(super) struct Bucket {
    agent: Agent,
    address: BucketAddress,
    signer: Signer,
}

/// What a request carries.
#[derive(Clone, Copy)]
enum Load<'a> {
    Nothing,
    Text(&'a str),
    /// A piece of a file: from, bytes.
    Piece(&'a File, u64, u64),
}

fn broken(what: &str, why: impl std::fmt::Display) -> StoreError {
    StoreError::Bucket(format!("{what}: {why}"))
}

/// What stands between two tags of an answer.
fn between<'a>(text: &'a str, tag: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{tag}>"))?;
    rest.split_once(&format!("</{tag}>")).map(|(inside, _)| inside)
}

/// An answer as a word for messages: its number, and the code that the store gives.
fn said(answer: Response<Body>) -> String {
    let status = answer.status().as_u16();
    let mut text = String::new();
    let _ = answer.into_body().into_reader().take(ANSWER).read_to_string(&mut text);
    let code: String = between(&text, "Code").unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).take(60).collect();
    format!("answer {status} {code}").trim_end().to_string()
}

impl Bucket {
    /// Makes no request yet.
    ///
    /// # Errors
    /// The system trusts no certificates.
    pub(super) fn new(address: &BucketAddress) -> Result<Bucket> {
        let a = address.clone();
        let signer = Signer { access: a.access, secret: a.secret, region: a.region };
        Ok(Bucket { agent: web::agent(address.secure)?, address: address.clone(), signer })
    }

    /// Writes something small, so that a wrong setting is seen at the start and not with the first case.
    ///
    /// # Errors
    /// The store is not reached or refuses.
    pub(super) fn try_out(&self) -> Result<()> {
        let answer = self.ask("PUT", "disclose-desk", "", Load::Text("Files of a desk, sealed.\n"))?;
        expect(answer, "the store of files cannot be written to", &[200, 201, 204]).map(drop)
    }

    /// Keeps a file under a name.
    ///
    /// # Errors
    /// Reading fails; the store is not reached or refuses.
    pub(super) fn keep(&self, name: &str, path: &Path) -> Result<()> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        if bytes <= self.address.part {
            let answer = self.ask("PUT", name, "", Load::Piece(&file, 0, bytes))?;
            return expect(answer, "a file cannot be stored", &[200, 201, 204]).map(drop);
        }
        let text = body(expect(self.ask("POST", name, "uploads=", Load::Nothing)?, "a file cannot be stored", &[200])?)?;
        let upload = between(&text, "UploadId").map(encoded).ok_or_else(|| broken("a file cannot be stored", "no upload id"))?;
        let done = self.parts(name, &file, bytes, &upload);
        if done.is_err() {
            // Parts of an upload that was not ended are kept, and paid for, until somebody says that they are not wanted.
            let _ = self.ask("DELETE", name, &format!("uploadId={upload}"), Load::Nothing);
        }
        done
    }

    fn parts(&self, name: &str, file: &File, bytes: u64, upload: &str) -> Result<()> {
        let mut list = String::from("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        let (mut at, mut number) = (0, 1);
        while at < bytes {
            let size = self.address.part.min(bytes - at);
            let query = format!("partNumber={number}&uploadId={upload}");
            let answer = expect(self.ask("PUT", name, &query, Load::Piece(file, at, size))?, "a part cannot be stored", &[200])?;
            let tag = answer.headers().get("etag").and_then(|t| t.to_str().ok()).unwrap_or_default().replace('"', "&quot;");
            list.push_str(&format!("<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"));
            (at, number) = (at + size, number + 1);
        }
        list.push_str("</CompleteMultipartUpload>");
        let answer = self.ask("POST", name, &format!("uploadId={upload}"), Load::Text(&list))?;
        let text = body(expect(answer, "a file cannot be stored", &[200])?)?;
        // A failure may come with the number of a success, since the answer begins before the parts are joined.
        if text.contains("<Error") || !text.contains("CompleteMultipartUploadResult") {
            return Err(broken("a file cannot be stored", between(&text, "Code").unwrap_or("the parts were not joined")));
        }
        Ok(())
    }

    /// Opens a file for reading.
    ///
    /// # Errors
    /// There is none of that name; the store is not reached or refuses.
    pub(super) fn open(&self, name: &str) -> Result<Box<dyn Read + Send>> {
        let answer = self.ask("GET", name, "", Load::Nothing)?;
        if answer.status().as_u16() == 404 {
            return Err(StoreError::Missing("file"));
        }
        Ok(Box::new(expect(answer, "a file cannot be read", &[200])?.into_body().into_reader()))
    }

    /// Size of a file, if it is there.
    ///
    /// # Errors
    /// The store is not reached or refuses.
    pub(super) fn size(&self, name: &str) -> Result<Option<u64>> {
        let answer = self.ask("HEAD", name, "", Load::Nothing)?;
        if answer.status().as_u16() == 404 {
            return Ok(None);
        }
        let answer = expect(answer, "a file cannot be looked for", &[200])?;
        let length = answer.headers().get("content-length").and_then(|l| l.to_str().ok()).and_then(|l| l.parse().ok());
        length.map(Some).ok_or_else(|| broken("a file cannot be looked for", "no size"))
    }

    /// Removes a file; one that is gone already is no error.
    ///
    /// # Errors
    /// The store is not reached or refuses.
    pub(super) fn remove(&self, name: &str) -> Result<()> {
        let answer = self.ask("DELETE", name, "", Load::Nothing)?;
        expect(answer, "a file cannot be removed", &[200, 202, 204, 404]).map(drop)
    }

    /// One request, tried again where that may help. All of them may be made twice: names follow from contents.
    fn ask(&self, method: &str, name: &str, query: &str, load: Load) -> Result<Response<Body>> {
        let mut waits = WAITS.iter();
        loop {
            let result = self.once(method, name, query, load);
            let again = match &result {
                Ok(answer) => answer.status().is_server_error() || answer.status().as_u16() == 429,
                Err(StoreError::Bucket(_)) => true,
                Err(_) => false,
            };
            match waits.next().filter(|_| again) {
                Some(wait) => std::thread::sleep(Duration::from_millis(*wait)),
                None => return result,
            }
        }
    }

    fn once(&self, method: &str, name: &str, query: &str, load: Load) -> Result<Response<Body>> {
        let a = &self.address;
        let path = format!("/{}/{}{name}", a.bucket, a.prefix);
        let (body, at) = (digest(load)?, time(now()));
        let mut headers = vec![("host", a.host.as_str()), ("x-amz-content-sha256", &body), ("x-amz-date", &at)];
        if !a.session.is_empty() {
            headers.push(("x-amz-security-token", &a.session));
        }
        let signed = Signed { method, path: &path, query, headers: &headers, body: &body, time: &at };
        let authorization = self.signer.sign(&signed);
        let scheme = if a.secure { "https" } else { "http" };
        let mark = if query.is_empty() { "" } else { "?" };
        let mut request = Request::builder().method(method).uri(format!("{scheme}://{}{path}{mark}{query}", a.host));
        for (name, value) in headers.iter().skip(1) {
            request = request.header(*name, *value);
        }
        request = request.header("authorization", authorization).header("accept-encoding", "identity");
        let made = |e: ureq::http::Error| broken("the store of files cannot be asked", e);
        let answer = match load {
            Load::Nothing if method == "POST" => self.agent.run(request.body("").map_err(made)?),
            Load::Nothing => self.agent.run(request.body(()).map_err(made)?),
            Load::Text(text) => self.agent.run(request.body(text).map_err(made)?),
            Load::Piece(mut file, from, bytes) => {
                file.seek(SeekFrom::Start(from))?;
                let mut piece = file.take(bytes);
                let request = request.header("content-length", bytes);
                self.agent.run(request.body(SendBody::from_reader(&mut piece)).map_err(made)?)
            }
        };
        // The words of the client name the host at most.
        answer.map_err(|e| broken("the store of files is not reached", e))
    }
}

fn digest(load: Load) -> Result<String> {
    let mut hash = Sha256::new();
    match load {
        Load::Nothing => {}
        Load::Text(text) => hash.update(text.as_bytes()),
        Load::Piece(mut file, from, bytes) => {
            file.seek(SeekFrom::Start(from))?;
            let mut piece = file.take(bytes);
            let mut buffer = vec![0u8; 1 << 16];
            loop {
                let n = piece.read(&mut buffer)?;
                if n == 0 {
                    break;
                }
                hash.update(buffer.get(..n).unwrap_or_default());
            }
        }
    }
    Ok(super::keys::hex(hash.finalize().as_slice()))
}

fn expect(answer: Response<Body>, what: &str, good: &[u16]) -> Result<Response<Body>> {
    if good.contains(&answer.status().as_u16()) { Ok(answer) } else { Err(broken(what, said(answer))) }
}

fn body(answer: Response<Body>) -> Result<String> {
    let mut text = String::new();
    answer.into_body().into_reader().take(ANSWER).read_to_string(&mut text).map_err(|e| broken("the store of files", e))?;
    Ok(text)
}

fn encoded(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn an_address_has_its_keys_in_front_or_in_the_environment() {
        let a =
            BucketAddress::parse("https://AK:a%2Fb%2Bc@s3.example.org:443/records/desk/one/?region=eu-north-1", none).unwrap();
        assert_eq!((a.access.as_str(), a.secret.as_str(), a.region.as_str()), ("AK", "a/b+c", "eu-north-1"));
        assert_eq!(a.word(), "s3 s3.example.org/records/desk/one/");
        let variables = |n: &str| match n {
            "AWS_ACCESS_KEY_ID" => Some("K".to_string()),
            "AWS_SECRET_ACCESS_KEY" => Some("S".to_string()),
            _ => None,
        };
        let a = BucketAddress::parse("http://127.0.0.1:9000/records", variables).unwrap();
        assert_eq!((a.access.as_str(), a.prefix.as_str(), a.region.as_str(), a.secure), ("K", "", "us-east-1", false));
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_its_secret() {
        for text in [
            "",
            "records",
            "s3://K:topsecret@host/records",
            "https://K:topsecret@host",
            "https://K:topsecret@/records",
            "https://K:topsecret@host/ab",
            "https://K:topsecret@host/records/../other",
            "https://K:topsecret@host/records/a b",
            "https://K:topsecret%ZZ@host/records",
            "https://topsecret@host/records",
            "https://K:topsecret@host/records?region=",
            "https://host/records",
        ] {
            let why = BucketAddress::parse(text, none).err().unwrap().to_string();
            assert!(!why.contains("topsecret"), "{why}");
        }
    }
}
