/** What whoever serves the console says about it: config.json beside index.html, a file to be edited without a build. */
import { type Place, readPlace } from './connection';

/** What stands in config.json; no secret may. */
export interface Deployment extends Place {
  /** Whether a local cloud may be serving this page: then it is asked. */
  emulator: boolean;
}

/** Reads it; what is missing or none of the values is left as if nothing was said. */
export async function readDeployment(): Promise<Deployment> {
  const said = await fetchJson();
  return { emulator: said.emulator === true, ...readPlace(said) };
}

async function fetchJson(): Promise<Record<string, unknown>> {
  try {
    const response = await fetch('./config.json');
    const said = response.ok ? await response.json() : undefined;
    return typeof said === 'object' && said !== null ? said : {};
  } catch {
    // A server without the file, or with a page in its place: the form asks.
    return {};
  }
}
