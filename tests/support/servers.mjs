/**
 * Servers with certificates that nobody trusts, and small services that are wrong in one way each. The keys below
 * protect nothing: they are published here. (Made by `openssl ca -selfsign`, valid from 2020 to 2120.)
 */
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';

/** For localhost and 127.0.0.1. */
export const OWN = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0uzBbJdVcFB8bzi6
2K/mZP9zQMGGlbEAPx58wzT+8lahRANCAAQUSB0WTis3B4fYH0XN5SI0J2z5SbbA
zYmidsE2mG+CPmkw8QHW3I53N7Lu71cybe81EC9O9xyxf6vZp5LRWiOM
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBZTCCAQqgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBRIHRZOKzcHh9gf
Rc3lIjQnbPlJtsDNiaJ2wTaYb4I+aTDxAdbcjnc3su7vVzJt7zUQL073HLF/q9mn
ktFaI4yjSzBJMAwGA1UdEwQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/
AAABMB0GA1UdDgQWBBSqT2oqiD4FQq0ihs0h8O9V4Om35zAKBggqhkjOPQQDAgNJ
ADBGAiEAklZgOkv8FgnsL0CZdJS73G2MRWwRYb8N10n3O7XEHyYCIQCIdvmMO7Rj
extFa1RsLTRaEWlEbmJRW1i3l5IOBHjdHA==
-----END CERTIFICATE-----`,
};

/** For elsewhere.example.com. */
export const OTHER = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNVA//IOVNx79G1Xs
145KcnbxGxiwfcF3i3c6zDDWtKuhRANCAAQBBP27aIZNA3L/DDB2ShtyiVo/5jSM
hwx1IvXmRWylbjU8jiDZYSp9LVaX58VpAK69VRvZlXYis5IBfbibhxhI
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBgjCCASigAwIBAgIBATAKBggqhkjOPQQDAjAgMR4wHAYDVQQDDBVlbHNld2hl
cmUuZXhhbXBsZS5jb20wIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBa
MCAxHjAcBgNVBAMMFWVsc2V3aGVyZS5leGFtcGxlLmNvbTBZMBMGByqGSM49AgEG
CCqGSM49AwEHA0IABAEE/btohk0Dcv8MMHZKG3KJWj/mNIyHDHUi9eZFbKVuNTyO
INlhKn0tVpfnxWkArr1VG9mVdiKzkgF9uJuHGEijUTBPMAwGA1UdEwQFMAMBAf8w
IAYDVR0RBBkwF4IVZWxzZXdoZXJlLmV4YW1wbGUuY29tMB0GA1UdDgQWBBQIao8A
oJamw3bLq0po+LYMs8sj6TAKBggqhkjOPQQDAgNIADBFAiEAxyrcg2vvgIhOB6+0
zOL7bg5gcfdYs6JJqdXSYJ+TnmECIDu2olP2PQsa+WtaYzjVHVX7osEr+jMn4l6o
eFGgIOhP
-----END CERTIFICATE-----`,
};

/** For localhost and 127.0.0.1, until 2021. */
export const EXPIRED = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6NZ9rZCwRpt6Ul7m
mW3IvJea3RQ/XMkANPJ+PJ6sMB2hRANCAARuoh4ZY2D+2Wf9cUIfeZlcuE5XdHHV
nfMz25JcRpb+kv3tmnJWn0fDBdd1pnlCg7q3cIoa4nIZfNFEsFK6qEpZ
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBYTCCAQigAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwHhcNMjAwMTAxMDAwMDAwWhcNMjEwMTAxMDAwMDAwWjAUMRIwEAYDVQQDDAls
b2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARuoh4ZY2D+2Wf9cUIf
eZlcuE5XdHHVnfMz25JcRpb+kv3tmnJWn0fDBdd1pnlCg7q3cIoa4nIZfNFEsFK6
qEpZo0swSTAMBgNVHRMEBTADAQH/MBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAA
ATAdBgNVHQ4EFgQUfkHA9L0jINM6sYtOkYKT6G1SH3IwCgYIKoZIzj0EAwIDRwAw
RAIgcxHE+VhzRdxZJZmn7p3u9dGKoe7U1pUJxHK2SXFBRToCIDXTaSpKcqYdXmqq
fbNG2O/s+pSvDiPM4YrfuFCPyOJU
-----END CERTIFICATE-----`,
};

async function listening(context, server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return server.address().port;
}

/** A server of its own for a test, called for every request; with a certificate it speaks https. Gives its port. */
export function startServer(context, handle, certificate) {
  const server = certificate ? createSecureServer(certificate, handle) : createServer(handle);
  return listening(context, server);
}

/** A port at which nobody listens. */
export async function closedPort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Headers that let this origin in, as a service must send them. */
export function letIn(request, allowed) {
  return {
    'access-control-allow-origin': request.headers.origin ?? '*',
    'access-control-allow-methods': 'GET, HEAD, PUT, POST, DELETE',
    'access-control-allow-headers': allowed,
    'access-control-expose-headers': 'ETag, Date',
  };
}
