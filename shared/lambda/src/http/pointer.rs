//! JSON pointers (RFC 6901), which say where in a request something is wrong.

use serde_path_to_error::{Path, Segment};

/// The pointer to a member of what `parent` points to.
pub(crate) fn child(parent: &str, name: &str) -> String {
    format!("{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The pointer to where a parser stood when it refused, below `root`.
pub(crate) fn below(root: &str, path: &Path) -> String {
    path.iter().fold(root.to_owned(), |parent, segment| match segment {
        Segment::Seq { index } => child(&parent, &index.to_string()),
        Segment::Map { key } => child(&parent, key),
        // The variant of an enum is no level of the document, and an unknown part has no name.
        Segment::Enum { .. } | Segment::Unknown => parent,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_and_tildes_in_names_are_escaped() {
        assert_eq!(child("/a", "b/c~d"), "/a/b~1c~0d");
    }
}
