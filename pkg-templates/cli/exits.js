/** Exit codes: a script can tell what went wrong without reading a message. */

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  /** The input is refused: an option, a field of the metadata, the file itself. */
  refused: 3,
  /** Who is asking is not known, or may not. */
  auth: 4,
  /** It was not reached, or took too long: the same command may work later. */
  unreachable: 5,
  /** What arrived is not what was sent. */
  integrity: 6,
  /** Who reads an image from standard output has left before its end: as of a program that SIGPIPE has killed. */
  unread: 141,
  /** By Ctrl-C; an upload is gone on with by the same command. */
  stopped: 130,
};

const BY_KIND = {
  validation: EXIT.refused,
  source: EXIT.refused,
  auth: EXIT.auth,
  network: EXIT.unreachable,
  timeout: EXIT.unreachable,
  integrity: EXIT.integrity,
  aborted: EXIT.stopped,
};

export function exitOf({ kind }) {
  return BY_KIND[kind] ?? EXIT.failed;
}
