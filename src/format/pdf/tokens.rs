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
    decimals(out, v, if v.abs() < 0.01 { 9 } else { 4 });
}

/// A number as it came, with as many figures as a reader makes use of, and a blank: a scale is multiplied with places of many thousand.
pub fn copied(out: &mut Vec<u8>, v: f64) {
    let whole = v.abs().max(1.0).log10().min(9.0) as usize;
    decimals(out, v, if v.abs() < 0.01 { 9 } else { (8 - whole.min(8)).max(4) });
}

fn decimals(out: &mut Vec<u8>, v: f64, places: usize) {
    if !v.is_finite() {
        out.extend(b"0 ");
        return;
    }
    if v == v.trunc() && v.abs() < 1e15 {
        out.extend((v as i64).to_string().into_bytes());
        out.push(b' ');
        return;
    }
    let mut s = format!("{v:.places$}");
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
            copied(out, *n);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_copied_keep_their_scale() {
        let written = |v: f64| {
            let mut out = Vec::new();
            copied(&mut out, v);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written(2.5784538), "2.5784538 ");
        assert_eq!(written(-49509.246), "-49509.246 ");
        assert_eq!(written(0.24), "0.24 ");
        assert_eq!(written(0.0012345678), "0.001234568 ");
        assert_eq!((written(12.0), written(f64::NAN), written(-1e300)), ("12 ".into(), "0 ".into(), written(-1e300)));
    }
}
