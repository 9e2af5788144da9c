//! Tests of the image service from outside: the real program, real sockets, every operation, state and error code.

mod download;
mod error_codes;
mod lists;
mod metadata;
mod program;
mod requests;
mod restart;
mod sharing;
mod support;
mod transfer;
mod upload;
