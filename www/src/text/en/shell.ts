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
  copyFailed:
    'The browser does not let this page copy. The text is selected: press Ctrl+C (on a Mac: Cmd+C).',
  nav: {
    label: 'Views',
    private: 'Private images',
    public: 'Public images',
    shared: 'Shared with me',
    import: 'Import',
    connection: 'Connection',
    uploads: 'Transfers',
  },
  partFailed: 'A part of this page could not be loaded.',
  partFailedHint: 'Check the network and try again, or load the page anew.',
  partFailedBusy:
    'Check the network and try again. Loading the page anew interrupts the transfers that are under way.',
  reload: 'Load the page anew',
  underWay: 'under way',
  tenant: 'Tenant',
  theme: { label: 'Theme', auto: 'As the system', light: 'Light', dark: 'Dark' },
  notFound: {
    title: 'There is no such page',
    text: 'Perhaps the address was cut short.',
    back: 'To the private images',
  },
};
