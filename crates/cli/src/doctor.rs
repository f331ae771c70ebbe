//! `warmline-cli doctor`: prints what the desk's examination found.

use std::{path::Path, process::ExitCode};

use serde_json::json;
use warmline_desk::{
    DeskError,
    doctor::{Finding, Verdict, examine},
};

use crate::view::say;

/// Examines everything a call needs. Fails if anything is wrong that a call needs.
pub(crate) fn doctor(profile: &Path, as_json: bool) -> Result<ExitCode, DeskError> {
    let findings = crate::runtime().block_on(examine(profile));
    Ok(report(
        &findings,
        as_json,
        &Sums {
            wrong: "Something is wrong: calls will not work until it is mended.",
            doubtful: "Everything a call needs is there, but look at what is marked with “!”.",
            right: "Everything a call needs is there.",
        },
    ))
}

/// What it all comes to, in words: something is wrong, something is doubtful, or all is right.
pub(crate) struct Sums {
    pub(crate) wrong: &'static str,
    pub(crate) doubtful: &'static str,
    pub(crate) right: &'static str,
}

/// Prints what was found, and what it comes to.
pub(crate) fn report(findings: &[Finding], as_json: bool, sums: &Sums) -> ExitCode {
    let any = |verdict| findings.iter().any(|finding| finding.verdict == verdict);
    let wrong = any(Verdict::Wrong);
    if as_json {
        let each: Vec<_> = findings.iter().map(object).collect();
        say(&json!({"ok": !wrong, "findings": each}).to_string());
    } else {
        findings.iter().for_each(|finding| say(&line(finding)));
        say(if wrong {
            sums.wrong
        } else if any(Verdict::Doubtful) {
            sums.doubtful
        } else {
            sums.right
        });
    }
    if wrong {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn object(finding: &Finding) -> serde_json::Value {
    json!({
        "subject": finding.subject.as_str(),
        "verdict": finding.verdict.as_str(),
        "found": finding.found,
        "advice": finding.advice,
    })
}

fn line(finding: &Finding) -> String {
    let mark = match finding.verdict {
        Verdict::Right => "✓",
        Verdict::Doubtful => "!",
        Verdict::Wrong => "✗",
        Verdict::NotTried => "–",
    };
    let mut text = format!("{mark} {}: {}", finding.subject.as_str(), finding.found);
    if !finding.advice.is_empty() {
        text.push_str("\n    → ");
        text.push_str(&finding.advice);
    }
    text
}
