//! The table of all cases, `docs/transfer-faults.md`: written by the test, and held against it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::case::{Case, Outcome};

/// Holds outcomes against the table, or writes it anew where `WARMLINE_WRITE_TRANSFER_FAULTS` is set.
/// What differs is what is not said to be so; a silence may be a second longer than it says.
pub(crate) fn differences(outcomes: &[(Case, Outcome)]) -> Vec<String> {
    if std::env::var_os(REWRITE).is_some() {
        let rows = outcomes.iter().map(|(case, outcome)| row(case, outcome));
        let text = format!("{HEAD}{}", rows.collect::<String>());
        fs::write(file(), text).expect("the table is written");
        return Vec::new();
    }
    let table = fs::read_to_string(file()).unwrap_or_default();
    outcomes
        .iter()
        .filter_map(|(case, outcome)| {
            let begin = format!("| {case} | ");
            let known = table.lines().find(|line| line.starts_with(&begin));
            let known = known.unwrap_or("(no such row)");
            let told = known
                .strip_prefix(&begin)
                .and_then(|rest| rest.split_once(" | "));
            let same = told.is_some_and(|(told, rest)| {
                (case.is_a_race()
                    || told.trim_end_matches(STARTED_AGAIN) == outcome.told.join(", "))
                    && hears_the_same(case, rest, &outcome.to_string())
                    && outcome.silence_s <= silence(known) + 1
            });
            (!same).then(|| format!("it says   {known}\nbut it is {}", row(case, outcome)))
        })
        .collect()
}

/// Whether everybody hears, and the customer ends, as it is said. Of a phone that was started again it is
/// not compared whether the expert hears the agent by then.
fn hears_the_same(case: &Case, said: &str, outcome: &str) -> bool {
    let columns = |text: &str| -> Vec<String> {
        let mut columns: Vec<_> = text.split(" | ").take(4).map(str::to_owned).collect();
        if case.is_started_again() && columns.len() > 1 {
            columns.remove(1);
        }
        columns
    };
    columns(said) == columns(outcome)
}

fn row(case: &Case, outcome: &Outcome) -> String {
    let told = outcome.told.join(", ");
    let race = match (case.is_a_race(), case.is_started_again()) {
        (true, _) => RACE,
        (false, true) => STARTED_AGAIN,
        (false, false) => "",
    };
    format!(
        "| {case} | {told}{race} | {outcome} | {} s |\n",
        outcome.silence_s
    )
}

/// The last column of a row.
fn silence(row: &str) -> u32 {
    row.trim_end_matches(" s |")
        .rsplit(' ')
        .next()
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or_default()
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/transfer-faults.md")
}

/// Behind what another run may tell otherwise.
const RACE: &str = " ¹";
const STARTED_AGAIN: &str = " ²";
const REWRITE: &str = "WARMLINE_WRITE_TRANSFER_FAULTS";
const HEAD: &str = "\
# What goes wrong in a transfer, and where the customer ends

Written by `WARMLINE_WRITE_TRANSFER_FAULTS=1 cargo test -p warmline-interop --test transfer`, and held
against every run of that test. Customer and expert are baresip, the agent is `warmline-cli run`, the
PBX is Asterisk behind a Kamailio that makes the faults. Each voice is a tone, everybody's ears are
recorded, and the recordings say who was heard. The agent's phone is asked for nothing after the fault
but, where the customer waits, to go back to them: that is how *the customer ends with the agent*.

*Hears* is what is heard when nothing changes any more. *Silence* is the longest time in which the
customer heard nobody, neither a person nor music, in seconds rounded up.

¹ This depends on which of two messages comes first, and another run may tell it otherwise: the PBX's
word about the transfer, or the end of the call or of the connection that it would come by.

² Some seconds after the phone was started again. By then the expert has heard the agent in some runs and
not yet in others.

| while | this happens | the agent is told | the customer hears | the expert hears | the agent hears | the customer ends | silence |
|---|---|---|---|---|---|---|---|
";
