//! Checks what is stored, and what the gateways say, against everything that always holds.

use domain::invariant::{Books, ChargeEntry, Violation, check};

use crate::{Archive, Failure};

/// What an audit found.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was read.
    pub books: Books,
    /// What does not hold; nothing when all is well.
    pub violations: Vec<Violation>,
}

/// Reads a store that is at rest and checks it, with the gateways' own books where they were asked.
///
/// # Errors
/// When the store cannot be read.
pub async fn audit(archive: &dyn Archive, charges: Option<Vec<ChargeEntry>>) -> Result<Report, Failure> {
    let books = Books { charges, ..archive.books().await? };
    let violations = check(&books);
    Ok(Report { books, violations })
}
