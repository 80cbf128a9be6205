use std::sync::{Mutex, PoisonError};

use application::Chance;

/// Numbers that follow from a seed: SplitMix64, after Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
/// Generators" (OOPSLA 2014), with the constants of <https://prng.di.unimi.it/splitmix64.c>.
#[derive(Debug)]
pub struct SeededChance {
    state: Mutex<u64>,
}

impl SeededChance {
    /// The numbers of this seed.
    pub const fn new(seed: u64) -> Self {
        Self { state: Mutex::new(seed) }
    }

    /// The next number, anywhere in the range.
    pub fn next(&self) -> u64 {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Chance for SeededChance {
    fn below(&self, bound: u32) -> u32 {
        // The high half of the product is uniform enough, and below the bound by construction.
        let scaled = u128::from(self.next()).wrapping_mul(u128::from(bound)) >> 64;
        u32::try_from(scaled).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_reference_implementation() {
        let chance = SeededChance::new(1_234_567);
        let numbers = [(); 5].map(|()| chance.next());
        assert_eq!(
            numbers,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ]
        );
    }

    #[test]
    fn a_number_is_below_its_bound_and_every_one_comes_up() {
        let chance = SeededChance::new(7);
        let mut seen = [false; 6];
        for _ in 0..200 {
            seen[usize::try_from(chance.below(6)).unwrap()] = true;
        }
        assert_eq!(seen, [true; 6]);
        assert_eq!((chance.below(0), chance.below(1)), (0, 0));
    }
}
