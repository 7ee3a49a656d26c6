//! Graphics states, pictures, colours and patterns of the new content streams.

use super::emit::{Emitter, Names};
use super::interpret::address;
use super::lex::{Op, Val};
use super::obj;
use super::out::name;
use super::surplus;
use super::tokens::{plain, trimmed, value};
use lopdf::{Dictionary, Object};

impl<'d> Emitter<'_, 'd> {
    pub(super) fn ext_state(&mut self, at: u32, i: u32, op: &Op, names: &mut Names, out: &mut Vec<u8>) -> Result<(), String> {
        let src = self.out.src;
        let Some(n) = op.name() else { return Ok(()) };
        let Some(d) = self.resource(at, b"ExtGState", n).and_then(|o| obj::resolve(src, o)).and_then(obj::as_dict) else {
            return Ok(());
        };
        let mut copy = Dictionary::new();
        let keys: &[&[u8]] =
            &[b"LW", b"LC", b"LJ", b"ML", b"D", b"OP", b"op", b"OPM", b"FL", b"SM", b"SA", b"CA", b"ca", b"AIS", b"TK"];
        for key in keys {
            if let Some(v) = obj::get(src, d, key) {
                copy.set(*key, self.out.numbers(v, 0));
            }
        }
        match obj::get(src, d, b"BM") {
            Some(Object::Name(n)) => copy.set("BM", blend(n)),
            Some(Object::Array(a)) => {
                let first = a.iter().find_map(|o| match obj::resolve(src, o) {
                    Some(Object::Name(n)) => Some(blend(n)),
                    _ => None,
                });
                copy.set("BM", first.unwrap_or_else(|| name("Normal")));
            }
            _ => {}
        }
        match obj::get(src, d, b"SMask") {
            Some(Object::Name(_)) => copy.set("SMask", name("None")),
            Some(Object::Dictionary(m)) => {
                let u = self.page.streams.get(at as usize).ok_or("a stream that is not there")?;
                let child = u.children.get(&i).copied().ok_or("a mask that was not read")?;
                let mut mask = Dictionary::new();
                mask.set("S", name(if obj::name(src, m, b"S") == Some(b"Alpha") { "Alpha" } else { "Luminosity" }));
                mask.set("G", Object::Reference(self.form(child)?));
                if let Some(bc) = obj::get(src, m, b"BC") {
                    mask.set("BC", self.out.numbers(bc, 0));
                }
                if let Some(tr) = m.get(b"TR").ok().and_then(|t| self.out.function(t, 0)) {
                    mask.set("TR", tr);
                }
                copy.set("SMask", Object::Dictionary(mask));
            }
            _ => {}
        }
        let simple = !copy.has(b"SMask");
        let known = names.by_source.get(&(2, address(d))).filter(|_| simple).cloned();
        let mapped = known.unwrap_or_else(|| {
            let m = format!("{}G{}", self.prefix, names.states.len() + 1).into_bytes();
            names.states.push((m.clone(), Object::Dictionary(copy)));
            names.by_source.insert((2, address(d)), m.clone());
            m
        });
        out.push(b'/');
        out.extend(mapped);
        out.extend(b" gs\n");
        Ok(())
    }

    pub(super) fn draw(&mut self, at: u32, i: u32, op: &Op, names: &mut Names, out: &mut Vec<u8>) -> Result<(), String> {
        let src = self.out.src;
        let n = op.name().unwrap_or_default();
        let Some(Object::Stream(s)) = self.resource(at, b"XObject", n).and_then(|o| obj::resolve(src, o)) else { return Ok(()) };
        let child = self.page.streams.get(at as usize).and_then(|u| u.children.get(&i)).copied();
        let id = match (self.plan.replaced.get(&(at, i)), child) {
            (Some(id), _) => *id,
            (None, Some(child)) => self.form(child)?,
            (None, None) => match self.out.image(s, 0) {
                Some(id) => id,
                None => {
                    self.out.notes.insert("a picture that is not understood was left out");
                    return Ok(());
                }
            },
        };
        let key = (1, id.0 as usize);
        let mapped = names.by_source.get(&key).cloned().unwrap_or_else(|| {
            let m = format!("{}X{}", self.prefix, names.objects.len() + 1).into_bytes();
            names.objects.push((m.clone(), Object::Reference(id)));
            names.by_source.insert(key, m.clone());
            m
        });
        out.push(b'/');
        out.extend(mapped);
        out.extend(b" Do\n");
        Ok(())
    }

    pub(super) fn inline_image(&mut self, at: u32, op: &Op, names: &mut Names, out: &mut Vec<u8>) {
        let (Some(Val::Dict(d)), Some(Val::Str(data))) = (op.args.first(), op.args.get(1)) else { return };
        let known: &[(&[u8], &[u8])] = &[
            (b"W", b"Width"),
            (b"H", b"Height"),
            (b"BPC", b"BitsPerComponent"),
            (b"CS", b"ColorSpace"),
            (b"D", b"Decode"),
            (b"IM", b"ImageMask"),
            (b"I", b"Interpolate"),
        ];
        let space = match d.iter().find(|(k, _)| k == b"CS" || k == b"ColorSpace").map(|(_, v)| v) {
            Some(Val::Name(n)) if !device(n) => {
                self.resource(at, b"ColorSpace", n).and_then(|o| surplus::channels(self.out.src, o, 0))
            }
            Some(Val::Name(n)) => surplus::channels(self.out.src, &Object::Name(n.clone()), 0),
            Some(Val::Arr(_)) => Some(1),
            _ => None,
        };
        let Some((data, packed)) = surplus::inline(d, data, space) else {
            self.out.notes.insert("a picture that is not understood was left out");
            return;
        };
        let mut head = packed.into_bytes();
        for (short, long) in known {
            let Some((_, v)) = d.iter().find(|(k, _)| k == short || k == long) else { continue };
            let v = match v {
                Val::Name(n) if *short == b"CS" && !device(n) => match self.named_space(at, n, names) {
                    Some(mapped) => Val::Name(mapped),
                    None => return,
                },
                Val::Arr(a) if *short == b"CS" => match surplus::palette(a) {
                    Some(p) => p,
                    None => return,
                },
                v => v.clone(),
            };
            head.push(b'/');
            head.extend_from_slice(short);
            head.push(b' ');
            value(&mut head, &v);
            head.push(b' ');
        }
        out.extend(b"BI ");
        out.extend(head);
        out.extend(b"ID ");
        out.extend(data);
        out.extend(b"\nEI\n");
    }

    fn named_space(&mut self, at: u32, n: &[u8], names: &mut Names) -> Option<Vec<u8>> {
        let o = self.resource(at, b"ColorSpace", n)?;
        let key = (3, address(o));
        if let Some(m) = names.by_source.get(&key) {
            return Some(m.clone());
        }
        let copy = self.out.color_space(o, 0)?;
        let m = format!("{}C{}", self.prefix, names.spaces.len() + 1).into_bytes();
        names.spaces.push((m.clone(), copy));
        names.by_source.insert(key, m.clone());
        Some(m)
    }

    pub(super) fn space(&mut self, at: u32, op: &Op, names: &mut Names, out: &mut Vec<u8>) -> Result<(), String> {
        let n = op.name().ok_or("a colour space without a name")?;
        let mapped =
            if device(n) { n.to_vec() } else { self.named_space(at, n, names).ok_or("a colour space that is not understood")? };
        out.push(b'/');
        out.extend(mapped);
        out.push(b' ');
        out.extend(trimmed(&op.code));
        out.push(b'\n');
        Ok(())
    }

    pub(super) fn shade(&mut self, at: u32, op: &Op, names: &mut Names, out: &mut Vec<u8>) {
        let Some(o) = op.name().and_then(|n| self.resource(at, b"Shading", n)) else { return };
        let Some(copy) = self.out.shading(o) else {
            self.out.notes.insert("a shading that is not understood was left out");
            return;
        };
        let m = format!("{}S{}", self.prefix, names.shadings.len() + 1).into_bytes();
        names.shadings.push((m.clone(), copy));
        out.push(b'/');
        out.extend(m);
        out.extend(b" sh\n");
    }

    pub(super) fn paint_color(&mut self, at: u32, op: &Op, names: &mut Names, out: &mut Vec<u8>) -> Result<(), String> {
        let Some(n) = op.name() else {
            plain(op, out);
            return Ok(());
        };
        let Some(o) = self.resource(at, b"Pattern", n) else { return Ok(()) };
        let key = (4, address(o));
        let mapped = match names.by_source.get(&key) {
            Some(m) => m.clone(),
            None => {
                let Some(id) =
                    super::pattern::pattern(self.out, o, self.page.streams.get(at as usize).and_then(|u| u.resources))?
                else {
                    return Ok(());
                };
                let m = format!("{}P{}", self.prefix, names.patterns.len() + 1).into_bytes();
                names.patterns.push((m.clone(), Object::Reference(id)));
                names.by_source.insert(key, m.clone());
                m
            }
        };
        for v in op.args.iter().filter(|v| matches!(v, Val::Num(_))) {
            value(out, v);
            out.push(b' ');
        }
        out.push(b'/');
        out.extend(mapped);
        out.push(b' ');
        out.extend(trimmed(&op.code));
        out.push(b'\n');
        Ok(())
    }
}

fn device(n: &[u8]) -> bool {
    matches!(n, b"DeviceGray" | b"DeviceRGB" | b"DeviceCMYK" | b"Pattern" | b"G" | b"RGB" | b"CMYK")
}

fn blend(n: &[u8]) -> Object {
    const KNOWN: &[&str] = &[
        "Multiply",
        "Screen",
        "Overlay",
        "Darken",
        "Lighten",
        "ColorDodge",
        "ColorBurn",
        "HardLight",
        "SoftLight",
        "Difference",
        "Exclusion",
        "Hue",
        "Saturation",
        "Color",
        "Luminosity",
    ];
    name(KNOWN.iter().find(|k| k.as_bytes() == n).unwrap_or(&"Normal"))
}
