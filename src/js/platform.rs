//! Time, randomness and sleeping as JavaScript has them.

use crate::http::callback::Callback;
use crate::platform::{LocalFuture, Platform};
use crate::task::Queue;
use js_sys::Function;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

/// The platform of browsers and Node.
pub struct JsPlatform;

/// Goes on with this to its end although nobody may wait for it any more: what it opens or takes is then dropped, not
/// forgotten half-way.
pub async fn to_its_end<T: 'static>(work: LocalFuture<'static, T>) -> T {
    let ended = Queue::default();
    let queue = ended.clone();
    JsPlatform.spawn(Box::pin(async move { queue.push(work.await) }));
    ended.next().await
}

/// A timer that is cleared when it is not waited for any more: a forgotten one would keep a Node process alive.
struct Timer {
    timer: JsValue,
    fired: Callback,
    over: bool,
}

impl Timer {
    fn set(milliseconds: f64) -> Self {
        let fired = Callback::take();
        let timer = set_timeout(fired.expect(), milliseconds.clamp(0.0, LONGEST_TIMER_MS));
        Timer { timer, fired, over: false }
    }

    async fn wait(mut self) {
        // A timer has no errors.
        let _ = self.fired.called().await;
        self.over = true;
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if !self.over {
            clear_timeout(&self.timer);
            self.fired.call_off();
        }
    }
}

/// Longer timers overflow and fire at once.
const LONGEST_TIMER_MS: f64 = 2_147_483_647.0;

impl Platform for JsPlatform {
    fn now(&self) -> f64 {
        js_sys::Date::now()
    }

    fn random(&self) -> f64 {
        js_sys::Math::random()
    }

    fn sleep(&self, milliseconds: f64) -> LocalFuture<'static, ()> {
        // Set now, not when it is first looked at: it may be waited for later.
        Box::pin(Timer::set(milliseconds).wait())
    }

    // Only files take long.
    #[cfg(not(all(feature = "workspace", target_arch = "wasm32")))]
    fn give_way(&self) -> LocalFuture<'static, ()> {
        Box::pin(super::turns::give_way())
    }

    fn spawn(&self, future: LocalFuture<'static, ()>) {
        wasm_bindgen_futures::spawn_local(future);
    }
}
