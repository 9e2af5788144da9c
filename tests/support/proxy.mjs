/** A door before a server that counts who stands in it: the connections that are open at a time, and how many at most. */
import { connect, createServer } from 'node:net';

/** Starts it before this server; gives its address, and counts. */
export async function startProxy(context, target) {
  const { hostname, port } = new URL(target);
  const sockets = new Set();
  const proxy = { open: 0, most: 0, url: '' };
  const server = createServer((socket) => {
    const further = connect(Number(port), hostname);
    proxy.open += 1;
    proxy.most = Math.max(proxy.most, proxy.open);
    socket.once('close', () => {
      proxy.open -= 1;
    });
    for (const [one, other] of [
      [socket, further],
      [further, socket],
    ]) {
      sockets.add(one);
      one.once('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      // What goes wrong closes, and that is seen above.
      one.on('error', () => {});
      one.pipe(other);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  proxy.url = `http://127.0.0.1:${server.address().port}`;
  return proxy;
}
