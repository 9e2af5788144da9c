/** The question of an image list as it stands in the address, and the answer in the order that was asked for. */
import type { CallOptions, CecloudImsClient, CloudImage, Page, PrivateImage } from 'ims-client';
import type { LocationQuery, LocationQueryRaw } from 'vue-router';

export type ImageKind = 'private' | 'public';
/** An image of either list: the public one lacks the tenant's name. */
export type AnyImage = CloudImage | PrivateImage;

export const SORTS = [
  'none',
  'name-asc',
  'name-desc',
  'createdAt-desc',
  'createdAt-asc',
  'size-desc',
  'size-asc',
  'status-asc',
] as const;
export type Sort = (typeof SORTS)[number];

export const PAGE_SIZES = [10, 20, 50] as const;

/** What is asked for. */
export interface ListQuery {
  page: number;
  size: number;
  name: string;
  id: string;
  sort: Sort;
}

/** The service cannot sort: all images are fetched for it, so many at a time. */
export const FETCH_SIZE = 100;

/** Reads the address; what is none is the default. */
export function readQuery(query: LocationQuery): ListQuery {
  const text = (name: string) => (typeof query[name] === 'string' ? query[name] : '');
  const page = Number(text('page'));
  const size = Number(text('size'));
  return {
    page: Number.isInteger(page) && page > 0 ? page : 1,
    size: PAGE_SIZES.find((each) => each === size) ?? PAGE_SIZES[0],
    name: text('name'),
    id: text('id'),
    sort: SORTS.find((each) => each === text('sort')) ?? 'none',
  };
}

/** Writes the address; defaults are left out. */
export function writeQuery({ page, size, name, id, sort }: ListQuery): LocationQueryRaw {
  return {
    page: page > 1 ? String(page) : undefined,
    size: size === PAGE_SIZES[0] ? undefined : String(size),
    name: name || undefined,
    id: id || undefined,
    sort: sort === 'none' ? undefined : sort,
  };
}

/** Asks for a page of images. */
export async function askImages(
  ims: CecloudImsClient,
  kind: ImageKind,
  { page, size, name, id, sort }: ListQuery,
  call: CallOptions,
): Promise<Page<AnyImage>> {
  const filter = name || id ? { ...(name && { name }), ...(id && { imageId: id }) } : undefined;
  if (sort === 'none') {
    const request = { current: page, size };
    return kind === 'public'
      ? ims.listImages(request, call)
      : ims.listPrivateImages({ ...request, filter }, call);
  }
  const all: AnyImage[] = [];
  const images =
    kind === 'public'
      ? ims.iterateImages({ size: FETCH_SIZE }, call)
      : ims.iteratePrivateImages({ size: FETCH_SIZE, filter }, call);
  for await (const image of images) all.push(image);
  all.sort(comparison(sort));
  return { list: all.slice((page - 1) * size, page * size), total: all.length, current: page, size };
}

function comparison(sort: Exclude<Sort, 'none'>): (one: AnyImage, other: AnyImage) => number {
  const [field, direction] = sort.split('-') as ['name' | 'createdAt' | 'size' | 'status', 'asc' | 'desc'];
  const sign = direction === 'asc' ? 1 : -1;
  const { compare } = new Intl.Collator(undefined, { numeric: true });
  return (one, other) => {
    const order =
      field === 'size' ? (one.size ?? 0) - (other.size ?? 0) : compare(one[field] ?? '', other[field] ?? '');
    // Equal ones keep an order of their own, so that no page repeats or loses one.
    return sign * order || compare(one.imageId, other.imageId);
  };
}
