use core::fmt;

/// How many units of one SKU a line asks for: 1 to 99.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(u32);

/// A number of units outside 1 to 99.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a quantity is a whole number from {} to {}", Quantity::MIN, Quantity::MAX)]
pub struct QuantityOutOfRange;

impl Quantity {
    /// The fewest units that a line may ask for.
    pub const MIN: u32 = 1;
    /// The most units that a line may ask for: a shop for people, and one cart must fit one transaction.
    pub const MAX: u32 = 99;

    /// Accepts a number of units.
    ///
    /// # Errors
    /// Refuses numbers outside 1 to 99.
    pub fn parse(units: i64) -> Result<Self, QuantityOutOfRange> {
        match u32::try_from(units) {
            Ok(units @ Self::MIN..=Self::MAX) => Ok(Self(units)),
            Ok(_) | Err(_) => Err(QuantityOutOfRange),
        }
    }

    /// The number of units.
    pub const fn units(self) -> u32 {
        self.0
    }

    /// The two together, as when lines of one SKU are merged.
    ///
    /// # Errors
    /// Refuses a sum over 99.
    pub fn checked_add(self, other: Self) -> Result<Self, QuantityOutOfRange> {
        Self::parse(i64::from(self.0.saturating_add(other.0)))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
