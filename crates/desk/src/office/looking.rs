//! What is looked at of the experts, by the agent's eyes and calls.

use std::time::SystemTime;

use warmline_call::CallId;
use warmline_graph::Look;
use warmline_sip::redact::Pii;

use super::{PeopleView, calls, run::Running};

/// What the agent looks at.
#[derive(Clone, Debug, Default)]
pub(super) struct Looking {
    pub(super) shown: bool,
    pub(super) search: Pii<String>,
    pub(super) first: usize,
    pub(super) rows: usize,
}

impl Running {
    /// Whom the agent has called before.
    pub(super) fn remember(&self) {
        let Some(recents) = &self.recents else {
            return;
        };
        let past = calls::past(&recents.borrow(), SystemTime::now());
        for experts in self
            .tenants
            .iter()
            .filter_map(|tenant| tenant.experts.as_ref())
        {
            experts.remember(past.clone());
        }
    }

    /// Every tenant's experts are looked at as far as the agent's calls and eyes ask for it.
    pub(super) fn look_again(&mut self) {
        let snapshot = self
            .snapshot
            .as_ref()
            .map(|snapshot| snapshot.borrow().clone());
        let call = snapshot.as_ref().and_then(calls::in_hand);
        let whose = self.whose(call.map(|call| call.line.0 as usize));
        if let Some(snapshot) = &snapshot {
            let consults = |customer: &CallId| {
                let mut transfers = snapshot.transfers.iter();
                transfers.any(|transfer| transfer.customer == *customer)
            };
            self.cards.retain(|customer, _| consults(customer));
            self.consulted.retain(|customer, _| consults(customer));
        }
        let consulting = call.and_then(|call| self.consulted.get(&call.id));
        let consulting = consulting.map(|(person, _)| person.clone());
        let everywhere = self.policy.experts_of_other_customers;
        for (at, tenant) in self.tenants.iter().enumerate() {
            let Some(experts) = &tenant.experts else {
                continue;
            };
            let concerned = at == whose || everywhere;
            experts.look(Look {
                visible: self.look.shown && concerned,
                call: call.filter(|_| concerned).map(calls::topic),
                consulting: consulting.clone().filter(|_| concerned),
                search: self.look.search.clone(),
                first: self.look.first,
                rows: self.look.rows,
            });
            if at == 0 {
                experts.in_call(snapshot.as_ref().is_some_and(calls::talking));
            }
        }
    }

    /// The tenant whose experts are for this line, or for no call.
    pub(super) fn whose(&self, line: Option<usize>) -> usize {
        let line = line.unwrap_or_default();
        self.lines.get(line).copied().unwrap_or_default()
    }

    pub(super) fn shown_people(&self) -> PeopleView {
        let snapshot = self.snapshot.as_ref().map(|snapshot| snapshot.borrow());
        let call = snapshot
            .as_ref()
            .and_then(|snapshot| calls::in_hand(snapshot));
        let whose = self.whose(call.map(|call| call.line.0 as usize));
        let tenant = &self.tenants[whose];
        PeopleView {
            customer: tenant.customer.clone(),
            call: call.map(|call| call.id),
            people: tenant.people.clone(),
        }
    }
}
