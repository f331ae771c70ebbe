//! Somebody at a browser who agrees to everything: so that practice needs no browser.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

use url::Url;

/// Visits the page of a practice sign-in, agrees, and goes where it leads: back to the phone that waits on
/// this machine. Blocks until that has answered.
///
/// # Errors
/// Nobody answers, or it leads nowhere.
pub fn agree(page: &Url) -> io::Result<()> {
    let phone = visit(page)?.ok_or_else(|| lost("the practice sign-in leads nowhere"))?;
    visit(&phone).map(drop)
}

/// Asks for a page; where it leads, if it does.
fn visit(page: &Url) -> io::Result<Option<Url>> {
    let addresses = page.socket_addrs(|| None)?;
    let stream = addresses
        .iter()
        .find_map(|address| TcpStream::connect_timeout(address, PATIENCE).ok())
        .ok_or_else(|| lost("nobody is there"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let query = page.query().map(|query| format!("?{query}"));
    let host = page.host_str().unwrap_or_default();
    let port = page.port_or_known_default().unwrap_or_default();
    write!(
        &stream,
        "GET {}{} HTTP/1.1\r\nHost: {host}:{port}\r\nX-Practice-Agree: yes\r\nConnection: close\r\n\r\n",
        page.path(),
        query.unwrap_or_default()
    )?;
    let mut leads = None;
    for line in BufReader::new(stream.take(LONGEST)).lines() {
        let line = line?;
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("location")
        {
            leads = page.join(value.trim()).ok();
        }
    }
    Ok(leads)
}

fn lost(why: &str) -> io::Error {
    io::Error::other(why.to_owned())
}

/// For each step.
const PATIENCE: Duration = Duration::from_secs(10);
/// More than any head of an answer.
const LONGEST: u64 = 64 * 1024;
