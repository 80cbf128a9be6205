/// Randomness, where instances must not all choose the same.
pub trait Chance: Send + Sync {
    /// A number from 0 up to, and without, `bound`; 0 when the bound is 0.
    fn below(&self, bound: u32) -> u32;
}
