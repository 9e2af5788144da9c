//! What a user must be allowed to do for a call, as the services' permission tables tell.

/// The rights that one operation needs.
pub struct Permission {
    /// IAM actions, for example `ims:images:list`; empty where none is needed.
    pub actions: &'static [&'static str],
    /// Actions of other services that the operation uses on the user's behalf.
    pub dependencies: &'static [&'static str],
    /// Further actions, needed in some cases only.
    pub conditional: &'static [Conditional],
    /// Roles that a note asks for, with when.
    pub roles: &'static [Role],
    /// Whether rights may be granted for an IAM project.
    pub iam_project: bool,
    /// Whether rights may be granted for an enterprise project.
    pub enterprise_project: bool,
}

/// An action that only some calls of an operation need.
pub struct Conditional {
    pub action: &'static str,
    /// When it is needed, in words.
    pub when: &'static str,
    /// What it uses of other services.
    pub dependencies: &'static [&'static str],
}

/// A role besides the actions.
pub struct Role {
    /// As IAM calls it: `Tenant Administrator`.
    pub name: &'static str,
    /// When it is needed, in words.
    pub when: &'static str,
}

impl Permission {
    /// Nothing is needed.
    pub const NONE: Permission = Permission {
        actions: &[],
        dependencies: &[],
        conditional: &[],
        roles: &[],
        iam_project: true,
        enterprise_project: false,
    };
}
