//! What a log must not hold: values that cannot be printed, and the crates below that print too much.

pub use warmline_redact::{Pii, Secret};

/// The `tracing` directives a program must set so that no other crate logs what is personal.
///
/// The SIP stack below logs whole messages, bodies and `Authorization` included, at INFO,
/// and URIs at WARN; the WebSocket, TLS, DNS and HTTP crates log frames, names and addresses at TRACE and
/// DEBUG.
/// Join this with the program's own directives, ours last, so that it wins:
/// `EnvFilter::new(format!("info,{}", quiet_filter()))`.
pub const fn quiet_filter() -> &'static str {
    "rsipstack=error,tungstenite=warn,tokio_tungstenite=warn,rustls=warn,rustls_platform_verifier=warn,\
     hickory_resolver=warn,hickory_net=warn,hickory_proto=warn,\
     reqwest=warn,hyper=warn,hyper_util=warn,h2=warn"
}
