//! A customer is handed over to an expert by REFER with Replaces (RFC 5589), by a bare user agent: what
//! the contact centre does, not yet what the phone does.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::sync::mpsc;
use tokio::time::timeout;
use warmline_audio::{Engine, EngineConfig};
use warmline_desk::{DeskConfig, Profile};
use warmline_journeys::maria_and_nadia;
use warmline_media::{Direction, Fork, MediaConfig, Session};
use warmline_practice::{Deed, Hears, Practice, Scenario};
use warmline_sip::{DialogKey, ReferId, SipEvent, SipRequest, UserAgent};

/// An agent with a user agent and nothing more.
struct Agent {
    agent: UserAgent,
    events: mpsc::Receiver<SipEvent>,
    engine: Engine,
    sessions: BTreeMap<DialogKey, Session>,
    deeds: broadcast::Receiver<(String, Deed)>,
    _practice: Practice,
}

impl Agent {
    /// With a customer on the line, and Nadia too.
    async fn with_both(transfer: &str) -> (Self, DialogKey, DialogKey) {
        let scenario = Scenario::parse(&maria_and_nadia(transfer), None)
            .unwrap_or_else(|error| panic!("{error}"));
        let practice = Practice::start(scenario).await.expect("practice");
        let folder = tempfile::tempdir().expect("a folder");
        let profile = practice.write_profile(folder.path()).expect("a profile");
        let profile = Profile::load(&profile).expect("a profile");
        let account = DeskConfig::from_profile(&profile)
            .expect("an account")
            .lines
            .remove(0)
            .account;
        let deeds = practice.deeds();
        let (agent, events) = UserAgent::start(account);
        let silent = EngineConfig::silent();
        let (engine, _) = Engine::start(silent).expect("an engine");
        let mut this = Self {
            agent,
            events,
            engine,
            sessions: BTreeMap::new(),
            deeds,
            _practice: practice,
        };
        let (customer, offer) = match this
            .until(|event| matches!(event, SipEvent::Incoming { .. }))
            .await
        {
            SipEvent::Incoming { dialog, invite } => (dialog, invite.offer.expect("an offer")),
            _ => unreachable!("only a call is waited for"),
        };
        let session = this.session(customer);
        let sdp = session.answer(&offer).await.expect("an answer");
        this.agent.send(SipRequest::Accept {
            dialog: customer,
            sdp,
        });
        this.until(|event| *event == SipEvent::Confirmed { dialog: customer })
            .await;

        let expert = this.agent.next_dialog();
        let session = this.session(expert);
        let offer = session.offer().await.expect("an offer");
        this.agent.send(SipRequest::Invite {
            dialog: expert,
            to: "+493023125201".to_owned(),
            offer,
            headers: Vec::new(),
        });
        match this
            .until(|event| matches!(event, SipEvent::Answered { .. }))
            .await
        {
            SipEvent::Answered { fork, sdp, .. } => session
                .set_answer(Fork(fork.0.into()), &sdp)
                .await
                .expect("an answer"),
            _ => unreachable!("only the answer is waited for"),
        }
        (this, customer, expert)
    }

    fn session(&mut self, dialog: DialogKey) -> Session {
        let config = MediaConfig {
            loopback: true,
            ..MediaConfig::default()
        };
        let (session, _) = Session::new(&config, self.engine.clone());
        session.set_sending(true);
        self.sessions.insert(dialog, session.clone());
        session
    }

    /// Both still answer; gives what else came meanwhile.
    async fn has_lost_nobody(&mut self, calls: [DialogKey; 2]) -> Vec<SipEvent> {
        let mut news = Vec::new();
        for dialog in calls {
            self.agent.send(SipRequest::InfoDtmf {
                dialog,
                digit: '5',
                duration_ms: 100,
            });
            let answered = SipEvent::InfoAnswered {
                dialog,
                status: 200,
            };
            loop {
                let event = self.until(|_| true).await;
                assert!(!matches!(event, SipEvent::Ended { .. }), "{event:?}");
                if event == answered {
                    break;
                }
                news.push(event);
            }
        }
        news
    }

    /// Puts a call on hold, as phones do before they call somebody else.
    async fn hold(&mut self, dialog: DialogKey) {
        let session = self.sessions[&dialog].clone();
        let offer = session.reoffer(Direction::SendOnly, false).await;
        self.agent.send(SipRequest::Reoffer {
            dialog,
            offer: offer.expect("an offer"),
        });
        match self
            .until(|event| matches!(event, SipEvent::ReofferAnswered { .. }))
            .await
        {
            SipEvent::ReofferAnswered { sdp, .. } => {
                session.set_answer(Fork(0), &sdp).await.expect("an answer");
            }
            _ => unreachable!("only the answer is waited for"),
        }
    }

    fn refer(&self, customer: DialogKey, expert: Option<DialogKey>) {
        self.agent.send(SipRequest::Refer {
            dialog: customer,
            refer: ReferId(1),
            refer_to: "+493023125201".to_owned(),
            replaces: expert,
        });
    }

    async fn until(&mut self, wanted: impl Fn(&SipEvent) -> bool) -> SipEvent {
        let mut passed = Vec::new();
        let found = async {
            loop {
                let event = self.events.recv().await.expect("an event");
                if wanted(&event) {
                    return event;
                }
                passed.push(event);
            }
        };
        let found = timeout(PATIENCE, found).await;
        found.unwrap_or_else(|_| panic!("it did not come; this did: {passed:?}"))
    }

    async fn does(&mut self, who: &str, wanted: Deed) {
        let found = async {
            loop {
                let (name, deed) = self.deeds.recv().await.expect("a deed");
                if name == who && deed == wanted {
                    return;
                }
            }
        };
        let found = timeout(PATIENCE, found).await;
        assert!(found.is_ok(), "{who} does not: {wanted:?}");
    }
}

#[tokio::test]
async fn customer_and_expert_hear_each_other_after_the_agent_has_left() {
    let (mut agent, customer, expert) = Agent::with_both("\"accepted\"").await;
    agent.hold(customer).await;
    agent.does("Maria Keller", Deed::Hears(Hears::Held)).await;
    agent.refer(customer, Some(expert));
    agent
        .until(|event| {
            matches!(
                event,
                SipEvent::ReferAnswered {
                    status: 202,
                    subscribed: true,
                    ..
                }
            )
        })
        .await;
    let done = |event: &SipEvent| {
        matches!(
            event,
            SipEvent::ReferProgress {
                status: 200,
                terminated: true,
                ..
            }
        )
    };
    agent.until(done).await;
    let mut left = vec![customer, expert];
    while !left.is_empty() {
        match agent
            .until(|event| matches!(event, SipEvent::Ended { .. }))
            .await
        {
            SipEvent::Ended { dialog, .. } => left.retain(|other| *other != dialog),
            _ => unreachable!("only the end is waited for"),
        }
    }
    agent.does("Maria Keller", Deed::Transferred(200)).await;
    agent.does("Nadia Haddad", Deed::Hears(Hears::Speech)).await;
}

#[tokio::test]
async fn a_transfer_that_is_refused_leaves_both_on_the_line() {
    let (mut agent, customer, expert) = Agent::with_both("603").await;
    agent.refer(customer, Some(expert));
    agent
        .until(|event| {
            matches!(
                event,
                SipEvent::ReferAnswered {
                    status: 603,
                    subscribed: false,
                    ..
                }
            )
        })
        .await;
    agent.has_lost_nobody([customer, expert]).await;
}

#[tokio::test]
async fn a_transfer_to_somebody_who_is_busy_comes_to_nothing() {
    let (mut agent, customer, expert) = Agent::with_both("\"accepted\"").await;
    // Without Replaces: the expert is on the telephone, with the agent.
    agent.refer(customer, None);
    let last = agent
        .until(|event| {
            matches!(
                event,
                SipEvent::ReferProgress {
                    terminated: true,
                    ..
                }
            )
        })
        .await;
    assert!(
        matches!(last, SipEvent::ReferProgress { status: 486, .. }),
        "{last:?}"
    );
    agent.does("Maria Keller", Deed::Transferred(486)).await;
    agent.has_lost_nobody([customer, expert]).await;
}

#[tokio::test]
async fn a_transfer_may_be_taken_on_and_never_heard_of_again() {
    let (mut agent, customer, expert) = Agent::with_both("\"silent\"").await;
    agent.refer(customer, Some(expert));
    let taken_on = |event: &SipEvent| matches!(event, SipEvent::ReferAnswered { status: 202, .. });
    agent.until(taken_on).await;
    agent.does("Maria Keller", Deed::Referred(202)).await;
    // Whatever was to come of it would have come before the answers to these.
    let news = agent.has_lost_nobody([customer, expert]).await;
    let word =
        |event: &SipEvent| matches!(event, SipEvent::ReferProgress { status, .. } if *status > 100);
    assert!(!news.iter().any(word), "{news:?}");
}

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);
