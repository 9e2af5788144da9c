/** The Content-Security-Policy that the page brings with it: a server's own header can only narrow it. */
import type { Plugin } from 'vite';

/**
 * No inline script, no eval (WebAssembly may be compiled), and no inline style either: Vue and Element Plus set styles
 * through the DOM's own properties, which a policy does not concern, so 'unsafe-inline' is not needed. Where the service
 * and its object store are is known only when the page runs: connect-src is the server's to narrow.
 */
export const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data:",
  'connect-src *',
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Puts the policy into the page; not while developing, where Vite's own styles are inline. */
export function policy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}
