/** The client as a typed project uses it: options, calls, iterators, errors. */

import type {
  Bucket,
  CopiedImage,
  CopySharedImage,
  CreatedImage,
  CreateImage,
  ImportImage,
  PrivateImage,
  Share,
  SharedImage,
  UpdateImage,
  UploadCredentials,
} from 'ims-client';
import {
  type AbortSignalLike,
  type AccessKeyAuth,
  type ApplicationCredentialAuth,
  type Auth,
  type CallOptions,
  type CecloudErrorCode,
  CecloudImsClient,
  type ClientOptions,
  type CloudImage,
  cecloudErrorCodes,
  type Diagnosis,
  type DiagnosisCheck,
  type FetchInit,
  type ImageFilter,
  ImsError,
  type ImsErrorKind,
  type LoadOptions,
  load,
  type NameOrId,
  type Page,
  type PageRequest,
  type PasswordAuth,
  type PlatformBytes,
  type PlatformSignal,
  type RequestEvent,
  type RetryOptions,
  type SignedParts,
  type UnsignedRequest,
  type UploadProgress,
} from 'ims-client';

const loading: LoadOptions = { wasm: new Uint8Array() };
await load(loading);
await load();

const auths: Auth[] = [
  { type: 'none' },
  { type: 'headers', headers: { 'x-user': 'u' } },
  { type: 'token', token: 'secret' },
  { type: 'token', token: async () => 'secret' },
  {
    type: 'sign',
    sign: (request: UnsignedRequest): SignedParts => ({
      headers: { 'x-signed': `${request.method} ${request.url}` },
    }),
  },
  {
    type: 'password',
    iamEndpoint: 'https://iam',
    user: 'u',
    password: 'p',
    domain: 'd',
    project: { id: '1' },
  },
  { type: 'password', iamEndpoint: '/iam', user: { id: '1' }, password: 'p', domainScope: { id: 'default' } },
  { type: 'application-credential', iamEndpoint: 'https://iam', id: '1', secret: 's' },
  { type: 'application-credential', iamEndpoint: '/iam', name: 'n', user: 'u', domain: 'd', secret: 's' },
  { type: 'aksk', accessKey: 'a', secretKey: 's', securityToken: 't', projectId: '1', domainId: '2' },
];
const accessKey: AccessKeyAuth = { type: 'aksk', accessKey: 'a', secretKey: 's' };
const password: PasswordAuth = { type: 'password', iamEndpoint: '/iam', user: 'u', password: 'p' };
auths.push(accessKey, password);
export const user: NameOrId = password.user;
// @ts-expect-error a name needs its user
export const nameless: ApplicationCredentialAuth = {
  type: 'application-credential',
  iamEndpoint: '/iam',
  name: 'n',
  secret: 's',
};
const retry: RetryOptions = { maxAttempts: 3, baseDelayMs: 100, maxDelayMs: 1000 };
const events: RequestEvent[] = [];
const options: ClientOptions = {
  endpoint: 'https://ims.example.com',
  signingEndpoint: 'https://internal.example.com',
  auth: auths[0] ?? { type: 'none' },
  headers: { 'x-trace': '1' },
  timeoutMs: 10_000,
  retry,
  credentials: 'include',
  fetch: async (url: string, init: FetchInit): Promise<unknown> => ({ url, method: init.method }),
  onRequest: (event) => events.push(event),
};
/** What a fetch of one's own is handed: bytes and a signal of the platform, whichever the compiler knows. */
export const handed = ({ body, signal }: FetchInit): [Uint8Array | undefined, AbortSignalLike] => [
  body,
  signal,
];
export const made: [PlatformBytes?, PlatformSignal?] = [];
// @ts-expect-error bytes are no text
export const text = ({ body }: FetchInit): string | undefined => body;
// @ts-expect-error the region is required
new CecloudImsClient(options);
// @ts-expect-error there is no such way to sign
export const wrongAuth: Auth = { type: 'magic' };

const ims = new CecloudImsClient({ ...options, region: 'region0' });
declare const signal: AbortSignalLike;
const call: CallOptions = { signal, timeoutMs: 5000, headers: { 'x-one': '1' } };
const pageRequest: PageRequest = { current: 1, size: 10 };
const filter: ImageFilter = { name: 'ubuntu', imageId: 'image-1' };

declare const create: CreateImage;
declare const update: UpdateImage;
declare const copy: CopySharedImage;
declare const imported: ImportImage;
declare const bucket: Bucket;

export const images: Page<CloudImage> = await ims.listImages(pageRequest, call);
export const total: number = images.total;
export const image: CloudImage = await ims.getImage('image-1', call);
export const created: CreatedImage = await ims.createImage(create);
await ims.updateImage('image-1', update);
await ims.deleteImage('image-1');
export const own: Page<PrivateImage> = await ims.listPrivateImages({ ...pageRequest, filter });
export const credentials: UploadCredentials = await ims.prepareUpload('image-1', { size: 1 });
await ims.completeUpload('image-1', { result: 'success', uploadId: 'upload-1' });
await ims.shareImage('image-1', ['user-1']);
await ims.unshareImage('image-1', ['user-1']);
export const shares: Page<Share> = await ims.listImageShares('image-1', pageRequest);
export const shared: Page<SharedImage> = await ims.listSharedImages({ orderBy: 'createdAt:desc' });
await ims.deleteSharedImage('share-1');
export const copied: CopiedImage | null = await ims.copySharedImage('share-1', copy);
export const fetched: PrivateImage | null = await ims.importImage(imported);
export const buckets: Bucket[] = await ims.listExportBuckets('image-1');
await ims.exportImage('image-1', bucket);
// @ts-expect-error the outcome is success or failed
await ims.completeUpload('image-1', { result: 'maybe' });

for await (const each of ims.iterateImages({ size: 20 }, call)) void (each satisfies CloudImage);
for await (const each of ims.iteratePrivateImages({ filter })) void (each satisfies PrivateImage);
for await (const each of ims.iterateSharedImages({ orderBy: 'createdAt:desc' }))
  void (each satisfies SharedImage);
export const active: PrivateImage = await ims.waitForImage('image-1', { intervalMs: 100, signal });
const found: Diagnosis = await ims.diagnose({ signal, timeoutMs: 5_000 });
export const wrong: DiagnosisCheck[] = found.checks.filter((check) => !check.ok);
export const advice: string | undefined = wrong.find((check) => check.name === 'store-cors')?.advice;
// What a caller may have or not is handed on as it is.
export function perhaps(
  name: string | undefined,
  stop: AbortSignalLike | undefined,
  told?: (p: UploadProgress) => void,
) {
  ims.upload(new Uint8Array(), { ...create, description: name }, { signal: stop, onProgress: told });
  return ims.listPrivateImages({ filter: { name }, size: undefined }, { signal: stop, timeoutMs: undefined });
}
ims.close();
// What `using` calls, also where the compiler has no library of it.
ims[Symbol.dispose]();

export function explain(error: unknown): string {
  if (!(error instanceof ImsError)) return 'not ours';
  const kind: ImsErrorKind = error.kind;
  const known: CecloudErrorCode = 'IMG.DBGet.NoData';
  const meaning: { status: number; en: string; zh: string } = cecloudErrorCodes[known];
  const perhaps: string | undefined = cecloudErrorCodes[error.code ?? '']?.zh;
  const tried = error.attempts.map((attempt) => `${attempt.at} ${attempt.status ?? ''} ${attempt.message}`);
  const parts: (string | number | undefined)[] = [
    error.code,
    error.status,
    error.requestId,
    error.field,
    error.rule,
  ];
  return [
    kind,
    meaning.en,
    perhaps,
    error.operation,
    ...parts,
    String(error.value),
    error.retryable,
    error.resumable,
    ...tried,
  ].join();
}
