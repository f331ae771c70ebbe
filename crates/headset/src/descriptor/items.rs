//! The items that a report descriptor is a list of (USB HID 1.11 §6.2.2.1 to §6.2.2.3).

use super::DescriptorError;

/// One item, as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) tag: Tag,
    /// The data, as if unsigned.
    pub(super) data: u32,
    /// Bytes of data: 0, 1, 2 or 4.
    pub(super) size: u8,
}

/// What an item says. What is of no use here is [`Tag::Other`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    Input,
    Output,
    Feature,
    Collection,
    EndCollection,
    UsagePage,
    LogicalMinimum,
    LogicalMaximum,
    ReportSize,
    ReportId,
    ReportCount,
    Push,
    Pop,
    Usage,
    UsageMinimum,
    UsageMaximum,
    Delimiter,
    Other,
}

impl Item {
    /// The data with its sign.
    pub(super) fn signed(self) -> i64 {
        match self.size {
            1 => i64::from(self.data as u8 as i8),
            2 => i64::from(self.data as u16 as i16),
            _ => i64::from(self.data as i32),
        }
    }
}

/// All items of a descriptor, in order; long ones, which nobody has ever defined, left out.
pub(super) fn items(mut bytes: &[u8]) -> impl Iterator<Item = Result<Item, DescriptorError>> {
    std::iter::from_fn(move || {
        loop {
            let (&prefix, rest) = bytes.split_first()?;
            if prefix == LONG {
                // Its length, then a tag, then as much data.
                let skip = rest
                    .first()
                    .map_or(usize::MAX, |size| 2 + usize::from(*size));
                let Some(rest) = rest.get(skip..) else {
                    bytes = &[];
                    return Some(Err(DescriptorError::CutOff));
                };
                bytes = rest;
                continue;
            }
            let size = [0_u8, 1, 2, 4][usize::from(prefix & 3)];
            let Some((data, rest)) = rest.split_at_checked(usize::from(size)) else {
                bytes = &[];
                return Some(Err(DescriptorError::CutOff));
            };
            bytes = rest;
            let mut whole = [0; 4];
            whole[..data.len()].copy_from_slice(data);
            return Some(Ok(Item {
                tag: tag(prefix),
                data: u32::from_le_bytes(whole),
                size,
            }));
        }
    })
}

/// The prefix of a long item.
const LONG: u8 = 0xFE;

fn tag(prefix: u8) -> Tag {
    match prefix & !3 {
        0x80 => Tag::Input,
        0x90 => Tag::Output,
        0xB0 => Tag::Feature,
        0xA0 => Tag::Collection,
        0xC0 => Tag::EndCollection,
        0x04 => Tag::UsagePage,
        0x14 => Tag::LogicalMinimum,
        0x24 => Tag::LogicalMaximum,
        0x74 => Tag::ReportSize,
        0x84 => Tag::ReportId,
        0x94 => Tag::ReportCount,
        0xA4 => Tag::Push,
        0xB4 => Tag::Pop,
        0x08 => Tag::Usage,
        0x18 => Tag::UsageMinimum,
        0x28 => Tag::UsageMaximum,
        0xA8 => Tag::Delimiter,
        _ => Tag::Other,
    }
}
