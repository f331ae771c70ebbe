//! What a call may suffer from, and whose it is.

/// What a call suffers from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What it is.
    pub cause: Cause,
    /// Hard to talk with, not just to be heard now and then.
    pub severe: bool,
}

impl Trouble {
    /// Where it comes from.
    pub fn culprit(&self) -> Culprit {
        self.cause.culprit()
    }
}

/// What may be wrong. Of two that are as bad, the later one here is told: a computer that cannot keep
/// up makes packets late and lost, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Too long from mouth to ear, most of it on the way.
    LongWay,
    /// The same, most of it in devices and buffers of this computer.
    LongHere,
    /// The far end's packets leave it at odd times: they are late without any loss, while nothing is
    /// late the other way and the round trip stands still.
    FarUneven,
    /// What goes to the far end comes at odd times.
    UnevenUp,
    /// What comes from the far end comes at odd times.
    UnevenDown,
    /// The microphone gives nothing but digital silence.
    MicrophoneSilent,
    /// The microphone breaks off again and again.
    MicrophoneBreaks,
    /// Packets are lost on the way to the far end.
    LossUp,
    /// Packets are lost on the way here, or come too late.
    LossDown,
    /// This computer is too busy: sound is not made or not played in time.
    Busy,
    /// Nothing comes, though the way is there.
    FarSilent,
    /// There is no microphone.
    NoMicrophone,
    /// There is no way at all; another is looked for.
    NoWay,
}

/// Where trouble comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Culprit {
    /// The agent's microphone.
    Microphone,
    /// This computer.
    Computer,
    /// The network on the way to the far end.
    NetworkUp,
    /// The network on the way here.
    NetworkDown,
    /// The network, both ways.
    Network,
    /// The far end.
    FarSide,
}

impl Culprit {
    /// As programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Culprit::Microphone => "microphone",
            Culprit::Computer => "computer",
            Culprit::NetworkUp => "network_up",
            Culprit::NetworkDown => "network_down",
            Culprit::Network => "network",
            Culprit::FarSide => "far_side",
        }
    }
}

impl Cause {
    /// Whose it is.
    pub fn culprit(self) -> Culprit {
        match self {
            Cause::LongWay | Cause::NoWay => Culprit::Network,
            Cause::LongHere | Cause::Busy => Culprit::Computer,
            Cause::UnevenUp | Cause::LossUp => Culprit::NetworkUp,
            Cause::UnevenDown | Cause::LossDown => Culprit::NetworkDown,
            Cause::MicrophoneSilent | Cause::MicrophoneBreaks | Cause::NoMicrophone => {
                Culprit::Microphone
            }
            Cause::FarUneven | Cause::FarSilent => Culprit::FarSide,
        }
    }

    /// As programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Cause::LongWay => "long_way",
            Cause::LongHere => "long_here",
            Cause::FarUneven => "far_uneven",
            Cause::UnevenUp => "uneven_up",
            Cause::UnevenDown => "uneven_down",
            Cause::MicrophoneSilent => "microphone_silent",
            Cause::MicrophoneBreaks => "microphone_breaks",
            Cause::LossUp => "loss_up",
            Cause::LossDown => "loss_down",
            Cause::Busy => "busy",
            Cause::FarSilent => "far_silent",
            Cause::NoMicrophone => "no_microphone",
            Cause::NoWay => "no_way",
        }
    }
}
