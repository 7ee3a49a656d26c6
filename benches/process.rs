//! The whole program on the sample exports. Stages and large files: `scripts/bench`.

use criterion::{Criterion, criterion_group, criterion_main};
use std::path::Path;
use std::process::Command;

fn process(c: &mut Criterion) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let temp = match tempfile::tempdir() {
        Ok(t) => t,
        Err(e) => return eprintln!("no temporary folder: {e}"),
    };
    let mut group = c.benchmark_group("process");
    group.sample_size(20);
    for input in
        ["samples/reyes/portal-fhir.json", "samples/reyes/ccda/summary.xml", "samples/reyes/portal.zip", "samples/xdm/xdm.zip"]
    {
        group.bench_function(input, |b| {
            let mut n = 0u64;
            b.iter(|| {
                n += 1;
                Command::new(env!("CARGO_BIN_EXE_disclose"))
                    .current_dir(root)
                    .args(["process", input, "--patient", "samples/reyes/patient.json", "--purpose", "litigation"])
                    .args(["--recipient", "Bench", "--quiet", "--out"])
                    .arg(temp.path().join(n.to_string()))
                    .status()
            })
        });
    }
    group.finish();
}

criterion_group!(benches, process);
criterion_main!(benches);
