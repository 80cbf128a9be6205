use super::Table;

mod access; // every question and every write
mod entities; // every kind of item

pub use access::ACCESS_PATTERNS;
pub use entities::ENTITIES;

/// A kind of item.
pub struct Entity {
    /// What it is.
    pub kind: &'static str,
    /// Its table.
    pub table: Table,
    /// The form of its key.
    pub key: &'static str,
    /// Every attribute but the key. A name in angle brackets stands for many; `?` marks one that may be absent.
    pub attributes: &'static [&'static str],
    /// The operations that write it.
    pub written_by: &'static str,
}

/// A question that the code asks of a table, or a write that it makes.
pub struct AccessPattern {
    /// The question.
    pub question: &'static str,
    /// The call to DynamoDB.
    pub operation: &'static str,
    /// The key or the index that answers it.
    pub key: &'static str,
    /// The condition under which it happens.
    pub condition: &'static str,
    /// Where it is in the code.
    pub function: &'static str,
}
