//! Report descriptors (USB HID 1.11 §6.2.2): which bits of which report mean what.

mod items;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use items::{Item, Tag, items};

/// What a control is: a usage page and an id on it (USB HID Usage Tables §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Usage {
    pub(crate) page: u16,
    pub(crate) id: u16,
}

/// A descriptor, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Descriptor {
    /// Whether each report begins with a byte that says which one it is.
    pub(crate) numbered: bool,
    /// What has a usage and stands in an input or output report, in the descriptor's order.
    pub(crate) fields: Vec<Field>,
    /// How long the reports are, bits, without the byte that says which one it is.
    pub(crate) lengths: BTreeMap<(Direction, u8), u32>,
}

/// One control in one report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// The outermost collection that it is in: what the device is for whom.
    pub(crate) application: Usage,
    pub(crate) usage: Usage,
    pub(crate) direction: Direction,
    /// 0 in a device whose reports have no numbers.
    pub(crate) report: u8,
    /// Where its first bit is, after the byte that says which report it is.
    pub(crate) bit: u32,
    pub(crate) bits: u32,
    pub(crate) form: Form,
    /// The value changes by what is said, and has no state of its own.
    pub(crate) relative: bool,
    /// It goes back by itself when nobody touches it.
    pub(crate) returns: bool,
    pub(crate) minimum: i64,
    pub(crate) maximum: i64,
}

/// How a value tells what it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// It is the control's own.
    Variable,
    /// The field has room for `slots` controls that are on, each as an index: this one's is `index`.
    Array { slots: u32, index: i64 },
}

/// Who sends a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    /// The device.
    Input,
    /// The host.
    Output,
}

/// Why a descriptor cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DescriptorError {
    /// It ends in the middle of an item.
    #[error("it ends in the middle of an item")]
    CutOff,
    /// A collection ends that has not begun, or begins and does not end.
    #[error("its collections do not begin and end in pairs")]
    Collections,
    /// Something is taken back that was not put aside, or there is no end to putting aside.
    #[error("it takes back what it has not put aside")]
    Stack,
    /// A report's number is none.
    #[error("it has a report numbered {0}")]
    ReportId(u32),
    /// A range of usages begins after its end, or has only one of both.
    #[error("it has a range of usages that is none")]
    Usages,
    /// A report would be longer than any system takes.
    #[error("it has a report that is too long")]
    TooLong,
    /// Alternatives within alternatives.
    #[error("its alternatives do not begin and end in pairs")]
    Delimiters,
}

impl Descriptor {
    /// Reads a descriptor.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, DescriptorError> {
        let mut reader = Reader::default();
        for item in items(bytes) {
            reader.take(item?)?;
        }
        if !reader.collections.is_empty() {
            return Err(DescriptorError::Collections);
        }
        let mut read = reader.read;
        if read.numbered {
            // Nobody can send or name these; some devices have them all the same.
            read.fields.retain(|field| field.report != 0);
            read.lengths.retain(|(_, report), _| *report != 0);
        }
        Ok(read)
    }
}

/// What holds until something else is said.
#[derive(Clone, Default)]
struct Globals {
    page: u16,
    minimum: i64,
    /// As it stood: its sign depends on that of the minimum.
    maximum: Option<Item>,
    size: u32,
    count: u32,
    report: u8,
}

/// What holds for the next main item only.
#[derive(Default)]
struct Locals {
    usages: Vec<Listed>,
    minimum: Option<Item>,
    maximum: Option<Item>,
    /// Within alternatives, of which only the first counts.
    alternatives: Option<bool>,
}

/// Usages as they are listed: their page is known only at the main item.
#[derive(Clone, Copy)]
struct Listed {
    page: Option<u16>,
    first: u16,
    last: u16,
}

#[derive(Default)]
struct Reader {
    globals: Globals,
    stack: Vec<Globals>,
    locals: Locals,
    collections: Vec<Usage>,
    read: Descriptor,
}

impl Reader {
    fn take(&mut self, item: Item) -> Result<(), DescriptorError> {
        match item.tag {
            Tag::UsagePage => self.globals.page = item.data as u16,
            Tag::LogicalMinimum => self.globals.minimum = item.signed(),
            Tag::LogicalMaximum => self.globals.maximum = Some(item),
            Tag::ReportSize => self.globals.size = item.data,
            Tag::ReportCount => self.globals.count = item.data,
            Tag::ReportId => {
                let id = u8::try_from(item.data).ok().filter(|id| *id != 0);
                self.globals.report = id.ok_or(DescriptorError::ReportId(item.data))?;
                self.read.numbered = true;
            }
            Tag::Push if self.stack.len() < MOST_PUSHED => self.stack.push(self.globals.clone()),
            Tag::Push => return Err(DescriptorError::Stack),
            Tag::Pop => self.globals = self.stack.pop().ok_or(DescriptorError::Stack)?,
            Tag::Usage | Tag::UsageMinimum | Tag::UsageMaximum | Tag::Delimiter => {
                self.locals.take(item)?;
            }
            Tag::Collection => {
                let usage = self.usages().next().unwrap_or(NO_USAGE);
                self.collections.push(usage);
                self.locals = Locals::default();
            }
            Tag::EndCollection => {
                self.collections.pop().ok_or(DescriptorError::Collections)?;
                self.locals = Locals::default();
            }
            Tag::Input => self.main(Some(Direction::Input), item.data)?,
            Tag::Output => self.main(Some(Direction::Output), item.data)?,
            Tag::Feature => self.main(None, item.data)?,
            Tag::Other => {}
        }
        Ok(())
    }

    fn main(&mut self, direction: Option<Direction>, flags: u32) -> Result<(), DescriptorError> {
        if self.locals.minimum.is_some() || self.locals.maximum.is_some() {
            return Err(DescriptorError::Usages);
        }
        if let Some(direction) = direction {
            let (size, count) = (self.globals.size, self.globals.count);
            let key = (direction, self.globals.report);
            let begin = self.read.lengths.get(&key).copied().unwrap_or(0);
            let end = size
                .checked_mul(count)
                .and_then(|all| all.checked_add(begin));
            let end = end
                .filter(|end| *end <= MOST_BITS)
                .ok_or(DescriptorError::TooLong)?;
            self.read.lengths.insert(key, end);
            // Constants fill up, and have no meaning.
            if flags & CONSTANT == 0 && size > 0 && size <= u32::BITS && count > 0 {
                self.fields(direction, begin, flags);
            }
        }
        self.locals = Locals::default();
        Ok(())
    }

    fn fields(&mut self, direction: Direction, begin: u32, flags: u32) {
        let globals = &self.globals;
        let (minimum, maximum) = (globals.minimum, globals.maximum());
        let variable = flags & VARIABLE != 0;
        let most = if variable {
            globals.count
        } else {
            u32::from(u16::MAX)
        };
        let mut fields = Vec::new();
        // Of a range of thousands, as keyboards have it, nobody asks for those that are not ours.
        let ours = |(usage, _): &(Usage, u32)| PAGES.contains(&usage.page) && usage.id <= LAST_ID;
        for (usage, nth) in self.usages().zip(0..most).filter(ours) {
            let (bit, form) = if variable {
                (begin + nth * globals.size, Form::Variable)
            } else {
                let index = minimum.saturating_add(i64::from(nth));
                (
                    begin,
                    Form::Array {
                        slots: globals.count,
                        index,
                    },
                )
            };
            fields.push(Field {
                application: self.collections.first().copied().unwrap_or(NO_USAGE),
                usage,
                direction,
                report: globals.report,
                bit,
                bits: globals.size,
                form,
                relative: flags & RELATIVE != 0,
                returns: flags & NO_PREFERRED_STATE == 0,
                minimum,
                maximum,
            });
        }
        self.read.fields.append(&mut fields);
    }

    /// The usages that were listed for this main item, in order.
    fn usages(&self) -> impl Iterator<Item = Usage> {
        let page = self.globals.page;
        self.locals.usages.iter().flat_map(move |listed| {
            let page = listed.page.unwrap_or(page);
            (listed.first..=listed.last).map(move |id| Usage { page, id })
        })
    }
}

impl Globals {
    /// Many devices write 255 as `25 FF`, which is -1 by the letter: next to a minimum that is not
    /// negative it was meant without a sign.
    fn maximum(&self) -> i64 {
        match self.maximum {
            Some(item) if self.minimum < 0 => item.signed(),
            Some(item) => i64::from(item.data),
            None => 0,
        }
    }
}

impl Locals {
    fn take(&mut self, item: Item) -> Result<(), DescriptorError> {
        if item.tag == Tag::Delimiter {
            self.alternatives = match (item.data, self.alternatives) {
                (1, None) => Some(false),
                (0, Some(_)) => None,
                _ => return Err(DescriptorError::Delimiters),
            };
            return Ok(());
        }
        match item.tag {
            Tag::UsageMinimum => self.minimum = Some(item),
            Tag::UsageMaximum => self.maximum = Some(item),
            _ => return self.list(item, item),
        }
        if let (Some(minimum), Some(maximum)) = (self.minimum, self.maximum) {
            (self.minimum, self.maximum) = (None, None);
            self.list(minimum, maximum)?;
        }
        Ok(())
    }

    fn list(&mut self, first: Item, last: Item) -> Result<(), DescriptorError> {
        // Four bytes have the page, too.
        let page = (first.size == 4).then_some((first.data >> 16) as u16);
        let (first, last) = (first.data as u16, last.data as u16);
        if first > last {
            return Err(DescriptorError::Usages);
        }
        match &mut self.alternatives {
            Some(true) => return Ok(()),
            Some(taken) => *taken = true,
            None => {}
        }
        self.usages.push(Listed { page, first, last });
        Ok(())
    }
}

/// The pages that a headset's buttons and lights are on.
pub(crate) const TELEPHONY: u16 = 0x0B;
pub(crate) const LED: u16 = 0x08;
pub(crate) const BUTTON: u16 = 0x09;
const PAGES: [u16; 3] = [TELEPHONY, LED, BUTTON];
/// Nothing that a headset has is beyond.
const LAST_ID: u16 = 0xFF;

const NO_USAGE: Usage = Usage { page: 0, id: 0 };

/// Flags of main items (§6.2.2.5).
const CONSTANT: u32 = 1 << 0;
const VARIABLE: u32 = 1 << 1;
const RELATIVE: u32 = 1 << 2;
const NO_PREFERRED_STATE: u32 = 1 << 5;

/// Linux takes no report longer than 16 KiB; nobody has come near.
const MOST_BITS: u32 = 16 * 1024 * 8;
/// Real descriptors put aside once or twice.
const MOST_PUSHED: usize = 16;
