//! Somebody is signed in: their tokens, refreshed one at a time.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde_json::Value;
use warmline_redact::Secret;

use super::{
    Command, Kept, Method, Question, Reply, RequestId, SignIn, Still, Wanted,
    answer::{self, Grant, Refusal},
    claims,
    event::Resource,
};
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
    /// It is refreshed then, and not handed out from then on.
    refresh_at: Instant,
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

    /// The agent signs in, if what is kept turns out to be of no use.
    pub(super) fn agent_waits(&mut self, method: Method) {
        if let Proof::Awaited { then, .. } = &mut self.proof {
            *then = Some(method);
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
        let too_soon = self.retry.as_ref().is_some_and(|retry| now < retry.asked);
        let calm = self.calm.get(&resource).is_some_and(|until| now < *until);
        if self.refresh.is_none() && (too_soon || calm) {
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

impl SignIn {
    /// Refreshes what is due, if no refresh is under way.
    pub(super) fn refresh(&mut self, now: Instant, out: &mut Vec<Command>) {
        let request = self.next();
        let Some(session) = &mut self.session else {
            return;
        };
        if let Proof::Awaited { until, .. } = session.proof
            && now >= until
        {
            session.proof = Proof::Given;
        }
        if session.refresh.is_some() {
            return;
        }
        let Some(resource) = session.due(now) else {
            return;
        };
        let demand = session.demand.remove(&resource).unwrap_or_default();
        session.refresh = Some(Refresh {
            request,
            resource,
            demand,
            discovering: self.endpoints.is_none(),
        });
        match (&self.endpoints, &self.settings.discovery) {
            (Some(_), _) => self.ask_refresh(out),
            (None, Some(url)) => out.push(Command::Ask {
                request,
                question: Question::Get(url.clone()),
            }),
            (None, None) => self.end(Why::NotTrusted, None, out),
        }
    }

    fn ask_refresh(&mut self, out: &mut Vec<Command>) {
        let request = self.next();
        let (Some(session), Some(endpoints)) = (&mut self.session, &self.endpoints) else {
            return;
        };
        let Some(refresh) = &mut session.refresh else {
            return;
        };
        refresh.request = request;
        refresh.discovering = false;
        let scope = match refresh.resource {
            Resource::Graph => self.settings.scope(&session.granted, false),
            Resource::Provider => self.settings.scope(&Scopes::new(), true),
        };
        let form = vec![
            ("grant_type", "refresh_token".to_owned()),
            ("client_id", self.settings.client_id.clone()),
            ("refresh_token", session.refresh_token.expose().clone()),
            ("scope", scope),
            ("claims", claims::parameter(refresh.demand.claims.as_ref())),
        ];
        out.push(Command::Ask {
            request,
            question: Question::Post(endpoints.token.clone(), Secret::new(form)),
        });
    }

    pub(super) fn refresh_awaits(&self, request: RequestId) -> bool {
        let refresh = self
            .session
            .as_ref()
            .and_then(|session| session.refresh.as_ref());
        refresh.is_some_and(|refresh| refresh.request == request)
    }

    /// The answer that the refresh waits for.
    pub(super) fn refresh_answered(
        &mut self,
        now: Instant,
        reply: Option<&Reply>,
        out: &mut Vec<Command>,
    ) {
        let session = self.session.as_mut();
        let Some(refresh) = session.and_then(|session| session.refresh.take()) else {
            return;
        };
        let result = if refresh.discovering {
            self.read_discovery(reply).map(|()| {
                if let Some(session) = &mut self.session {
                    session.refresh = Some(refresh.clone());
                }
                self.ask_refresh(out);
            })
        } else {
            answer::grant(reply).map(|grant| self.refreshed(now, &refresh, &grant, out))
        };
        match result {
            Ok(()) => {}
            // A page in between may well say 200.
            Err(Refusal::Unreachable(_) | Refusal::Pending { .. })
            | Err(Refusal::No {
                why: Why::NotTrusted,
                ..
            }) => {
                let after = match result {
                    Err(Refusal::Unreachable(after)) => after,
                    _ => None,
                };
                self.unreached(now, refresh, after);
            }
            Err(Refusal::No { why, claims }) => {
                self.end(why, claims.or(refresh.demand.claims), out);
            }
        }
    }

    fn refreshed(
        &mut self,
        now: Instant,
        refresh: &Refresh,
        grant: &Grant,
        out: &mut Vec<Command>,
    ) {
        let request = self.next();
        let Some(session) = &mut self.session else {
            return;
        };
        session.retry = None;
        session.proof = Proof::Given;
        // Refused while it was being refreshed: a token that does not answer the challenge would be too.
        let challenged = session.demand.get(&refresh.resource);
        if challenged.is_none_or(|demand| demand.claims.is_none()) {
            let second = refresh.demand.second || challenged.is_some_and(|demand| demand.second);
            session.demand.remove(&refresh.resource);
            session.hold(refresh.resource, grant, second, now);
        }
        let granted = match (&grant.scope, refresh.resource) {
            (Some(scope), Resource::Graph) => self.settings.granted(scope),
            _ => session.granted.clone(),
        };
        let changed = granted != session.granted;
        session.granted = granted;
        if let Some(token) = &grant.refresh_token {
            session.refresh_token = token.clone();
        }
        if changed || grant.refresh_token.is_some() {
            let kept = Kept {
                refresh_token: session.refresh_token.clone(),
                account: session.account.clone(),
                granted: session.granted.clone(),
            };
            out.push(Command::Keep { request, kept });
        }
    }

    fn unreached(&mut self, now: Instant, refresh: Refresh, after: Option<Duration>) {
        let Some(session) = &mut self.session else {
            return;
        };
        session.proof = Proof::Given;
        let failures = session.retry.as_ref().map_or(0, |retry| retry.failures);
        let after = after.unwrap_or_default().min(LONGEST_WAIT);
        let wait = (FIRST_WAIT * 2_u32.pow(failures.min(6))).min(LONGEST_WAIT);
        session.retry = Some(Retry {
            failures: failures + 1,
            at: now + wait.max(after),
            asked: now + FIRST_WAIT.max(after),
        });
        // What was asked for meanwhile asks for more.
        let again = session.demand.entry(refresh.resource).or_default();
        again.claims = again.claims.take().or(refresh.demand.claims);
        again.second |= refresh.demand.second;
        again.urgent = false;
    }

    /// A resource refuses a token.
    pub(super) fn refused(
        &mut self,
        now: Instant,
        token: &AccessToken,
        claims: Option<Value>,
        out: &mut Vec<Command>,
    ) {
        let Some(session) = &mut self.session else {
            return;
        };
        let same = |held: &Held| held.token.expose() == token.expose();
        let found = session.held.iter().find(|(_, held)| same(held));
        let Some((resource, held)) = found.map(|(resource, held)| (*resource, held.clone())) else {
            // Somebody else has said so already.
            return;
        };
        session.held.remove(&resource);
        let at_once = held.second && now < held.since + SETTLED;
        match (at_once, claims) {
            // The answer to a challenge is challenged: only the agent can satisfy it.
            (true, Some(claims)) => self.end(Why::Expired, Some(claims), out),
            // The resource refuses whatever it gets: the sign-in is good all the same.
            (true, None) => {
                session.calm.insert(resource, now + CALM);
            }
            (false, claims) => {
                let demand = session.demand.entry(resource).or_default();
                demand.claims = claims.or(demand.claims.take());
                demand.second = true;
            }
        }
    }

    /// Nobody is signed in any more.
    fn end(&mut self, why: Why, claims: Option<Value>, out: &mut Vec<Command>) {
        let Some(session) = self.session.take() else {
            return;
        };
        self.challenge = claims;
        // A mistake of whoever set this up may be mended; then what is kept is as good as ever.
        if matches!(why, Why::Refused(_) | Why::NotTrusted) {
            self.known = false;
        } else {
            self.wipe(out);
        }
        self.still = Still::Out(Some(why));
        if let Proof::Awaited {
            then: Some(method), ..
        } = session.proof
        {
            self.begin(method, Scopes::new(), out);
        }
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

/// After the first failure; it doubles.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// A token that was good for this long is refused for a new reason.
const SETTLED: Duration = Duration::from_mins(5);

/// How long nobody gets a token for a resource that refuses all.
const CALM: Duration = Duration::from_mins(1);
