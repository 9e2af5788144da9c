/** What page and worker call each other by. */

/** The page sends it with a port. */
export const CONNECT = 'ims-client.uploads';
/** The worker's first word on the port. */
export const READY = 'ready';
