use warmline_desk::{DeskError, Registration, Snapshot};

use crate::{
    party::Agent,
    presenter::{millis, said},
    snapshot::{UiReachability, UiRegistration},
};

/// Who the agent is and whether calls reach them.
pub(crate) fn registration(snapshot: &Snapshot, agent: &Agent) -> UiRegistration {
    let address = format!("{}@{}", agent.user, agent.domain);
    let state = |reachability, words: &str| UiRegistration {
        name: agent.name.clone().unwrap_or_else(|| agent.user.clone()),
        address: address.clone(),
        reachability,
        words: words.to_owned(),
        reason: None,
        advice: None,
        retry_at_ms: None,
    };
    let with = |error: &DeskError, state: UiRegistration| UiRegistration {
        reason: said(&error.what),
        advice: said(&error.advice),
        ..state
    };
    match &snapshot.registration {
        Registration::Connecting => state(
            UiReachability::Connecting,
            &format!("Connecting to {}", agent.server),
        ),
        Registration::Registering => state(UiReachability::Connecting, "Signing in"),
        Registration::Registered { .. } => state(UiReachability::Reachable, "Reachable"),
        Registration::Waiting { retry_at, error } => with(
            error,
            UiRegistration {
                retry_at_ms: Some(millis(*retry_at)),
                ..state(UiReachability::Unreachable, "Not reachable")
            },
        ),
        Registration::Refused { error } => {
            with(error, state(UiReachability::Refused, "Not reachable"))
        }
        Registration::Unregistered => state(UiReachability::Off, "Signed off"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use warmline_desk::{DeviceState, DeviceView, ErrorCode, Volumes};

    use super::*;

    fn shown(state: Registration) -> UiRegistration {
        let device = DeviceView {
            state: DeviceState::InUse,
            ..DeviceView::default()
        };
        let snapshot = Snapshot {
            at: Duration::ZERO,
            registration: state,
            calls: Vec::new(),
            focus: None,
            microphone: device.clone(),
            speaker: device.clone(),
            ringer: device,
            volumes: Volumes::default(),
            devices: None,
            stopped: false,
        };
        registration(&snapshot, &Agent::example())
    }

    #[test]
    fn what_failed_and_when_it_is_tried_again_reach_the_page() {
        let error = DeskError::new(
            ErrorCode::ConnectionLost,
            "The connection was lost.",
            "Check the network.",
        );
        let waiting = shown(Registration::Waiting {
            retry_at: Duration::from_secs(12),
            error: error.clone(),
        });
        assert_eq!(waiting.reachability, UiReachability::Unreachable);
        assert_eq!(waiting.reason.as_deref(), Some("The connection was lost."));
        assert_eq!(waiting.advice.as_deref(), Some("Check the network."));
        assert_eq!(waiting.retry_at_ms, Some(12_000));
        let refused = shown(Registration::Refused { error });
        assert_eq!(refused.reachability, UiReachability::Refused);
        assert_eq!(refused.retry_at_ms, None);
    }

    #[test]
    fn an_agent_without_a_name_goes_by_the_number() {
        let agent = Agent {
            name: None,
            ..Agent::example()
        };
        assert_eq!(
            shown(Registration::Connecting).words,
            format!("Connecting to {}", agent.server)
        );
        assert_eq!(shown(Registration::Unregistered).name, "Robin Adeyemi");
        assert_eq!(agent.user, "2001");
    }
}
