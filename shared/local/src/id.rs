//! Random ids in the form that AWS gives its own.

/// A random id in the form of a UUID.
pub(crate) fn uuid() -> String {
    let mut bytes = [0_u8; 16];
    if let Err(error) = getrandom::fill(&mut bytes) {
        // Without the kernel's randomness nothing else here would work either.
        tracing::error!("no randomness: {error}");
    }
    let [a, b, c, d, e, f, g, h, rest @ ..] = bytes;
    let head = u64::from_be_bytes([a, b, c, d, e, f, (g & 0x0f) | 0x40, h]);
    let [i, j, k, l, m, n, o, p] = rest;
    let tail = u64::from_be_bytes([(i & 0x3f) | 0x80, j, k, l, m, n, o, p]);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        head >> 32,
        (head >> 16) & 0xffff,
        head & 0xffff,
        tail >> 48,
        tail & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_the_form_of_a_random_uuid() {
        let id = uuid();
        assert_eq!(id.len(), 36);
        assert_eq!(id.as_bytes()[14], b'4');
        assert_ne!(id, uuid());
    }
}
