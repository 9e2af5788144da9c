/** One image with every field that the service shows of it. */
import type { CallOptions, CecloudImsClient } from 'ims-client';
import type { AnyImage } from './image-list';

/** What is known of an image, and whether it is one of the caller's own. */
export interface FoundImage {
  image: AnyImage & Record<string, unknown>;
  own: boolean;
}

/**
 * Details (1.4) and the private list (1.10) show different fields, and a service may know an image in only one of them:
 * both are asked, and what either says is shown. Rejects when neither knows it.
 */
export async function findImage(
  ims: CecloudImsClient,
  imageId: string,
  call: CallOptions,
): Promise<FoundImage> {
  const [details, listed] = await Promise.allSettled([
    ims.getImage(imageId, call),
    ims.listPrivateImages({ current: 1, size: 10, filter: { imageId } }, call),
  ]);
  // The filter finds IDs that contain this one.
  const own =
    listed.status === 'fulfilled' ? listed.value.list.find((image) => image.imageId === imageId) : undefined;
  if (details.status === 'rejected' && !own) throw details.reason;
  const image = { ...(details.status === 'fulfilled' ? details.value : {}), ...own } as FoundImage['image'];
  return { image, own: own !== undefined };
}
