import { APPS } from './apps.ts';
import { SIGN_INS } from './sign-ins.ts';
import type { SummaryTable } from './summary-table.ts';
import { volumeTable } from './volumes.ts';

/** All tables that a compaction stores. */
export const SUMMARY_TABLES: readonly SummaryTable[] = [
  volumeTable('mail'),
  volumeTable('files'),
  SIGN_INS,
  APPS,
];
