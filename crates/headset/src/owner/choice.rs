//! Which of several headsets.

use std::cmp::Reverse;

use crate::port::Found;

/// The headset that is wanted: that of the chosen sound device, so far as anything is known of it.
/// Without any that fits it is the first.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Preferred {
    /// The sound device's name; some of its words are in the headset's.
    pub name: Option<String>,
    /// USB's numbers of the maker and the model.
    pub product: Option<(u16, u16)>,
    /// The serial number, alone or at the end of a longer id.
    pub serial: Option<String>,
}

/// Nothing of it is for the log.
impl std::fmt::Debug for Preferred {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Preferred").finish_non_exhaustive()
    }
}

/// Puts the best first, and leaves those that are as good as they are.
pub(super) fn sort(found: &mut [Found], preferred: &Preferred) {
    found.sort_by_key(|found| {
        let serial = preferred.serial.as_deref().zip(found.serial.as_deref());
        let serial = serial.is_some_and(|(wanted, has)| wanted.ends_with(has));
        let product = preferred.product == Some((found.vendor, found.product));
        let name = preferred.name.as_deref().unwrap_or_default();
        Reverse((serial, product, words_of_both(name, &found.name)))
    });
}

/// Systems name the two halves of a headset differently: `Jabra Link 380 Mono` is heard by what
/// `GN Audio A/S Jabra Link 380` is pressed on.
fn words_of_both(one: &str, other: &str) -> usize {
    let words = |name: &str| {
        let words = name.split(|c: char| !c.is_alphanumeric());
        let words = words.map(str::to_lowercase);
        let words = words.filter(|word| word.len() > 1 && !OF_ALL.contains(&word.as_str()));
        words.collect::<Vec<_>>()
    };
    let other = words(other);
    words(one)
        .iter()
        .filter(|word| other.contains(word))
        .count()
}

/// What the names of all kinds of devices have in them.
const OF_ALL: [&str; 9] = [
    "analog",
    "audio",
    "device",
    "digital",
    "headset",
    "microphone",
    "mono",
    "stereo",
    "usb",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, product: u16, serial: &str) -> Found {
        Found {
            place: name.to_owned(),
            name: name.to_owned(),
            vendor: 0x0B0E,
            product,
            serial: Some(serial.to_owned()).filter(|serial| !serial.is_empty()),
        }
    }

    fn best(preferred: Preferred) -> String {
        let mut all = [
            found("Plantronics Blackwire 3220 Series", 1, "AA"),
            found("GN Audio A/S Jabra Link 380", 2, "BB"),
            found("GN Audio A/S Jabra Evolve2 65", 3, ""),
            found("GN Audio A/S Jabra Link 380", 2, "CC"),
        ];
        sort(&mut all, &preferred);
        format!(
            "{} {}",
            all[0].name,
            all[0].serial.as_deref().unwrap_or("-")
        )
    }

    #[test]
    fn a_serial_number_is_better_than_a_model_and_that_than_a_name() {
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(
            best(Preferred::default()),
            "Plantronics Blackwire 3220 Series AA"
        );
        let by_name = Preferred {
            name: name("Jabra Evolve2 65 Mono"),
            ..Preferred::default()
        };
        assert_eq!(best(by_name.clone()), "GN Audio A/S Jabra Evolve2 65 -");
        let by_product = Preferred {
            product: Some((0x0B0E, 2)),
            ..by_name
        };
        assert_eq!(best(by_product.clone()), "GN Audio A/S Jabra Link 380 BB");
        let by_serial = Preferred {
            serial: name("GN_Audio_A_S_Jabra_Link_380_CC"),
            ..by_product
        };
        assert_eq!(best(by_serial), "GN Audio A/S Jabra Link 380 CC");
    }

    #[test]
    fn words_that_all_have_count_for_nothing() {
        assert_eq!(
            words_of_both("USB Audio Device Mono", "C-Media USB Audio Device"),
            0
        );
        assert_eq!(
            words_of_both("Jabra Link 380 Mono", "GN Audio A/S Jabra Link 380"),
            3
        );
    }
}
