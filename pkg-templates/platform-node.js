/** The modules of Node that the client sends and reads with. */

// Asked for at run time where Node can (20.16, 22.3 and later): a server bundled as one ES module has no require.
const builtin = typeof process.getBuiltinModule === 'function' ? process.getBuiltinModule : require;

export const platform = {
  http: builtin('node:http'),
  https: builtin('node:https'),
  fs: builtin('node:fs'),
  os: builtin('node:os'),
  // As long as Node's own fetch keeps them. An agent of Node takes it for idle connections only; others need not.
  idleMs: process.versions.bun || process.versions.deno ? undefined : 4000,
};
