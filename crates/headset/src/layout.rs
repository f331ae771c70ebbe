//! What a headset has, out of its report descriptor: where its buttons are in what it sends, and
//! where its lights are in what it is sent.

#[cfg(test)]
mod tests;

use crate::descriptor::{
    BUTTON, Descriptor, DescriptorError, Direction, Field, Form, LED, TELEPHONY, Usage,
};

/// A button that a headset may have (USB HID Usage Tables §14, Telephony Device Page).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Control {
    /// Hook Switch: off the hook is on.
    Hook,
    /// Phone Mute.
    Mute,
    /// Flash: hold and take back.
    Flash,
    /// Drop.
    Drop,
    /// The seventh of the programmable buttons: by convention of the makers it turns a call away.
    Reject,
    /// Redial.
    Redial,
    /// Speaker Phone.
    Speaker,
    /// Line Busy Tone: not a button, the device says that it is taken by another line of its own.
    Busy,
}

/// How a control tells what is done to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// By a state, on or off: what it was taken to.
    Switch,
    /// By going on and off again: that it was pressed.
    Button,
    /// By `1` for on, by `-1` for off.
    Pair,
}

/// What is lit on a headset; being off the hook opens the radio link of one without a cord.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lights {
    pub(crate) off_hook: bool,
    pub(crate) ring: bool,
    pub(crate) mute: bool,
    pub(crate) hold: bool,
}

/// A headset's buttons and lights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    numbered: bool,
    controls: Vec<Placed>,
    lights: Vec<Light>,
}

/// Why a device is of no use here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LayoutError {
    /// It cannot be read.
    #[error("the report descriptor is broken: {0}")]
    Broken(#[from] DescriptorError),
    /// A keyboard, for example.
    #[error("it has neither a hook switch nor a mute button")]
    NoHeadset,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Placed {
    control: Control,
    action: Action,
    field: Field,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Light {
    of: Of,
    report: u8,
    bit: u32,
    /// Of the whole report, without the byte that says which one it is.
    bytes: usize,
}

/// Which of [`Lights`]. Off hook first: its report is sent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    OffHook,
    Ring,
    Mute,
    Hold,
}

impl Layout {
    /// Reads a report descriptor.
    ///
    /// # Errors
    /// It is broken, or not that of a headset.
    pub(crate) fn read(descriptor: &[u8]) -> Result<Self, LayoutError> {
        let descriptor = Descriptor::parse(descriptor)?;
        let controls = controls(&descriptor);
        let is = |control| controls.iter().any(|placed| placed.control == control);
        if !is(Control::Hook) && !is(Control::Mute) {
            return Err(LayoutError::NoHeadset);
        }
        Ok(Self {
            numbered: descriptor.numbered,
            lights: lights(&descriptor),
            controls,
        })
    }

    /// How a control tells what is done to it; `None` if the headset does not have it.
    pub(crate) fn action(&self, control: Control) -> Option<Action> {
        let placed = self
            .controls
            .iter()
            .find(|placed| placed.control == control);
        placed.map(|placed| placed.action)
    }

    /// What a report says of the controls that are in it. One that is too short says nothing of
    /// those that are cut off.
    pub(crate) fn values(&self, report: &[u8]) -> Vec<(Control, i64)> {
        let (id, data) = match report.split_first() {
            Some((id, data)) if self.numbered => (*id, data),
            _ => (0, report),
        };
        let here = self
            .controls
            .iter()
            .filter(|placed| placed.field.report == id);
        here.filter_map(|placed| Some((placed.control, value(&placed.field, data)?)))
            .collect()
    }

    /// The reports that make it look like this; each begins with its number, 0 if it has none.
    pub(crate) fn reports(&self, lights: Lights) -> Vec<Vec<u8>> {
        let mut reports: Vec<Vec<u8>> = Vec::new();
        for light in &self.lights {
            let place = reports.iter().position(|report| report[0] == light.report);
            let place = place.unwrap_or_else(|| {
                let mut report = vec![0; light.bytes + 1];
                report[0] = light.report;
                reports.push(report);
                reports.len() - 1
            });
            let on = match light.of {
                Of::OffHook => lights.off_hook,
                Of::Ring => lights.ring,
                Of::Mute => lights.mute,
                Of::Hold => lights.hold,
            };
            reports[place][1 + light.bit as usize / 8] |= u8::from(on) << (light.bit % 8);
        }
        reports
    }
}

/// The first place of each control: some devices have a button in several reports, and tell every
/// press in all of them.
fn controls(descriptor: &Descriptor) -> Vec<Placed> {
    let mut controls: Vec<Placed> = Vec::new();
    for field in &descriptor.fields {
        let Some(control) = control(field) else {
            continue;
        };
        if controls.iter().all(|known| known.control != control) {
            let action = action(control, field);
            let field = field.clone();
            controls.push(Placed {
                control,
                action,
                field,
            });
        }
    }
    controls
}

fn control(field: &Field) -> Option<Control> {
    if field.direction != Direction::Input {
        return None;
    }
    match field.usage {
        Usage {
            page: TELEPHONY,
            id,
        } => match id {
            0x20 => Some(Control::Hook),
            0x21 => Some(Control::Flash),
            0x24 => Some(Control::Redial),
            0x26 => Some(Control::Drop),
            0x2B => Some(Control::Speaker),
            0x2F => Some(Control::Mute),
            0x97 => Some(Control::Busy),
            _ => None,
        },
        // Mice and keyboards have such buttons, too.
        Usage {
            page: BUTTON,
            id: 7,
        } if is_telephony(field) => Some(Control::Reject),
        _ => None,
    }
}

fn action(control: Control, field: &Field) -> Action {
    match control {
        Control::Hook | Control::Mute | Control::Speaker | Control::Busy => {
            if field.relative && field.minimum < 0 {
                Action::Pair
            } else if field.relative || field.form != Form::Variable {
                Action::Button
            } else {
                // Whether it goes back by itself (`field.returns`) is what makers get wrong: those
                // that say nothing say that it does. It shows when it is used.
                Action::Switch
            }
        }
        Control::Flash | Control::Drop | Control::Reject | Control::Redial => Action::Button,
    }
}

fn lights(descriptor: &Descriptor) -> Vec<Light> {
    // Keyboards have lights of the same names.
    let fields = || {
        let fields = descriptor.fields.iter();
        fields.filter(|field| {
            field.direction == Direction::Output
                && field.usage.page == LED
                && field.form == Form::Variable
                && is_telephony(field)
        })
    };
    let has_mute = fields().any(|field| field.usage.id == 0x09);
    let mut lights: Vec<Light> = Vec::new();
    for field in fields() {
        let of = match field.usage.id {
            0x17 => Of::OffHook,
            0x18 => Of::Ring,
            0x09 => Of::Mute,
            // Microphone: in headsets that have no other, it says the same.
            0x21 if !has_mute => Of::Mute,
            0x20 => Of::Hold,
            _ => continue,
        };
        if lights.iter().any(|known| known.of == of) {
            continue;
        }
        let bits = descriptor.lengths.get(&(field.direction, field.report));
        let bits = bits.copied().unwrap_or(field.bit + field.bits);
        lights.push(Light {
            of,
            report: field.report,
            bit: field.bit,
            bytes: bits.div_ceil(8) as usize,
        });
    }
    lights.sort_by_key(|light| light.of);
    lights
}

fn is_telephony(field: &Field) -> bool {
    field.application.page == TELEPHONY
}

/// What a field says, in the data after the report's number.
fn value(field: &Field, data: &[u8]) -> Option<i64> {
    match field.form {
        Form::Variable => number(field, field.bit, data),
        Form::Array { slots, index } => {
            let slots = (0..slots).map(|slot| number(field, field.bit + slot * field.bits, data));
            let mut slots = slots.map_while(|slot| slot).peekable();
            slots.peek()?;
            Some(i64::from(slots.any(|slot| slot == index)))
        }
    }
}

/// The number in the bits from `bit` on, least significant first (§8.4), with its sign if it may be
/// negative.
fn number(field: &Field, bit: u32, data: &[u8]) -> Option<i64> {
    let mut number = 0_i64;
    for nth in 0..field.bits {
        let at = bit + nth;
        let byte = data.get(at as usize / 8)?;
        number |= i64::from(byte >> (at % 8) & 1) << nth;
    }
    let sign = 1_i64 << (field.bits - 1);
    if field.minimum < 0 && number & sign != 0 {
        number -= sign << 1;
    }
    Some(number)
}
