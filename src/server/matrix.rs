//! The permission matrix in the manual is the table that admits requests.
//! `DISCLOSE_WRITE_DOCS=1 cargo nextest run --lib server::matrix` writes it anew.

use super::{Access, TABLE};
use crate::model::desk::StaffRole;

const BEGIN: &str = "<!-- permission matrix: written by a test -->\n";
const END: &str = "<!-- end of the permission matrix -->\n";

fn table() -> String {
    let mut out = String::from(
        "| Route | clerk | reviewer | privacy officer | administrator | auditor | token scope |\n|---|---|---|---|---|---|---|\n",
    );
    for (method, path, access) in TABLE {
        let (roles, scope) = match access {
            Access::Public => {
                out.push_str(&format!("| `{method} {path}` | without login | | | | | |\n"));
                continue;
            }
            Access::Roles(roles) => (*roles, ""),
            Access::Api(scope, roles) => (*roles, scope.word()),
        };
        let cells: Vec<&str> = StaffRole::ALL.iter().map(|r| if roles.contains(r) { "yes" } else { "" }).collect();
        out.push_str(&format!("| `{method} {path}` | {} | {scope} |\n", cells.join(" | ")));
    }
    out
}

#[test]
fn the_manual_prints_the_permission_matrix() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/desk.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the place of the matrix");
    let (now, after) = rest.split_once(END).expect("its end");
    if std::env::var_os("DISCLOSE_WRITE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{}{END}{after}", table())).unwrap();
        return;
    }
    assert_eq!(now, table(), "docs/desk.md is not what the server does; see src/server/matrix.rs");
}
