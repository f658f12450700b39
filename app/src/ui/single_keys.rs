//! Whether single letters are shortcuts. The choice lives in the cookie `keys`.

/// Shortcuts of one letter, such as `/` and `c`. ⌘K and Ctrl-K are no letters, and always work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SingleKeys(pub bool);

impl SingleKeys {
    /// The value in the cookie and in the form.
    pub fn as_str(self) -> &'static str {
        if self.0 { "on" } else { "off" }
    }

    /// They are on until somebody turns them off.
    pub fn of(text: &str) -> Self {
        Self(text != "off")
    }
}

impl Default for SingleKeys {
    fn default() -> Self {
        Self(true)
    }
}
