import type { Link } from './extract-links.ts';
import { LINKS_MAX } from './limits.ts';
import type { Head } from './message-header.ts';
import type { Part } from './part-reader.ts';

/** One row of data from a message file. Its names are those of advanced hunting. */
export type Row = Readonly<Record<string, unknown>> & {
  readonly MessageFile: 'message' | 'attachment' | 'link';
};

export type MessageSummary = {
  readonly head: Head;
  readonly at: string;
  readonly parts: readonly Part[];
  readonly bytes: number;
  readonly sha256: string;
  /** Sentences. One is added if not all links become rows. */
  readonly unread: string[];
};

/** The rows of the message, its attachments and its links, like the suite's own tables. */
export function rowsOf({ head, at, parts, bytes, sha256, unread }: MessageSummary): Row[] {
  const files = parts.filter(({ isAttachment }) => isAttachment);
  const links = distinct(parts.flatMap((part) => part.links));
  if (links.length > LINKS_MAX)
    unread.push(`of ${links.length} links the first ${LINKS_MAX} count`);
  const { members, recipient } = head;
  const common = {
    MessageSHA256: sha256,
    Timestamp: at,
    NetworkMessageId: members['NetworkMessageId'],
    InternetMessageId: members['InternetMessageId'],
    SenderFromAddress: members['SenderFromAddress'],
    RecipientEmailAddress: members['RecipientEmailAddress'],
    SenderIPv4: members['SenderIPv4'],
    SenderIPv6: members['SenderIPv6'],
  };
  const message: Row = {
    MessageFile: 'message',
    ...common,
    ...members,
    OnlyRecipient: recipient,
    EmailSize: bytes,
    AttachmentCount: files.length,
    UrlCount: links.length,
    NotLookedAt: unread,
  };
  return [
    message,
    ...files.map((part): Row => ({ MessageFile: 'attachment', ...common, ...fileOf(part) })),
    ...links.slice(0, LINKS_MAX).map(
      ({ url, shown }): Row => ({
        MessageFile: 'link',
        ...{ ...common, Url: url, ShownAs: shown },
      }),
    ),
  ];
}

function fileOf(part: Part): Readonly<Record<string, unknown>> {
  return {
    Part: part.number,
    FileName: part.name ?? `part ${part.number}, ${part.type}`,
    FileType: part.kind,
    ContentType: part.type,
    Disposition: part.disposition,
    FileSize: part.whole?.bytes,
    SHA256: part.whole?.sha256,
  };
}

/** One per pair of target and shown text. */
function distinct(links: readonly Link[]): Link[] {
  const seen = new Map<string, Link>();
  for (const link of links) {
    const key = `${link.url}\n${link.shown ?? ''}`;
    if (!seen.has(key)) seen.set(key, link);
  }
  return [...seen.values()];
}
