mod deeds;
mod questions;
mod refusals;

use std::sync::Arc;

use super::Graph;
use crate::{
    ask::Ask,
    person::PersonId,
    stage::{self, Purse, Seen, Server},
};

fn graph(server: &Server) -> Graph {
    graph_with(server, Arc::default())
}

fn graph_with(server: &Server, purse: Arc<Purse>) -> Graph {
    Graph::new(&stage::config(server), purse)
}

fn id(id: &str) -> PersonId {
    PersonId::new(id).unwrap()
}

fn members() -> Ask {
    Ask::Members {
        group: "9a0b".to_owned(),
        page: None,
    }
}

/// The first and only request.
fn only(server: &Server) -> Seen {
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    seen.into_iter().next().unwrap()
}
