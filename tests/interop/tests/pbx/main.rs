//! The PBX that can be made to fail, tried by the user agent alone: what a transfer comes to with each
//! fault. What fails here is a fault of the lab's or of `crates/sip`.
#![cfg(target_os = "linux")]

mod bare;

use std::time::Duration;

use bare::Bare;
use warmline_interop::{Asterisk, Ear, Edge, Fault, Handset, Lab, Person, Result, Voice, test};
use warmline_sip::{DialogKey, SipEvent};

struct Office {
    _asterisk: Asterisk,
    edge: Edge,
    customer: Handset,
    expert: Handset,
    agent: Bare,
}

/// A customer who waits and an expert on the line.
#[derive(Clone, Copy)]
struct Consultation {
    held: DialogKey,
    consulted: DialogKey,
}

impl Office {
    fn open(lab: &Lab) -> Result<Office> {
        let mut asterisk = lab.asterisk()?;
        asterisk.ami().console("pjsip set logger on")?;
        let edge = lab.edge(&asterisk)?;
        Ok(Office {
            customer: lab.handset(Person::CUSTOMER, &asterisk, Voice::Customer)?,
            expert: lab.handset(Person::SPECIALIST, &asterisk, Voice::Expert)?,
            agent: Bare::registered(lab, &edge)?,
            _asterisk: asterisk,
            edge,
        })
    }

    fn customer_calls(&mut self) -> Result<DialogKey> {
        self.customer.call(Person::TRAINEE.number)?;
        let held = self.agent.answer()?;
        self.customer.talks()?;
        Ok(held)
    }

    fn consult(&mut self) -> Result<Consultation> {
        let held = self.customer_calls()?;
        self.agent.hold(held)?;
        self.customer_hears(Voice::Music)?;
        let consulted = self.agent.dial(Person::SPECIALIST.number);
        self.expert.answer()?;
        self.agent.answered(consulted)?;
        Ok(Consultation { held, consulted })
    }

    /// The REFER that asks for the transfer: its status and whether NOTIFYs are to come.
    fn refer(&mut self, consultation: Consultation) -> Result<(u16, bool)> {
        let Consultation { held, consulted } = consultation;
        self.agent
            .refer(held, Person::SPECIALIST.number, Some(consulted))
    }

    fn customer_hears(&self, voice: Voice) -> Result<()> {
        Ear::from_now("customer", &self.customer.heard()).hears(&[voice], LIMIT)
    }

    fn they_hear_each_other(&self) -> Result<()> {
        self.customer_hears(Voice::Expert)?;
        Ear::from_now("expert", &self.expert.heard()).hears(&[Voice::Customer], LIMIT)
    }

    fn both_calls_stand(&mut self) -> Result<()> {
        let ended = |event: &SipEvent| matches!(event, SipEvent::Ended { .. });
        assert!(!self.agent.comes(Duration::from_secs(1), ended));
        self.customer_hears(Voice::Music)
    }

    /// The agent leaves, if the PBX has not shown out already.
    fn agent_leaves(&mut self, consultation: Consultation) -> Result<()> {
        for call in [consultation.held, consultation.consulted] {
            self.agent.hang_up(call);
            self.agent.ended(call)?;
        }
        Ok(())
    }

    fn all_hang_up(&mut self, consultation: Consultation) -> Result<()> {
        self.agent_leaves(consultation)?;
        self.customer.is_hung_up(LIMIT)?;
        self.expert.is_hung_up(LIMIT)
    }
}

#[test]
fn a_transfer_connects_customer_and_expert() {
    test(|lab| {
        let mut office = Office::open(lab)?;
        let consultation = office.consult()?;
        assert_eq!(office.refer(consultation)?, (202, true));
        assert_eq!(office.agent.outcome()?, 200);
        office.they_hear_each_other()?;
        office.agent_leaves(consultation)?;
        office.they_hear_each_other()?;
        office.expert.hang_up()?;
        office.customer.is_hung_up(LIMIT)
    });
}

#[test]
fn a_blind_transfer_calls_the_expert() {
    test(|lab| {
        let mut office = Office::open(lab)?;
        let held = office.customer_calls()?;
        let expert = Person::SPECIALIST.number;
        assert_eq!(office.agent.refer(held, expert, None)?, (202, true));
        office.expert.answer()?;
        assert_eq!(office.agent.outcome()?, 200);
        office.they_hear_each_other()?;
        // Asterisk leaves it to the agent to hang up (RFC 5589 §6.1).
        office.agent.hang_up(held);
        office.agent.ended(held)?;
        office.they_hear_each_other()
    });
}

#[test]
fn what_is_refused_or_fails_leaves_both_calls() {
    test(|lab| {
        let mut office = Office::open(lab)?;
        for status in [405, 501, 603, 403, 503] {
            let consultation = office.consult()?;
            office.edge.fault(Fault::Refused(status))?;
            assert_eq!(office.refer(consultation)?, (status, false));
            office.both_calls_stand()?;
            office.all_hang_up(consultation)?;
        }
        for status in [503, 486] {
            let consultation = office.consult()?;
            office.edge.fault(Fault::Notified(status))?;
            assert_eq!(office.refer(consultation)?, (202, true));
            assert_eq!(office.agent.outcome()?, status);
            office.both_calls_stand()?;
            // What has failed may be tried again.
            office.edge.fault(Fault::None)?;
            assert_eq!(office.refer(consultation)?, (202, true));
            assert_eq!(office.agent.outcome()?, 200);
            office.they_hear_each_other()?;
            office.agent_leaves(consultation)?;
            office.expert.hang_up()?;
            office.customer.is_hung_up(LIMIT)?;
        }
        Ok(())
    });
}

#[test]
fn what_is_swallowed_leaves_both_calls_without_a_word() {
    test(|lab| {
        let mut office = Office::open(lab)?;
        let consultation = office.consult()?;
        office.edge.fault(Fault::Swallowed)?;
        assert_eq!(office.refer(consultation)?, (202, true));
        let word = |event: &SipEvent| matches!(event, SipEvent::ReferProgress { .. });
        assert!(!office.agent.comes(Duration::from_secs(2), word));
        office.both_calls_stand()?;
        office.all_hang_up(consultation)
    });
}

/// As when a phone has died and been started again: Asterisk takes a new call in the old one's place.
#[test]
fn a_call_is_taken_up_by_an_invite_with_replaces() {
    test(|lab| {
        let mut office = Office::open(lab)?;
        let old = office.customer_calls()?;
        let saved = office.agent.saved(old)?;
        let mut again = Bare::registered(lab, &office.edge)?;
        let new = again.dial_for(&saved);
        again.answered(new)?;
        office.agent.ended(old)?;
        assert!(!office.customer.has_ended());
        again.hold(new)?;
        office.customer_hears(Voice::Music)?;
        again.hang_up(new);
        office.customer.is_hung_up(LIMIT)
    });
}

/// The two are connected, and the agent is told by nothing but the end of the calls.
#[test]
fn what_is_done_may_be_kept_quiet() {
    test(|lab| {
        let mut office = Office::open(lab)?;
        for (fault, subscribed) in [(Fault::Silenced, true), (Fault::Unsubscribed, false)] {
            let consultation = office.consult()?;
            office.edge.fault(fault)?;
            assert_eq!(office.refer(consultation)?, (202, subscribed));
            office.they_hear_each_other()?;
            let word = |event: &SipEvent| matches!(event, SipEvent::ReferProgress { .. });
            assert!(!office.agent.comes(Duration::from_secs(1), word));
            office.agent_leaves(consultation)?;
            office.they_hear_each_other()?;
            office.expert.hang_up()?;
            office.customer.is_hung_up(LIMIT)?;
        }
        Ok(())
    });
}

const LIMIT: Duration = Duration::from_secs(10);
