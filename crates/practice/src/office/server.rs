//! The office on a socket: HTTP/1.1 on loopback.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request as Got, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};
use tokio::task::JoinSet;

use super::http::{Answer, Request};
use super::identity::Key;
use super::lock;
use super::state::State;
use crate::person::Deed;

type Deeds = broadcast::Sender<(String, Deed)>;

/// Serves until it is dropped, and follows who is in a call.
pub(super) async fn run(listener: TcpListener, state: Arc<Mutex<State>>, deeds: Deeds) {
    let down = lock(&state).down();
    let mut heard = deeds.subscribe();
    let mut tasks = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let (state, down) = (state.clone(), down.clone());
                    tasks.spawn(serve(stream, state, down, deeds.clone()));
                }
                // Too many open files, say: it passes.
                Err(error) => {
                    tracing::warn!(%error, "the office cannot take a connection");
                    tokio::time::sleep(PAUSE).await;
                }
            },
            // If some were missed, Teams shows somebody otherwise than they are: as it happens.
            deed = heard.recv() => if let Ok((who, deed)) = deed {
                follow(&state, &who, &deed);
            },
            Some(_) = tasks.join_next() => {}
        }
    }
}

/// Whoever is in a call here is shown so in Teams.
fn follow(state: &Mutex<State>, who: &str, deed: &Deed) {
    let stands = match deed {
        Deed::Talks => true,
        Deed::Ended { .. } => false,
        _ => return,
    };
    if let Some(one) = lock(state).staff.named(who) {
        one.calls(stands, SystemTime::now());
    }
}

async fn serve(
    stream: TcpStream,
    state: Arc<Mutex<State>>,
    mut down: watch::Receiver<bool>,
    deeds: Deeds,
) {
    let answers = service_fn(|got: Got<Incoming>| {
        let (state, deeds) = (state.clone(), deeds.clone());
        async move { Ok::<_, Infallible>(answer(got, &state, &deeds).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), answers);
    tokio::select! {
        biased;
        // A server that is gone says nothing more.
        _ = down.wait_for(|down| *down) => {}
        // Torn or finished: whoever asked sees it.
        _ = connection => {}
    }
}

async fn answer(got: Got<Incoming>, state: &Mutex<State>, deeds: &Deeds) -> Response<Full<Bytes>> {
    let (head, body) = got.into_parts();
    let Ok(body) = Limited::new(body, LONGEST).collect().await else {
        return response(Answer::empty(413));
    };
    let target = head
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let mut request = Request::new(head.method.as_str(), target);
    let headers = head.headers.iter();
    request.headers = headers
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect();
    request.body = body.to_bytes().to_vec();
    // The key takes a moment the first time; nobody else waits for it.
    let _ = tokio::task::spawn_blocking(Key::of_this_run).await;
    let slow = lock(state).slow;
    if !slow.is_zero() {
        tokio::time::sleep(slow).await;
    }
    let (answer, news) = lock(state).answer(SystemTime::now(), &request);
    for deed in news {
        // Nobody may be listening.
        let _ = deeds.send(deed);
    }
    response(answer)
}

fn response(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    let built = response.body(Full::from(answer.body));
    built.unwrap_or_else(|error| {
        tracing::error!(%error, "the office cannot say what it means");
        let mut broken = Response::new(Full::default());
        *broken.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        broken
    })
}

/// Bytes of a body; Graph's own limit is about that.
const LONGEST: usize = 4 * 1024 * 1024;

const PAUSE: Duration = Duration::from_millis(100);
