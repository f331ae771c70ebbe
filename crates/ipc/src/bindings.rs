//! The TypeScript of the types that cross, and whether the committed file is fresh.

use std::{fs, path::PathBuf};

use ts_rs::{Config, TS};

use crate::*;

/// Writes the file instead of checking it when set.
const REWRITE: &str = "WARMLINE_WRITE_BINDINGS";

#[test]
fn the_committed_typescript_is_fresh() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/ipc/bindings.ts");
    let fresh = typescript();
    if std::env::var_os(REWRITE).is_some() {
        fs::write(&path, fresh).expect("the bindings are written");
        return;
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed.replace("\r\n", "\n") == fresh,
        "ui/src/ipc/bindings.ts is stale. Write it anew with:\n  {REWRITE}=1 cargo test -p warmline-ipc bindings\n"
    );
}

fn typescript() -> String {
    let config = Config::new().with_large_int("number");
    let mut text = String::from(
        "// Generated from crates/ipc. Write anew with: WARMLINE_WRITE_BINDINGS=1 cargo test -p warmline-ipc bindings\n",
    );
    macro_rules! declare {
        ($($name:ty),* $(,)?) => {$(
            text.push('\n');
            if let Some(docs) = <$name as TS>::docs() {
                text.push_str(docs.trim_end());
                text.push('\n');
            }
            text.push_str("export ");
            text.push_str(&<$name as TS>::decl(&config));
            text.push('\n');
        )*};
    }
    declare!(
        UiShown,
        UiSnapshot,
        UiAccount,
        UiFirstRun,
        UiProblem,
        UiProblemKind,
        UiRegistration,
        UiSignIn,
        UiSignInState,
        UiSignInWhy,
        UiLine,
        UiReachability,
        UiCall,
        UiDirection,
        UiCallState,
        UiHold,
        UiParty,
        UiDetail,
        UiDetailKind,
        UiDetailName,
        UiDivertedFor,
        UiQuality,
        UiQualityLevel,
        UiSoundTrouble,
        UiFigures,
        UiDelay,
        UiDelayPart,
        UiDelayPlace,
        UiAlarm,
        UiRecording,
        UiRecordingState,
        UiRecordingFailure,
        UiEnding,
        UiEndReason,
        UiTransfer,
        UiTransferPhase,
        UiTalkingTo,
        UiHears,
        UiTransferTrouble,
        UiSuspicion,
        UiCard,
        UiCardState,
        UiNote,
        UiPeople,
        UiBlocked,
        UiBlockedKind,
        UiPerson,
        UiReason,
        UiPresence,
        UiDoing,
        UiConsent,
        UiUnlocks,
        UiGroup,
        UiReferral,
        UiRecovery,
        UiSound,
        UiDevice,
        UiDeviceState,
        UiDeviceChoices,
        UiHeadset,
        UiHeadsetState,
        UiDeviceChoice,
        UiRecent,
        UiKeeps,
        UiOutcome,
        UiTransferred,
        UiHow,
        UiTransferOutcome,
        UiStep,
        UiStepKind,
        UiSearch,
        UiFilter,
        UiPlace,
        UiFound,
        UiNotice,
        UiNoticeKind,
        UiAskedBy,
        UiDesktop,
        UiDialRequest,
        UiShortcut,
        UiDeed,
        UiOpenLinks,
        UiConflict,
        UiTongue,
        UiNumber,
        UiNumberKind,
        UiWindow,
        UiMode,
        UiTextSize,
        UiTheme,
        UiWindowSetting,
        UiAbout,
        UiAction,
        UiRejection,
        UiRecord,
        UiDeviceRole,
        UiLoudness,
        UiVoice,
        UiVoicePart,
        UiCheck,
        UiCheckStep,
        UiFinding,
        UiTold,
        UiSubject,
        UiVerdict,
        UiNoiseSuppression,
        UiError,
        UiErrorCode,
    );
    text
}
