/** A program in TypeScript: compiled in three kinds of projects, and run. */
import { CecloudImsClient, type CreateImage, ImsError, type UploadResult } from 'ims-client';
import { inspect } from 'ims-client/inspect';
import { METADATA, run } from './checks.mjs';

const typed: Omit<CreateImage, 'name'> = METADATA;
const failed = (error: unknown): string | undefined => (error instanceof ImsError ? error.kind : undefined);

async function verified(ims: CecloudImsClient, path: string): Promise<UploadResult['verified']> {
  const { format } = await inspect({ path });
  if (format !== 'raw') throw new Error(`this is ${format}`);
  return (await ims.upload({ path }, { ...typed, name: 'typed' }).done).verified;
}

const [endpoint = '', path = ''] = process.argv.slice(2);
const ims = new CecloudImsClient({ endpoint, region: 'region0' });
if ((await verified(ims, path)) !== 'md5') throw new Error('not verified');
await ims.getImage('').then(
  () => process.exit(3),
  (error: unknown) => {
    if (failed(error) !== 'validation') process.exit(4);
  },
);
ims.close();
await run({ CecloudImsClient });
