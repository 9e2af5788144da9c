/** What the table of environments says in Chinese; names of tools and code are the same in every language. */
export const CHINESE = {
  'Rollup for Node, .wasm inside': 'Rollup（Node 端），内含 .wasm',
  "`'ims-client/inline'`, by @rollup/plugin-commonjs": "`'ims-client/inline'`，使用 @rollup/plugin-commonjs",
  "`'ims-client'`, with `--allow-net --allow-read --allow-env --allow-sys`":
    "`'ims-client'`，需要 `--allow-net --allow-read --allow-env --allow-sys`",
  "policy without 'wasm-unsafe-eval'": "策略中没有 'wasm-unsafe-eval'",
  'browsers compile no WebAssembly there; calls reject with kind `unsupported`':
    '浏览器在此禁止编译 WebAssembly；调用以 `unsupported` 类错误拒绝',
  'page with an import map': '使用 import map 的页面',
  '`<script type="importmap">`, its digest in the policy': '`<script type="importmap">`，其摘要写入策略',
  'esbuild, .wasm inside': 'esbuild，内含 .wasm',
  "`'ims-client/inline'`; second entry point `ims-client/upload-worker/inline`":
    "`'ims-client/inline'`；第二个入口 `ims-client/upload-worker/inline`",
  'esbuild, .wasm copied': 'esbuild，复制 .wasm',
  '`ims_client_bg.wasm`, `ims_client_transfers_bg.wasm`, `inspect_bg.wasm` beside the bundle; second entry point `ims-client/upload-worker`':
    '`ims_client_bg.wasm`、`ims_client_transfers_bg.wasm`、`inspect_bg.wasm` 放在打包结果旁；第二个入口 `ims-client/upload-worker`',
  'Rollup, .wasm inside': 'Rollup，内含 .wasm',
  'Rollup, .wasm copied': 'Rollup，复制 .wasm',
  'as with esbuild, by @rollup/plugin-node-resolve with `browser: true`':
    '同 esbuild，使用 @rollup/plugin-node-resolve 并设 `browser: true`',
  'http:// that is not localhost': '非 localhost 的 http://',
  'no `crypto.subtle`, no Web Locks; the package needs neither':
    '没有 `crypto.subtle`，也没有 Web Locks；本包两者都不需要',
  'Vite, build': 'Vite，构建',
  'Vite, development server': 'Vite，开发服务器',
  'Next.js, client component and route handler': 'Next.js，客户端组件与路由处理函数',
  "`serverExternalPackages: ['ims-client']` in next.config for the route handler":
    "路由处理函数需在 next.config 中设 `serverExternalPackages: ['ims-client']`",
};

/** A text of the table in Chinese. */
export const inChinese = (text) => CHINESE[text] ?? text;
