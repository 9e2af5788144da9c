//! What sends the files of a client. It is made when the first of them is sent: calls alone need none of it, and a page
//! that only makes calls does not download it.

use super::platform::JsPlatform;
use crate::error::Result;
use crate::http::Transport;
use crate::http::node::http_module;
use crate::http::node_http::NodeHttp;
use crate::http::xhr::Browser;
use crate::platform::Platform;
use core::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

pub struct Files(RefCell<State>);

enum State {
    /// Not made yet, of the agent that the caller gave.
    Agent(Option<JsValue>),
    Made(Rc<dyn Transport>),
    Closed,
}

impl Files {
    pub fn new(agent: Option<JsValue>) -> Files {
        Files(RefCell::new(State::Agent(agent)))
    }

    /// It does not buffer files, and tells how far they are. The same each time, until the client is closed.
    pub fn transport(&self) -> Result<Rc<dyn Transport>> {
        let mut state = self.0.borrow_mut();
        let transport: Rc<dyn Transport> = match &mut *state {
            State::Closed => return Err(crate::service::closed()),
            State::Made(transport) => return Ok(transport.clone()),
            State::Agent(agent) => match http_module(false) {
                Some(_) => {
                    Rc::new(NodeHttp::new(agent.take(), |milliseconds| JsPlatform.sleep(milliseconds)))
                }
                None => Rc::new(Browser::default()),
            },
        };
        *state = State::Made(transport.clone());
        Ok(transport)
    }

    /// Lets go of it.
    pub fn close(&self) {
        *self.0.borrow_mut() = State::Closed;
    }
}
