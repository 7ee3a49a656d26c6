//! JSON as the readers of persons need it: borrowed from the text, long lists cut, photographs and other bulk skipped.
//!
//! A pairs file of a million lines is read at the speed of this; a general tree with a hash table for each object is three times
//! slower.

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Members of one list that are looked at.
const MAX_LIST: usize = 256;
/// Members of one object that are looked at.
const MAX_MEMBERS: usize = 512;

/// A JSON value.
#[derive(Clone, PartialEq, Debug)]
pub enum Node<'a> {
    /// A string.
    Text(Cow<'a, str>),
    /// An array, cut at 256 members.
    List(Vec<Node<'a>>),
    /// An object, in order.
    Map(Vec<(Cow<'a, str>, Node<'a>)>),
    /// Null, a number or a boolean: nothing here needs them.
    Other,
}

impl<'a> Node<'a> {
    /// Reads a text.
    ///
    /// # Errors
    /// Not JSON, or nested too deep.
    pub fn parse(bytes: &'a [u8]) -> Result<Node<'a>, serde_json::Error> {
        match std::str::from_utf8(bytes) {
            // Once for all strings in it.
            Ok(text) => serde_json::from_str(text),
            Err(_) => serde_json::from_slice(bytes),
        }
    }
    /// A member of an object.
    pub fn get(&self, key: &str) -> Option<&Node<'a>> {
        match self {
            Node::Map(m) => m.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }
    /// The string, when it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Node::Text(t) => Some(t),
            _ => None,
        }
    }
    /// True for an object.
    pub fn is_object(&self) -> bool {
        matches!(self, Node::Map(_))
    }
}

/// Members that hold bulk and say nothing about who somebody is.
fn is_bulk(key: &str) -> bool {
    matches!(key, "photo" | "extension" | "meta" | "text_div" | "contained" | "communication" | "qualification")
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node<'de>;
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_borrowed_str<E: Error>(self, v: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(v)))
    }
    fn visit_str<E: Error>(self, v: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(v.to_string())))
    }
    fn visit_bool<E: Error>(self, _: bool) -> Result<Node<'de>, E> {
        Ok(Node::Other)
    }
    fn visit_i64<E: Error>(self, _: i64) -> Result<Node<'de>, E> {
        Ok(Node::Other)
    }
    fn visit_u64<E: Error>(self, _: u64) -> Result<Node<'de>, E> {
        Ok(Node::Other)
    }
    fn visit_f64<E: Error>(self, _: f64) -> Result<Node<'de>, E> {
        Ok(Node::Other)
    }
    fn visit_unit<E: Error>(self) -> Result<Node<'de>, E> {
        Ok(Node::Other)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node<'de>, A::Error> {
        let mut out = Vec::new();
        while out.len() < MAX_LIST {
            match seq.next_element::<Node>()? {
                Some(n) => out.push(n),
                None => return Ok(Node::List(out)),
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Node::List(out))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node<'de>, A::Error> {
        let mut out = Vec::with_capacity(8);
        while let Some(Key(key)) = map.next_key::<Key>()? {
            if is_bulk(&key) || out.len() >= MAX_MEMBERS {
                map.next_value::<IgnoredAny>()?;
            } else {
                let value = map.next_value::<Node>()?;
                out.push((key, value));
            }
        }
        Ok(Node::Map(out))
    }
}

impl<'de> Deserialize<'de> for Node<'de> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(NodeVisitor)
    }
}

struct Key<'a>(Cow<'a, str>);

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a name")
    }
    fn visit_borrowed_str<E: Error>(self, v: &'de str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Borrowed(v)))
    }
    fn visit_str<E: Error>(self, v: &str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(v.to_string())))
    }
}

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_str(KeyVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_read_and_bulk_is_not() {
        let n = Node::parse(br#"{"a":["x","\u00e9",1,null,true,-2,1.5],"photo":[{"data":"AAAA"}],"b":{"c":"y"}}"#).unwrap();
        let Some(Node::List(list)) = n.get("a") else { panic!("{n:?}") };
        assert_eq!((list[0].as_str(), list[1].as_str(), list.len()), (Some("x"), Some("é"), 7));
        assert!(n.get("photo").is_none());
        assert_eq!(n.get("b").and_then(|b| b.get("c")).and_then(Node::as_str), Some("y"));
        assert!(Node::parse(b"{\"a\":").is_err() && Node::parse(b"\xff").is_err() && Node::parse(b"{} x").is_err());
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        assert!(Node::parse(deep.as_bytes()).is_err());
        let text = format!("[{}1]", "1,".repeat(1000));
        let Node::List(long) = Node::parse(text.as_bytes()).unwrap() else { panic!() };
        assert_eq!(long.len(), MAX_LIST);
    }
}
