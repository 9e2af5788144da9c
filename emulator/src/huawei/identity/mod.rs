//! Keystone's version 3 with what Huawei's IAM adds: tokens, their catalogue, projects and domains of the caller.

pub(super) mod authenticate;
pub(super) mod discovery;
pub(super) mod routes;
pub(super) mod tokens;
