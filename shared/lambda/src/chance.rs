use application::Chance;

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where a function meets the system's randomness"
    )]
    fn below(&self, bound: u32) -> u32 {
        let mut bytes = [0; 4];
        // It only spreads load; without randomness everybody meets at the first choice, which is slow and correct.
        if getrandom::fill(&mut bytes).is_err() {
            return 0;
        }
        u32::from_le_bytes(bytes).checked_rem(bound).unwrap_or(0)
    }
}
