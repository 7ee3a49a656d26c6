//! Operands and operators as bytes.

use super::lex::{Code, Op, Val};
use super::page::Matrix;

pub(super) fn trimmed(c: &Code) -> &[u8] {
    let end = c.iter().position(|b| *b == 0).unwrap_or(3);
    &c[..end]
}

pub(super) fn write_font(n: &[u8], size: f64, out: &mut Vec<u8>) {
    out.push(b'/');
    out.extend_from_slice(n);
    out.push(b' ');
    number(out, size);
    out.extend(b"Tf\n");
}

/// An operation with its operands. Operands that are names or dictionaries have been dealt with before.
pub fn plain(op: &Op, out: &mut Vec<u8>) {
    for v in &op.args {
        value(out, v);
        out.push(b' ');
    }
    out.extend(trimmed(&op.code));
    out.push(b'\n');
}

pub(super) fn matrix(out: &mut Vec<u8>, m: &Matrix) {
    m.iter().for_each(|v| number(out, *v));
}

/// A number and a blank.
pub fn number(out: &mut Vec<u8>, v: f64) {
    if !v.is_finite() {
        out.extend(b"0 ");
        return;
    }
    if v == v.trunc() && v.abs() < 1e15 {
        out.extend((v as i64).to_string().into_bytes());
        out.push(b' ');
        return;
    }
    let mut s = if v.abs() < 0.01 { format!("{v:.9}") } else { format!("{v:.4}") };
    while s.ends_with('0') {
        s.pop();
    }
    if s.ends_with('.') {
        s.pop();
    }
    if s == "-0" || s.is_empty() || s == "-" {
        s = "0".into();
    }
    out.extend(s.into_bytes());
    out.push(b' ');
}

pub(super) fn string(out: &mut Vec<u8>, s: &[u8]) {
    if s.iter().all(|b| (32..127).contains(b)) {
        out.push(b'(');
        for b in s {
            if matches!(b, b'(' | b')' | b'\\') {
                out.push(b'\\');
            }
            out.push(*b);
        }
        out.push(b')');
        return;
    }
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    out.push(b'<');
    for b in s {
        out.extend([HEX[usize::from(b >> 4)], HEX[usize::from(b & 15)]]);
    }
    out.push(b'>');
}

pub(super) fn value(out: &mut Vec<u8>, v: &Val) {
    match v {
        Val::Null => out.extend(b"null"),
        Val::Bool(b) => out.extend(b.to_string().into_bytes()),
        Val::Num(n) => {
            number(out, *n);
            out.pop();
        }
        Val::Name(n) => {
            out.push(b'/');
            for b in n {
                if b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+' | b'*') {
                    out.push(*b);
                } else {
                    out.extend(format!("#{b:02X}").into_bytes());
                }
            }
        }
        Val::Str(s) => string(out, s),
        Val::Arr(a) => {
            out.push(b'[');
            for (i, v) in a.iter().enumerate() {
                if i > 0 {
                    out.push(b' ');
                }
                value(out, v);
            }
            out.push(b']');
        }
        Val::Dict(d) => {
            out.extend(b"<<");
            for (k, v) in d {
                value(out, &Val::Name(k.clone()));
                out.push(b' ');
                value(out, v);
            }
            out.extend(b">>");
        }
    }
}
