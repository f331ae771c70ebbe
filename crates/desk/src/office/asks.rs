//! What the agent asks the office for.

use warmline_call::CallId;
use warmline_entra::Consent;
use warmline_graph::PersonId;
use warmline_sip::redact::Pii;

use super::{OfficeAsk, calls, looking::Looking, run::Running};
use crate::{
    UserAction,
    error::{DeskError, ErrorCode},
};

impl Running {
    pub(super) async fn ask(&mut self, ask: OfficeAsk) -> Result<(), DeskError> {
        match ask {
            OfficeAsk::Look {
                shown,
                search,
                first,
                rows,
            } => {
                self.look = Looking {
                    shown,
                    search,
                    first,
                    rows,
                };
                self.look_again();
            }
            OfficeAsk::Favourite(person, on) => self.favourite(id(&person)?, on),
            OfficeAsk::Call {
                person,
                about,
                hand_over,
            } => return self.call(id(&person)?, about, hand_over).await,
            OfficeAsk::SignIn {
                tenant,
                device_code,
            } => {
                let entra = &self.tenant(tenant)?.entra;
                if device_code {
                    entra.use_device_code();
                } else {
                    entra.sign_in();
                }
            }
            OfficeAsk::OpenPage(tenant) => self.tenant(tenant)?.entra.open_page(),
            OfficeAsk::CancelSignIn(tenant) => self.tenant(tenant)?.entra.cancel(),
            OfficeAsk::SignOut(tenant) => {
                let entra = self.tenant(tenant)?.entra.clone();
                // The keychain may ask first: nobody else waits for it.
                self.listeners.spawn(async move { entra.sign_out().await });
            }
            OfficeAsk::Consent(rung) => {
                let consent = Consent::LADDER.get(rung).ok_or_else(unknown)?;
                let at = self.looked_at();
                let entra = &self.tenants[at].entra;
                entra.ask(consent.scopes.iter().copied().collect());
            }
            OfficeAsk::Provision => self.fetch(),
        }
        Ok(())
    }

    fn tenant(&self, at: usize) -> Result<&super::run::TenantAt, DeskError> {
        self.tenants.get(at).ok_or_else(unknown)
    }

    /// The tenant whose experts the agent looks at.
    fn looked_at(&self) -> usize {
        let snapshot = self.snapshot.as_ref().map(|snapshot| snapshot.borrow());
        let call = snapshot
            .as_ref()
            .and_then(|snapshot| calls::in_hand(snapshot));
        self.whose(call.map(|call| call.line.0 as usize))
    }

    fn favourite(&mut self, person: PersonId, on: bool) {
        self.favourites.retain(|known| *known != person);
        if on {
            self.favourites.push(person.clone());
        }
        for experts in self
            .tenants
            .iter()
            .filter_map(|tenant| tenant.experts.as_ref())
        {
            experts.favourite(person.clone(), on);
        }
    }

    /// Brings an expert in. What they are told in Teams goes beside the call and never holds it up.
    async fn call(
        &mut self,
        person: PersonId,
        about: Option<CallId>,
        hand_over: bool,
    ) -> Result<(), DeskError> {
        let desk = self.desk.clone().ok_or_else(no_phone)?;
        let snapshot = desk.snapshot().borrow().clone();
        let call = match about {
            Some(id) => Some(snapshot.call(id).ok_or_else(no_call)?),
            None => None,
        };
        let line = call.map(|call| call.line);
        let whose = self.whose(line.map(|line| line.0 as usize));
        let everywhere = self.policy.experts_of_other_customers;
        let tenants = self.tenants.iter().enumerate();
        let mut theirs = tenants.filter(|(at, _)| *at == whose || everywhere);
        let found = theirs.find_map(|(_, tenant)| {
            let experts = tenant.experts.as_ref()?;
            Some((experts.clone(), experts.person(&person)?))
        });
        let (experts, expert) = found.ok_or_else(not_theirs)?;
        let number = expert.dialable.as_ref().ok_or_else(no_number)?;
        let to = number.number.expose().clone();
        let action = match about {
            Some(customer) => UserAction::Consult {
                customer,
                to,
                hand_over,
            },
            None => UserAction::Dial { to, line },
        };
        desk.send(action).await?;
        experts.called(person.clone());
        let Some(call) = call else {
            return Ok(());
        };
        let name = expert.name.clone();
        self.consulted
            .insert(call.id, (person.clone(), name.clone()));
        if self.policy.card.is_some() {
            let profile = self.profiles.get(call.line.0 as usize);
            let agent = profile.and_then(|profile| profile.display_name.as_deref());
            let country = profile.and_then(|profile| profile.country);
            let card = calls::card(call, agent, country);
            let sent = experts.send_card(person, card);
            self.send_card(call.id, name, sent);
        }
        Ok(())
    }
}

fn id(person: &Pii<String>) -> Result<PersonId, DeskError> {
    PersonId::new(person.expose()).ok_or_else(unknown)
}

fn unknown() -> DeskError {
    DeskError::new(ErrorCode::NotNow, "This is no longer there.", "Look again.")
}

fn no_phone() -> DeskError {
    DeskError::new(
        ErrorCode::NotNow,
        "There is no phone to call with yet.",
        "Wait until you are reachable.",
    )
}

fn no_call() -> DeskError {
    DeskError::new(
        ErrorCode::NoSuchCall,
        "The customer's call is over.",
        "Call the expert by themselves, if you still want to.",
    )
}

fn not_theirs() -> DeskError {
    DeskError::new(
        ErrorCode::NotNow,
        "This is no expert of this customer.",
        "Choose one of the list, or type a number.",
    )
}

fn no_number() -> DeskError {
    DeskError::new(
        ErrorCode::BadNumber,
        "Nobody has told Warmline a number of theirs.",
        "Choose somebody else, or type their number.",
    )
}
