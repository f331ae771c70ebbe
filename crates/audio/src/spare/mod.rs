//! Spares: an older packet carried along with a newer one, so that a burst of loss loses nothing.
//!
//! Opus' own error correction repairs the one packet before the next that comes; of a burst of four,
//! three stay lost. A spare is the packet of `distance` packets ago, whole, in the padding of an Opus
//! packet, where decoders that know nothing of it pass over it: so it needs no negotiation, and goes
//! through every server that passes Opus on as it is. Whoever loses packets says so in the same place,
//! in a [`Note`]: how much, and which distance would help. Only who is asked carries spares, so that a
//! peer that could not take them, and a network that loses nothing, never see a byte of this.
//!
//! Why this and neither DRED nor `red` (RFC 2198): docs/bench/redundancy.md.

mod loss;
mod shelf;
mod wire;

pub(crate) use loss::Losses;
pub(crate) use shelf::Shelf;
pub(crate) use wire::{Unpacked, pack, unpack};

/// The farthest that a spare may lie behind the packet that carries it: 160 ms at 20 ms. Playing has
/// to wait for it that long.
pub(crate) const FARTHEST: u8 = 8;

/// What one end tells the other of how its packets come through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Note {
    /// Packets lost lately, in percent.
    pub(crate) lost: u8,
    /// How far behind spares should lie, in packets; 0: none are asked for.
    pub(crate) wish: u8,
}
