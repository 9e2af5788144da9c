/** What stands around every view. */
export const shell = {
  title: 'Image console',
  otherLanguage: '中文',
  otherLanguageHint: '切换到中文',
  skip: 'Skip to the content',
  close: 'Close',
  cancel: 'Cancel',
  retry: 'Try again',
  refresh: 'Refresh',
  copy: 'Copy',
  copied: 'Copied',
  copyNamed: (what: string) => `Copy: ${what}`,
  nav: {
    label: 'Views',
    private: 'Private images',
    public: 'Public images',
    shared: 'Shared with me',
    import: 'Import',
    connection: 'Connection',
    uploads: 'Transfers',
  },
  uploadsOpen: (count: number) =>
    count === 0 ? 'Open the transfers' : `Open the transfers: ${count} under way`,
  tenant: 'Tenant',
  theme: { label: 'Theme', auto: 'As the system', light: 'Light', dark: 'Dark' },
  notFound: {
    title: 'There is no such page',
    text: 'Perhaps the address was cut short.',
    back: 'To the private images',
  },
  notConnected: 'No connection yet',
};
