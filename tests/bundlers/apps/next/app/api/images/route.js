/** A route handler: uploads from the server. */
import { CecloudImsClient } from 'ims-client';
import { METADATA } from '../../metadata.mjs';

export const dynamic = 'force-dynamic';

export async function GET(request) {
  const { searchParams } = new URL(request.url);
  const ims = new CecloudImsClient({ endpoint: searchParams.get('endpoint'), region: 'region0' });
  try {
    const source = { path: searchParams.get('path') };
    const { image, md5, verified } = await ims.upload(source, { ...METADATA, name: 'in a route' }).done;
    return Response.json({ imageId: image.imageId, status: image.status, size: image.size, md5, verified });
  } catch (error) {
    return Response.json({ error: `${error.name}: ${error.message}` });
  } finally {
    ims.close();
  }
}
