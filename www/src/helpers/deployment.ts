/** What whoever serves the console says about it: config.json beside index.html, a file to be edited without a build. */
import { AUTH_TYPES, type AuthType } from './connection';

/** What stands in config.json; no secret may. */
export interface Deployment {
  /** Whether a local cloud may be serving this page: then it is asked. */
  emulator: boolean;
  endpoint: string;
  region: string;
  authType: AuthType;
}

/** Reads it; what is missing or none of the values is left as if nothing was said. */
export async function readDeployment(): Promise<Deployment> {
  const said = await fetchJson();
  const text = (name: string) => (typeof said[name] === 'string' ? said[name] : '');
  return {
    emulator: said.emulator === true,
    endpoint: text('endpoint'),
    region: text('region'),
    authType: AUTH_TYPES.find((each) => each === said.authType) ?? 'none',
  };
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
