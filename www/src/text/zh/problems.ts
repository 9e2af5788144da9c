/** 磁盘镜像可能存在的问题，按代码。 */
import type { Text } from '../en';

const fix = '请用 qemu-img convert（以 -f 指明格式）转换为独立的镜像后再上传。';
/** 转换会读取镜像所指的文件：来历不明的镜像会借此带走您自己的文件。 */
const own = '仅当镜像由您自己制作时，才用 qemu-img convert 合并为独立的镜像后再上传；否则请勿使用。';
const again = '请从来源重新获取该文件。';

export const problems: Text['problems'] = {
  'ambiguous-format': { what: '文件同时符合多种格式，不同程序会有不同解读。', todo: fix },
  'backing-file': {
    what: '镜像只保存与另一个文件的差异，主机可能会读取那个文件（CVE-2024-32498）。',
    todo: own,
  },
  'bad-checksum': { what: '文件内的校验和不符：文件已损坏或被修改。', todo: again },
  'bad-cluster-size': { what: '簇大小不被任何程序接受。', todo: again },
  'bad-table': { what: '文件内的表位置或大小不合理。', todo: again },
  compressed: { what: '这是压缩文件。', todo: '请先解压，再上传其中的镜像。' },
  corrupt: { what: '镜像自身标记为已损坏。', todo: '请用 qemu-img check -r all 修复。' },
  'data-file': {
    what: '数据保存在另一个文件中，主机可能会读取那个文件（CVE-2024-32498）。',
    todo: own,
  },
  'data-file-name': { what: '镜像写有一个并未使用的数据文件名。', todo: fix },
  dirty: { what: '镜像没有正常关闭。', todo: '请关闭使用它的虚拟机，并用 qemu-img check 检查。' },
  empty: { what: '文件没有内容。', todo: '请选择另一个文件。' },
  encrypted: { what: '镜像或其中的磁盘已加密，没有密钥无法读取。', todo: '请先解密再上传。' },
  'extent-files': { what: '该 VMDK 的数据在其他文件中。', todo: own },
  'format-mismatch': { what: '声明的格式与文件实际格式不符。', todo: '请选择文件实际的磁盘格式。' },
  'gpt-damaged': { what: 'GUID 分区表已损坏。', todo: '请用 sgdisk 修复后再上传。' },
  'huge-virtual-size': { what: '磁盘大于任何云所提供的大小。', todo: '请检查该文件是否可信。' },
  'hybrid-mbr': { what: '第一扇区另有分区，不同程序会有不同解读。', todo: '请改用单一的分区表。' },
  'min-disk': { what: '最小磁盘小于文件中的磁盘。', todo: '请填写更大的最小磁盘。' },
  'nested-image': { what: '磁盘内容本身又是一个镜像。', todo: '请上传内层的镜像。' },
  'partition-beyond-end': { what: '有分区超出磁盘末尾。', todo: again },
  'partitions-overlap': { what: '有分区相互重叠。', todo: again },
  'size-ambiguous': { what: '不同程序对磁盘大小的判断不一致。', todo: fix },
  snapshots: { what: '镜像内含快照，之后删除的内容也会一并上传。', todo: '如不需要，请先删除快照。' },
  'too-complex': { what: '头部过于分散或过多，未能全部检查。', todo: fix },
  'too-large': { what: '没有这么大的磁盘。', todo: again },
  truncated: { what: '文件不完整，提前结束。', todo: again },
  'unaligned-size': { what: 'raw 文件不是整数个扇区。', todo: '请检查文件是否完整。' },
  'unknown-feature': { what: '镜像需要未知的功能。', todo: fix },
  'unsupported-format': { what: '服务不接受这种格式。', todo: '请用 qemu-img convert 转换为 qcow2 或 raw。' },
  'unknown-version': { what: '该格式的版本无法识别。', todo: fix },
};
