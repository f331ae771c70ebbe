//! The end of a phone: with a farewell where the agent leaves, without one where the phone has failed.

use std::time::Duration;

use tokio::time::{Instant, timeout};
use tracing::{error, info};
use warmline_call::{CallId, Event, UserAction as CallAction};
use warmline_sip::SipRequest;

use crate::{
    action::Done,
    desk::Answer,
    event::DeskEvent,
    run::{Inbox, Running},
    snapshot::Registration,
};

/// The agent leaves: the lines say farewell.
pub(crate) struct Stopping {
    pub(crate) by: Instant,
    answers: Vec<Answer>,
}

impl Running {
    /// Says farewell everywhere; the loop ends when the user agent has.
    pub(crate) fn stop(&mut self, answer: Option<Answer>) {
        if let Some(stopping) = &mut self.stopping {
            stopping.answers.extend(answer);
            return;
        }
        info!("stopping");
        self.end_trials();
        self.end_check();
        self.stopping = Some(Stopping {
            by: Instant::now() + STOP_WITHIN,
            answers: answer.into_iter().collect(),
        });
        let calls: Vec<CallId> = self.phone.calls().map(|call| call.id()).collect();
        for call in calls {
            self.feed(Event::User(CallAction::Hangup(call)));
        }
        self.lines.send_all(&SipRequest::Shutdown);
    }

    /// The calls go on without us.
    pub(crate) fn abandon(&self) {
        error!("the sound is broken: the phone stops, and hangs up on nobody");
        self.lines.send_all(&SipRequest::Leave);
    }

    pub(crate) async fn finish(mut self, inbox: Inbox) {
        // Media tasks must not wait for a desk that no longer reads.
        drop(inbox);
        self.legs.clear();
        self.machines.engine.ring(false);
        self.machines.engine.tone(None);
        if let Some(lights) = self.machines.lights.take() {
            // It waits until they are out.
            self.tasks.spawn_blocking(move || drop(lights));
        }
        let tasks = &mut self.tasks;
        let ended = async { while tasks.join_next().await.is_some() {} };
        if timeout(CLOSE_WITHIN, ended).await.is_err() {
            info!("media is slow to close and is given up");
        }
        self.outlets.sound.close();
        for line in self.lines.iter_mut() {
            line.registration = Registration::Unregistered;
        }
        self.state.stopped = true;
        self.publish();
        self.tell(DeskEvent::Stopped);
        for answer in self.stopping.into_iter().flat_map(|s| s.answers) {
            let _ = answer.send(Ok(Done::Accepted));
        }
        info!("stopped");
    }
}

/// How long un-registering may take: a server that is gone must not keep the phone open.
const STOP_WITHIN: Duration = Duration::from_secs(4);

/// How long sessions may take to close.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use warmline_audio::AudioEvent;

    use super::*;
    use crate::{
        peer::{PATIENCE, Peer, Telephone},
        stage,
    };

    #[tokio::test]
    async fn when_the_sound_is_broken_nobody_is_hung_up_on_and_the_next_phone_takes_up_the_call() {
        let folder = tempfile::tempdir().unwrap();
        let mut peer = Peer::start().await;
        let (mut phone, engine) = stage::phone(&peer, folder.path()).await;
        let telephone = Telephone::new();
        let offer = telephone.session.offer().await.unwrap();
        let mut dialog = peer.invite(Some(&offer), "");
        let incoming = |e: &DeskEvent| matches!(e, DeskEvent::Incoming(_));
        let DeskEvent::Incoming(call) = phone.until(incoming).await else {
            unreachable!("just matched")
        };
        let answer = phone.desk.send(crate::UserAction::Answer(call.id));
        answer.await.unwrap();
        dialog.answered(&peer.response(200).await);
        peer.ack(&dialog, None);
        phone.until(|e| *e == DeskEvent::Active(call.id)).await;

        engine.send(AudioEvent::Broken).await.unwrap();
        phone.until(|e| *e == DeskEvent::Stopped).await;
        assert!(phone.desk.snapshot().borrow().stopped);
        phone.desk.journal().unwrap().finish();
        peer.silence().await;
        let journal = stage::journal(folder.path());
        let mut unfinished = journal.unfinished();
        let left = unfinished.wait_for(|left| !left.is_empty());
        let left = timeout(PATIENCE, left).await.unwrap().unwrap().clone();
        assert_eq!(left.len(), 1);
        assert!(left[0].call.dialog.is_some(), "it can be taken up");
    }
}
