//! Sessions against each other over the loopback interface.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, interval, timeout};
use warmline_audio::{Engine, EngineConfig};
use warmline_media::{
    Codec, Direction, DtmfError, Fork, MediaConfig, MediaError, MediaEvent, Session, Stats,
};

/// No step of a call on one machine takes longer, however busy it is.
const LIMIT: Duration = Duration::from_secs(20);

/// One end of a call.
struct End {
    session: Session,
    events: mpsc::Receiver<MediaEvent>,
}

impl End {
    fn new() -> End {
        End::with_codecs(&[Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma])
    }

    fn with_codecs(codecs: &[Codec]) -> End {
        let (engine, _) = Engine::start(EngineConfig::silent()).expect("started");
        let config = MediaConfig {
            codecs: codecs.to_vec(),
            loopback: true,
            ..MediaConfig::default()
        };
        let (session, events) = Session::new(&config, engine);
        session.set_sending(true);
        session.set_heard(true);
        End { session, events }
    }

    /// Waits for an event; others that come before it are passed over.
    async fn wait_for(&mut self, wanted: MediaEvent) {
        let found = timeout(LIMIT, async {
            while let Some(event) = self.events.recv().await {
                if event == wanted {
                    return true;
                }
                if let MediaEvent::Failed { reason } = event {
                    panic!("{reason}");
                }
            }
            false
        });
        let found = found.await;
        assert_eq!(found, Ok(true), "{wanted:?} did not come");
    }

    /// Waits until the statistics are as wanted.
    async fn wait_until(&self, wanted: impl Fn(&Stats) -> bool) -> Stats {
        let start = Instant::now();
        let mut ticks = interval(Duration::from_millis(20));
        loop {
            ticks.tick().await;
            let stats = self.session.stats();
            if wanted(&stats) {
                return stats;
            }
            assert!(start.elapsed() < LIMIT, "still {stats:?}");
        }
    }

    /// Waits until `count` more packets have come.
    async fn hears(&self, count: u64) {
        let before = self.session.stats().received;
        self.wait_until(|stats| stats.received >= before + count)
            .await;
    }

    /// Waits until nothing has come for a while.
    async fn hears_nothing(&self) {
        let start = Instant::now();
        let mut ticks = interval(Duration::from_millis(200));
        let mut before = u64::MAX;
        loop {
            ticks.tick().await;
            let received = self.session.stats().received;
            if received == before {
                return;
            }
            before = received;
            assert!(start.elapsed() < LIMIT, "still hears");
        }
    }
}

/// A call from `caller` to `callee`, with sound both ways.
async fn call(caller: &mut End, callee: &mut End) {
    let offer = caller.session.offer().await.expect("offered");
    let answer = callee.session.answer(&offer).await.expect("answered");
    let accepted = caller.session.set_answer(Fork::default(), &answer).await;
    accepted.expect("accepted");
    for end in [caller, callee] {
        end.wait_for(MediaEvent::Connected).await;
        end.wait_for(MediaEvent::FirstAudio).await;
    }
}

/// `from` offers `direction` within the call, `to` answers.
async fn reoffer(from: &End, to: &End, direction: Direction, restart: bool) {
    let offer = from.session.reoffer(direction, restart).await;
    let answer = to.session.answer(&offer.expect("offered")).await;
    let accepted = from
        .session
        .set_answer(Fork::default(), &answer.expect("answered"))
        .await;
    accepted.expect("accepted");
}

#[tokio::test]
async fn a_call_has_sound_both_ways_and_true_statistics() {
    let (mut caller, mut callee) = (End::new(), End::new());
    assert_eq!(caller.session.stats(), Stats::default());
    call(&mut caller, &mut callee).await;
    for end in [&caller, &callee] {
        let stats = end
            .wait_until(|stats| stats.round_trip_ms.is_some() && stats.received > 60)
            .await;
        assert_eq!(stats.codec, Some(Codec::Opus));
        assert!(stats.telephone_events);
        // There is no delay but that of a busy machine.
        let trip = stats.round_trip_ms.expect("awaited");
        assert!(trip > 0.0 && trip < 5_000.0, "{trip} ms");
        assert_eq!(stats.remote_fraction_lost, Some(0.0));
        assert_eq!((stats.lost, stats.remote_lost), (0, Some(0)));
        assert!(stats.jitter_ms < 1_000.0);
        assert!(stats.remote_jitter_ms.expect("reported") < 1_000.0);
    }
    let received = callee.session.stats().received;
    assert!(caller.session.stats().sent >= received);
}

#[tokio::test]
async fn hold_and_resume() {
    let (mut caller, mut callee) = (End::new(), End::new());
    call(&mut caller, &mut callee).await;
    reoffer(&caller, &callee, Direction::SendOnly, false).await;
    let held = MediaEvent::RemoteDirection(Direction::SendOnly);
    callee.wait_for(held).await;
    caller.hears_nothing().await;
    callee.hears(5).await;
    reoffer(&caller, &callee, Direction::SendRecv, false).await;
    let resumed = MediaEvent::RemoteDirection(Direction::SendRecv);
    callee.wait_for(resumed).await;
    caller.hears(5).await;
    // The other end may do the same.
    reoffer(&callee, &caller, Direction::Inactive, false).await;
    let held = MediaEvent::RemoteDirection(Direction::Inactive);
    caller.wait_for(held).await;
    caller.hears_nothing().await;
    callee.hears_nothing().await;
    reoffer(&callee, &caller, Direction::SendRecv, false).await;
    caller.hears(5).await;
    callee.hears(5).await;
}

#[tokio::test]
async fn keys_are_told_once_each() {
    let (mut caller, mut callee) = (End::new(), End::new());
    let early = caller.session.dtmf('1', 100);
    assert!(matches!(early, Err(DtmfError::NotNegotiated)));
    call(&mut caller, &mut callee).await;
    for key in ['1', '#', '1'] {
        caller.session.dtmf(key, 100).expect("queued");
    }
    for key in ['1', '#', '1'] {
        callee.wait_for(MediaEvent::Dtmf(key)).await;
    }
    // Anything told twice would come before this.
    callee.session.dtmf('D', 100).expect("queued");
    caller.wait_for(MediaEvent::Dtmf('D')).await;
    callee.hears(10).await;
    assert!(callee.events.try_recv().is_err());
}

#[tokio::test]
async fn the_answerers_codecs_decide() {
    for codec in [Codec::G722, Codec::Pcmu, Codec::Pcma] {
        let (mut caller, mut callee) = (End::new(), End::with_codecs(&[codec]));
        call(&mut caller, &mut callee).await;
        assert_eq!(caller.session.stats().codec, Some(codec));
        assert_eq!(callee.session.stats().codec, Some(codec));
    }
    let (caller, callee) = (
        End::with_codecs(&[Codec::Opus]),
        End::with_codecs(&[Codec::Pcmu]),
    );
    let offer = caller.session.offer().await.expect("offered");
    let refused = callee.session.answer(&offer).await;
    assert!(matches!(refused, Err(MediaError::NotAcceptable { .. })));
}

#[tokio::test]
async fn early_media_from_one_fork_and_the_call_with_another() {
    let mut caller = End::new();
    let mut announcement = End::with_codecs(&[Codec::Pcma]);
    let mut callee = End::with_codecs(&[Codec::Opus]);
    let offer = caller.session.offer().await.expect("offered");
    let early = announcement.session.answer(&offer).await.expect("answered");
    let taken = caller.session.set_early_answer(Fork(1), &early).await;
    taken.expect("taken");
    caller.wait_for(MediaEvent::FirstAudio).await;
    announcement.wait_for(MediaEvent::FirstAudio).await;
    assert_eq!(caller.session.stats().codec, Some(Codec::Pcma));
    // The same again changes nothing.
    let again = caller.session.set_early_answer(Fork(1), &early).await;
    again.expect("taken");
    caller.hears(5).await;

    let answer = callee.session.answer(&offer).await.expect("answered");
    let taken = caller.session.set_answer(Fork(2), &answer).await;
    taken.expect("taken");
    caller.wait_for(MediaEvent::Connected).await;
    callee.wait_for(MediaEvent::FirstAudio).await;
    announcement.session.close().await;
    caller.hears(20).await;
    assert_eq!(caller.session.stats().codec, Some(Codec::Opus));
    // And it is a call like any other.
    reoffer(&caller, &callee, Direction::SendOnly, false).await;
    callee
        .wait_for(MediaEvent::RemoteDirection(Direction::SendOnly))
        .await;
    reoffer(&caller, &callee, Direction::SendRecv, true).await;
    caller.wait_for(MediaEvent::Connected).await;
    caller.hears(5).await;
    callee.hears(5).await;
}

#[tokio::test]
async fn a_final_response_without_sdp_confirms_a_forks_early_answer() {
    let caller = End::new();
    let (mut first, mut second) = (End::new(), End::new());
    let offer = caller.session.offer().await.expect("offered");
    for (fork, end) in [(Fork(1), &mut first), (Fork(2), &mut second)] {
        let early = end.session.answer(&offer).await.expect("answered");
        let taken = caller.session.set_early_answer(fork, &early).await;
        taken.expect("taken");
        end.wait_for(MediaEvent::FirstAudio).await;
    }
    let unknown = caller.session.confirm_early_answer(Fork(3)).await;
    assert!(matches!(unknown, Err(MediaError::WrongState(_))));
    let confirmed = caller.session.confirm_early_answer(Fork(1)).await;
    confirmed.expect("known");
    second.hears_nothing().await;
    first.hears(10).await;
    caller.hears(10).await;
}

#[tokio::test]
async fn an_early_dialog_may_go_on_before_the_final_answer() {
    let (mut caller, callee) = (End::new(), End::new());
    let offer = caller.session.offer().await.expect("offered");
    let early = callee.session.answer(&offer).await.expect("answered");
    let taken = caller.session.set_early_answer(Fork(1), &early).await;
    taken.expect("taken");
    caller.wait_for(MediaEvent::FirstAudio).await;
    // UPDATE by the callee, then the final response with what was said first.
    reoffer(&callee, &caller, Direction::SendOnly, false).await;
    let other = caller.session.set_answer(Fork(2), &early).await;
    assert!(matches!(other, Err(MediaError::WrongState(_))));
    let last = caller.session.set_answer(Fork(1), &early).await;
    last.expect("taken");
    callee.hears_nothing().await;
    reoffer(&caller, &callee, Direction::SendRecv, false).await;
    caller.hears(5).await;
}

#[tokio::test]
async fn ice_restarts_from_either_end() {
    let (mut caller, mut callee) = (End::new(), End::new());
    call(&mut caller, &mut callee).await;
    for direction in [true, false, true] {
        let (from, to) = if direction {
            (&mut caller, &mut callee)
        } else {
            (&mut callee, &mut caller)
        };
        reoffer(from, to, Direction::SendRecv, true).await;
        from.wait_for(MediaEvent::Connected).await;
        to.wait_for(MediaEvent::Connected).await;
        from.hears(10).await;
        to.hears(10).await;
    }
    assert!(caller.session.stats().lost < 50);
}

#[tokio::test]
async fn another_end_may_take_the_peers_place() {
    // A server that connects the call to someone else offers with another certificate.
    let (mut agent, mut customer) = (End::new(), End::new());
    call(&mut customer, &mut agent).await;
    let mut expert = End::with_codecs(&[Codec::Pcmu]);
    let offer = expert.session.offer().await.expect("offered");
    let answer = agent.session.answer(&offer).await.expect("answered");
    let accepted = expert.session.set_answer(Fork::default(), &answer).await;
    accepted.expect("accepted");
    agent.wait_for(MediaEvent::Connected).await;
    expert.wait_for(MediaEvent::FirstAudio).await;
    agent.hears(10).await;
    assert_eq!(agent.session.stats().codec, Some(Codec::Pcmu));
    customer.session.close().await;
    agent.hears(10).await;
}

#[tokio::test]
async fn someone_else_may_answer_an_offer_that_was_asked_for() {
    // Third-party call control: a request without an offer, the answer from another end.
    let (mut agent, mut customer) = (End::new(), End::with_codecs(&[Codec::Pcmu]));
    call(&mut customer, &mut agent).await;
    let mut expert = End::with_codecs(&[Codec::Opus]);
    let offer = agent.session.offer_all(Direction::SendRecv).await;
    let answer = expert.session.answer(&offer.expect("offered")).await;
    let accepted = agent
        .session
        .set_answer(Fork::default(), &answer.expect("answered"))
        .await;
    accepted.expect("accepted");
    agent.wait_for(MediaEvent::Connected).await;
    expert.wait_for(MediaEvent::FirstAudio).await;
    agent.hears(10).await;
    assert_eq!(agent.session.stats().codec, Some(Codec::Opus));
}

#[tokio::test]
async fn an_offer_that_is_refused_leaves_the_call_as_it_was() {
    let (mut caller, mut callee) = (End::new(), End::new());
    call(&mut caller, &mut callee).await;
    let sdes = include_str!("offers/6_sdes.sdp");
    let refused = callee.session.answer(sdes).await;
    assert!(matches!(refused, Err(MediaError::NotAcceptable { .. })));
    let malformed = callee.session.answer("hello").await;
    assert!(matches!(malformed, Err(MediaError::Malformed(_))));
    callee.hears(5).await;
    // Ours, too: withdrawn, it never was.
    let offer = caller.session.reoffer(Direction::SendOnly, false).await;
    let offer = offer.expect("offered");
    let theirs = callee.session.reoffer(Direction::SendOnly, false).await;
    let glare = caller.session.answer(&theirs.expect("offered")).await;
    assert!(matches!(glare, Err(MediaError::WrongState(_))));
    let glare = callee.session.answer(&offer).await;
    assert!(matches!(glare, Err(MediaError::WrongState(_))));
    caller.session.withdraw_offer().await;
    callee.session.withdraw_offer().await;
    caller.hears(5).await;
    reoffer(&callee, &caller, Direction::SendOnly, false).await;
    callee.hears_nothing().await;
}

#[tokio::test]
async fn a_closed_session_does_nothing_more() {
    let (mut caller, mut callee) = (End::new(), End::new());
    call(&mut caller, &mut callee).await;
    caller.session.close().await;
    caller.session.close().await;
    callee.hears_nothing().await;
    let offer = caller.session.reoffer(Direction::SendRecv, false).await;
    assert!(matches!(offer, Err(MediaError::WrongState(_))));
    let late = caller.session.dtmf('1', 100);
    assert!(matches!(late, Err(DtmfError::NotNegotiated)));
    // Dropped without a word, it ends as well.
    let (mut caller, mut callee) = (End::new(), End::new());
    call(&mut caller, &mut callee).await;
    drop(caller);
    callee.hears_nothing().await;
}

#[tokio::test]
async fn nothing_can_be_done_before_its_time() {
    let end = End::new();
    let early = end.session.reoffer(Direction::SendOnly, false).await;
    assert!(matches!(early, Err(MediaError::WrongState(_))));
    let mut other = End::new();
    let offer = other.session.offer().await.expect("offered");
    let twice = other.session.offer().await;
    assert!(matches!(twice, Err(MediaError::WrongState(_))));
    let answer = end.session.answer(&offer).await.expect("answered");
    let answered = end.session.set_answer(Fork::default(), &answer).await;
    assert!(matches!(answered, Err(MediaError::WrongState(_))));
    other.session.close().await;
    assert!(other.events.try_recv().is_err());
}
