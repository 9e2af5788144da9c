#!/usr/bin/env node
/** The command line: `npx ims-client upload disk.qcow2 --endpoint … --name …`. What it does, the package does. */
import { readFile } from 'node:fs/promises';
import { ImsError } from 'ims-client';
import { parsed, UsageError } from './arguments.js';
import { COMMANDS, help } from './commands.js';
import { EXIT, exitOf } from './exits.js';
import { Output } from './output.js';

const given = process.argv.slice(2);
const output = new Output(given.includes('--json'));
// Nobody needs to see how far it is.
process.stderr.on('error', () => {});

try {
  const { command, values, words } = parsed(given);
  if (values.help) {
    output.text(help(command));
  } else if (values.version) {
    // It lies beside this file in the package.
    output.text(JSON.parse(await readFile(new URL('./package.json', import.meta.url), 'utf8')).version);
  } else {
    process.exitCode = await COMMANDS[command](values, words, output);
  }
  await output.end();
} catch (error) {
  if (error instanceof UsageError) {
    output.failure({ kind: 'usage', message: `${error.message}\n(ims-client --help lists what there is)` });
    process.exitCode = EXIT.usage;
  } else {
    output.failure(error);
    process.exitCode = error instanceof ImsError ? exitOf(error) : EXIT.failed;
  }
}
