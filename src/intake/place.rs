//! Several INPUTs in one output: who stands where when two claim one path, and the order of everything.

use super::Intake;
use super::names::disk_name;
use std::collections::HashSet;
use std::path::Path;

/// INPUTs put together so far.
#[derive(Default)]
pub(super) struct Placed {
    all: Intake,
    /// Every path taken, and every folder above one.
    files: HashSet<String>,
    folders: HashSet<String>,
}

impl Placed {
    /// Adds what one INPUT gave. When any of its paths is taken, all of them go below a folder named after the INPUT, so that the
    /// links between its files still hold.
    pub(super) fn add(&mut self, input: &Path, mut new: Intake) {
        let mut prefix = String::new();
        if self.collides(&new, "") {
            let stem =
                input.file_stem().map(disk_name).filter(|s| !s.trim_matches('.').is_empty()).unwrap_or_else(|| "input".into());
            let stem = stem.replace(['/', ':'], "_");
            prefix = format!("{stem}/");
            let mut n = 2;
            while self.collides(&new, &prefix) {
                prefix = format!("{stem}-{n}/");
                n += 1;
            }
        }
        let base = self.all.containers.len();
        let shift = |c: &mut Option<usize>| {
            if let Some(i) = c {
                *i += base;
            }
        };
        for i in &mut new.items {
            i.path.insert_str(0, &prefix);
            shift(&mut i.container);
        }
        for c in &mut new.containers {
            c.path.insert_str(0, &prefix);
            shift(&mut c.parent);
        }
        for d in &mut new.dropped {
            d.path.insert_str(0, &prefix);
            shift(&mut d.container);
        }
        for h in &mut new.held {
            h.path.insert_str(0, &prefix);
            shift(&mut h.container);
        }
        for path in paths(&new) {
            for (at, _) in path.match_indices('/') {
                self.folders.insert(path[..at].to_owned());
            }
            self.files.insert(path.to_owned());
        }
        self.all.items.append(&mut new.items);
        self.all.containers.append(&mut new.containers);
        self.all.dropped.append(&mut new.dropped);
        self.all.held.append(&mut new.held);
    }

    fn collides(&self, new: &Intake, prefix: &str) -> bool {
        paths(new).any(|p| {
            let p = format!("{prefix}{p}");
            self.files.contains(&p)
                || self.folders.contains(&p)
                || p.match_indices('/').any(|(at, _)| self.files.contains(&p[..at]))
        })
    }

    /// Everything, sorted by path.
    pub(super) fn finish(self) -> Intake {
        let mut all = self.all;
        let mut order: Vec<usize> = (0..all.containers.len()).collect();
        order.sort_by(|a, b| all.containers[*a].path.cmp(&all.containers[*b].path));
        let mut place = vec![0usize; order.len()];
        for (new, old) in order.iter().enumerate() {
            place[*old] = new;
        }
        let moved = |c: Option<usize>| c.map(|i| place[i]);
        all.containers = order.iter().map(|i| all.containers[*i].clone()).collect();
        all.containers.iter_mut().for_each(|c| c.parent = moved(c.parent));
        all.items.iter_mut().for_each(|i| i.container = moved(i.container));
        all.dropped.iter_mut().for_each(|d| d.container = moved(d.container));
        all.held.iter_mut().for_each(|h| h.container = moved(h.container));
        all.items.sort_by(|a, b| a.path.cmp(&b.path));
        all.dropped.sort_by(|a, b| a.path.cmp(&b.path));
        all.held.sort_by(|a, b| (&a.path, &a.what).cmp(&(&b.path, &b.what)));
        all
    }
}

/// Paths that will be, or could become, files of the output.
fn paths(i: &Intake) -> impl Iterator<Item = &str> {
    let containers = i.containers.iter().map(|c| c.path.as_str());
    i.items.iter().map(|x| x.path.as_str()).chain(containers).chain(i.held.iter().map(|h| h.path.as_str()))
}
