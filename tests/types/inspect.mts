/** The types of ims-client/inspect. */
import { type DiskImageInfo, ImsError, inspect, load } from 'ims-client/inspect';

export async function look(file: { path: string }): Promise<DiskImageInfo> {
  await load({ wasm: undefined });
  try {
    return await inspect(file);
  } catch (error) {
    if (error instanceof ImsError && error.kind === 'source') throw new Error(error.message);
    throw error;
  }
}
