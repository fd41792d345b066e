import { CountersignError } from '../core/index.ts';

export type BooksErrorCode =
  | 'STATE_UNREADABLE'
  | 'FILE_UNREADABLE'
  | 'FILTER_INVALID'
  | 'STATEMENT_TOO_LARGE'
  | 'QUERY_REFUSED'
  | 'QUERY_FAILED'
  | 'QUERY_LIMIT';

/** What can go wrong with the books without a defect of ours. */
export class BooksError extends CountersignError<BooksErrorCode> {
  override readonly name = 'BooksError';
}
