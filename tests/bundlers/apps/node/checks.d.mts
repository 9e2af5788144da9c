import type { CecloudImsClient, CreateImage } from 'ims-client';

export declare const METADATA: Omit<CreateImage, 'name'>;
export declare function run(client: { CecloudImsClient: typeof CecloudImsClient }): Promise<void>;
