//! Proving a packet: members, sums, signature, the ledger's chain, and that the parts agree with each other.

use super::{MAX_MEMBER, SEAL, SEAL_LEN, SUMS, digest_of, hex, unhex};
use crate::model::error::RunError;
use crate::report::{verify_chain, verify_custody};
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{BufReader, Read, Seek, SeekFrom};
use zip::ZipArchive;

/// What a check of a packet found.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Each check with its result; empty words for a pass.
    pub checks: Vec<(&'static str, Result<(), String>)>,
    /// Public key that signed, hexadecimal.
    pub public_key: String,
}

impl Verdict {
    /// True when every check passed.
    pub fn passed(&self) -> bool {
        !self.checks.is_empty() && self.checks.iter().all(|(_, r)| r.is_ok())
    }
}

/// Checks a packet. `signer`, when given, is the public key that must have signed.
///
/// # Errors
/// Not a zip, or a member cannot be read.
pub fn check(mut packet: impl Read + Seek, signer: Option<&str>) -> Result<Verdict, RunError> {
    let mut verdict = Verdict::default();
    let signed = seal(&mut packet, &mut verdict.public_key)?;
    verdict.checks.push(("signature", signed));
    packet.seek(SeekFrom::Start(0))?;
    let mut zip = ZipArchive::new(packet).map_err(|e| RunError::Input(format!("not an evidence packet: {e}")))?;
    let sums_text = text(&mut zip, SUMS)?;
    if let Some(want) = signer {
        let same = want.trim().eq_ignore_ascii_case(&verdict.public_key);
        verdict.checks.push(("signer", same.then_some(()).ok_or_else(|| "signed by another key than the one given".into())));
    }
    let sums = parse_sums(&sums_text);
    verdict.checks.push(("members", members(&zip, &sums)));
    verdict.checks.push(("digests", digests(&mut zip, &sums)));
    let report: Value = serde_json::from_str(&text(&mut zip, "report.json")?).unwrap_or_default();
    verdict.checks.push(("ledger", ledger(&mut zip, &report)));
    verdict.checks.push(("custody", custody(&mut zip, &report)));
    verdict.checks.push(("parts", parts(&mut zip, &report)));
    verdict.checks.push(("outputs", outputs(&mut zip, &report)));
    verdict.checks.push(("output checks", output_checks(&report)));
    Ok(verdict)
}

/// Checks the signature in the last bytes over all bytes before them; notes the public key.
fn seal(packet: &mut (impl Read + Seek), public_key: &mut String) -> Result<Result<(), String>, RunError> {
    let end = packet.seek(SeekFrom::End(0))?;
    let Some(start) = end.checked_sub(SEAL_LEN as u64) else { return Ok(Err("too short to be signed".into())) };
    packet.seek(SeekFrom::Start(start))?;
    let mut last = Vec::with_capacity(SEAL_LEN);
    packet.take(SEAL_LEN as u64).read_to_end(&mut last)?;
    let digest = digest_of(packet, start)?;
    let text = String::from_utf8_lossy(&last);
    let parts: Vec<&str> = text.strip_suffix('\n').unwrap_or_default().split(' ').collect();
    let [SEAL, key, signature] = parts[..] else { return Ok(Err("not signed".into())) };
    *public_key = key.to_string();
    let (Some(key), Some(signature)) = (unhex::<32>(key), unhex::<64>(signature)) else {
        return Ok(Err("the signature is not one".into()));
    };
    // Digits in capitals would be other bytes with the same meaning.
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        return Ok(Err("the signature was changed".into()));
    }
    let Ok(key) = VerifyingKey::from_bytes(&key) else { return Ok(Err("the public key is not one".into())) };
    let holds = key.verify_strict(&digest, &Signature::from_bytes(&signature));
    Ok(holds.map_err(|_| "the packet was changed after it was signed".to_string()))
}

fn parse_sums(text: &str) -> BTreeMap<String, String> {
    text.lines().filter_map(|l| l.split_once("  ")).map(|(sum, name)| (name.to_string(), sum.to_string())).collect()
}

fn members(zip: &ZipArchive<impl Read + Seek>, sums: &BTreeMap<String, String>) -> Result<(), String> {
    let mut seen = 0usize;
    for name in zip.file_names() {
        let name = name.map_err(|_| "a member's name cannot be read".to_string())?;
        if name == SUMS {
            continue;
        }
        if !sums.contains_key(name.as_ref()) {
            return Err("the packet holds a member that was not signed".into());
        }
        seen += 1;
    }
    if seen == sums.len() { Ok(()) } else { Err("a signed member is missing".into()) }
}

fn digests(zip: &mut ZipArchive<impl Read + Seek>, sums: &BTreeMap<String, String>) -> Result<(), String> {
    for (name, want) in sums {
        let file = zip.by_name(name).map_err(|_| format!("{name} is missing"))?;
        let mut file = file.take(MAX_MEMBER);
        let mut hash = Sha256::new();
        let mut buffer = vec![0u8; 1 << 16];
        loop {
            let n = file.read(&mut buffer).map_err(|e| format!("{name} cannot be read: {e}"))?;
            let Some(chunk) = buffer.get(..n).filter(|c| !c.is_empty()) else { break };
            hash.update(chunk);
        }
        if hex(&hash.finalize()) != *want {
            return Err(format!("{name} was changed"));
        }
    }
    Ok(())
}

fn ledger(zip: &mut ZipArchive<impl Read + Seek>, report: &Value) -> Result<(), String> {
    let file = zip.by_name("ledger.jsonl").map_err(|_| "ledger.jsonl is missing".to_string())?;
    let summary = verify_chain(BufReader::new(file)).map_err(|e| e.to_string())?;
    summary.is_that_of(report).map_err(str::to_string)
}

/// The chain of custody holds, and is the report's.
fn custody(zip: &mut ZipArchive<impl Read + Seek>, report: &Value) -> Result<(), String> {
    let lines = text(zip, "custody.jsonl").map_err(|e| e.to_string())?;
    let events = verify_custody(lines.as_bytes()).map_err(|e| format!("custody: {e}"))?;
    let told = serde_json::to_value(&events).unwrap_or_default();
    if told == report["custody"] { Ok(()) } else { Err("the chain of custody is not the one that the report tells".into()) }
}

/// What was taken out of the report and the request to stand by itself says what they say.
fn parts(zip: &mut ZipArchive<impl Read + Seek>, report: &Value) -> Result<(), String> {
    let mut json = |name: &str| -> Result<Value, String> {
        serde_json::from_str(&text(zip, name).map_err(|e| e.to_string())?).map_err(|_| format!("{name} is not JSON"))
    };
    let (request, policy) = (json("request.json")?, json("policy.json")?);
    let (checklist, inputs, checked) = (json("checklist.json")?, json("inputs.json")?, json("verification.json")?);
    json("versions.json")?;
    let of = |v: &Value, key: &str| -> Vec<Value> { v.as_array().into_iter().flatten().map(|i| i[key].clone()).collect() };
    let same = policy == request["policy"]
        && checklist == report["readiness"]
        && checked["checks"] == report["checks"]
        && of(&inputs["files"], "sha256") == of(&report["inputs"], "sha256");
    if same { Ok(()) } else { Err("a part of the packet disagrees with the report".into()) }
}

/// The manifest of what went out names the same files and digests as the report.
fn outputs(zip: &mut ZipArchive<impl Read + Seek>, report: &Value) -> Result<(), String> {
    let listed = report["outputs"].as_array().cloned().unwrap_or_default();
    if listed.is_empty() {
        return Ok(());
    }
    let manifest: Value = serde_json::from_str(&text(zip, "manifest.json").map_err(|e| e.to_string())?).unwrap_or_default();
    let files = manifest["files"].as_array().cloned().unwrap_or_default();
    let find = |path: &Value| files.iter().find(|f| f["path"] == *path);
    for o in &listed {
        let same = find(&o["path"]).is_some_and(|f| f["sha256"] == o["sha256"] && f["bytes"] == o["bytes"]);
        if !same {
            return Err("the manifest of the copy and the report disagree about a file".into());
        }
    }
    Ok(())
}

fn output_checks(report: &Value) -> Result<(), String> {
    let checks = report["checks"].as_array().cloned().unwrap_or_default();
    match checks.iter().find(|c| c["passed"] != Value::Bool(true)) {
        Some(c) => Err(format!("check {} did not pass", c["name"].as_str().unwrap_or("?"))),
        None => Ok(()),
    }
}

/// A member as text.
pub(super) fn text(zip: &mut ZipArchive<impl Read + Seek>, name: &str) -> Result<String, RunError> {
    let file = zip.by_name(name).map_err(|_| RunError::Input(format!("not an evidence packet: {name} is missing")))?;
    let mut out = String::new();
    file.take(MAX_MEMBER)
        .read_to_string(&mut out)
        .map_err(|e| RunError::Input(format!("{name} in the packet cannot be read: {e}")))?;
    Ok(out)
}
