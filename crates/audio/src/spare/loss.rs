//! How the packets of the far end get lost: how many, and how many in a row.

use super::{FARTHEST, Note};

/// Packets after which one that has not come counts as lost; those that overtake each other do so by
/// less.
const PATIENCE: u32 = 10;
/// A gap longer than this is another stream, or an outage after which everything begins anew.
const JUMP: i16 = 500;
/// Packets in a block, a second of them at 20 ms, and the blocks that are remembered.
const BLOCK: u32 = 50;
const BLOCKS: usize = 8;
/// The newest blocks, which tell first that it has become worse.
const RECENT: usize = 2;
/// What is lost in a row beyond this could not be helped, and is not counted.
const OUTAGE: usize = 15;
/// What a lost percent is worth in delay, as the jitter buffer reckons, and a packet as a rule, both in ms.
const WORTH: f32 = 50.0;
const PACKET: f32 = 20.0;
/// Loss from which on senders of ours have error correction beside spares, in percent: the packet before
/// each that comes is repaired by that.
const PROTECTED: f32 = 12.0;
/// Loss comes in bursts if its rows are so many times as long as chance makes them.
const BURSTY: f32 = 1.5;
/// Loss at which spares are asked for, at least and for each packet of distance, and below which they
/// are no longer, in percent. Playing has to wait for the distance, and a lost percent is worth some
/// 50 ms of that.
const BAD: f32 = 2.0;
const BAD_FOR_EACH: f32 = 0.5;
const GOOD: f32 = 0.5;
/// Blocks in a row that must have been better before less is asked for.
const CALM: u32 = 8;

/// Watches the sequence numbers that come. Knows no time: silence loses nothing.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    highest: Option<u16>,
    /// Whether the packets before the highest have come, the highest in the lowest bit.
    came: u32,
    /// Packets lost in a row, up to the last that was judged. They count once the row is over.
    row: usize,
    blocks: [Block; BLOCKS],
    filling: Block,
    wish: u8,
    calm: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Block {
    due: u32,
    lost: u32,
    /// Rows by how many packets were lost in them, from 1 on.
    rows: [u16; OUTAGE],
}

impl Losses {
    /// Takes note of a packet that has come.
    pub(crate) fn on_packet(&mut self, sequence_number: u16) {
        let Some(highest) = self.highest else {
            self.begin(sequence_number);
            return;
        };
        let ahead = sequence_number.wrapping_sub(highest) as i16;
        if ahead.saturating_abs() > JUMP {
            self.begin(sequence_number);
            return;
        }
        for _ in 0..ahead {
            self.judge(self.came >> (PATIENCE - 1) & 1 != 0);
            self.came <<= 1;
        }
        if ahead > 0 {
            self.highest = Some(sequence_number);
            self.came |= 1;
        } else if let Some(bit) = 1_u32.checked_shl(u32::from(ahead.unsigned_abs())) {
            self.came |= bit;
        }
    }

    /// What the far end should know.
    pub(crate) fn note(&self) -> Note {
        Note {
            lost: self.lost().ceil() as u8,
            wish: self.wish,
        }
    }

    /// Another source begins, which has numbers of its own.
    pub(crate) fn turn(&mut self) {
        self.highest = None;
    }

    fn begin(&mut self, sequence_number: u16) {
        self.highest = Some(sequence_number);
        // What was before is none of ours.
        self.came = u32::MAX;
        self.row = 0;
    }

    fn judge(&mut self, came: bool) {
        self.filling.due += 1;
        if !came {
            self.row += 1;
        } else if self.row > 0 {
            let row = self.row.min(OUTAGE);
            self.filling.lost += row as u32;
            self.filling.rows[row - 1] += 1;
            self.row = 0;
        }
        if self.filling.due == BLOCK {
            self.blocks.rotate_right(1);
            self.blocks[0] = std::mem::take(&mut self.filling);
            self.decide();
        }
    }

    fn decide(&mut self) {
        let all = Block::of(&self.blocks);
        let recent = Block::of(&self.blocks[..RECENT]);
        let bad = BAD.max(BAD_FOR_EACH * f32::from(all.distance()));
        let wanted = if recent.percent().max(all.percent()) >= bad {
            all.distance()
        } else if all.percent() >= GOOD {
            self.wish.min(all.distance())
        } else {
            0
        };
        if wanted >= self.wish {
            self.wish = wanted;
            self.calm = 0;
        } else {
            self.calm += 1;
            if self.calm >= CALM {
                self.wish = wanted;
                self.calm = 0;
            }
        }
    }

    /// Packets lost of late, in percent: what is worse, the last seconds or the time before.
    fn lost(&self) -> f32 {
        let recent = Block::of(&self.blocks[..RECENT]);
        recent.percent().max(Block::of(&self.blocks).percent())
    }
}

impl Block {
    fn of(blocks: &[Block]) -> Block {
        blocks.iter().fold(Block::default(), |sum, block| Block {
            due: sum.due + block.due,
            lost: sum.lost + block.lost,
            rows: std::array::from_fn(|n| sum.rows[n].saturating_add(block.rows[n])),
        })
    }

    fn percent(&self) -> f32 {
        // A row may have begun before.
        (self.lost.min(self.due) * 100) as f32 / self.due.max(1) as f32
    }

    /// How far behind spares lie best: where waiting for them and what they do not bring back cost least.
    fn distance(&self) -> u8 {
        let rows: u32 = self.rows.iter().map(|count| u32::from(*count)).sum();
        let share = self.percent() / 100.0;
        // Rows that are as long as chance makes them tell nothing: too few are long to reckon with.
        if (self.lost as f32) * (1.0 - share) < rows as f32 * BURSTY {
            return if self.is_protected() { 2 } else { 1 };
        }
        let cost = |distance: usize| {
            let left = 100.0 * self.left(distance) / self.due.max(1) as f32;
            distance as f32 * PACKET + left * WORTH
        };
        let cheaper = |a: &usize, b: &usize| cost(*a).total_cmp(&cost(*b));
        let best = (1..=usize::from(FARTHEST)).min_by(cheaper);
        best.map_or(1, |distance| distance as u8)
    }

    fn is_protected(&self) -> bool {
        self.percent() >= PROTECTED
    }

    /// How many packets would be lost in spite of spares at this distance.
    fn left(&self, distance: usize) -> f32 {
        let share = self.percent() / 100.0;
        let protected = self.is_protected();
        // What becomes of a packet depends on how many are lost after it in its row.
        let of_one = |after: usize| match after {
            0 if protected => 0.0,
            after if after >= distance => 1.0,
            // The packet that ends the row carries it.
            after if after + 1 == distance => 0.0,
            // One after that, which may be in another row.
            _ => share,
        };
        let rows = self.rows.iter().zip(1..);
        rows.filter(|(count, _)| **count > 0)
            .map(|(count, length)| f32::from(*count) * (0..length).map(of_one).sum::<f32>())
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is noted after `packets` of which those are lost that `loses` says.
    fn watch(losses: &mut Losses, from: u32, packets: u32, loses: impl Fn(u32) -> bool) -> Note {
        for n in from..from + packets {
            if !loses(n) {
                losses.on_packet(n as u16);
            }
        }
        losses.note()
    }

    #[test]
    fn no_loss_asks_for_nothing() {
        let mut losses = Losses::default();
        assert_eq!(
            watch(&mut losses, 65_000, 5_000, |_| false),
            Note::default()
        );
    }

    #[test]
    fn the_distance_follows_the_length_of_bursts() {
        let single = watch(&mut Losses::default(), 0, 1_000, |n| n % 10 == 0);
        assert_eq!(single, Note { lost: 10, wish: 1 });
        let bursts = watch(&mut Losses::default(), 0, 1_000, |n| n % 40 < 4);
        assert_eq!(bursts, Note { lost: 10, wish: 4 });
        let long = watch(&mut Losses::default(), 0, 1_000, |n| n % 50 < 12);
        assert_eq!(long.wish, FARTHEST);
    }

    #[test]
    fn loss_at_random_is_waited_for_no_longer_than_it_helps() {
        let mut seed = 1_u32;
        let luck: Vec<u32> = (0..1_000)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 8) % 100
            })
            .collect();
        let wish = |percent| {
            let lost = |n: u32| luck[n as usize] < percent;
            watch(&mut Losses::default(), 0, 1_000, lost).wish
        };
        // The next packet but one, where error correction has the next.
        assert_eq!((wish(5), wish(8), wish(20)), (1, 1, 2));
    }

    #[test]
    fn spares_are_asked_for_within_seconds_and_let_go_when_it_has_been_calm() {
        let mut losses = Losses::default();
        assert_eq!(watch(&mut losses, 0, 1_000, |_| false).wish, 0);
        assert_eq!(watch(&mut losses, 1_000, 125, |n| n % 20 < 4).wish, 4);
        let hurt = |n| n % 20 < 4 && n < 1_400;
        assert_eq!(
            watch(&mut losses, 1_125, 700, hurt).wish,
            4,
            "eight seconds"
        );
        assert_eq!(watch(&mut losses, 1_825, 1_000, |_| false), Note::default());
    }

    #[test]
    fn an_outage_is_not_a_burst_that_could_be_helped_for_ever() {
        let mut losses = Losses::default();
        let note = watch(&mut losses, 0, 1_000, |n| (300..700).contains(&n));
        assert!(note.wish <= FARTHEST);
        assert_eq!(watch(&mut losses, 1_000, 2_000, |_| false), Note::default());
    }

    #[test]
    fn packets_that_overtake_each_other_and_twins_are_not_lost() {
        let mut losses = Losses::default();
        for n in (0..4_000_u16).step_by(4) {
            for sequence_number in [n + 3, n, n + 2, n + 2, n + 1] {
                losses.on_packet(sequence_number);
            }
        }
        assert_eq!(losses.note(), Note::default());
    }

    proptest! {
        #[test]
        fn whatever_comes_the_note_is_within_bounds(
            numbers in prop::collection::vec(any::<u16>(), 0..3_000),
            steps in prop::collection::vec(0u16..30, 0..3_000),
        ) {
            let mut losses = Losses::default();
            let mut at = 0_u16;
            let walked = steps.into_iter().map(|step| { at = at.wrapping_add(step); at });
            for number in numbers.into_iter().chain(walked) {
                losses.on_packet(number);
                let note = losses.note();
                prop_assert!(note.lost <= 100 && note.wish <= FARTHEST);
            }
        }
    }
}
