//! The story of a customer, as a contact centre tells it in an INVITE.

use crate::scenario::Customer;

/// What a contact centre says of a call.
pub(super) fn story(customer: &Customer, domain: &str) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    let mut add = |name: &str, value: Option<String>| {
        headers.extend(value.map(|value| (name.to_owned(), value)));
    };
    add("X-Queue", customer.queue.clone());
    add("Subject", customer.topic.clone());
    add(
        "X-Queue-Wait",
        customer.waited.map(|waited| waited.as_secs().to_string()),
    );
    let diversion = |number: &String| format!("<sip:{number}@{domain}>;reason=unconditional");
    add("Diversion", customer.passed_on_by.as_ref().map(diversion));
    let data: Vec<_> = customer
        .data
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let hex = |text: String| {
        text.bytes()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    // RFC 7433: hexadecimal, as gateways to ISDN send it.
    add(
        "User-to-User",
        (!data.is_empty()).then(|| format!("{};encoding=hex", hex(data.join(";")))),
    );
    headers
}
