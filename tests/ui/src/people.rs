//! Who works and calls in practice, as parts of a scenario (`docs/practice.md`).

/// Who practises.
pub const AGENT: &str = r#"
seed = 7
[agent]
name = "Robin Adeyemi"
number = "+49 30 23125 100"
"#;

/// The first customer calls at once, and no second one.
pub const AT_ONCE: &str = r#"
[pace]
first_call_s = 0.5
next_call_s = [0.5, 0.5]
second_call = 0
repeat = false
"#;

/// The first customer calls once the agent has begun a call of their own.
pub const SOON: &str = r#"
[pace]
first_call_s = 4
next_call_s = [0.5, 0.5]
second_call = 0
repeat = false
"#;

/// The first customer calls at once, and another one calls a quarter of a minute later.
pub const TWO_AT_A_TIME: &str = r#"
[pace]
first_call_s = 0.5
next_call_s = [0.5, 0.5]
second_call = 1
repeat = false
"#;

/// A customer with a story, who never hangs up.
pub const MARIA: &str = r#"
[[customer]]
name = "Maria Keller"
number = "+49 30 23125 177"
queue = "Deliveries"
topic = "A parcel has not arrived"
waited_s = 95
data = { order = "4711", plan = "Premium" }
says = ["maria-2", "maria-3"]
"#;

/// Another one.
pub const TOM: &str = r#"
[[customer]]
name = "Tom Okafor"
number = "+44 20 7946 0142"
queue = "Billing"
topic = "Charged twice in October"
waited_s = 212
data = { invoice = "B-20931" }
says = ["tom-2"]
"#;

/// Who can help or not, and the lines.
pub const EXPERTS: &str = r#"
[[expert]]
name = "Nadia Haddad"
number = "+49 30 23125 201"
extension = "201"
after_s = 1
says = ["nadia-1"]
[[expert]]
name = "Ingrid Solberg"
number = "+49 30 23125 203"
extension = "203"
after_s = 0.5
says = ["ingrid-1"]
holds_s = 600
[[expert]]
name = "Jonas Weber"
number = "+49 30 23125 204"
extension = "204"
manner = "busy"
[lines]
echo = "901"
music = "902"
voicemail = "903"
"#;

/// Who can help, as Teams knows them.
pub const OFFICE: &str = r#"
[[expert]]
name = "Nadia Haddad"
number = "+49 30 23125 201"
title = "Billing specialist"
department = "Finance"
skills = ["Billing", "Refunds"]
presence = "available"
status_message = "Month-end: short answers only"
reply = "2 min"
favourite = true
after_s = 0.5
says = ["nadia-1"]
[[expert]]
name = "Ingrid Solberg"
number = "+49 30 23125 203"
title = "Returns lead"
department = "Logistics"
skills = ["Returns"]
presence = "away"
says = ["ingrid-1"]
holds_s = 600
[[expert]]
name = "Jonas Weber"
number = "+49 30 23125 204"
department = "Finance"
skills = ["Billing"]
presence = "inACall"
manner = "busy"
verified_number = false
[lines]
echo = "901"
"#;

/// The same few without the directory, each as they always are.
pub const STAFF: &str = r#"
[[expert]]
name = "Nadia Haddad"
number = "+49 30 23125 201"
title = "Billing specialist"
department = "Finance"
skills = ["Billing", "Refunds"]
presence = "available"
status_message = "Month-end: short answers only"
after_s = 0.5
says = ["nadia-1"]
holds_s = 600
[[expert]]
name = "Ingrid Solberg"
number = "+49 30 23125 203"
title = "Returns lead"
department = "Logistics"
skills = ["Returns"]
presence = "away"
[[expert]]
name = "Viktor Lindqvist"
number = "+49 30 23125 202"
title = "Network engineer"
department = "Network operations"
skills = ["Technical support"]
presence = "doNotDisturb"
[[expert]]
name = "Jonas Weber"
number = "+49 30 23125 204"
department = "Finance"
skills = ["Billing"]
presence = "inACall"
manner = "busy"
verified_number = false
"#;

/// What stands in the names and numbers of all of them, and in no log.
pub const TRACES: [&str; 8] = [
    "Robin", "Keller", "Okafor", "Haddad", "Solberg", "Weber", "+4930", "+4420",
];
