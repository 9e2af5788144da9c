/** What is said: results on standard output, everything else on standard error, all of it as JSON if asked. */

import { optionOf } from './arguments.js';

/** A line that is painted over a few times a second. */
const PAINT_MS = 100;
const WIDTH = 28;

export class Output {
  #json;
  #painted = 0;
  #shown = false;
  #broken;

  constructor(json) {
    this.#json = json;
    // What was begun is done to its end, whether somebody reads of it or not.
    process.stdout.on('error', (error) => {
      this.#broken ??= error;
    });
  }

  /** Whether who reads standard output has left: `ims-client list | head`. */
  get isUnread() {
    return this.#broken?.code === 'EPIPE';
  }

  /** Waits until all is written, and throws where it could not be. Whoever has left may have had enough. */
  async end() {
    await new Promise((resolve) => {
      process.stdout.write('', resolve);
    });
    if (!this.#broken || this.isUnread) return;
    const { code, message } = this.#broken;
    throw Object.assign(new Error(`standard output takes no more: ${message}`), { code });
  }

  text(text) {
    process.stdout.write(`${printable(text)}\n`);
  }

  #say(text) {
    process.stderr.write(`${printable(text)}\n`);
  }

  /** A result: one line of JSON, or what `show` makes of it for people. */
  result(value, show) {
    this.#clear();
    this.text(this.#json ? lineOf(value) : show(value));
  }

  /** Something by the way. */
  note(message, event = { type: 'note', message }) {
    this.#clear();
    this.#say(this.#json ? lineOf(event) : message);
  }

  failure(error) {
    this.#clear();
    if (this.#json) {
      const { stack: _stack, ...details } = error;
      this.#say(lineOf({ error: { ...details, message: error.message } }));
      return;
    }
    this.#say(`error: ${error.message}`);
    // The message names code and rule as a rule.
    const code = error.message.includes(error.code) ? undefined : error.code;
    const known = [code, error.status && `status ${error.status}`];
    if (error.requestId) known.push(`request ${error.requestId}`);
    const option = error.kind === 'validation' && optionOf(error.field);
    const lines = [
      known.filter(Boolean).join(', '),
      error.message.includes(error.rule) ? undefined : error.rule,
      option && `It is given by ${option}.`,
    ];
    for (const line of lines.filter(Boolean)) this.#say(`       ${line}`);
  }

  /** How far it is: a bar in a terminal, lines of JSON for programs, nothing in a file. */
  progress({ phase, done, total, bytesPerSecond, etaSeconds }) {
    const now = performance.now();
    if (now - this.#painted < PAINT_MS && done !== total) return;
    this.#painted = now;
    if (this.#json) {
      const event = { type: 'progress', phase, bytes: done, bytesTotal: total, bytesPerSecond, etaSeconds };
      this.#say(lineOf(event));
      return;
    }
    if (!process.stderr.isTTY) return;
    const share = total ? done / total : 0;
    const bar = '█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '░');
    const left = etaSeconds === null || etaSeconds === undefined ? '' : `, ${Math.ceil(etaSeconds)} s left`;
    const speed = bytesPerSecond ? `, ${bytes(bytesPerSecond)}/s` : '';
    const line = `${bar} ${Math.floor(share * 100)} % of ${bytes(total ?? done)}${speed}${left} ${phase ?? ''}`;
    process.stderr.write(`\r\x1b[2K${line.slice(0, (process.stderr.columns || 80) - 1)}`);
    this.#shown = true;
  }

  #clear() {
    if (this.#shown) process.stderr.write('\r\x1b[2K');
    this.#shown = false;
  }
}

/** A line of JSON that nothing is lost from: it names DEL and the C1 controls too, which JSON would let stand as they are. */
function lineOf(value) {
  const escaped = (control) => `\\u00${control.charCodeAt(0).toString(16)}`;
  return JSON.stringify(value).replaceAll(/[\u007f-\u009f]/g, escaped);
}

/** Without what would move the cursor or colour the terminal: names and messages are somebody else's. Lines stay lines. */
function printable(text) {
  return String(text).replaceAll(/[^\P{Cc}\n]/gu, '\ufffd');
}

/** The same for what has to stay on its line. */
export const cellOf = (value) => printable(value ?? '').replaceAll('\n', '\ufffd');

/** A size for people. */
export function bytes(count) {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(Math.floor(Math.log2(Math.max(count, 1)) / 10), units.length - 1);
  if (count === 1) return '1 byte';
  const value = count / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

/** Rows under a head, in columns. */
export function columns(head, rows) {
  const all = [head, ...rows.map((row) => row.map(cellOf))];
  const widths = head.map((_, at) => Math.max(...all.map((row) => cells(row[at]))));
  return all
    .map((row) =>
      row
        .map((cell, at) => cell + ' '.repeat(widths[at] - cells(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** How many cells of a terminal a text takes: Chinese characters and their like take two. */
function cells(text) {
  const wide =
    /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]/u;
  return [...text].reduce((sum, letter) => sum + (wide.test(letter) || letter > '\u{1f000}' ? 2 : 1), 0);
}

/** What is known of something, a line each. */
export function fields(value) {
  const known = Object.entries(value).filter(
    ([, field]) => field !== undefined && field !== null && field !== '',
  );
  const shown = (field) => cellOf(typeof field === 'object' ? JSON.stringify(field) : field);
  const width = Math.max(0, ...known.map(([name]) => name.length));
  return known.map(([name, field]) => `${name.padEnd(width)}  ${shown(field)}`).join('\n');
}
