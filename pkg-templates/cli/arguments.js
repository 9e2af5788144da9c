/** Reads the command line. Secrets are no options: a list of processes shows them to everybody. */
import { parseArgs } from 'node:util';

export class UsageError extends Error {}

const TEXT = { type: 'string' };
const FLAG = { type: 'boolean' };

/** What every command takes that asks the service. */
const SERVICE = {
  endpoint: TEXT,
  region: TEXT,
  'token-file': TEXT,
  'auth-file': TEXT,
  header: { type: 'string', multiple: true },
  timeout: TEXT,
};

/** The options of createImage, by the names of its fields. */
export const FIELDS = {
  name: 'text',
  'disk-format': 'text',
  'image-type': 'text',
  'min-disk': 'number',
  'min-ram': 'number',
  instruction: 'text',
  'cpu-arch': 'text',
  description: 'text',
  'os-type': 'text',
  platform: 'text',
  visibility: 'text',
  usage: 'text',
  'department-id': 'text',
  'tenant-id': 'text',
  'resource-group-id': 'text',
  'boot-mode': 'text',
};

export const OPTIONS = {
  upload: {
    ...SERVICE,
    ...Object.fromEntries(Object.keys(FIELDS).map((name) => [name, TEXT])),
    metadata: TEXT,
    'image-id': TEXT,
    checkpoints: TEXT,
    'part-size': TEXT,
    concurrency: TEXT,
    'allow-unsafe': { type: 'string', multiple: true },
    'no-wait': FLAG,
  },
  list: { ...SERVICE, public: FLAG, shared: FLAG, filter: TEXT },
  pending: { ...SERVICE, checkpoints: TEXT },
  discard: { ...SERVICE, checkpoints: TEXT, all: FLAG },
  show: SERVICE,
  download: SERVICE,
  delete: SERVICE,
  share: { ...SERVICE, remove: FLAG },
  diagnose: SERVICE,
  inspect: {},
};

/** How many words follow each command. */
const WORDS = {
  upload: ['FILE'],
  list: [],
  pending: [],
  discard: ['[IMAGE…]'],
  show: ['IMAGE'],
  download: ['IMAGE', 'FILE'],
  delete: ['IMAGE'],
  share: ['IMAGE', 'USER…'],
  diagnose: [],
  inspect: ['FILE'],
};

/** Options of which a command takes one only. */
const APART = { list: ['public', 'shared', 'filter'] };

/** The command, its options and its words. It comes first; without one there is help, and the version. */
export function parsed(given) {
  if (given[0] === 'help') return { ...parsed([...given.slice(1), '--help']), words: [] };
  const [first = ''] = given;
  const command = first.startsWith('-') || first === '' ? undefined : first;
  if (command !== undefined && !Object.hasOwn(OPTIONS, command)) {
    throw new UsageError(
      `there is no command ${JSON.stringify(command)}; there are ${Object.keys(OPTIONS).join(', ')}`,
    );
  }
  const common = { json: FLAG, help: { ...FLAG, short: 'h' }, version: FLAG };
  const options = { ...common, ...OPTIONS[command] };
  let read;
  try {
    read = parseArgs({ args: given, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(inWords(error, command));
  }
  const { values, positionals } = read;
  const words = positionals.slice(1);
  const asked = values.help || values.version;
  if (command === undefined && !asked) throw new UsageError('a command is missing');
  if (!asked) {
    count(command, words);
    const both = (APART[command] ?? []).filter((name) => values[name] !== undefined);
    if (both.length > 1) throw new UsageError(`--${both[0]} and --${both[1]} do not go together`);
  }
  return { command, values, words };
}

/** What Node says of a wrong option, without its advice on positional arguments. */
function inWords({ code, message }, command) {
  const [, option] = /^Unknown option '([^']*)'/.exec(message) ?? [];
  if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION' || !option) return message.split('\n')[0];
  return `there is no option ${option}${command ? ` of ${command}` : ''}`;
}

function count(command, words) {
  const wanted = WORDS[command];
  const last = wanted.at(-1);
  // Commands that may go without look for themselves.
  if (last?.startsWith('[')) return;
  const many = last?.endsWith('…');
  if (words.length === wanted.length || (many && words.length > wanted.length)) return;
  const missing = wanted.slice(words.length).join(' ');
  const extra = words.slice(wanted.length).map((word) => JSON.stringify(word));
  throw new UsageError(
    missing
      ? `${command} ${wanted.join(' ')}: ${missing} is missing`
      : `${command}${wanted.map((word) => ` ${word}`).join('')} takes nothing more, not ${extra.join(' ')}`,
  );
}

/** The option that a field of an image is given by. */
export function optionOf(field) {
  const option = String(field).replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (field === 'filter.name') return '--filter';
  return Object.hasOwn(OPTIONS.upload, option) ? `--${option}` : undefined;
}

/** A whole number of an option. */
export function numberOf(values, name) {
  if (values[name] === undefined) return undefined;
  if (!/^\d{1,15}$/.test(values[name])) {
    throw new UsageError(`--${name} is ${JSON.stringify(values[name])}; it is a whole number`);
  }
  return Number(values[name]);
}
