/** Every attempt that the client reports (`onRequest`): what the log of requests shows. No secret is in it. */
import type { RequestEvent } from 'ims-client';
import { computed, shallowRef, triggerRef } from 'vue';

/** One line of the log. */
export interface LoggedRequest extends RequestEvent {
  readonly id: number;
  readonly at: Date;
}

/** Older ones are forgotten. */
const KEPT = 500;

const requests = shallowRef<LoggedRequest[]>([]);
let count = 0;

/** Takes what a client reports. */
export function log(event: RequestEvent) {
  requests.value.unshift({ ...event, id: ++count, at: new Date() });
  requests.value.length = Math.min(requests.value.length, KEPT);
  triggerRef(requests);
}

/** Whether an attempt brought no success. */
export function isFailed({ status, error }: LoggedRequest): boolean {
  return error !== undefined || status === undefined || status >= 400;
}

const summary = computed(() => ({
  count: requests.value.length,
  retries: requests.value.filter(({ attempt }) => attempt > 1).length,
  failed: requests.value.filter(isFailed).length,
}));

function clear() {
  requests.value = [];
}

/** One log for the whole page. */
export function useRequestLog() {
  return { requests, summary, clear };
}
