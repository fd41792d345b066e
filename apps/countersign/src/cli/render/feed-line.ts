import type { FeedEntry, FeedMark, FeedRecord } from '../../feeds/feed-record.ts';
import { sanitize } from '../terminal/sanitize.ts';
import type { Cell } from '../terminal/table.ts';
import { cutEnd } from '../terminal/text-width.ts';
import { instantText } from './time-text.ts';

const INDEX_WIDTH = 7;
const KIND_WIDTH = 8;

/** Index, time, kind, and a sentence that is cut at the width of the terminal. */
export function feedLine(record: Exclude<FeedRecord, FeedMark>, columns: number): Cell[] {
  const index = String(record.index).padStart(INDEX_WIDTH);
  if (record.kind === 'erased') {
    return [`${index}  `, { text: `erased, was ${record.of}`, style: 'faint' }];
  }
  if (record.kind === 'unreadable') {
    return [`${index}  `, { text: `cannot be read: ${record.because}`, style: 'no' }];
  }
  const head = `${index}  ${instantText(record.at)}  ${record.kind.padEnd(KIND_WIDTH)}  `;
  return [head, cutEnd(sanitize(sentenceOf(record)), Math.max(columns - head.length, 20))];
}

/** The title of a finding, the message of an event, else what the entry says it is. */
function sentenceOf({ body }: FeedEntry): string {
  const { finding_info: info, message, comment, decision, what, phase } = body as Members;
  const title = (info as Members | undefined)?.['title'];
  const texts = [title, comment, message, decision, what, phase];
  return texts.find((text): text is string => typeof text === 'string') ?? '';
}

type Members = Readonly<Record<string, unknown>>;
