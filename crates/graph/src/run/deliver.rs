//! Carries one card out, for as long as somebody looks at it.

use std::sync::Arc;

use tokio::sync::{OnceCell, watch};

use crate::{
    card::{CardView, Command, Errand, Event},
    client::Graph,
    clock::Moment,
    person::PersonId,
};

pub(super) struct Delivery {
    pub(super) graph: Graph,
    /// Who the agent is, asked once for each sign-in.
    pub(super) agent: Arc<OnceCell<PersonId>>,
    pub(super) view: watch::Sender<CardView>,
}

impl Delivery {
    pub(super) async fn run(self, to: PersonId, text: String) {
        tokio::select! {
            () = self.deliver(to, &text) => {}
            () = self.view.closed() => {}
        }
    }

    async fn deliver(&self, to: PersonId, text: &str) {
        let mut errand = Errand::new(to, text, Moment::now().wall);
        let mut event = Event::Begin;
        while !errand.is_over() {
            let mut next = None;
            for command in errand.handle(Moment::now().instant, event) {
                match self.carry_out(command, text, &errand).await {
                    None => {}
                    answer => next = answer,
                }
            }
            event = match next {
                Some(event) => event,
                None if errand.is_over() => return,
                None => {
                    super::pass(errand.poll_timeout()).await;
                    Event::Timeout
                }
            };
        }
    }

    async fn carry_out(&self, command: Command, text: &str, errand: &Errand) -> Option<Event> {
        match command {
            Command::AskAgent => {
                let agent = self.agent.get_or_try_init(|| self.graph.me()).await;
                Some(Event::Agent(agent.cloned()))
            }
            Command::Open { agent, expert } => {
                Some(Event::Opened(self.graph.chat(&agent, &expert).await))
            }
            Command::Post(chat) => Some(Event::Posted(self.graph.message(&chat, text).await)),
            Command::Listen(chat) => Some(Event::Heard(self.graph.messages(&chat).await)),
            Command::Changed => {
                let state = errand.state().clone();
                self.view.send_modify(|view| view.state = state);
                None
            }
        }
    }
}
