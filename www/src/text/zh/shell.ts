/** 每个页面共有的文字。 */
import type { Text } from '../en';

export const shell: Pick<
  Text,
  | 'title'
  | 'otherLanguage'
  | 'otherLanguageHint'
  | 'skip'
  | 'close'
  | 'cancel'
  | 'retry'
  | 'refresh'
  | 'copy'
  | 'copied'
  | 'copyNamed'
  | 'copyFailed'
  | 'nav'
  | 'partFailed'
  | 'partFailedHint'
  | 'partFailedBusy'
  | 'reload'
  | 'underWay'
  | 'tenant'
  | 'theme'
  | 'notFound'
> = {
  title: '镜像控制台',
  otherLanguage: 'English',
  otherLanguageHint: 'Switch to English',
  skip: '跳到正文',
  close: '关闭',
  cancel: '取消',
  retry: '重试',
  refresh: '刷新',
  copy: '复制',
  copied: '已复制',
  copyNamed: (what) => `复制：${what}`,
  copyFailed: '浏览器不允许本页面复制。文本已选中：请按 Ctrl+C（Mac 上为 Cmd+C）。',
  nav: {
    label: '视图',
    private: '私有镜像',
    public: '公共镜像',
    shared: '共享给我的',
    import: '导入',
    connection: '连接',
    uploads: '传输',
  },
  partFailed: '页面的一部分未能加载。',
  partFailedHint: '请检查网络后重试，或重新加载页面。',
  partFailedBusy: '请检查网络后重试。重新加载页面会中断正在进行的传输。',
  reload: '重新加载页面',
  underWay: '个进行中',
  tenant: '租户',
  theme: { label: '主题', auto: '跟随系统', light: '浅色', dark: '深色' },
  notFound: { title: '没有这个页面', text: '地址可能不完整。', back: '前往私有镜像' },
};
