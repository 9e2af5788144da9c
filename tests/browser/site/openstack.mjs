/** The page: lives the life of images with the file that was picked. */
import { ImsError, OpenStackImageClient } from './ims-client/openstack.js';
import { life } from './openstack-life.mjs';

globalThis.tests = {
  life(cloud) {
    const [file] = document.querySelector('#file').files;
    return life({ OpenStackImageClient, ImsError }, { ...cloud, source: file, size: file.size });
  },
};
