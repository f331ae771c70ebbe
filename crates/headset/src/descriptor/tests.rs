use proptest::prelude::*;

use super::*;
use crate::vectors;

fn telephony(id: u16) -> Usage {
    Usage {
        page: TELEPHONY,
        id,
    }
}

fn field(descriptor: &Descriptor, usage: Usage) -> &Field {
    let mut fields = descriptor.fields.iter();
    let field = fields.find(|field| field.usage == usage);
    field.expect("it has this usage")
}

#[test]
fn bits_reports_and_flags_are_where_the_descriptor_says() {
    let jabra = Descriptor::parse(vectors::JABRA).unwrap();
    assert!(jabra.numbered);
    let hook = field(&jabra, telephony(0x20));
    assert_eq!((hook.report, hook.bit, hook.bits), (2, 0, 1));
    assert_eq!((hook.relative, hook.returns), (false, false));
    assert_eq!(hook.application, telephony(0x05));
    let mute = field(&jabra, telephony(0x2F));
    assert_eq!((mute.bit, mute.relative), (2, true));
    let reject = field(
        &jabra,
        Usage {
            page: BUTTON,
            id: 7,
        },
    );
    assert_eq!((reject.bit, reject.application), (5, telephony(0x05)));
    let ring = field(
        &jabra,
        Usage {
            page: LED,
            id: 0x18,
        },
    );
    assert_eq!(
        (ring.direction, ring.report, ring.bit),
        (Direction::Output, 2, 2)
    );
    assert_eq!(jabra.lengths[&(Direction::Input, 2)], 16);
    assert_eq!(jabra.lengths[&(Direction::Output, 2)], 16);
}

#[test]
fn globals_put_aside_come_back_and_a_usage_may_bring_its_page() {
    let epos = Descriptor::parse(vectors::EPOS).unwrap();
    assert!(!epos.numbered);
    assert_eq!(field(&epos, telephony(0x2F)).bit, 1);
    // The size of 5 was put aside before, and the filling made eight bits.
    assert_eq!(epos.lengths[&(Direction::Input, 0)], 8);
    let microphone = field(
        &epos,
        Usage {
            page: LED,
            id: 0x21,
        },
    );
    assert_eq!((microphone.bit, microphone.bits), (2, 1));
}

#[test]
fn an_array_has_an_index_for_each_usage() {
    let array = Descriptor::parse(vectors::ARRAY).unwrap();
    let drop = field(&array, telephony(0x26));
    assert_eq!(drop.form, Form::Array { slots: 2, index: 3 });
    assert_eq!((drop.bit, drop.bits), (0, 4));
}

#[test]
fn of_alternatives_the_first_counts() {
    let bytes = [
        0x05, 0x0B, 0x09, 0x05, 0xA1, 0x01, 0x25, 0x01, 0x75, 0x01, 0x95, 0x02, //
        0xA9, 0x01, 0x09, 0x20, 0x09, 0x2B, 0xA9, 0x00, 0x09, 0x2F, 0x81, 0x02, 0xC0,
    ];
    let read = Descriptor::parse(&bytes).unwrap();
    let usages: Vec<_> = read.fields.iter().map(|field| field.usage.id).collect();
    assert_eq!(usages, [0x20, 0x2F]);
}

#[test]
fn a_maximum_of_255_in_one_byte_is_not_minus_one() {
    let bytes = [
        0x05, 0x0B, 0x09, 0x05, 0xA1, 0x01, 0x15, 0x00, 0x25, 0xFF, 0x75, 0x08, 0x95, 0x01, //
        0x09, 0x20, 0x81, 0x02, 0xC0,
    ];
    assert_eq!(Descriptor::parse(&bytes).unwrap().fields[0].maximum, 255);
    let pair = Descriptor::parse(vectors::PAIR).unwrap();
    let hook = field(&pair, telephony(0x20));
    assert_eq!((hook.minimum, hook.maximum), (-1, 1));
}

#[test]
fn long_items_are_skipped() {
    let mut bytes = vec![0xFE, 0x03, 0x10, 1, 2, 3];
    bytes.extend_from_slice(vectors::EPOS);
    assert_eq!(Descriptor::parse(&bytes), Descriptor::parse(vectors::EPOS));
}

#[test]
fn what_is_wrong_is_said() {
    let wrong: [(&[u8], DescriptorError); 12] = [
        (&[0x05], DescriptorError::CutOff),
        (&[0xFE, 0x09, 0x00, 1], DescriptorError::CutOff),
        (&[0xC0], DescriptorError::Collections),
        (&[0xA1, 0x01], DescriptorError::Collections),
        (&[0xB4], DescriptorError::Stack),
        (&[0xA4; 17], DescriptorError::Stack),
        (&[0x85, 0x00], DescriptorError::ReportId(0)),
        (&[0x86, 0x00, 0x01], DescriptorError::ReportId(256)),
        (&[0x19, 0x05, 0x29, 0x04], DescriptorError::Usages),
        (&[0x19, 0x05, 0x81, 0x02], DescriptorError::Usages),
        (
            &[0x75, 0xFF, 0x96, 0xFF, 0xFF, 0x81, 0x02],
            DescriptorError::TooLong,
        ),
        (&[0xA9, 0x01, 0xA9, 0x01], DescriptorError::Delimiters),
    ];
    for (bytes, error) in wrong {
        assert_eq!(Descriptor::parse(bytes), Err(error), "{bytes:02x?}");
    }
}

proptest! {
    #[test]
    fn whatever_a_device_sends_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        if let Ok(read) = Descriptor::parse(&bytes) {
            for field in &read.fields {
                let end = read.lengths[&(field.direction, field.report)];
                prop_assert!(field.bit + field.bits <= end);
            }
        }
    }

    /// Random bytes seldom get far; a real descriptor with some bytes changed does.
    #[test]
    fn so_is_one_that_is_damaged(
        which in 0..6_usize,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        use vectors::{ARRAY, EPOS, JABRA, KEYBOARD, PAIR, POLY};
        let mut bytes = [JABRA, POLY, EPOS, ARRAY, PAIR, KEYBOARD][which].to_vec();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(read) = Descriptor::parse(&bytes) {
            for field in &read.fields {
                let end = read.lengths[&(field.direction, field.report)];
                prop_assert!(field.bit + field.bits <= end);
            }
        }
    }
}
