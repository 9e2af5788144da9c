/**
 * ims-client/inspect: looks into a disk image before it is uploaded, and reads a mebibyte of it at most.
 */
import type { AbortSignalLike, CreateImage, ImageSource } from './index.js';

export { ImsError, type LoadOptions, load } from './index.js';

/** Looks into a file. */
export function inspect(
  source: Exclude<ImageSource, { stream: unknown }>,
  options?: { signal?: AbortSignalLike },
): Promise<DiskImageInfo>;

/** What a file of disk image is. */
export interface DiskImageInfo {
  /** Fields ready for createImage, as far as the file tells. */
  suggestion: Partial<CreateImage>;
}
