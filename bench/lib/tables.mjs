/** The figures of a run as tables: for the terminal, and as Markdown. */

export const round = (value, digits) => (value === undefined ? '' : value.toFixed(digits));
export const times = (value, floor) => (value && floor ? `${(value / floor).toFixed(2)} ×` : '');
const kilobytes = (bytes) => (bytes / 1000).toFixed(1);

/** Smaller parts of a .wasm are told in one line. */
const SMALL = 0.01;

/** What the parts of one .wasm cost: all of its code, and all of its bytes. */
export function partsTable({ entry, bytes, code, sections, parts }) {
  const share = (part) => `${((part / bytes) * 100).toFixed(1)} %`;
  const sorted = Object.entries(parts).sort(([, one], [, other]) => other - one);
  const large = sorted.filter(([, size]) => size >= code * SMALL);
  const small = sorted.filter(([, size]) => size < code * SMALL);
  const rest = small.reduce((sum, [, size]) => sum + size, 0);
  const rows = large.map(([name, size]) => [name, kilobytes(size), share(size)]);
  if (small.length) rows.push([`${small.length} smaller parts`, kilobytes(rest), share(rest)]);
  rows.push(['**all code**', kilobytes(code), share(code)]);
  rows.push(['data: texts and tables', kilobytes(sections.data ?? 0), share(sections.data ?? 0)]);
  const others = bytes - code - (sections.data ?? 0);
  rows.push(['types, imports, exports', kilobytes(others), share(others)]);
  rows.push(['**the .wasm**', kilobytes(bytes), share(bytes)]);
  return {
    caption: `What the parts of ${entry}'s .wasm cost (KB, before gzip)`,
    columns: ['', 'KB', ''],
    rows,
  };
}

/** Each suite as `{ caption, columns, rows }`; what could not run says why. */
const SHAPES = {
  weight: ({ rows, parts = [] }) => [
    {
      caption: 'What a page downloads (gzip -9 / brotli, KB)',
      columns: ['', 'gzip', 'brotli', 'raw', 'gzip, allowed'],
      rows: rows.map((row) =>
        row.failed
          ? [row.name, row.failed, '', '', '']
          : [
              row.name,
              kilobytes(row.gzip),
              kilobytes(row.brotli),
              kilobytes(row.raw),
              row.wanted ? kilobytes(row.wanted) : '',
            ],
      ),
    },
    ...parts.map(partsTable),
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
        row.failed ?? round(row.ours, row.ours < 100 ? 3 : 0),
        row.peer === undefined ? '' : `${round(row.value, row.value < 100 ? 3 : 0)} ${row.peer}`,
        times(row.ours, row.value),
      ]),
    },
  ],
  'upload-node': ({ size, stores }) =>
    stores.map(({ store, rows }) => {
      const floor = rows.find((row) => row.floor)?.cpuSecondsPerGiB;
      const where = store === 'sink' ? 'a store that throws away' : 'a store that keeps';
      return {
        caption: `Upload from Node, ${size / 2 ** 20} MiB, into ${where}`,
        columns: ['', 'CPU / floor', 'CPU s/GiB', 'seconds', 'until the image can be used', 'peak RSS, MiB'],
        rows: rows.map((row) =>
          row.failed
            ? [row.name, row.failed, '', '', '', '']
            : [
                row.name,
                times(row.cpuSecondsPerGiB, floor),
                round(row.cpuSecondsPerGiB, 2),
                round(row.seconds, 1),
                round(row.activeSeconds, 1),
                round(row.peakRssMiB, 0),
              ],
        ),
      };
    }),
  'upload-browser': ({ size, rows, missing }) => {
    if (missing) return [{ caption: 'Upload from Chromium', columns: [''], rows: [[missing]] }];
    const floors = rows.filter((row) => row.floor && !row.failed).map((row) => row.cpuSecondsPerGiB);
    const floor = Math.min(...floors);
    return [
      {
        caption: `Upload from Chromium, ${size / 2 ** 20} MiB, into a store that throws away`,
        columns: [
          '',
          'CPU / floor',
          'CPU s/GiB',
          'seconds',
          'peak heap, MiB',
          'heap after, MiB',
          'tab RSS, MiB',
          'tasks > 50 ms',
          'longest, ms',
        ],
        rows: rows.map((row) =>
          row.failed
            ? [row.name, row.failed, '', '', '', '', '', '', '']
            : [
                row.name,
                times(row.cpuSecondsPerGiB, floor),
                round(row.cpuSecondsPerGiB, 2),
                round(row.seconds, 1),
                round(row.peakHeapMiB, 1),
                round(row.heapAfterMiB, 1),
                round(row.peakRssMiB, 0),
                String(row.longTasks),
                row.longTasks ? round(row.longestTask, 0) : '',
              ],
        ),
      },
    ];
  },
  latency: ({ size, rttMs, mbits, stallMs, rows }) => [
    {
      caption: `${size / 2 ** 20} MiB over a line of ${mbits} Mbit/s, round trip ${rttMs} ms`,
      columns: [
        '',
        'of the line',
        'seconds',
        `lost to a stall of ${stallMs / 1000} s, besides it`,
        'lost to a part that fails once',
      ],
      rows: rows.map((row) => {
        const lost = (value) => (typeof value === 'number' ? `${round(value, 1)} s` : 'the upload fails');
        if (row.failed) return [row.name, row.failed, '', '', ''];
        const share = `${round(row.share * 100, 0)} %`;
        return [row.name, share, round(row.seconds, 1), lost(row.stall), lost(row.failure)];
      }),
    },
  ],
  scale: ({ rows, simulated = [] }) => [
    {
      caption: 'Ours, small and large (sparse files, MD5, checkpoints)',
      columns: [
        'GiB',
        'RSS / that at 1 GiB',
        'peak RSS, MiB',
        'CPU s/GiB',
        'seconds',
        'parts',
        'checkpoints',
        'largest, bytes',
        'plan, ms',
      ],
      rows: rows.map((row) =>
        row.failed
          ? [String(row.gib), row.failed, '', '', '', '', '', '', '']
          : [
              String(row.gib),
              times(row.peakRssMiB, rows[0].peakRssMiB),
              round(row.peakRssMiB, 1),
              round(row.cpuSecondsPerGiB, 2),
              round(row.seconds, 1),
              String(row.parts),
              String(row.checkpoints),
              String(row.checkpointBytes),
              round(row.planMs, 1),
            ],
      ),
    },
    ...(simulated.length
      ? [
          {
            caption: 'The engine alone, in virtual time (no bytes: service, store and line are simulated)',
            columns: ['TiB', 'parts', 'MiB per part', 'steps', 'ms', 'checkpoints', 'largest, bytes'],
            rows: simulated.map((one) => [
              String(one.bytes / 2 ** 40),
              String(one.parts),
              round(one.partBytes / 2 ** 20, 1),
              String(one.steps),
              round(one.milliseconds, 0),
              String(one.checkpoints),
              String(one.checkpointBytes),
            ]),
          },
        ]
      : []),
  ],
};

/** What it set out to reach, and whether it does. */
export function targetTable(targets) {
  const verdict = (met) => (met === undefined ? 'not measured' : met ? 'met' : '**not met**');
  return {
    caption: 'What it must reach',
    columns: ['', 'wanted', 'measured', ''],
    rows: targets.map(({ what, wanted, got, met }) => [what, wanted, got, verdict(met)]),
  };
}

/** All tables of a suite. */
export function tables(name, result) {
  return SHAPES[name](result);
}

export function markdown({ caption, columns, rows }) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = columns.map((_, index) => (index ? '---:' : '---'));
  return [`**${caption}**`, '', line(columns), line(rule), ...rows.map(line)].join('\n');
}

export function printTable(table) {
  const widths = table.columns.map((column, index) =>
    Math.max(column.length, ...table.rows.map((row) => row[index].length)),
  );
  const line = (cells) =>
    cells
      .map((cell, index) => (index ? cell.padStart(widths[index]) : cell.padEnd(widths[index])))
      .join('  ');
  console.log(`\n${table.caption}\n${line(table.columns)}\n${table.rows.map(line).join('\n')}`);
}

export function print(name, result) {
  for (const table of tables(name, result)) printTable(table);
}
