//! Tests of Huawei's and OpenStack's services from outside: the real program, real sockets, every operation.

mod answer;
mod everything;
mod glance;
mod glance_changes;
mod identity;
mod ims_create;
mod ims_images;
mod ims_limits;
mod ims_sharing;
mod program;
mod signatures;
mod signer;
mod support;
mod tags;
mod workspace;
mod workspace_limits;
