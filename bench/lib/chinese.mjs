/** The table of the front page in Chinese. */

const WORDS = {
  'Beside what else there is': '与其他方案并列',
  ratio: '比值',
  'beside it': '对照',
  'Upload from Node, as it comes: CPU per GiB': '从 Node 上传，默认设置：每 GiB 的 CPU 时间',
  'Upload from Node, as it comes: peak memory': '从 Node 上传，默认设置：内存峰值',
  'Upload from Node, without digests: CPU per GiB': '从 Node 上传，不计算摘要：每 GiB 的 CPU 时间',
  'Upload from Node, without digests: peak memory': '从 Node 上传，不计算摘要：内存峰值',
  'Upload from Chromium, as it comes: CPU per GiB': '从 Chromium 上传，默认设置：每 GiB 的 CPU 时间',
  'Upload from Chromium, without digests: CPU per GiB': '从 Chromium 上传，不计算摘要：每 GiB 的 CPU 时间',
  'Decoding 1,000 images': '解码 1,000 个镜像',
  'Download of a page that makes calls, gzip': '只调用接口的页面需下载的大小（gzip）',
  'Download of a page that uploads, gzip': '上传文件的页面需下载的大小（gzip）',
  'No run is kept yet.': '尚无记录。',
};

/** The same table; figures and names of packages stay as they are. */
export function chinese({ caption, columns, rows }) {
  const said = (text) => WORDS[text] ?? text;
  return { caption: said(caption), columns: columns.map(said), rows: rows.map((row) => row.map(said)) };
}
