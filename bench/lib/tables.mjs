/** The figures of a run as tables: for the terminal, and as Markdown. */

const round = (value, digits) => (value === undefined ? '' : value.toFixed(digits));
const times = (value, floor) => (value && floor ? `${(value / floor).toFixed(2)} ×` : '');
const kilobytes = (bytes) => (bytes / 1000).toFixed(1);

/** Each suite as `{ caption, columns, rows }`; what could not run says why. */
const SHAPES = {
  weight: ({ rows }) => [
    {
      caption: 'What a page downloads (gzip -9 / brotli, KB)',
      columns: ['', 'gzip', 'brotli', 'raw', 'gzip, allowed'],
      rows: rows.map((row) => [
        row.name,
        kilobytes(row.gzip),
        kilobytes(row.brotli),
        kilobytes(row.raw),
        row.wanted ? kilobytes(row.wanted) : '',
      ]),
    },
  ],
  hash: ({ rows }) => [
    {
      caption: 'Digests (MiB/s)',
      columns: ['', 'MD5', 'SHA-256', 'two MD5s at once'],
      rows: rows.map((row) => [
        row.name,
        row.failed ?? round(row.md5, 0),
        round(row.sha256, 0),
        round(row.both, 0),
      ]),
    },
  ],
  calls: ({ rows }) => [
    {
      caption: 'Calls',
      columns: ['', 'ours', 'beside it', 'ours / beside it'],
      rows: rows.map((row) => [
        `${row.name} (${row.unit})`,
        round(row.ours, 3),
        row.peer === undefined ? '' : `${round(row.value, 3)} ${row.peer}`,
        times(row.ours, row.value),
      ]),
    },
  ],
  'upload-node': ({ stores }) =>
    stores.map(({ store, rows }) => {
      const floor = rows.find((row) => row.floor)?.cpuSecondsPerGiB;
      return {
        caption:
          store === 'sink'
            ? 'Upload from Node, into a store that throws away'
            : 'The same, into a store that keeps',
        columns: ['', 'CPU / floor', 'CPU s/GiB', 'seconds', 'peak RSS, MiB'],
        rows: rows.map((row) =>
          row.failed
            ? [row.name, row.failed, '', '', '']
            : [
                row.name,
                times(row.cpuSecondsPerGiB, floor),
                round(row.cpuSecondsPerGiB, 2),
                round(row.seconds, 1),
                round(row.peakRssMiB, 0),
              ],
        ),
      };
    }),
  scale: ({ rows }) => [
    {
      caption: 'Ours, small and large (sparse files, MD5, checkpoints)',
      columns: [
        'GiB',
        'RSS / that at 1 GiB',
        'peak RSS, MiB',
        'CPU s/GiB',
        'seconds',
        'parts',
        'checkpoint, bytes',
        'plan, ms',
      ],
      rows: rows.map((row) => [
        String(row.gib),
        times(row.peakRssMiB, rows[0].peakRssMiB),
        round(row.peakRssMiB, 1),
        round(row.cpuSecondsPerGiB, 2),
        round(row.seconds, 1),
        String(row.parts),
        String(row.checkpointBytes),
        round(row.planMs, 1),
      ]),
    },
  ],
};

/** All tables of a suite. */
export function tables(name, result) {
  return SHAPES[name](result);
}

export function markdown({ caption, columns, rows }) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = columns.map((_, index) => (index ? '---:' : '---'));
  return [`**${caption}**`, '', line(columns), line(rule), ...rows.map(line)].join('\n');
}

export function print(name, result) {
  for (const table of tables(name, result)) {
    const widths = table.columns.map((column, index) =>
      Math.max(column.length, ...table.rows.map((row) => row[index].length)),
    );
    const line = (cells) =>
      cells
        .map((cell, index) => (index ? cell.padStart(widths[index]) : cell.padEnd(widths[index])))
        .join('  ');
    console.log(`\n${table.caption}\n${line(table.columns)}\n${table.rows.map(line).join('\n')}`);
  }
}
