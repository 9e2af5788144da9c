/** A CommonJS module of Node. */
const client = require('ims-client');

import('./checks.mjs').then(({ run }) => run(client));
