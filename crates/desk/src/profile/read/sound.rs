//! `[sound]`: what is done to the agent's voice, where it is not for the agent to say, and whether silence
//! is sent.

use warmline_policy::{NoiseSuppression, Voice};

use super::Table;
use crate::error::DeskError;

pub(super) fn voice(root: &Table<'_>) -> Result<Voice, DeskError> {
    let Some(table) = root.table("sound")? else {
        return Ok(Voice::default());
    };
    table.only(KEYS)?;
    Ok(Voice {
        echo_cancellation: table.switch("echo_cancellation")?,
        noise_suppression: noise_suppression(&table)?,
        automatic_gain: table.switch("automatic_gain")?,
        high_pass: table.switch("high_pass")?,
    })
}

pub(super) fn dtx(root: &Table<'_>) -> Result<bool, DeskError> {
    let table = root.table("sound")?;
    let said = table.map(|table| table.switch("dtx")).transpose()?;
    Ok(said.flatten().unwrap_or(false))
}

fn noise_suppression(table: &Table<'_>) -> Result<Option<NoiseSuppression>, DeskError> {
    let Some(strength) = table.string("noise_suppression")? else {
        return Ok(None);
    };
    match strength.value {
        "off" => Ok(Some(NoiseSuppression::Off)),
        "moderate" => Ok(Some(NoiseSuppression::Moderate)),
        "strong" => Ok(Some(NoiseSuppression::Strong)),
        _ => Err(strength.wrong("this is not a strength.", STRENGTH_ADVICE)),
    }
}

const KEYS: &[&str] = &[
    "echo_cancellation",
    "noise_suppression",
    "automatic_gain",
    "high_pass",
    "dtx",
];

const STRENGTH_ADVICE: &str = "Choose from \"off\", \"moderate\" and \"strong\".";

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::profile::Profile;

    fn profile(text: &str) -> Result<Profile, DeskError> {
        let text = format!(
            "server = \"wss://sbc.example/ws\"\naor = \"sip:2001@example.com\"\n\
             password_file = \"p\"\n{text}"
        );
        Profile::parse(&text, Path::new(""))
    }

    fn voice(text: &str) -> Result<Voice, DeskError> {
        profile(text).map(|profile| profile.voice)
    }

    #[test]
    fn silence_is_sent_unless_the_profile_says_otherwise() {
        assert!(!profile("").unwrap().dtx);
        assert!(profile("[sound]\ndtx = true\n").unwrap().dtx);
    }

    #[test]
    fn what_is_said_is_read_and_the_rest_is_left_to_the_agent() {
        assert_eq!(voice("").unwrap(), Voice::default());
        let read = voice(
            "[sound]\necho_cancellation = false\nnoise_suppression = \"strong\"\nhigh_pass = true\n",
        );
        let expected = Voice {
            echo_cancellation: Some(false),
            noise_suppression: Some(NoiseSuppression::Strong),
            automatic_gain: None,
            high_pass: Some(true),
        };
        assert_eq!(read.unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_is_said_with_its_line() {
        for (text, says) in [
            (
                "echo_cancelation = true",
                "Did you mean `echo_cancellation`?",
            ),
            ("noise_suppression = \"some\"", "\"moderate\""),
            ("automatic_gain = 1", "must be true or false"),
        ] {
            let error = voice(&format!("[sound]\n{text}\n")).unwrap_err();
            let words = format!("{} {}", error.what, error.advice);
            assert!(words.contains("Line 5") && words.contains(says), "{words}");
        }
    }
}
