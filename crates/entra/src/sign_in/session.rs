//! Somebody is signed in: their tokens, refreshed one at a time.

mod refresh;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde_json::Value;
use warmline_redact::Secret;

use super::{Kept, Method, RequestId, Wanted, answer::Grant, event::Resource};
use crate::{
    scope::Scopes,
    state::{Account, Why},
    tokens::{AccessToken, TokenError},
};

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) account: Account,
    pub(super) granted: Scopes,
    /// Why what was asked for last has not come about.
    pub(super) refused: Option<Why>,
    refresh_token: Secret<String>,
    held: BTreeMap<Resource, Held>,
    /// For whom a token is to be had.
    demand: BTreeMap<Resource, Demand>,
    refresh: Option<Refresh>,
    retry: Option<Retry>,
    /// A token has been refused twice: until then nobody gets another.
    calm: BTreeMap<Resource, Instant>,
    proof: Proof,
}

/// What stands between somebody and a token.
#[derive(Debug)]
pub(super) enum Token {
    /// It comes, or the error does.
    Comes,
    /// This.
    Is(Result<AccessToken, TokenError>),
}

/// Whether a kept sign-in has been seen to be good.
#[derive(Clone, Debug)]
enum Proof {
    /// It has; or nobody can be reached who could say.
    Given,
    /// Until then the agent waits for it, and signs in like this if it is not.
    Awaited {
        until: Instant,
        then: Option<Method>,
    },
}

#[derive(Clone, Debug)]
struct Held {
    token: AccessToken,
    since: Instant,
    /// It is refreshed then.
    refresh_at: Instant,
    /// It is not handed out from then on.
    until: Instant,
    /// It has taken the place of one that was refused.
    second: bool,
}

#[derive(Clone, Debug, Default)]
struct Demand {
    claims: Option<Value>,
    second: bool,
    /// Somebody waits for it.
    urgent: bool,
}

#[derive(Clone, Debug)]
struct Refresh {
    request: RequestId,
    resource: Resource,
    demand: Demand,
    discovering: bool,
}

/// The identity provider could not be reached.
#[derive(Clone, Debug)]
struct Retry {
    failures: u32,
    /// It is tried by itself then.
    at: Instant,
    /// Before that not even if somebody asks.
    asked: Instant,
}

impl Session {
    /// Somebody has signed in.
    pub(super) fn new(kept: Kept, grant: &Grant, now: Instant) -> Self {
        let mut session = Self::kept(kept, now, None);
        session.proof = Proof::Given;
        session.demand.clear();
        session.hold(Resource::Graph, grant, false, now);
        session
    }

    /// Somebody has signed in before. It is to be seen whether that is still good.
    pub(super) fn kept(kept: Kept, now: Instant, then: Option<Method>) -> Self {
        Self {
            account: kept.account,
            granted: kept.granted,
            refused: None,
            refresh_token: kept.refresh_token,
            held: BTreeMap::new(),
            demand: [(Resource::Graph, Demand::default())].into(),
            refresh: None,
            retry: None,
            calm: BTreeMap::new(),
            proof: Proof::Awaited {
                until: now + PATIENCE,
                then,
            },
        }
    }

    pub(super) fn is_of(&self, account: &Account) -> bool {
        self.account.id == account.id && self.account.tenant.eq_ignore_ascii_case(&account.tenant)
    }

    pub(super) fn shown(&self) -> bool {
        matches!(self.proof, Proof::Given)
    }

    /// How the agent signs in, if what is kept turns out to be of no use; not at all, if they cancel.
    pub(super) fn agent_waits(&mut self, method: Option<Method>) {
        if let Proof::Awaited { then, .. } = &mut self.proof {
            *then = method;
        }
    }

    pub(super) fn wakes(&self) -> Option<Instant> {
        let proof = match self.proof {
            Proof::Given => None,
            Proof::Awaited { until, .. } => Some(until),
        };
        let idle = self.refresh.is_none();
        let retry = self.retry.as_ref().map(|retry| retry.at);
        let demand = retry.filter(|_| idle && !self.demand.is_empty());
        let ahead = self.held.values().map(|held| held.refresh_at).min();
        let ahead = ahead
            .filter(|_| idle)
            .map(|at| retry.map_or(at, |retry| at.max(retry)));
        proof.into_iter().chain(demand).chain(ahead).min()
    }

    /// The token for this, or its refresh.
    pub(super) fn token(&mut self, now: Instant, wanted: &Wanted) -> Token {
        if let Wanted::Graph(scopes) = wanted
            && let Some(missing) = scopes.iter().find(|scope| !self.granted.contains(scope))
        {
            return Token::Is(Err(TokenError::NotGranted(*missing)));
        }
        let resource = wanted.resource();
        if let Some(held) = self.held.get(&resource)
            && now < held.until
        {
            return Token::Is(Ok(held.token.clone()));
        }
        let calm = self.calm.get(&resource).is_some_and(|until| now < *until);
        let too_soon = self.retry.as_ref().is_some_and(|retry| now < retry.asked);
        if calm || too_soon && self.refresh.is_none() {
            return Token::Is(Err(TokenError::Unreachable));
        }
        self.demand.entry(resource).or_default().urgent = true;
        Token::Comes
    }

    /// Whose token is to be refreshed now.
    fn due(&self, now: Instant) -> Option<Resource> {
        let may =
            |at: fn(&Retry) -> Instant| self.retry.as_ref().is_none_or(|retry| now >= at(retry));
        let wanted = |demand: &Demand| {
            may(if demand.urgent {
                |retry| retry.asked
            } else {
                |retry| retry.at
            })
        };
        let demand = self.demand.iter().find(|(_, demand)| wanted(demand));
        let ahead = self
            .held
            .iter()
            .find(|(_, held)| now >= held.refresh_at && may(|retry| retry.at));
        demand
            .map(|(resource, _)| *resource)
            .or(ahead.map(|(resource, _)| *resource))
    }

    fn hold(&mut self, resource: Resource, grant: &Grant, second: bool, now: Instant) {
        let life = grant.expires_in;
        let ahead = AHEAD.min(life / 5);
        let wished = grant
            .refresh_in
            .filter(|wished| *wished < life && *wished >= SOONEST);
        self.held.insert(
            resource,
            Held {
                token: AccessToken::new(grant.access_token.expose()),
                since: now,
                refresh_at: now + wished.unwrap_or(life - ahead).min(life - ahead),
                until: now + (life - LAST.min(life / 10)),
                second,
            },
        );
    }
}

/// How long a token is refreshed before it ends.
const AHEAD: Duration = Duration::from_mins(5);

/// From then on before its end it is not handed out.
const LAST: Duration = Duration::from_secs(30);

/// A wish to refresh sooner than this is none.
const SOONEST: Duration = Duration::from_mins(1);

/// How long the agent sees nothing while the first refresh is under way.
const PATIENCE: Duration = Duration::from_secs(5);
