//! ims-client: a client for cloud image services, compiled to WebAssembly.
