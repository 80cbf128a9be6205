use crate::repository::{assert_agree, text};

#[test]
fn the_openapi_document_explains_every_problem_and_no_other() {
    let registry = text("shared/lambda/src/problem/registry.rs");
    let registered = registry
        .lines()
        .filter_map(|line| line.split_once(" = \"")?.1.split_once("\", "))
        .filter(|(_, rest)| rest.starts_with(|first: char| first.is_ascii_digit()))
        .map(|(slug, _)| slug.to_owned())
        .collect();
    let document = text("functions/http/get-openapi/src/openapi.json");
    let pieces: Vec<_> = document.split('`').collect();
    let explained = pieces
        .windows(2)
        .filter_map(|pair| match pair {
            [slug, after] if after.starts_with(": ") => Some((*slug).to_owned()),
            _ => None,
        })
        .collect();
    assert_agree(
        "A client reads in the OpenAPI document what each problem means.",
        ("the registry of problems", &registered),
        ("openapi.json", &explained),
    );
}
