use serde::Serialize;
use warmline_desk::{
    office::{OfficeView, PhoneView, SignInView},
    sign_in::{KEYCHAIN_START, KeychainError, State, Way, Why},
};

/// The sign-in, where the profile asks for one. Shown on a page of its own as long as there is no phone,
/// in the bar once there is one.
#[derive(Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiSignIn {
    /// Names it in a [`UiAction`](crate::UiAction): one for each tenant.
    pub tenant: u32,
    /// Whose it is, where the agent serves several customers.
    pub customer: Option<String>,
    /// How far it is.
    pub state: UiSignInState,
    /// The same in a sentence.
    pub words: String,
    /// What to do, in a sentence.
    pub advice: Option<String>,
    /// Who is signed in: a name.
    pub name: Option<String>,
    /// Who is signed in: the name to sign in with.
    pub username: Option<String>,
    /// The page to sign in on, to be copied where no browser opens.
    pub page: Option<String>,
    /// The code to type in there, of a sign-in by device code.
    pub code: Option<String>,
    /// Whether policy lets the agent sign in by device code.
    pub device_code: bool,
}

/// People are never printed.
impl std::fmt::Debug for UiSignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.state)
    }
}

/// How far a sign-in is: what the page offers.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiSignInState {
    /// What is kept from before is looked for: nothing to do.
    Starting,
    /// Nobody is signed in: sign in.
    SignedOut,
    /// A browser shows the page: open it again, copy it, cancel.
    Browser,
    /// A code is to be typed in elsewhere: copy it, cancel.
    DeviceCode,
    /// The answer is checked: nothing to do.
    Finishing,
    /// Signed in, and the phone's profile is fetched from the provider: nothing to do, or sign out.
    Provisioning,
    /// Signed in, and the provider does not give a profile: try again, or sign out.
    NotProvisioned,
    /// The keychain does not do it: try again.
    NoKeychain,
    /// Signed in.
    SignedIn,
}

/// One line of an agent who serves several customers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiLine {
    /// Names it in [`UiAction::Dial`](crate::UiAction::Dial).
    pub line: u32,
    /// Whose line it is.
    pub customer: String,
    /// Whether calls can come in on it, why not, and what others see of the agent.
    pub registration: crate::UiRegistration,
}

/// The sign-ins as the pages show them.
pub(crate) fn sign_ins(view: &OfficeView) -> Vec<UiSignIn> {
    let sign_ins = view.sign_ins.iter().enumerate();
    let shown = sign_ins.map(|(at, one)| {
        let home = at == 0;
        let phone = if home { &view.phone } else { &PhoneView::None };
        sign_in(u32::try_from(at).unwrap_or(u32::MAX), one, phone)
    });
    shown.collect()
}

fn sign_in(tenant: u32, view: &SignInView, phone: &PhoneView) -> UiSignIn {
    let (state, words, advice) = match &view.state {
        State::Starting => (
            UiSignInState::Starting,
            "Looking for your sign-in.".to_owned(),
            None,
        ),
        State::SignedOut { why } => signed_out(why.as_ref()),
        State::SigningIn { way, .. } => way_words(way),
        State::SignedIn { .. } => signed_in(phone),
    };
    let (page, code) = match &view.state {
        State::SigningIn {
            way: Way::Browser { page, .. },
            ..
        } => (Some(page), None),
        State::SigningIn {
            way: Way::DeviceCode { page, code, .. },
            ..
        } => (Some(page), Some(code)),
        _ => (None, None),
    };
    let account = match &view.state {
        State::SignedIn { account, .. } => Some(account),
        _ => None,
    };
    UiSignIn {
        tenant,
        customer: view.customer.clone(),
        state,
        words,
        advice,
        name: account.map(|account| account.name.expose().clone()),
        username: account.map(|account| account.username.expose().clone()),
        page: page.map(|page| page.expose().to_string()),
        code: code.map(|code| code.expose().clone()),
        device_code: view.device_code,
    }
}

type Said = (UiSignInState, String, Option<String>);

fn signed_in(phone: &PhoneView) -> Said {
    match phone {
        PhoneView::Fetching => (
            UiSignInState::Provisioning,
            "Fetching your phone from the provider.".to_owned(),
            None,
        ),
        PhoneView::Failed(error) => (
            UiSignInState::NotProvisioned,
            error.what.clone(),
            crate::presenter::said(&error.advice),
        ),
        PhoneView::None | PhoneView::Ready(_) => (
            UiSignInState::SignedIn,
            "You are signed in.".to_owned(),
            None,
        ),
    }
}

fn way_words(way: &Way) -> Said {
    let (state, words, advice) = match way {
        Way::Browser { opened: true, .. } => (
            UiSignInState::Browser,
            "Go on in your browser: a page to sign in is open there.",
            "Come back here when it says that you are signed in.",
        ),
        Way::Browser { opened: false, .. } => (
            UiSignInState::Browser,
            "No browser could be opened.",
            "Copy the link into a browser on this computer.",
        ),
        Way::DeviceCode { .. } => (
            UiSignInState::DeviceCode,
            "Type this code into the page on another device.",
            "Only use a code that you asked for yourself, here.",
        ),
        Way::Finishing => (UiSignInState::Finishing, "Signing you in.", ""),
    };
    (state, words.to_owned(), crate::presenter::said(advice))
}

fn signed_out(why: Option<&Why>) -> Said {
    let out = UiSignInState::SignedOut;
    let (state, words, advice) = match why {
        None => (
            out,
            "Sign in with the account you use for Teams.".to_owned(),
            "",
        ),
        Some(Why::Expired) => (
            out,
            "Your sign-in is no longer valid.".to_owned(),
            "Sign in again.",
        ),
        Some(Why::Denied) => (
            out,
            "The sign-in was refused.".to_owned(),
            "Sign in again and accept, or ask your administrator.",
        ),
        Some(Why::NeedsAdministrator) => (
            out,
            "Your organisation wants an administrator to allow Warmline first.".to_owned(),
            "Tell your administrator; docs/sign-in.md says what to grant.",
        ),
        Some(Why::TookTooLong) => (
            out,
            "The browser has not come back.".to_owned(),
            "Sign in again.",
        ),
        Some(Why::Unreachable) => (
            out,
            "Microsoft's sign-in cannot be reached.".to_owned(),
            "Check the network and try again.",
        ),
        Some(Why::NotTrusted) => (
            out,
            "What came back to the sign-in was not meant for Warmline.".to_owned(),
            "Try again. If it stays so, check this computer's clock and tell your administrator.",
        ),
        Some(Why::Refused(code)) => (
            out,
            format!("Microsoft refused the sign-in ({code})."),
            "Try again. If it stays so, tell your administrator this code.",
        ),
        Some(Why::Keychain(error)) => (
            UiSignInState::NoKeychain,
            match error {
                KeychainError::Missing => "This computer's keychain does not answer.",
                KeychainError::Locked => {
                    "The system's keychain is locked, or Warmline may not use it."
                }
                KeychainError::Unusable => "The system's keychain cannot be used.",
            }
            .to_owned(),
            match error {
                KeychainError::Missing => KEYCHAIN_START,
                KeychainError::Locked => "Unlock it, allow Warmline to use it and try again.",
                KeychainError::Unusable => "Try again; if it stays so, tell your administrator.",
            },
        ),
        Some(Why::NoPort) => (
            out,
            "No port of this computer is free for the browser to come back to.".to_owned(),
            "Close other programs and try again.",
        ),
        Some(Why::Disk) => (
            out,
            "Your sign-in cannot be kept: the disk refuses.".to_owned(),
            "Make room on the disk and try again.",
        ),
    };
    (state, words, crate::presenter::said(advice))
}
