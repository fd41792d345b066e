import { createHash } from 'node:crypto';
import type { Transform } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { MimeNode } from '@zone-eu/mailsplit';
import { type Link, linksInHtml, linksInText } from './extract-links.ts';
import { kindOf } from './file-kind.ts';
import { MAGIC_BYTES, QUOTED_LINE_BYTES_MAX, TEXT_BYTES_MAX } from './limits.ts';
import { plain } from './message-header.ts';

/** A leaf of a message's tree. Only these facts of its content are kept. */
export type Part = {
  readonly number: string;
  readonly name: string | undefined;
  readonly type: string;
  readonly disposition: string | undefined;
  readonly isAttachment: boolean;
  readonly kind: string | undefined;
  /** Undefined if the part could not be decoded completely. */
  readonly whole: { readonly bytes: number; readonly sha256: string } | undefined;
  readonly links: readonly Link[];
  readonly isWholeText: boolean;
};

/**
 * Decodes one part piece by piece. Keeps its first bytes, and of texts the part that can contain
 * links.
 */
export class PartReader {
  readonly #node: MimeNode;
  readonly #decoder: Transform;
  readonly #hash = createHash('sha256');
  readonly #kept: Buffer[] = [];
  readonly #keepBytes: number;
  readonly #isText: boolean;
  #keptBytes = 0;
  #bytes = 0;
  #lineBytes = 0;
  #isBroken = false;

  constructor(node: MimeNode, text: 'search' | 'skip') {
    this.#node = node;
    const type = typeOf(node);
    this.#isText = text === 'search' && (type === 'text/html' || type === 'text/plain');
    this.#keepBytes = this.#isText ? TEXT_BYTES_MAX : MAGIC_BYTES;
    this.#decoder = node.getDecoder() as Transform;
    this.#decoder.on('data', (piece: Buffer) => this.#take(piece));
    this.#decoder.on('error', () => {
      this.#isBroken = true;
    });
  }

  async write(piece: Buffer): Promise<void> {
    this.#checkLine(piece);
    if (this.#isBroken) return;
    await new Promise<void>((resolve) => this.#decoder.write(piece, () => resolve()));
  }

  async end(): Promise<Part> {
    if (this.#isBroken) this.#decoder.destroy();
    else {
      this.#decoder.end();
      await finished(this.#decoder).catch(() => {
        this.#isBroken = true;
      });
    }
    const kept = Buffer.concat(this.#kept);
    const type = typeOf(this.#node);
    const name = this.#node.filename === false ? undefined : plain(this.#node.filename);
    const disposition = this.#node.disposition === false ? undefined : this.#node.disposition;
    return {
      number: this.#node.partNr === false ? '' : this.#node.partNr.join('.'),
      name: name === '' ? undefined : name,
      type: plain(type),
      disposition: disposition === undefined ? undefined : plain(disposition),
      isAttachment:
        disposition === 'attachment' || (name ?? '') !== '' || !/^text\/(?:html|plain)$/.test(type),
      kind: kindOf(kept),
      whole: this.#isBroken ? undefined : { bytes: this.#bytes, sha256: this.#hash.digest('hex') },
      links: this.#isText ? this.#links(type, kept) : [],
      isWholeText: !this.#isText || this.#bytes <= TEXT_BYTES_MAX,
    };
  }

  #checkLine(piece: Buffer): void {
    const lineFeed = piece.lastIndexOf(0x0a);
    this.#lineBytes = lineFeed < 0 ? this.#lineBytes + piece.length : piece.length - lineFeed;
    if (this.#node.encoding === 'quoted-printable' && this.#lineBytes > QUOTED_LINE_BYTES_MAX) {
      this.#isBroken = true;
    }
  }

  #take(piece: Buffer): void {
    this.#hash.update(piece);
    this.#bytes += piece.length;
    const left = this.#keepBytes - this.#keptBytes;
    if (left <= 0) return;
    // A copy, because a view would keep the whole piece in memory.
    const kept = Buffer.from(piece.subarray(0, left));
    this.#kept.push(kept);
    this.#keptBytes += kept.length;
  }

  #links(type: string, bytes: Buffer): Link[] {
    const text = textOf(bytes, this.#node.charset);
    return type === 'text/html' ? linksInHtml(text) : linksInText(text);
  }
}

function typeOf(node: MimeNode): string {
  return node.contentType === false ? 'text/plain' : node.contentType;
}

function textOf(bytes: Buffer, charset: string | false): string {
  try {
    return new TextDecoder(charset === false ? 'utf-8' : charset).decode(bytes);
  } catch {
    // An unknown character set: addresses are ASCII in nearly all of them.
    return bytes.toString('latin1');
  }
}
