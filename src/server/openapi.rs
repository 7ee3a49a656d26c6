//! The description of the interface for programs (OpenAPI 3.1), made from the same table that admits requests.

use super::routes::{Access, TABLE};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// The document.
pub async fn document() -> Response {
    (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], spec().to_string()).into_response()
}

fn text(what: &str) -> Value {
    json!({"type": "string", "description": what})
}

fn number() -> Value {
    json!({"type": "integer"})
}

/// Summary, parameters of the query, body, answer.
fn about(method: &str, path: &str) -> (&'static str, Value, Value, Value) {
    let case = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Case"}}});
    let query = |list: &[(&str, &str)]| -> Value {
        list.iter()
            .map(|(name, kind)| json!({"name": name, "in": "query", "required": false, "schema": {"type": kind}}))
            .collect::<Vec<_>>()
            .into()
    };
    let object = |properties: Value, required: Value| json!({"application/json": {"schema": {"type": "object", "properties": properties, "required": required}}});
    let zip = json!({"application/zip": {"schema": {"type": "string", "format": "binary"}}});
    match (method, path) {
        ("GET", "/api/v1/cases") => (
            "Lists cases by number",
            query(&[("state", "string"), ("search", "string"), ("limit", "integer"), ("offset", "integer")]),
            Value::Null,
            object(
                json!({"total": number(), "cases": {"type": "array", "items": {"$ref": "#/components/schemas/Case"}}}),
                json!(["total", "cases"]),
            ),
        ),
        ("POST", "/api/v1/cases") => (
            "Takes a request in",
            json!([]),
            json!({"application/json": {"schema": {"$ref": "#/components/schemas/Request"}}}),
            case,
        ),
        ("GET", "/api/v1/cases/{id}") => ("A case and its newest job", json!([]), Value::Null, case),
        ("POST", "/api/v1/cases/{id}/files") => (
            "Takes one file of the export in; the body is the file",
            json!([{"name": "path", "in": "query", "required": true, "schema": text("Path of the file in the export")}]),
            json!({"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}),
            object(
                json!({"path": text("Path"), "bytes": number(), "sha256": text("SHA-256")}),
                json!(["path", "bytes", "sha256"]),
            ),
        ),
        ("POST", "/api/v1/cases/{id}/moves") => (
            "Makes a move: log, validate, pend, resume, process, acknowledge, close, deny, cancel, recall",
            json!([]),
            object(
                json!({"move": text("The move"), "reason": text("Reason for pending"), "note": text("Why; needed to deny, cancel and recall")}),
                json!(["move"]),
            ),
            case,
        ),
        ("GET", "/api/v1/cases/{id}/items") => (
            "Review items of the newest run with their rulings",
            json!([]),
            Value::Null,
            object(
                json!({"run": number(), "items": {"type": "array", "items": {"$ref": "#/components/schemas/ReviewItem"}}}),
                json!(["run", "items"]),
            ),
        ),
        ("POST", "/api/v1/cases/{id}/rulings") => (
            "Rules on a review item",
            json!([]),
            object(
                json!({"item": text("R1"), "ruling": text("keep, mask, withhold, accept, label:ROLE")}),
                json!(["item", "ruling"]),
            ),
            case,
        ),
        ("GET", "/api/v1/cases/{id}/package") => ("The package of a released case", json!([]), Value::Null, zip),
        ("GET", "/api/v1/cases/{id}/packet") => ("Its evidence packet", json!([]), Value::Null, zip),
        _ => (
            "Entries of the audit log, newest first",
            query(&[("before", "integer"), ("limit", "integer")]),
            Value::Null,
            object(json!({"entries": {"type": "array", "items": {"type": "object"}}}), json!(["entries"])),
        ),
    }
}

/// The description.
pub fn spec() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for (method, path, access) in TABLE {
        let Access::Api(scope, roles) = access else { continue };
        let (summary, mut parameters, body, answer) = about(method, path);
        if path.contains("{id}")
            && let Some(list) = parameters.as_array_mut()
        {
            list.insert(0, json!({"name": "id", "in": "path", "required": true, "schema": text("Id of the case")}));
        }
        let roles: Vec<&str> = roles.iter().map(|r| r.title()).collect();
        let status = if (*method, *path) == ("POST", "/api/v1/cases") { "201" } else { "200" };
        let mut operation = json!({
            "summary": summary,
            "description": format!("Scope `{}`; for accounts with one of the roles: {}.", scope.word(), roles.join(", ").to_lowercase()),
            "parameters": parameters,
            "responses": {
                status: {"description": "Done", "content": answer},
                "401": {"$ref": "#/components/responses/Refused"}, "403": {"$ref": "#/components/responses/Refused"},
                "404": {"$ref": "#/components/responses/Refused"}, "409": {"$ref": "#/components/responses/Refused"},
                "422": {"$ref": "#/components/responses/Refused"},
            },
        });
        if !body.is_null() {
            operation["requestBody"] = json!({"required": true, "content": body});
        }
        let entry = paths.entry(path.to_string()).or_insert_with(|| json!({}));
        entry[method.to_ascii_lowercase()] = operation;
    }
    let strings =
        |names: &[&str]| -> Map<String, Value> { names.iter().map(|n| (n.to_string(), json!({"type": "string"}))).collect() };
    let mut case = strings(&[
        "id",
        "state",
        "reason",
        "authority",
        "purpose",
        "requester_kind",
        "received",
        "due",
        "outcome",
        "patient",
        "birth_date",
        "recipient",
    ]);
    for n in ["number", "files", "run", "open_items", "all_items", "unapplied_rulings", "blocks"] {
        case.insert(n.into(), number());
    }
    for n in ["verified", "purged", "older_rules"] {
        case.insert(n.into(), json!({"type": "boolean"}));
    }
    let mut request = strings(&[
        "purpose",
        "recipient",
        "authority",
        "from",
        "to",
        "recipient_address",
        "reference",
        "received",
        "channel",
        "due",
    ]);
    request.insert("patient".into(), json!({"type": "object", "description": "Identity: names, birth_date, identifiers ... as in an identity file, or a FHIR Patient"}));
    request.insert("keep_clinicians".into(), json!({"type": "boolean"}));
    request.insert(
        "court_filing".into(),
        json!({"type": "boolean", "description": "Reduce the patient's own identifiers for filing with a court (Fed. R. Civ. P. 5.2(a))"}),
    );
    request.insert(
        "information_blocking".into(),
        json!({"type": "object", "description": "The exception relied on: exception, rationale, by"}),
    );
    request.insert("checklist".into(), json!({"type": "object", "description": "Answers by item: state, by, note"}));
    json!({
        "openapi": "3.1.0",
        "info": {"title": "disclose desk", "version": env!("CARGO_PKG_VERSION"), "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": "Requests, files, review items and packages of the records-release desk. Submission, second approval and release are made by people at the desk alone."},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "Made on the page API tokens; it acts for its account within its scopes"}},
            "responses": {"Refused": {"description": "Why not", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}},
            "schemas": {
                "Error": {"type": "object", "properties": {"error": text("Words for a person")}, "required": ["error"]},
                "Case": {"type": "object", "properties": case, "required": ["id", "number", "state"]},
                "Request": {"type": "object", "properties": request, "required": ["patient", "purpose", "recipient", "received"]},
                "ReviewItem": {"type": "object", "properties": {"id": text("R1"), "kind": text("Kind"), "question": text("Question"),
                    "choices": {"type": "array", "items": {"type": "string"}}, "ruling": {"type": ["string", "null"]}}, "required": ["id", "choices"]},
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every reference leads somewhere, every operation is described, every path's parameter is listed.
    #[test]
    fn the_description_is_whole() {
        let spec = spec();
        let mut refs = Vec::new();
        let mut stack = vec![&spec];
        while let Some(v) = stack.pop() {
            if let Some(r) = v.get("$ref").and_then(Value::as_str) {
                refs.push(r.to_string());
            }
            stack.extend(v.as_object().into_iter().flat_map(|o| o.values()));
            stack.extend(v.as_array().into_iter().flatten());
        }
        assert!(refs.len() > 10);
        for r in refs {
            assert!(spec.pointer(&r[1..]).is_some(), "{r}");
        }
        let operations = TABLE.iter().filter(|(_, _, a)| matches!(a, Access::Api(..))).count();
        let listed: Vec<&Value> =
            spec["paths"].as_object().unwrap().values().flat_map(|p| p.as_object().unwrap().values()).collect();
        assert_eq!(listed.len(), operations);
        let summaries: std::collections::BTreeSet<&str> = listed.iter().map(|o| o["summary"].as_str().unwrap()).collect();
        assert_eq!(summaries.len(), operations, "each has words of its own");
    }
}
