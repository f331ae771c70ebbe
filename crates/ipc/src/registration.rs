use warmline_desk::{
    DeskError, Registration,
    number::{self, Kind},
};

use crate::{
    party::Agent,
    presenter::{millis, said},
    snapshot::{UiReachability, UiRegistration},
};

/// Who the agent is and whether calls reach them.
pub(crate) fn registration(registration: &Registration, agent: &Agent) -> UiRegistration {
    let number = number::read(&agent.user, agent.country);
    let (number, address) = match number.kind {
        // A number of the telephone network is the same everywhere: no domain is needed.
        Kind::Telephone => (number.shown.clone(), number.shown),
        _ => (
            agent.user.clone(),
            format!("{}@{}", agent.user, agent.domain),
        ),
    };
    let state = |reachability| UiRegistration {
        name: agent.name.clone().unwrap_or_else(|| number.clone()),
        address: address.clone(),
        reachability,
        reason: None,
        advice: None,
        retry_at_ms: None,
    };
    let with = |error: &DeskError, state: UiRegistration| UiRegistration {
        reason: said(&error.what),
        advice: said(&error.advice),
        ..state
    };
    match registration {
        Registration::Connecting | Registration::Registering => state(UiReachability::Connecting),
        Registration::Registered { .. } => state(UiReachability::Reachable),
        Registration::Waiting { retry_at, error } => with(
            error,
            UiRegistration {
                retry_at_ms: Some(millis(*retry_at)),
                ..state(UiReachability::Unreachable)
            },
        ),
        Registration::Refused { error } => with(error, state(UiReachability::Refused)),
        Registration::Unregistered => state(UiReachability::Off),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use warmline_desk::ErrorCode;

    use super::*;

    fn shown(state: Registration) -> UiRegistration {
        shown_to(&Agent::example(), state)
    }

    fn shown_to(agent: &Agent, state: Registration) -> UiRegistration {
        registration(&state, agent)
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
        let agent = Agent::example();
        let connecting = shown_to(&agent, Registration::Connecting);
        assert_eq!(connecting.reachability, UiReachability::Connecting);
        assert_eq!(connecting.name, "Robin Adeyemi");
        assert_eq!(connecting.address, "2001@contact.example");
        let nameless = Agent {
            name: None,
            ..Agent::example()
        };
        assert_eq!(shown_to(&nameless, Registration::Unregistered).name, "2001");
        let numbered = Agent {
            user: "+493023125100".into(),
            ..nameless
        };
        let shown = shown_to(&numbered, Registration::Unregistered);
        assert_eq!([shown.name, shown.address], ["+49 30 23125100"; 2]);
    }
}
