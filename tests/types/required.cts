/** The package as a CommonJS project requires it. */
import ims = require('ims-client');
import inline = require('ims-client/inline');
import openstack = require('ims-client/openstack/config');

const client: ims.CecloudImsClient = new ims.CecloudImsClient({
  endpoint: 'https://ims.example.com',
  region: 'region0',
});
const task: ims.UploadTask = client.upload({ path: '/images/disk.raw' }, { imageId: 'image-1' });
const failed = (error: unknown): error is ims.ImsError => error instanceof ims.ImsError;

const auth: ims.Auth = openstack.openStackConfig({ cloud: 'mine' }).auth;

export = { client, task, failed, load: inline.load, auth };
