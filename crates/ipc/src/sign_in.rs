use serde::Serialize;
use warmline_desk::{
    office::{OfficeView, PhoneView, SignInView},
    sign_in::{KeychainError, State, Way, Why},
};

use crate::presenter::said;

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
    /// What there is to say of it, where the state does not say it all.
    pub why: Option<UiSignInWhy>,
    /// What Microsoft calls its refusal, or what the provider says, in English for who mends it.
    pub detail: Option<String>,
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

/// What there is to say of a sign-in beside its state.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiSignInWhy {
    /// No browser could be opened: the agent copies the link into one.
    NoBrowser,
    /// The sign-in of before is no longer valid.
    Expired,
    /// The agent, or the tenant, refused it.
    Denied,
    /// An administrator has to allow Warmline first.
    NeedsAdministrator,
    /// The browser has not come back.
    TookTooLong,
    /// Microsoft cannot be reached.
    Unreachable,
    /// What came back was not meant for Warmline.
    NotTrusted,
    /// Microsoft refused it, and says why by a code.
    Refused,
    /// There is no keychain that answers.
    KeychainMissing,
    /// The keychain is locked, or Warmline may not use it.
    KeychainLocked,
    /// The keychain cannot be used.
    KeychainUnusable,
    /// No port is free for the browser to come back to.
    NoPort,
    /// The disk does not keep it.
    Disk,
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
    let (state, why, detail) = match &view.state {
        State::Starting => (UiSignInState::Starting, None, None),
        State::SignedOut { why } => signed_out(why.as_ref()),
        State::SigningIn { way, .. } => under_way(way),
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
        why,
        detail,
        name: account.map(|account| account.name.expose().clone()),
        username: account.map(|account| account.username.expose().clone()),
        page: page.map(|page| page.expose().to_string()),
        code: code.map(|code| code.expose().clone()),
        device_code: view.device_code,
    }
}

type Told = (UiSignInState, Option<UiSignInWhy>, Option<String>);

fn signed_in(phone: &PhoneView) -> Told {
    match phone {
        PhoneView::Fetching => (UiSignInState::Provisioning, None, None),
        PhoneView::Failed(error) => (
            UiSignInState::NotProvisioned,
            None,
            said(&format!("{} {}", error.what, error.advice)),
        ),
        PhoneView::None | PhoneView::Ready(_) => (UiSignInState::SignedIn, None, None),
    }
}

fn under_way(way: &Way) -> Told {
    match way {
        Way::Browser { opened: true, .. } => (UiSignInState::Browser, None, None),
        Way::Browser { opened: false, .. } => {
            (UiSignInState::Browser, Some(UiSignInWhy::NoBrowser), None)
        }
        Way::DeviceCode { .. } => (UiSignInState::DeviceCode, None, None),
        Way::Finishing => (UiSignInState::Finishing, None, None),
    }
}

fn signed_out(why: Option<&Why>) -> Told {
    let Some(why) = why else {
        return (UiSignInState::SignedOut, None, None);
    };
    let told = match why {
        Why::Expired => UiSignInWhy::Expired,
        Why::Denied => UiSignInWhy::Denied,
        Why::NeedsAdministrator => UiSignInWhy::NeedsAdministrator,
        Why::TookTooLong => UiSignInWhy::TookTooLong,
        Why::Unreachable => UiSignInWhy::Unreachable,
        Why::NotTrusted => UiSignInWhy::NotTrusted,
        Why::Refused(_) => UiSignInWhy::Refused,
        Why::Keychain(KeychainError::Missing) => UiSignInWhy::KeychainMissing,
        Why::Keychain(KeychainError::Locked) => UiSignInWhy::KeychainLocked,
        Why::Keychain(KeychainError::Unusable) => UiSignInWhy::KeychainUnusable,
        Why::NoPort => UiSignInWhy::NoPort,
        Why::Disk => UiSignInWhy::Disk,
    };
    let state = match why {
        Why::Keychain(_) => UiSignInState::NoKeychain,
        _ => UiSignInState::SignedOut,
    };
    let detail = match why {
        Why::Refused(code) => said(&code.to_string()),
        _ => None,
    };
    (state, Some(told), detail)
}
