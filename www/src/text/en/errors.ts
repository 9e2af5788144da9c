/** Errors in plain words: what happened, and what to do. */
import type { ImsErrorKind } from 'ims-client';

export const errors = {
  kind: {
    validation: 'A field is not as it must be.',
    auth: 'The service does not accept who you are: check the token under Connection.',
    network:
      'The service cannot be reached: check the endpoint and the network, or whether it admits this page (CORS). “Connection” can find out which.',
    timeout: 'The service did not answer in time. Try again in a moment.',
    aborted: 'It was stopped.',
    service: 'The service refuses this.',
    storage: 'The object store refuses the file.',
    protocol: 'The answer makes no sense. Is this endpoint really the image service?',
    integrity: 'The file was damaged on the way. Send it again.',
    source: 'The file cannot be used: it was moved or changed. Pick it again.',
    unsupported: 'This browser cannot do that.',
    internal: 'A defect of this program. Reload the page.',
  },
  /** The same of downloads, where it is something else. */
  downloadKind: {
    storage: 'The file could not be written. Is there room for it on this disk?',
    integrity: 'The file was damaged on the way. Download it again.',
    source: 'The image changed while it was downloaded. Download it again.',
    unsupported:
      'This browser does not let a page save a large file here: private windows often forbid it. Use a normal window.',
  } as Partial<Record<ImsErrorKind, string>>,
  /** What to do about a code of the service, where its meaning does not say it. */
  advice: {
    'IMG.OperationFailed.ImageIsShared': 'Stop sharing it with everybody first.',
    'IMG.OperationDenied.ActionNotMatchStatus': 'Wait until it is no longer being saved, then try again.',
    'IMG.OperationFailed.MinDiskSize': 'Enter a larger smallest disk and try again.',
    'IMG.OperationFailed.ModifyMinDiskSize': 'Keep the smallest disk as it is, or make it larger.',
    'IMG.OperationDenied.QuotaDeduct': 'Delete images that nobody needs, or ask for a larger quota.',
    'IMG.OperationFailed.AlreadyShared': 'Leave out the users who have it already.',
    'IMG.OperationFailed.InvalidUserId': 'Check the IDs: they are digits, and your own is not allowed.',
    'IMG.DBGet.NoData': 'Refresh the list: perhaps somebody deleted it.',
    'IMG.OperationDenied.Identity': 'It belongs to somebody else. Check the tenant under Connection.',
    'IMG.OperationFailed.ImageSize': 'Upload the file once more.',
    'IMG.OperationFailed.UploadError': 'Upload the file once more.',
  } as Record<string, string>,
  elsewhere:
    'This file is being uploaded already: among the transfers of this page, or in another tab or window. Go on there, or end it there and try again here.',
  otherFile:
    'This is not the file that the upload began with, or it was changed since. Choose the file as it was then, or begin anew (discard that upload first, where it is still kept).',
  overElsewhere: 'This upload was finished or discarded elsewhere: there is nothing left to go on with.',
  unknown: 'Something unforeseen went wrong.',
  kept: 'What is stored already is kept.',
  left: 'Not everything could be taken back. Discard it among the uploads that can go on, once the service can be reached.',
  leftUnknown:
    'Not everything could be taken back. Look through your images: there may be one that you do not want.',
  details: 'Details',
  code: 'Code',
  status: 'HTTP status',
  requestId: 'Request ID',
  field: 'Field',
  attempts: 'Attempts',
  noSaving:
    'This browser does not let a page save a large file here: private windows often forbid it. Use a normal window of a current Chromium, Firefox or Safari, over https or on localhost.',
};
