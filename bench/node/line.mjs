/**
 * A line in user space: `node line.mjs '{ targets, mbits, rttMs, stallAfterBytes, stallMs }'` prints the addresses that lead
 * to the targets over it. Every connection shares one rate per direction; each byte arrives half a round trip after it
 * left; opening a connection takes one round trip. Packets are not lost, and windows need not open first.
 */
import { connect, createServer } from 'node:net';

const { targets, mbits, rttMs, stallAfterBytes = 0, stallMs = 0 } = JSON.parse(process.argv[2]);
const BYTES_PER_MS = (mbits * 1e6) / 8 / 1000;
/** More than this is not taken from a sender before the line had it: what a modem's buffer holds. */
const QUEUE_MS = 100;

/** One direction, shared by all connections. */
class Direction {
  #freeAt = 0;
  #passed = 0;
  #waiting = [];
  #timer;
  #stall;

  constructor(stall) {
    this.#stall = stall;
  }

  /** How long a byte that comes now would wait before it leaves, milliseconds. */
  get queueMs() {
    return Math.max(0, this.#freeAt - performance.now());
  }

  /** Takes bytes of a connection, not to leave before `earliest`; `deliver` is called when they arrive. */
  send(bytes, earliest, deliver) {
    this.#passed += bytes;
    this.#freeAt = Math.max(this.#freeAt, performance.now(), earliest) + bytes / BYTES_PER_MS;
    if (this.#stall && this.#passed > this.#stall.afterBytes) {
      this.#freeAt += this.#stall.ms;
      this.#stall = undefined;
    }
    this.#waiting.push({ at: this.#freeAt + rttMs / 2, deliver });
    this.#timer ??= setTimeout(() => this.#arrive(), this.#waiting[0].at - performance.now());
  }

  #arrive() {
    this.#timer = undefined;
    while (this.#waiting.length && this.#waiting[0].at <= performance.now()) this.#waiting.shift().deliver();
    if (this.#waiting.length) {
      this.#timer = setTimeout(() => this.#arrive(), this.#waiting[0].at - performance.now());
    }
  }
}

const up = new Direction(stallMs ? { afterBytes: stallAfterBytes, ms: stallMs } : undefined);
const down = new Direction();

function lead(from, to, direction, earliest) {
  from.on('data', (chunk) => {
    direction.send(chunk.length, earliest, () => to.writable && to.write(chunk));
    if (direction.queueMs <= QUEUE_MS) return;
    from.pause();
    setTimeout(() => from.resume(), direction.queueMs - QUEUE_MS / 2);
  });
  from.on('end', () => direction.send(0, earliest, () => to.end()));
  // What goes wrong at one end is an end for the other.
  from.on('error', () => to.destroy());
}

async function door(target) {
  const { hostname, port } = new URL(target);
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const opened = performance.now() + rttMs;
    const further = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true });
    lead(socket, further, up, opened);
    lead(further, socket, down, opened);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

console.log(JSON.stringify(await Promise.all(targets.map(door))));
// Whoever started it is gone.
process.stdin.resume().on('end', () => process.exit(0));
