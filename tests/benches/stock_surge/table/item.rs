use std::hash::{DefaultHasher, Hash, Hasher};

use crate::limits::table;

/// An item, by the hash of its key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Item {
    hash: u64,
    has_own_partition: bool,
}

/// A partition.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Shared(u64),
    Own(u64),
}

impl Item {
    /// The item of this key, wherever its hash puts it.
    pub(crate) fn of(key: &impl Hash) -> Self {
        // A hasher without a random key: the same key lies in the same place on every run.
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        Self { hash: hasher.finish(), has_own_partition: false }
    }

    /// An item so hot that adaptive capacity has put it on a partition of its own, before the run began
    /// (`limits::table` has the source).
    pub(crate) fn hot(key: &impl Hash) -> Self {
        Self { has_own_partition: true, ..Self::of(key) }
    }

    pub(super) const fn place(self, partitions: u64) -> Place {
        if self.has_own_partition { Place::Own(self.hash) } else { Place::Shared(self.hash % partitions) }
    }
}

/// What an item of this size costs to write.
pub(crate) const fn write_units(bytes: usize) -> u32 {
    units(bytes, table::WRITE_UNIT_BYTES)
}

/// What an item of this size costs to read consistently.
pub(super) const fn read_units(bytes: usize) -> u32 {
    units(bytes, table::READ_UNIT_BYTES)
}

#[expect(clippy::cast_possible_truncation, reason = "an item has at most 400 KB")]
const fn units(bytes: usize, of: usize) -> u32 {
    bytes.div_ceil(of) as u32
}
