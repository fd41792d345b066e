import { createHash } from 'node:crypto';
import { finished } from 'node:stream/promises';
import { quoted } from '@countersign/core';
import { type MimeNode, Splitter, type SplitterChunk } from '@zone-eu/mailsplit';
import { ImportError } from '../../errors.ts';
import { HEAD_BYTES_MAX, PARTS_MAX, TEXTS_MAX } from './limits.ts';
import { MboxReader } from './mbox.ts';
import { headOf } from './message-header.ts';
import { type Row, rowsOf } from './message-rows.ts';
import { type Part, PartReader } from './part-reader.ts';

export type MessageRead = {
  /** The message, then its attachments, then its links. */
  readonly rows: readonly Row[];
  readonly bytes: number;
  /** Sentences about what was skipped. */
  readonly unread: readonly string[];
};

/**
 * Reads a message (RFC 5322, MIME) in constant memory: its headers, the facts of its attachments,
 * and its links. Does not keep its text or its attachments.
 *
 * @throws ImportError MESSAGE_UNREADABLE
 */
export async function readMessage(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
): Promise<MessageRead> {
  const hash = createHash('sha256');
  const walk = new MessageWalk();
  const mbox = new MboxReader();
  let bytes = 0;
  for await (const piece of pieces) {
    hash.update(piece);
    bytes += piece.length;
    // A copy, because sources reuse their buffers.
    await walk.write(mbox.take(Buffer.from(piece)));
  }
  await walk.write(mbox.rest());
  await walk.end();
  if (mbox.hasMore) walk.unread.push(MORE_MESSAGES);
  const { root, parts, unread } = walk;
  if (root === undefined || root.headers === false) throw unreadable(name, HEAD_TOO_LONG);
  const head = headOf(root.headers.getList());
  if (head.at === undefined) throw unreadable(name, NO_TIME);
  const rows = rowsOf({ head, at: head.at, parts, bytes, sha256: hash.digest('hex'), unread });
  return { rows, bytes, unread };
}

const MORE_MESSAGES =
  'the file is a mailbox of several messages: only the first one was read; split it, and import ' +
  'each message by itself';
const HEAD_TOO_LONG = `its headers do not end within ${HEAD_BYTES_MAX / 1024} KiB`;
const NO_TIME = 'neither "Received" nor "Date" holds a time that can be read';

function unreadable(name: string, why: string): ImportError {
  return new ImportError(
    'MESSAGE_UNREADABLE',
    `cannot read the message ${quoted(name)}: ${why}; export it again, as it was received`,
  );
}

/** Processes the parts of a message one at a time, as they pass. */
class MessageWalk {
  root: MimeNode | undefined;
  readonly parts: Part[] = [];
  readonly unread: string[] = [];
  readonly #splitter = new Splitter({
    ignoreEmbedded: true,
    maxHeadSize: HEAD_BYTES_MAX,
    maxChildNodes: PARTS_MAX,
  });
  readonly #isDone: Promise<void>;
  readonly #items: SplitterChunk[] = [];
  #part: PartReader | undefined;
  #texts = 0;
  #nodes = 0;
  #isStopped = false;

  constructor() {
    this.#splitter.on('data', (item: SplitterChunk) => this.#items.push(item));
    this.#isDone = finished(this.#splitter).catch(() => {
      this.#isStopped = true;
    });
  }

  async write(piece: Buffer): Promise<void> {
    if (this.#isStopped || piece.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#splitter.write(piece, (error) => {
        this.#isStopped ||= error instanceof Error;
        resolve();
      });
    });
    await this.#follow();
  }

  async end(): Promise<void> {
    if (!this.#isStopped) this.#splitter.end();
    await this.#isDone;
    await this.#follow();
    await this.#endPart();
    if (this.#isStopped) {
      this.unread.push(
        this.#nodes >= PARTS_MAX
          ? `there are more than ${PARTS_MAX} parts: the rest was not read`
          : `a part's headers do not end within ${HEAD_BYTES_MAX / 1024} KiB: the rest ` +
              'was not read',
      );
    }
    if (this.parts.some(({ isWholeText }) => !isWholeText) || this.#texts > TEXTS_MAX) {
      this.unread.push('the text is longer than the part that is searched for links');
    }
    if (this.parts.some(({ whole }) => whole === undefined)) {
      this.unread.push('a part could not be decoded to its end');
    }
    if (this.parts.some(({ type }) => type === 'message/rfc822')) {
      this.unread.push('an attached message was not read: import it by itself');
    }
  }

  async #follow(): Promise<void> {
    for (const item of this.#items.splice(0)) {
      if (item.type === 'node') await this.#begin(item);
      else if (item.type === 'body' && item.value.length > 0) {
        this.#part ??= this.#partOf(item.node);
        await this.#part.write(item.value);
      }
    }
  }

  async #begin(node: MimeNode): Promise<void> {
    await this.#endPart();
    this.root ??= node;
    this.#nodes++;
    if (node.multipart === false) this.#part = this.#partOf(node);
  }

  #partOf(node: MimeNode): PartReader {
    const isText = node.contentType === 'text/html' || node.contentType === 'text/plain';
    if (isText) this.#texts++;
    return new PartReader(node, this.#texts > TEXTS_MAX ? 'skip' : 'search');
  }

  async #endPart(): Promise<void> {
    const part = this.#part;
    this.#part = undefined;
    if (part !== undefined) this.parts.push(await part.end());
  }
}
