/** An ES module of Node. */
import * as client from 'ims-client';
import { run } from './checks.mjs';

await run(client);
