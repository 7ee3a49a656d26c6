//! JSON pointers for nodes, computed only for the few that the ledger names.

use super::tape::{Kind, Tape};

/// RFC 6901 pointers of the given nodes, in the same order. Keys are part of a format's vocabulary, not of the record; a key that
/// is not a plain word is shown as `?` so that no value can reach the ledger through it.
pub fn pointers(source: &[u8], tape: &Tape, nodes: &[u32]) -> Vec<String> {
    let mut order: Vec<usize> = (0..nodes.len()).collect();
    order.sort_by_key(|&i| nodes[i]);
    let mut out = vec![String::new(); nodes.len()];
    // The open containers above the current node: (index past the container, length of the path before it, next element number).
    let mut stack: Vec<(u32, usize, u32, bool)> = Vec::new();
    let mut path = String::new();
    let mut want = order.into_iter().peekable();
    let mut i = 0u32;
    let count = tape.nodes.len() as u32;
    while i < count {
        while let Some(&(end, len, _, _)) = stack.last() {
            if i < end {
                break;
            }
            path.truncate(len);
            stack.pop();
        }
        let Some(&next_wanted) = want.peek() else { break };
        let target = nodes[next_wanted];
        let n = tape.node(i);
        // Path of this node: its parent's path plus key or index.
        let base = path.len();
        let mut seg_len = base;
        let mut key_node = false;
        if let Some(top) = stack.last_mut() {
            if top.3 {
                if n.kind == Kind::Key {
                    key_node = true;
                    path.push('/');
                    push_key(&mut path, tape.str_raw(source, i));
                } else {
                    // The value right after a key: the path already names it; `seg_len` is the length before the key.
                    seg_len = top.1.max(parent_len(&path));
                }
            } else {
                path.push('/');
                path.push_str(&top.2.to_string());
                top.2 += 1;
            }
        }
        while let Some(&w) = want.peek() {
            if nodes[w] != i {
                break;
            }
            out[w] = path.clone();
            want.next();
        }
        if key_node {
            i += 1;
            continue;
        }
        let enters = matches!(n.kind, Kind::Object | Kind::Array) && target >= i && target < n.next;
        let restore = if seg_len == base && stack.last().is_some_and(|t| t.3) { parent_len(&path) } else { seg_len };
        if enters {
            stack.push((n.next, restore, 0, n.kind == Kind::Object));
            i += 1;
        } else {
            path.truncate(restore);
            i = n.next;
        }
    }
    out
}

fn parent_len(path: &str) -> usize {
    path.rfind('/').unwrap_or(0)
}

fn push_key(path: &mut String, key: &str) {
    let plain = !key.is_empty() && key.len() <= 64 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    path.push_str(if plain { key } else { "?" });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_of_nested_nodes() {
        let src = br#"{"a":[{"b":1},{"b":[true,"x"]}],"weird key":{"c":2},"d":3}"#;
        let t = Tape::parse(src).unwrap();
        let a = t.get(src, 0, "a").unwrap();
        let els: Vec<u32> = t.elements(a).collect();
        let b1 = t.get(src, els[1], "b").unwrap();
        let x = t.elements(b1).nth(1).unwrap();
        let c = t.get(src, t.get(src, 0, "weird key").unwrap(), "c").unwrap();
        let d = t.get(src, 0, "d").unwrap();
        let got = pointers(src, &t, &[d, 0, x, c, a, els[1]]);
        assert_eq!(got, ["/d", "", "/a/1/b/1", "/?/c", "/a", "/a/1"]);
    }
}
