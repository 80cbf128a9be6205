use super::item::{Item, read_units};

/// One thing asked of the table.
#[derive(Clone, Copy)]
pub(crate) enum Call<'a> {
    Write(&'a Write),
    Transact(&'a [Write]),
    Read(&'a Read),
}

/// A conditional write of one item, or one part of a transaction.
pub(crate) struct Write {
    pub(super) item: Item,
    pub(super) units: u32,
    pub(super) index: Option<Item>,
}

/// A read of one item or several.
pub(crate) struct Read {
    pub(super) items: Vec<Item>,
    /// Of each item.
    pub(super) units: f64,
    pub(super) is_consistent: bool,
}

/// What a closure did at the instant of the effect, and what is answered.
pub(crate) enum Effect<T> {
    Written(T),
    /// A condition did not hold, and nothing was written.
    Refused(T),
}

/// What came of one attempt.
pub(crate) enum Outcome<T> {
    Answered(T),
    /// It met a transaction. Nothing was written.
    Conflict,
    /// A partition had no units left. Nothing was written.
    Throttled,
    /// No answer came in time.
    Lost,
}

impl Write {
    /// Of an item of this cost.
    pub(crate) const fn of(item: Item, units: u32) -> Self {
        Self { item, units, index: None }
    }

    /// A write that may put, move or remove an entry of an index, in the index's partition of this key.
    pub(crate) fn indexed(self, index: Item) -> Self {
        Self { index: Some(index), ..self }
    }
}

impl Read {
    /// With every write that was answered before.
    pub(crate) fn consistent(items: Vec<Item>, bytes_each: usize) -> Self {
        Self { items, units: f64::from(read_units(bytes_each)), is_consistent: true }
    }

    /// Perhaps without the latest.
    pub(crate) fn eventual(items: Vec<Item>, bytes_each: usize) -> Self {
        Self { items, units: f64::from(read_units(bytes_each)) / 2.0, is_consistent: false }
    }
}

impl<T> Effect<T> {
    pub(super) fn into_inner(self) -> T {
        match self {
            Self::Written(answer) | Self::Refused(answer) => answer,
        }
    }
}
