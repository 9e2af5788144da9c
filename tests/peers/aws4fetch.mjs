/**
 * Signs requests with aws4fetch: a list of cases as JSON on stdin, for each the Authorization header and the URL as
 * the URL standard reads it on stdout. The core's tests compare both with their own.
 */
import { AwsV4Signer } from 'aws4fetch';

let text = '';
for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;

const cases = JSON.parse(text);
const answers = [];
for (const { method, url, headers, accessKey, secretKey, sessionToken, region, service, date } of cases) {
  const signer = new AwsV4Signer({
    method,
    url,
    // Only what is no part of signing: date, digest and token are this signer's own work.
    headers,
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    sessionToken: sessionToken || undefined,
    region,
    service,
    datetime: date,
    // Without it the signer leaves out headers that proxies change, Range among them.
    allHeaders: true,
  });
  const signed = await signer.sign();
  answers.push({ authorization: signed.headers.get('authorization'), url: signed.url.href });
}
process.stdout.write(JSON.stringify(answers));
