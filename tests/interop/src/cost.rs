//! What a process and everything it started cost, from /proc.

use std::time::Duration;

/// The CPU time, user and system, that a process tree has used so far.
pub fn cpu(pid: u32) -> Duration {
    let ticks: u64 = tree(pid)
        .into_iter()
        .filter_map(|pid| Some(Stat::read(pid)?.ticks))
        .sum();
    // Linux counts in hundredths of a second, whatever the kernel's own tick is (USER_HZ).
    Duration::from_millis(ticks * 10)
}

/// The memory of a process tree in MB, each page shared with others counted in part (PSS).
pub fn pss_mb(pid: u32) -> f64 {
    let kilobytes: u64 = tree(pid).into_iter().filter_map(pss_kb).sum();
    kilobytes as f64 / 1024.0
}

fn pss_kb(pid: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    text.lines()
        .find_map(|line| line.strip_prefix("Pss:"))?
        .trim()
        .strip_suffix(" kB")?
        .parse()
        .ok()
}

/// How many files a process holds open.
pub fn open_files(pid: u32) -> usize {
    entries(&format!("/proc/{pid}/fd"))
}

/// How many threads a process has.
pub fn threads(pid: u32) -> usize {
    entries(&format!("/proc/{pid}/task"))
}

/// The processes that a process has started and that still run.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    let is_child = |(child, parent): (u32, u32)| (parent == pid).then_some(child);
    processes().into_iter().filter_map(is_child).collect()
}

fn entries(folder: &str) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

/// All that run, each with its parent.
fn processes() -> Vec<(u32, u32)> {
    std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, Stat::read(pid)?.parent)))
        .collect()
}

/// The process and all below it.
fn tree(root: u32) -> Vec<u32> {
    let all = processes();
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        found.extend(
            all.iter()
                .filter(|(_, of)| *of == parent)
                .map(|(pid, _)| *pid),
        );
        next += 1;
    }
    found
}

struct Stat {
    parent: u32,
    ticks: u64,
}

impl Stat {
    fn read(pid: u32) -> Option<Stat> {
        Stat::parse(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// Fields of proc(5), counted from after the name, which may hold anything.
    fn parse(text: &str) -> Option<Stat> {
        let fields: Vec<_> = text.rsplit_once(") ")?.1.split(' ').collect();
        let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
        Some(Stat {
            parent: u32::try_from(number(1)?).ok()?,
            ticks: number(11)? + number(12)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_is_stepped_over() {
        let stat = Stat::parse("7 (a) b (c) S 5 7 7 0 -1 4194304 1 2 3 4 120 30 8 9 20 0").unwrap();
        assert_eq!((stat.parent, stat.ticks), (5, 150));
    }

    #[test]
    fn this_process_uses_memory() {
        assert!(pss_mb(std::process::id()) > 0.5);
    }
}
