/** 错误说明：发生了什么，该怎么办。 */
import type { Text } from '../en';

export const errors: Text['errors'] = {
  kind: {
    validation: '有字段不符合要求。',
    auth: '服务不接受当前身份：请在“连接”中检查令牌。',
    network:
      '无法连接到服务：请检查服务地址和网络，以及服务是否允许本页面访问（CORS）。“连接”页可以查明原因。',
    timeout: '服务没有及时响应，请稍后重试。',
    aborted: '操作已停止。',
    service: '服务拒绝了这个操作。',
    storage: '对象存储拒绝了这个文件。',
    protocol: '收到的响应无法理解。这个地址确实是镜像服务吗？',
    integrity: '文件在传输中损坏，请重新传输。',
    source: '无法使用该文件：它可能被移动或修改过。请重新选择。',
    unsupported: '当前浏览器不支持这个操作。',
    internal: '程序自身出现缺陷，请重新加载页面。',
  },
  downloadKind: {
    storage: '文件未能写入。磁盘空间是否足够？',
    integrity: '文件在传输中损坏，请重新下载。',
    source: '下载期间镜像发生了变化，请重新下载。',
    unsupported: '当前浏览器不允许本页面在此保存大文件：隐私窗口往往会禁止。请使用普通窗口。',
  },
  advice: {
    'IMG.OperationFailed.ImageIsShared': '请先取消与所有用户的共享。',
    'IMG.OperationDenied.ActionNotMatchStatus': '请等待保存完成后再试。',
    'IMG.OperationFailed.MinDiskSize': '请填写更大的最小磁盘后重试。',
    'IMG.OperationFailed.ModifyMinDiskSize': '最小磁盘请保持不变或调大。',
    'IMG.OperationDenied.QuotaDeduct': '请删除不再需要的镜像，或申请更大的配额。',
    'IMG.OperationFailed.AlreadyShared': '请去掉已经共享过的用户。',
    'IMG.OperationFailed.InvalidUserId': '请检查用户 ID：只能是数字，且不能是你自己。',
    'IMG.DBGet.NoData': '请刷新列表：它可能已被删除。',
    'IMG.OperationDenied.Identity': '它属于其他人。请在“连接”中检查租户。',
    'IMG.OperationFailed.ImageSize': '请重新上传文件。',
    'IMG.OperationFailed.UploadError': '请重新上传文件。',
  },
  elsewhere:
    '这个文件已在上传：在本页面的传输中，或在另一个标签页或窗口中。请在那里继续，或在那里结束后再在此重试。',
  otherFile:
    '这不是开始上传时的那个文件，或者它之后被修改过。请选择当时的文件，或重新开始（若该上传仍保留，请先丢弃）。',
  overElsewhere: '这个上传已在别处完成或丢弃，没有可以继续的内容。',
  unknown: '发生了意外错误。',
  kept: '已保存的内容会保留。',
  left: '未能全部撤回。请在服务恢复后，从“可以继续的上传”中丢弃它。',
  leftUnknown: '未能全部撤回。请检查镜像列表：可能留下了一个不需要的镜像。',
  details: '详细信息',
  code: '错误码',
  status: 'HTTP 状态',
  requestId: '请求 ID',
  field: '字段',
  attempts: '尝试次数',
  noSaving:
    '当前浏览器不允许本页面在此保存大文件：隐私窗口往往会禁止。请使用新版 Chromium、Firefox 或 Safari 的普通窗口，并通过 https 或 localhost 访问。',
};
