/** What dialogs ask and say. */
export const dialogs = {
  edit: {
    title: 'Edit the image',
    save: 'Save',
    done: (name: string) => `${name} is saved.`,
    failed: 'It was not saved.',
  },
  create: {
    title: 'Create an image without a file',
    intro: 'Only its description is made. Its file can be uploaded later, from here or by a script.',
    save: 'Create',
    done: (name: string) => `${name} is created and waits for its file.`,
    failed: 'The image was not created.',
  },
  share: {
    title: (name: string) => `Share ${name}`,
    intro: 'Users you share with see the image under “Shared with me” and can copy it.',
    add: 'User IDs, up to 50',
    addHint: 'Separated by commas, spaces or lines',
    addButton: 'Share',
    count: (count: number) => `${count} of 50`,
    tooMany: 'At most 50 at a time.',
    invalid: (ids: string) => `Not an ID: ${ids}`,
    with: 'Shared with',
    nobody: 'Nobody yet.',
    remove: 'Stop sharing',
    removeSelected: (count: number) => `Stop sharing with ${count}`,
    removeNamed: (name: string) => `Stop sharing with ${name}`,
    selectNamed: (name: string) => `Select ${name}`,
    shared: (count: number) => (count === 1 ? 'Shared with 1 user.' : `Shared with ${count} users.`),
    unshared: (count: number) =>
      count === 1 ? 'No longer shared with 1 user.' : `No longer shared with ${count} users.`,
    failed: 'Nothing was changed.',
    suggestion: (name: string) => `Add ${name}`,
  },
  export: {
    title: (name: string) => `Export ${name}`,
    intro:
      'The service writes the image into a bucket. It does not tell how far it is: the object appears there when it is complete.',
    bucket: 'Bucket',
    zone: 'Zone',
    cell: 'Cell',
    none: 'The service names no bucket for this image.',
    start: 'Export',
    done: (name: string, bucket: string) => `${name} is being exported to ${bucket}.`,
    failed: 'The export was not begun.',
  },
  copy: {
    title: (name: string) => `Copy ${name}`,
    intro: 'You get an image of your own, which stays when the owner stops sharing.',
    save: 'Copy',
    done: (name: string) => `${name} is being copied; it appears among your private images.`,
    ready: (name: string) => `${name} is copied and active.`,
    failed: 'The copy was not begun.',
  },
  remove: {
    title: (count: number) => (count === 1 ? 'Delete this image?' : `Delete ${count} images?`),
    question: (name: string) => `${name} and its file will be gone for good.`,
    questionMany: 'These images and their files will be gone for good:',
    type: (word: string) => `Type ${word} to confirm`,
    confirm: 'Delete',
    done: (count: number) => (count === 1 ? 'The image is deleted.' : `${count} images are deleted.`),
    failed: (count: number) =>
      count === 1 ? 'One image could not be deleted.' : `${count} images could not be deleted.`,
    untouched: (count: number) =>
      count === 1
        ? 'One image was not touched any more: the dialog was left.'
        : `${count} images were not touched any more: the dialog was left.`,
  },
  leave: {
    title: 'Remove this shared image?',
    question: (name: string) =>
      `${name} disappears from your list. Its owner keeps it and can share it again.`,
    confirm: 'Remove',
    done: (name: string) => `${name} is removed from your list.`,
    failed: (name: string) => `${name} could not be removed.`,
  },
  giveUp: {
    title: 'Give up waiting for the file?',
    question: (name: string) => `${name} becomes “failed” and can only be deleted.`,
    kept: 'What this browser keeps of its upload is discarded, and with it the image where that upload created it.',
    confirm: 'Give up',
    failed: 'Nothing was changed.',
  },
  import: {
    title: 'Import from a URL',
    intro:
      'The service fetches the file itself: it must be reachable from the service, not from this browser.',
    disks: 'Data disks',
    disksHint:
      'With data disks the image is of a whole machine. A disk without a URL is an empty one; files have the disk format that is chosen above.',
    disk: (number: number) => `Data disk ${number}`,
    diskUrl: 'URL (empty: an empty disk)',
    diskSize: 'Size (GiB)',
    addDisk: 'Add a data disk',
    removeDisk: (number: number) => `Remove data disk ${number}`,
    start: 'Import',
    done: (name: string) => `${name} is being imported.`,
    ready: (name: string) => `${name} is imported and active.`,
    failed: 'The import was not begun.',
    ended: (name: string) => `${name} did not become active.`,
  },
};
