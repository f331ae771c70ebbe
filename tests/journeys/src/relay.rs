//! The way from the phone to the exchange, which can be cut in the middle of a call.

use std::io;
use std::net::Ipv4Addr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Passes on what comes, until it is cut; whoever connects again gets through.
#[derive(Debug)]
pub struct Relay {
    port: u16,
    cuts: mpsc::Sender<()>,
    // It ends when dropped.
    _task: JoinSet<()>,
}

impl Relay {
    /// Leads to a port of this machine.
    ///
    /// # Errors
    /// No port of its own.
    pub async fn to(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let own = listener.local_addr()?.port();
        let (cuts, mut cut) = mpsc::channel(1);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut ways = JoinSet::new();
            loop {
                tokio::select! {
                    Ok((mut near, _)) = listener.accept() => drop(ways.spawn(async move {
                        if let Ok(mut far) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
                            // However it ended: both sides see it.
                            let _ = copy_bidirectional(&mut near, &mut far).await;
                        }
                    })),
                    Some(()) = cut.recv() => ways = JoinSet::new(),
                }
            }
        });
        Ok(Self {
            port: own,
            cuts,
            _task: task,
        })
    }

    /// Where the phone connects.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Cuts every connection.
    pub async fn cut(&self) {
        let _ = self.cuts.send(()).await;
    }
}
