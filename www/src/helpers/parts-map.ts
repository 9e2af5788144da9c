/** The parts of an upload as a small map: each of at most so many cells stands for one part or a run of them. */
import type { UploadEvent } from 'ims-client';

export type PartState = 'waiting' | 'flying' | 'retrying' | 'stored' | 'found';
type PartEvent = Extract<UploadEvent, { type: 'part' }>;

/** More cells than this can neither be told apart nor drawn cheaply. */
const CELLS = 128;

const STATES = ['waiting', 'stored', 'found', 'flying', 'retrying'] as const satisfies readonly PartState[];
const BY_EVENT: Record<PartEvent['state'], PartState> = {
  started: 'flying',
  stored: 'stored',
  retrying: 'retrying',
  found: 'found',
};

/** What is known of every part; an upload of 10,000 parts takes 10,000 bytes. */
export class PartsMap {
  readonly #states: number[] = [];

  /** Takes what the upload tells. */
  take({ part, state }: PartEvent) {
    while (this.#states.length < part) this.#states.push(0);
    this.#states[part - 1] = STATES.indexOf(BY_EVENT[state]);
  }

  /** How many parts are in a state. */
  count(state: PartState): number {
    const code = STATES.indexOf(state);
    return this.#states.reduce((count, each) => count + (each === code ? 1 : 0), 0);
  }

  /** The cells, first part first. A run shows what is most worth seeing: a repeated part before one in flight. */
  cells(total: number): PartState[] {
    const cells = Math.min(total, CELLS);
    return Array.from({ length: cells }, (_, cell) => {
      const from = Math.floor((cell * total) / cells);
      const to = Math.max(from + 1, Math.floor(((cell + 1) * total) / cells));
      const run = Array.from({ length: to - from }, (_, offset) => this.#states[from + offset] ?? 0);
      const most = Math.max(...run);
      // Stored is a run only when all of it is.
      const done = most > 0 && most < STATES.indexOf('flying') && run.includes(0);
      return done ? 'waiting' : (STATES[most] ?? 'waiting');
    });
  }
}
