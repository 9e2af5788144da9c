//! The tenants and users that the emulator knows by name; any other numeric ID is as good.

use serde::Serialize;

/// A tenant with one user, as a console would have it from the identity service.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tenant {
    /// What `X-Emulator-Tenant` and tenantId name.
    pub tenant_id: &'static str,
    /// What lists show as tenantName.
    pub tenant_name: &'static str,
    /// For departmentId.
    pub department_id: &'static str,
    /// For resourceGroupId.
    pub resource_group_id: &'static str,
    /// What `X-Emulator-User` and user_ids name.
    pub user_id: &'static str,
    /// What shares show as userName.
    pub user_name: &'static str,
}

/// Who calls when no header says so.
pub const DEFAULT: Tenant = Tenant {
    tenant_id: "7074631167042813952",
    tenant_name: "demo",
    department_id: "7074631167051202560",
    resource_group_id: "7074631167051456386",
    user_id: "7074631167046998016",
    user_name: "demo-user",
};

/// The other side of a share.
pub const PARTNER: Tenant = Tenant {
    tenant_id: "7085523589641699328",
    tenant_name: "partner",
    department_id: "7085523589700419584",
    resource_group_id: "7085523589704613888",
    user_id: "7085524801413873664",
    user_name: "partner-user",
};

/// All named tenants.
pub const ALL: [Tenant; 2] = [DEFAULT, PARTNER];

/// Owns the public images of the demo data; not a caller.
pub const SYSTEM_TENANT_ID: &str = "1";

/// What lists show for a tenant.
pub fn tenant_name(tenant_id: &str) -> String {
    if tenant_id == SYSTEM_TENANT_ID {
        return "system".to_owned();
    }
    let known = ALL.iter().find(|tenant| tenant.tenant_id == tenant_id);
    known.map_or_else(|| format!("tenant-{tenant_id}"), |tenant| tenant.tenant_name.to_owned())
}

/// What shares show for a user.
pub fn user_name(user_id: &str) -> String {
    let known = ALL.iter().find(|tenant| tenant.user_id == user_id);
    known.map_or_else(|| format!("user-{user_id}"), |tenant| tenant.user_name.to_owned())
}

/// Whether a text can be a tenant's or user's ID: 1 to 32 decimal digits.
pub fn is_id(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
