//! What clients ask of the identity service on their own: OpenStack's Keystone, Huawei Cloud's IAM.

pub mod authenticate;
pub mod list_projects;
