use std::f64::consts::TAU;
use std::time::Duration;

use application::Chance;
use memory::SeededChance;

use crate::limits::latency;

/// Chance with the distributions of the model; everything follows from the seed.
pub(crate) struct Draws(SeededChance);

impl Draws {
    /// The draws of this seed.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(SeededChance::new(seed))
    }

    /// Anything from 0 up to, and without, 1.
    pub(crate) fn part(&self) -> f64 {
        // A double holds 53 bits.
        (self.0.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something happens that does so in this share of cases.
    pub(crate) fn happens(&self, share: f64) -> bool {
        share > 0.0 && self.part() < share
    }

    /// A number from 0 up to, and without, `bound`; 0 when the bound is 0.
    pub(crate) fn below(&self, bound: usize) -> usize {
        self.0.below(u32::try_from(bound).unwrap_or(u32::MAX)) as usize
    }

    /// One of these.
    pub(crate) fn one_of<'a, T>(&self, several: &'a [T]) -> Option<&'a T> {
        several.get(self.below(several.len()))
    }

    /// Exponentially distributed, with this mean.
    pub(crate) fn exponential(&self, mean: Duration) -> Duration {
        mean.mul_f64(-(1.0 - self.part()).ln())
    }

    /// The way of a message: lognormally distributed with this median, and late now and then.
    pub(crate) fn way(&self, median: Duration) -> Duration {
        let normal = (-2.0 * (1.0 - self.part()).ln()).sqrt() * (TAU * self.part()).cos();
        let usual = median.mul_f64((latency::SPREAD * normal).exp());
        if self.happens(latency::LATE_SHARE) { usual + self.exponential(latency::LATE_BY) } else { usual }
    }

    /// From half of a pause to all of it.
    pub(crate) fn pause(&self, longest: Duration) -> Duration {
        longest.mul_f64(0.5 + self.part() / 2.0)
    }
}

impl Chance for Draws {
    fn below(&self, bound: u32) -> u32 {
        self.0.below(bound)
    }
}
