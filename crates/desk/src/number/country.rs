use std::str::FromStr;

use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};

use super::telephone;

/// A country with a telephone network, by whose rules a number without `+` is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Country(pub(super) Region);

impl Country {
    /// Where a number in its E.164 form belongs; none if it is not a valid one.
    pub fn of_number(number: &str) -> Option<Self> {
        let (_, region) = number
            .starts_with('+')
            .then(|| telephone(number, None))
            .flatten()?;
        region.filter(|region| *region != Region::World).map(Self)
    }

    /// Its name in English.
    pub fn name(self) -> &'static str {
        name(self.0).unwrap_or_default()
    }
}

impl FromStr for Country {
    type Err = UnknownCountry;

    /// Reads two letters as of ISO 3166-1.
    fn from_str(text: &str) -> Result<Self, UnknownCountry> {
        let region: Region = text
            .to_ascii_uppercase()
            .parse()
            .map_err(|_| UnknownCountry)?;
        let has_network = PHONE_NUMBER_UTIL.get_country_code_for_region(region);
        match has_network {
            Some(_) if region != Region::World => Ok(Self(region)),
            _ => Err(UnknownCountry),
        }
    }
}

/// These are not the two letters of a country with a telephone network.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct UnknownCountry;

/// What people call `region`.
pub(super) fn name(region: Region) -> Option<&'static str> {
    let code = region.as_region_str();
    PLACES.lines().find_map(|line| {
        let (of, name) = line.split_once(' ')?;
        (of == &*code).then_some(name)
    })
}

/// A code of ISO 3166-1, a blank and the name a line.
const PLACES: &str = include_str!("places.txt");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_that_the_numbers_know_has_a_name() {
        let unnamed: Vec<_> = PHONE_NUMBER_UTIL
            .get_supported_regions()
            .filter(|region| name(*region).is_none())
            .collect();
        assert!(unnamed.is_empty(), "{unnamed:?}");
        assert_eq!(name(Region::World), Some("International"));
    }

    #[test]
    fn a_country_is_two_letters() {
        assert_eq!("de".parse::<Country>().map(Country::name), Ok("Germany"));
        for text in ["", "D", "DEU", "Germany", "ZZ", "AQ", "001", "é"] {
            assert_eq!(text.parse::<Country>(), Err(UnknownCountry), "{text}");
        }
    }

    #[test]
    fn a_number_belongs_to_one_country_or_to_none() {
        let of = |number| Country::of_number(number).map(Country::name);
        assert_eq!(of("+4930901820"), Some("Germany"));
        assert_eq!(of("+14165551234"), Some("Canada"));
        assert_eq!(of("+80012345678"), None, "freephone of the whole world");
        assert_eq!(of("2001"), None);
        assert_eq!(of("alice"), None);
    }
}
