//! The tokens of a content stream (ISO 32000-1, 7.8.2), with nothing guessed: what is no operator of the standard is an error, since
//! a page that is not understood must not be released.

/// Begins the reason when an operator is not known.
pub const UNKNOWN_OPERATOR: &str = "an unknown operator";
/// Operations in one stream.
const MAX_OPS: usize = 4_000_000;
/// Arrays and dictionaries inside each other.
const MAX_DEPTH: u8 = 24;

/// An operand.
#[derive(Clone, PartialEq, Debug)]
pub enum Val {
    Null,
    Bool(bool),
    Num(f64),
    Name(Vec<u8>),
    Str(Vec<u8>),
    Arr(Vec<Val>),
    Dict(Vec<(Vec<u8>, Val)>),
}

impl Val {
    pub fn num(&self) -> Option<f64> {
        match self {
            Val::Num(n) => Some(*n),
            _ => None,
        }
    }
    pub fn name(&self) -> Option<&[u8]> {
        match self {
            Val::Name(n) => Some(n),
            _ => None,
        }
    }
}

/// Operator, padded with zeros.
pub type Code = [u8; 3];

/// One operation.
#[derive(Clone, PartialEq, Debug)]
pub struct Op {
    pub code: Code,
    /// Operands; for an inline image (`BI`) one dictionary and one string with the data.
    pub args: Vec<Val>,
}

impl Op {
    /// Operand `i` as a number.
    pub fn num(&self, i: usize) -> Option<f64> {
        self.args.get(i).and_then(Val::num)
    }
    /// The last `N` operands as numbers.
    pub fn nums<const N: usize>(&self) -> Option<[f64; N]> {
        let from = self.args.len().checked_sub(N)?;
        let mut out = [0.0; N];
        for (slot, v) in out.iter_mut().zip(self.args.get(from..)?) {
            *slot = v.num()?;
        }
        Some(out)
    }
    /// The last operand as a name.
    pub fn name(&self) -> Option<&[u8]> {
        self.args.last().and_then(Val::name)
    }
    /// The last operand as a string.
    pub fn string(&self) -> Option<&[u8]> {
        match self.args.last() {
            Some(Val::Str(s)) => Some(s),
            _ => None,
        }
    }
}

/// An operator as its code.
pub const fn code(op: &str) -> Code {
    let b = op.as_bytes();
    let mut out = [0u8; 3];
    let mut i = 0;
    while i < b.len() && i < 3 {
        out[i] = b[i];
        i += 1;
    }
    out
}

/// Every operator of ISO 32000-1, annex A, but `BI ID EI`, which the lexer joins to one.
const KNOWN: &[&str] = &[
    "b", "B", "b*", "B*", "BDC", "BMC", "BT", "BX", "c", "cm", "CS", "cs", "d", "d0", "d1", "Do", "DP", "EMC", "ET", "EX", "f",
    "F", "f*", "G", "g", "gs", "h", "i", "j", "J", "K", "k", "l", "m", "M", "MP", "n", "q", "Q", "re", "RG", "rg", "ri", "s",
    "S", "SC", "sc", "SCN", "scn", "sh", "T*", "Tc", "Td", "TD", "Tf", "Tj", "TJ", "TL", "Tm", "Tr", "Ts", "Tw", "Tz", "v", "w",
    "W", "W*", "y", "'", "\"",
];

fn known(op: &[u8]) -> bool {
    KNOWN.iter().any(|k| k.as_bytes() == op)
}

/// Splits a decoded content stream.
///
/// # Errors
/// What is wrong and at which byte, without a value of the stream.
pub fn operations(data: &[u8]) -> Result<Vec<Op>, String> {
    let mut lx = Lexer { data, at: 0 };
    let mut out = Vec::with_capacity(data.len() / 12);
    let mut args: Vec<Val> = Vec::new();
    // Between BX and EX unknown operators are to be ignored.
    let mut lenient = 0u32;
    loop {
        lx.skip();
        let Some(b) = lx.peek() else { break };
        if let Some(v) = lx.value(b, 0)? {
            if args.len() > 4096 {
                return Err(format!("too many operands at byte {}", lx.at));
            }
            args.push(v);
            continue;
        }
        let start = lx.at;
        let word = lx.word();
        match word {
            b"" => return Err(format!("a byte that begins nothing at byte {start}")),
            b"true" => args.push(Val::Bool(true)),
            b"false" => args.push(Val::Bool(false)),
            b"null" => args.push(Val::Null),
            b"BI" => {
                let (dict, bytes) = lx.inline_image()?;
                out.push(Op { code: code("BI"), args: vec![Val::Dict(dict), Val::Str(bytes)] });
                args.clear();
            }
            _ if known(word) => {
                lenient = match word {
                    b"BX" => lenient + 1,
                    b"EX" => lenient.saturating_sub(1),
                    _ => lenient,
                };
                let mut c = [0u8; 3];
                for (slot, b) in c.iter_mut().zip(word) {
                    *slot = *b;
                }
                out.push(Op { code: c, args: std::mem::take(&mut args) });
            }
            _ if lenient > 0 => args.clear(),
            _ => return Err(format!("{UNKNOWN_OPERATOR} at byte {start}")),
        }
        if out.len() > MAX_OPS {
            return Err("too many operations".into());
        }
    }
    Ok(out)
}

struct Lexer<'a> {
    data: &'a [u8],
    at: usize,
}

fn is_space(b: u8) -> bool {
    matches!(b, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_delimiter(b: u8) -> bool {
    matches!(b, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

impl<'a> Lexer<'a> {
    fn peek(&self) -> Option<u8> {
        self.data.get(self.at).copied()
    }

    fn skip(&mut self) {
        while let Some(b) = self.peek() {
            if b == b'%' {
                while self.peek().is_some_and(|b| b != b'\n' && b != b'\r') {
                    self.at += 1;
                }
            } else if !is_space(b) {
                break;
            } else {
                self.at += 1;
            }
        }
    }

    fn word(&mut self) -> &'a [u8] {
        let start = self.at;
        while self.peek().is_some_and(|b| !is_space(b) && !is_delimiter(b)) {
            self.at += 1;
        }
        self.data.get(start..self.at).unwrap_or_default()
    }

    /// An operand, or `None` when a word begins here.
    fn value(&mut self, b: u8, depth: u8) -> Result<Option<Val>, String> {
        if depth > MAX_DEPTH {
            return Err(format!("operands nested too deep at byte {}", self.at));
        }
        Ok(Some(match b {
            b'0'..=b'9' | b'+' | b'-' | b'.' => {
                let start = self.at;
                let word = self.word();
                Val::Num(number(word).ok_or_else(|| format!("a number that is none at byte {start}"))?)
            }
            b'/' => {
                self.at += 1;
                Val::Name(name(self.word()))
            }
            b'(' => Val::Str(self.literal()?),
            b'<' if self.data.get(self.at + 1) == Some(&b'<') => {
                self.at += 2;
                Val::Dict(self.dict(depth)?)
            }
            b'<' => Val::Str(self.hex()?),
            b'[' => {
                self.at += 1;
                let mut list = Vec::new();
                loop {
                    self.skip();
                    match self.peek() {
                        None => return Err("an array without end".into()),
                        Some(b']') => {
                            self.at += 1;
                            break;
                        }
                        Some(b) => list.push(self.operand(b, depth + 1)?),
                    }
                }
                Val::Arr(list)
            }
            _ => return Ok(None),
        }))
    }

    /// A value where only a value may stand.
    fn operand(&mut self, b: u8, depth: u8) -> Result<Val, String> {
        if let Some(v) = self.value(b, depth)? {
            return Ok(v);
        }
        let start = self.at;
        match self.word() {
            b"true" => Ok(Val::Bool(true)),
            b"false" => Ok(Val::Bool(false)),
            b"null" => Ok(Val::Null),
            _ => Err(format!("no value where one is needed at byte {start}")),
        }
    }

    fn dict(&mut self, depth: u8) -> Result<Vec<(Vec<u8>, Val)>, String> {
        let mut out = Vec::new();
        loop {
            self.skip();
            match self.peek() {
                None => return Err("a dictionary without end".into()),
                Some(b'>') => {
                    self.at += if self.data.get(self.at + 1) == Some(&b'>') { 2 } else { 1 };
                    return Ok(out);
                }
                Some(b'/') => {
                    self.at += 1;
                    let key = name(self.word());
                    self.skip();
                    let Some(b) = self.peek() else { return Err("a dictionary without end".into()) };
                    out.push((key, self.operand(b, depth + 1)?));
                }
                Some(_) => return Err(format!("a dictionary without a key at byte {}", self.at)),
            }
        }
    }

    fn literal(&mut self) -> Result<Vec<u8>, String> {
        self.at += 1;
        let mut out = Vec::new();
        let mut depth = 1u32;
        while let Some(b) = self.peek() {
            self.at += 1;
            match b {
                b'(' => {
                    depth += 1;
                    out.push(b);
                }
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(out);
                    }
                    out.push(b);
                }
                b'\\' => self.escape(&mut out),
                b'\r' => {
                    if self.peek() == Some(b'\n') {
                        self.at += 1;
                    }
                    out.push(b'\n');
                }
                _ => out.push(b),
            }
        }
        Err("a string without end".into())
    }

    fn escape(&mut self, out: &mut Vec<u8>) {
        let Some(b) = self.peek() else { return };
        self.at += 1;
        match b {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'\n' => {}
            b'\r' => {
                if self.peek() == Some(b'\n') {
                    self.at += 1;
                }
            }
            b'0'..=b'7' => {
                let mut v = u32::from(b - b'0');
                for _ in 0..2 {
                    match self.peek() {
                        Some(d @ b'0'..=b'7') => {
                            v = v * 8 + u32::from(d - b'0');
                            self.at += 1;
                        }
                        _ => break,
                    }
                }
                out.push((v & 0xff) as u8);
            }
            _ => out.push(b),
        }
    }

    fn hex(&mut self) -> Result<Vec<u8>, String> {
        self.at += 1;
        let mut out = Vec::new();
        let mut high: Option<u8> = None;
        while let Some(b) = self.peek() {
            self.at += 1;
            if b == b'>' {
                out.extend(high.map(|h| h << 4));
                return Ok(out);
            }
            let Some(d) = (b as char).to_digit(16) else {
                if is_space(b) {
                    continue;
                }
                return Err(format!("a hexadecimal string with other signs at byte {}", self.at));
            };
            match high.take() {
                Some(h) => out.push(h << 4 | d as u8),
                None => high = Some(d as u8),
            }
        }
        Err("a string without end".into())
    }

    /// Dictionary and data of an inline image; the lexer stands behind `BI`.
    #[allow(clippy::type_complexity)]
    fn inline_image(&mut self) -> Result<(Vec<(Vec<u8>, Val)>, Vec<u8>), String> {
        let mut dict = Vec::new();
        loop {
            self.skip();
            match self.peek() {
                Some(b'/') => {
                    self.at += 1;
                    let key = name(self.word());
                    self.skip();
                    let Some(b) = self.peek() else { return Err("an inline image without end".into()) };
                    dict.push((key, self.operand(b, 0)?));
                }
                Some(b'I') if self.data.get(self.at..self.at + 2) == Some(b"ID") => {
                    self.at += 3;
                    break;
                }
                _ => return Err(format!("an inline image without data at byte {}", self.at)),
            }
        }
        let start = self.at.min(self.data.len());
        let mut from = start + plain_len(&dict).unwrap_or(0);
        while let Some(p) = self.data.get(from..).and_then(|d| memchr::memmem::find(d, b"EI")) {
            let at = from + p;
            let before = at == start
                || self.data.get(at.wrapping_sub(1)).is_none_or(|b| is_space(*b))
                || plain_len(&dict) == Some(at - start);
            let after = self.data.get(at + 2).is_none_or(|b| is_space(*b));
            let rest = self.data.get(at + 2..(at + 22).min(self.data.len())).unwrap_or_default();
            if before && after && rest.iter().all(|b| is_space(*b) && *b != 0 || (32..127).contains(b)) {
                self.at = at + 2;
                let mut end = at;
                if end > start && plain_len(&dict) != Some(at - start) && self.data.get(end - 1).is_some_and(|b| is_space(*b)) {
                    end -= 1;
                }
                return Ok((dict, self.data.get(start..end).unwrap_or_default().to_vec()));
            }
            from = at + 1;
        }
        Err("an inline image without end".into())
    }
}

/// Length of the data of an inline image without filter, in bytes.
fn plain_len(dict: &[(Vec<u8>, Val)]) -> Option<usize> {
    let get = |short: &[u8], long: &[u8]| dict.iter().find(|(k, _)| k == short || k == long).map(|(_, v)| v);
    if get(b"F", b"Filter").is_some() {
        return None;
    }
    let n = |v: Option<&Val>| v.and_then(Val::num).filter(|n| (0.0..1e6).contains(n)).map(|n| n as usize);
    let (w, h) = (n(get(b"W", b"Width"))?, n(get(b"H", b"Height"))?);
    let mask = get(b"IM", b"ImageMask") == Some(&Val::Bool(true));
    let bits = if mask { 1 } else { n(get(b"BPC", b"BitsPerComponent"))? };
    let parts = match get(b"CS", b"ColorSpace") {
        None => 1,
        Some(Val::Name(c)) => match c.as_slice() {
            b"G" | b"DeviceGray" => 1,
            b"RGB" | b"DeviceRGB" => 3,
            b"CMYK" | b"DeviceCMYK" => 4,
            _ => return None,
        },
        Some(Val::Arr(a)) if matches!(a.first(), Some(Val::Name(n)) if n == b"I" || n == b"Indexed") => 1,
        Some(_) => return None,
    };
    w.checked_mul(bits)?.checked_mul(parts)?.div_ceil(8).checked_mul(h)
}

/// A number; readers take `5.` and `--5`, and stop at what does not belong.
fn number(word: &[u8]) -> Option<f64> {
    let mut sign = 1.0;
    let mut i = 0;
    while let Some(b @ (b'+' | b'-')) = word.get(i) {
        if *b == b'-' {
            sign = -1.0;
        }
        i += 1;
    }
    let (mut value, mut scale, mut digits, mut point) = (0.0f64, 1.0f64, 0, false);
    while let Some(b) = word.get(i) {
        match b {
            b'0'..=b'9' => {
                digits += 1;
                if point {
                    scale /= 10.0;
                    value += f64::from(b - b'0') * scale;
                } else {
                    value = value * 10.0 + f64::from(b - b'0');
                }
            }
            b'.' if !point => point = true,
            b'-' if digits > 0 => break,
            _ => return None,
        }
        i += 1;
    }
    (digits > 0 || point).then_some(sign * value).filter(|v| v.is_finite())
}

/// A name with its `#xx` resolved.
pub fn name(raw: &[u8]) -> Vec<u8> {
    if !raw.contains(&b'#') {
        return raw.to_vec();
    }
    let hex = |b: Option<&u8>| b.and_then(|b| (*b as char).to_digit(16)).map(|d| d as u8);
    let mut out = Vec::with_capacity(raw.len());
    let mut i = 0;
    while let Some(&b) = raw.get(i) {
        match (b, hex(raw.get(i + 1)), hex(raw.get(i + 2))) {
            (b'#', Some(h), Some(l)) => {
                out.push(h << 4 | l);
                i += 3;
            }
            _ => {
                out.push(b);
                i += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_and_operands() {
        let ops =
            operations(b"q 1 0 0 -.5 --3 4. cm % comment (Tj\n/F#31 12 Tf [(a\\(b\\051)-120<4a>]TJ (x\\\ny\\101) ' Q").unwrap();
        assert_eq!(ops.len(), 6);
        assert_eq!(ops[1].nums::<6>(), Some([1.0, 0.0, 0.0, -0.5, -3.0, 4.0]));
        assert_eq!(ops[2].args[0], Val::Name(b"F1".to_vec()));
        assert_eq!(ops[3].args[0], Val::Arr(vec![Val::Str(b"a(b)".to_vec()), Val::Num(-120.0), Val::Str(b"J".to_vec())]));
        assert_eq!(ops[3].code, code("TJ"));
        assert_eq!(ops[4].code, code("'"));
    }

    #[test]
    fn inline_images_end_where_they_end() {
        let ops = operations(b"BI /W 4 /H 1 /BPC 8 /CS /G ID EI E EI\nQ").unwrap();
        assert_eq!(ops[0].args[1], Val::Str(b"EI E".to_vec()));
        assert_eq!(ops[1].code, code("Q"));
        let ops = operations(b"BI /W 4 /H 1 /F /AHx ID 00ff00ff> EI Q").unwrap();
        assert_eq!(ops[0].args[1], Val::Str(b"00ff00ff>".to_vec()));
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for bad in ["(Jane) Foo", "[(a)", "(a", "<4", "<4z>", "BI /W 1 ID x", "<</A", "]", ")", "1 2 }"] {
            assert!(operations(bad.as_bytes()).is_err(), "{bad}");
        }
        assert_eq!(operations(b"BX (a) foo EX q").unwrap().len(), 3);
        assert!(operations("[".repeat(100).as_bytes()).is_err());
    }
}
