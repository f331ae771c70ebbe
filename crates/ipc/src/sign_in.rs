use serde::Serialize;

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
