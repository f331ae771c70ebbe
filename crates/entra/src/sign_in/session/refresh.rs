//! Tokens, refreshed in silence: one refresh at a time, since each may replace the refresh token.

use std::time::{Duration, Instant};

use serde_json::Value;
use warmline_redact::Secret;

use super::{Held, Proof, Refresh, Retry};
use crate::{
    scope::Scopes,
    sign_in::{
        Command, Kept, Question, Reply, RequestId, SignIn, Still,
        answer::{self, Grant, Refusal},
        claims,
        event::Resource,
    },
    state::Why,
    tokens::AccessToken,
};

impl SignIn {
    /// Refreshes what is due, if no refresh is under way.
    pub(in crate::sign_in) fn refresh(&mut self, now: Instant, out: &mut Vec<Command>) {
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

    pub(in crate::sign_in) fn refresh_awaits(&self, request: RequestId) -> bool {
        let refresh = self
            .session
            .as_ref()
            .and_then(|session| session.refresh.as_ref());
        refresh.is_some_and(|refresh| refresh.request == request)
    }

    /// The answer that the refresh waits for.
    pub(in crate::sign_in) fn refresh_answered(
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
            Err(Refusal::No { why, claims, .. }) => {
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
        for demand in session.demand.values_mut() {
            demand.urgent = false;
        }
    }

    /// A resource refuses a token.
    pub(in crate::sign_in) fn refused(
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
        if why == Why::Expired {
            self.wipe(out);
        } else {
            // A policy may change with the network, and a mistake of whoever set this up may be mended:
            // then what is kept is as good as ever.
            self.known = false;
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

/// After the first failure; it doubles.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// A token that was good for this long is refused for a new reason.
const SETTLED: Duration = Duration::from_mins(5);

/// How long nobody gets a token for a resource that refuses all.
const CALM: Duration = Duration::from_mins(1);
