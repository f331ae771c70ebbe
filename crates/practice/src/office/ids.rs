//! Ids as the directory gives them: GUIDs, the same each time for the same thing.

use sha2::{Digest as _, Sha256};

/// The id of what these parts name.
pub(crate) fn guid(parts: &[&str]) -> String {
    crate::place::uuid(u128::from_be_bytes(bits(parts)))
}

/// 64 bits of what these parts name: where chance of theirs begins.
pub(crate) fn seed(parts: &[&str]) -> u64 {
    let bits = bits(parts);
    bits[..8]
        .iter()
        .fold(0, |seed, byte| seed << 8 | u64::from(*byte))
}

fn bits(parts: &[&str]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        // So that ["ab", "c"] is not ["a", "bc"].
        hash.update([0]);
    }
    let mut bits = [0; 16];
    bits.copy_from_slice(&hash.finalize()[..16]);
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_thing_has_the_same_id_and_another_one_another() {
        assert_eq!(guid(&["a", "b"]), guid(&["a", "b"]));
        assert_ne!(guid(&["ab", "c"]), guid(&["a", "bc"]));
        assert_eq!(guid(&["a"]).len(), 36);
        assert_ne!(seed(&["a"]), seed(&["b"]));
    }
}
