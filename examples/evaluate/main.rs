//! Measures `disclose detect` and `disclose match` on the labelled set of `tests/corpus`. Run it through `scripts/evaluate`.

mod examples;
#[path = "../../tests/corpus/gold.rs"]
mod gold;
mod identity;
mod page;
mod score;

use disclose::detect::model::{Fitted, Names};
use rayon::prelude::*;
use score::{Count, Score};
use std::path::Path;
use std::process::ExitCode;

/// What must hold on each split.
pub struct Gate {
    /// In words.
    pub what: &'static str,
    /// The bound, and whether it is the least or the most.
    pub bound: f64,
    /// True when the measured share may not be less, false when it may not be more.
    pub least: bool,
    /// The measured figure.
    pub of: fn(&Score) -> Count,
}

/// The gate.
pub const GATES: &[Gate] = &[
    Gate { what: "span recall", bound: 0.985, least: true, of: |s| s.recall },
    Gate { what: "span recall, relatives and other patients", bound: 0.99, least: true, of: Score::kin },
    Gate { what: "patient's own kept", bound: 0.99, least: true, of: |s| s.own },
    Gate { what: "traps touched", bound: 0.01, least: false, of: |s| s.traps },
    Gate { what: "role accuracy", bound: 0.9, least: true, of: Score::roles },
    Gate { what: "review load", bound: 0.15, least: false, of: |s| s.review },
];

impl Gate {
    /// Whether the split passes.
    pub fn holds(&self, score: &Score) -> bool {
        let share = (self.of)(score).share();
        if (self.of)(score).all == 0 {
            return true;
        }
        if self.least { share >= self.bound } else { share <= self.bound }
    }
}

/// One split, or every so many-th note of it.
fn split(root: &Path, name: &str, every: usize) -> Result<Score, String> {
    let notes = gold::split(root, name)?;
    measure(&notes.into_iter().step_by(every).collect::<Vec<_>>())
}

fn measure(notes: &[gold::Note]) -> Result<Score, String> {
    let scores: Vec<Score> = notes.par_iter().map(score::score).collect::<Result<_, _>>()?;
    let mut out = Score::default();
    scores.into_iter().for_each(|s| out.merge(s));
    Ok(out)
}

/// Measures the notes of one folder alone.
fn folder(dir: &Path, misses: bool) -> Result<bool, String> {
    let score = measure(&gold::folder(dir, "notes")?)?;
    if misses {
        score.misses.iter().for_each(|m| println!("{m}"));
    }
    print!("{}", page::one(&score));
    Ok(GATES.iter().all(|g| g.holds(&score)))
}

/// Takes an option and its value out of `args`.
fn taken(args: &mut Vec<String>, option: &str) -> Result<Option<String>, String> {
    let Some(at) = args.iter().position(|a| a == option) else { return Ok(None) };
    args.remove(at);
    if at < args.len() { Ok(Some(args.remove(at))) } else { Err(format!("{option} wants a value")) }
}

fn run() -> Result<bool, String> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let alone = taken(&mut args, "--notes")?;
    let pieces = taken(&mut args, "--pieces")?;
    let heads = taken(&mut args, "--heads")?;
    let every =
        taken(&mut args, "--every")?.map_or(Ok(1), |n| n.parse::<usize>().map_err(|e| format!("--every {n}: {e}")))?.max(1);
    const KNOWN: &[&str] = &["--gate", "--misses", "--test-misses", "--identity-misses", "--no-page", "--short", "--examples"];
    if let Some(bad) = args.iter().find(|a| !KNOWN.contains(&a.as_str())) {
        return Err(format!(
            "unknown option {bad}; known are --notes DIR, --pieces FILE, --heads DIR, --every N, {}",
            KNOWN.join(" ")
        ));
    }
    let on = |flag: &str| args.iter().any(|a| a == flag);
    if let Some(alone) = alone {
        let dir = &alone;
        if let Some(into) = &pieces {
            let file = std::fs::File::create(into).map_err(|e| format!("{into}: {e}"))?;
            let mut file = std::io::BufWriter::new(file);
            let names = Names::with(Fitted { change: Some(Vec::new()), ..Fitted::default() });
            return gold::folder(Path::new(dir), "notes")?
                .iter()
                .try_for_each(|n| examples::print_pieces(&names, n, &mut file))
                .map(|()| true);
        }
        if on("--examples") {
            let heads = heads.map(|dir| examples::Heads::read(Path::new(&dir))).transpose()?;
            let shared = Names::shared();
            let names = |note: &gold::Note| match &heads {
                Some(heads) => heads.of(note).ok_or_else(|| format!("{} is in no fold", note.name)),
                None => Ok(shared.as_ref()),
            };
            return gold::folder(Path::new(dir), "notes")?.iter().try_for_each(|n| examples::print(names(n)?, n)).map(|()| true);
        }
        return Ok(folder(Path::new(dir), on("--misses"))? || !on("--gate"));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let splits = [("dev", split(root, "dev", every)?), ("test", split(root, "test", every)?)];
    let cases = identity::cases(root)?;
    if on("--misses") {
        splits[0].1.misses.iter().for_each(|m| println!("{m}"));
    }
    if on("--test-misses") {
        splits[1].1.misses.iter().for_each(|m| println!("{m}"));
    }
    if on("--identity-misses") || on("--misses") {
        cases.misses.iter().for_each(|m| println!("{m}"));
    }
    let tables = page::tables(&splits, &cases);
    println!("{}", if on("--short") { page::short(&tables) } else { &tables });
    // The page is of all notes.
    if !on("--no-page") && every == 1 {
        let path = root.join("docs/quality.md");
        std::fs::write(&path, page::page(&tables, &splits, &cases)).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    let mut all = true;
    for (name, score) in &splits {
        for gate in GATES.iter().filter(|g| !g.holds(score)) {
            all = false;
            println!("below the gate: {name}, {}: {:.4}, wanted {}", gate.what, (gate.of)(score).share(), gate.bound);
        }
    }
    if cases.dangerous > 0 || cases.agree.share() < 0.9 {
        all = false;
        println!("below the gate: identity, {} dangerous, agreement {:.3}", cases.dangerous, cases.agree.share());
    }
    println!("{}", if all { "the gate holds" } else { "the gate does not hold" });
    Ok(all || !on("--gate"))
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::from(2)
        }
    }
}
