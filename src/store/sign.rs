//! AWS Signature Version 4, as S3 and what speaks like it want it (Amazon S3 API reference, "Authenticating Requests: Using the
//! Authorization Header").

use super::keys::hex;
use crate::model::days::date;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// Whose requests they are.
pub(super) struct Signer {
    /// Name of the key.
    pub access: String,
    /// The key.
    pub secret: String,
    /// Region of the bucket.
    pub region: String,
}

/// What is signed of a request.
pub(super) struct Signed<'a> {
    /// `GET`, ...
    pub method: &'a str,
    /// Path, encoded.
    pub path: &'a str,
    /// Query, encoded, in the order of its names, each with its `=`.
    pub query: &'a str,
    /// Headers in the order of their names, in small letters: at least `host`, `x-amz-content-sha256`, `x-amz-date`.
    pub headers: &'a [(&'a str, &'a str)],
    /// SHA-256 of the body, hexadecimal.
    pub body: &'a str,
    /// `YYYYMMDDThhmmssZ`.
    pub time: &'a str,
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    // A key of any length is one.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

impl Signer {
    /// Value of the header `Authorization`.
    pub(super) fn sign(&self, s: &Signed) -> String {
        let day = s.time.get(..8).unwrap_or_default();
        let names = s.headers.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(";");
        let headers: String = s.headers.iter().map(|(n, v)| format!("{n}:{}\n", v.trim())).collect();
        let request = format!("{}\n{}\n{}\n{headers}\n{names}\n{}", s.method, s.path, s.query, s.body);
        let scope = format!("{day}/{}/s3/aws4_request", self.region);
        let digest = hex(Sha256::digest(request.as_bytes()).as_slice());
        let text = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{digest}", s.time);
        let mut key = mac(format!("AWS4{}", self.secret).as_bytes(), day);
        for part in [&self.region, "s3", "aws4_request"] {
            key = mac(&key, part);
        }
        let signature = hex(&mac(&key, &text));
        format!("AWS4-HMAC-SHA256 Credential={}/{scope},SignedHeaders={names},Signature={signature}", self.access)
    }
}

/// Milliseconds since 1970 UTC as `YYYYMMDDThhmmssZ`.
pub(super) fn time(at: i64) -> String {
    let (day, s) = (at.div_euclid(86_400_000), at.div_euclid(1000).rem_euclid(86_400));
    format!("{}T{:02}{:02}{:02}Z", date(day).replace('-', ""), s / 3600, s / 60 % 60, s % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_agree_with_the_examples_of_the_reference() {
        let signer = Signer {
            access: "AKIAIOSFODNN7EXAMPLE".into(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
            region: "us-east-1".into(),
        };
        let empty = hex(Sha256::digest(b"").as_slice());
        let (host, date) = (("host", "examplebucket.s3.amazonaws.com"), ("x-amz-date", "20130524T000000Z"));
        let of = |path: &str, query: &str, headers: &[(&str, &str)]| {
            let signed = Signed { method: "GET", path, query, headers, body: &empty, time: date.1 };
            signer.sign(&signed).rsplit('=').next().unwrap().to_string()
        };
        let plain = [host, ("x-amz-content-sha256", empty.as_str()), date];
        let ranged = [host, ("range", "bytes=0-9"), plain[1], date];
        assert_eq!(of("/test.txt", "", &ranged), "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
        assert_eq!(of("/", "lifecycle=", &plain), "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
        assert_eq!(of("/", "max-keys=2&prefix=J", &plain), "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    }

    #[test]
    fn times_are_written_as_the_signature_wants_them() {
        assert_eq!(time(1_369_353_600_000), "20130524T000000Z");
        assert_eq!(time(951_827_696_789), "20000229T123456Z");
        assert_eq!(time(0), "19700101T000000Z");
    }
}
