export { AccessBooks } from './access-books.ts';
export { ALIAS_KINDS, type Alias, type AliasKind } from './alias-book.ts';
export { type Batch, Books, type BooksOptions } from './books.ts';
export { COLUMNS, type Column, type ColumnType } from './columns.ts';
export type { CompactionLimits, CompactionReport } from './compact.ts';
export { type CoverageHole, holesOf, NOTHING_SAID } from './coverage.ts';
export { type CsvCell, csvLine } from './csv.ts';
export { literal } from './engine.ts';
export { erasureText } from './erased.ts';
export { BooksError, type BooksErrorCode } from './errors.ts';
export {
  EVENT_KIND_SQL,
  type EventCounts,
  type EventKind,
  eventsText,
  IS_ACTION_SQL,
  noEvents,
} from './event-kind.ts';
export {
  ANY,
  CLOCK_STEPPED,
  type ClockRestart,
  type CoverageFact,
  type ErasureFact,
  type EstateFact,
  type EstateTenant,
  type Facts,
  type FindingFact,
  type FindingMark,
  type FindingState,
  type FindingStatus,
  type ImportFact,
  type ObservationFact,
  type Sought,
} from './facts.ts';
export { type HotFile, writeHot } from './hot.ts';
export type { Identities } from './identities.ts';
export { type IdColumn, idsLike } from './ids-like.ts';
export { CHECKS_STAGE } from './layout.ts';
export { headOf, type LedgerHead } from './ledger-head.ts';
export { ASKED_WITHIN_MS } from './limits.ts';
export type { Ask, Hidden } from './live.ts';
export type { Principal, PrincipalAlias, Resolution, WhoOptions } from './principal.ts';
export { labelOf } from './principal.ts';
export type { PurgeReport } from './purge.ts';
export { type QueryOptions, type QueryResult, query, queryToParquet } from './query.ts';
export type { QueryColumn, QueryValue } from './query-value.ts';
export {
  BooksReader,
  type ReaderOptions,
} from './reader.ts';
export { type EventRow, erasedRow } from './row.ts';
export { RowBuffer, type RowSummary } from './row-buffer.ts';
export type { ScratchColumns, ScratchTable } from './scratch.ts';
export {
  DIRECTORY_OF_UNIFIED_LOG,
  FLOW_LOGS,
  type Log,
  SIGN_IN_LOG,
  tellsOf,
  unifiedLog,
} from './sign-in-logs.ts';
export type {
  SignalBatch,
  SignalCount,
  SignalRow,
  SignalSpan,
  TouchedGroup,
} from './signals.ts';
export type {
  ActionKey,
  CheckCount,
  CheckDisagreement,
  CheckFilter,
  CheckOutcome,
  CheckRow,
  PrincipalCount,
  PrincipalKind,
} from './state-checks.ts';
export { monthOf, nextMonthOf, principalKindOf } from './state-checks.ts';
export type { DecisionFact, DecisionFilter, PassFact, PassFilter } from './state-decisions.ts';
export type { FindingFilter, GroupWindow, KeptFinding } from './state-findings.ts';
export { statementCsv } from './statement-csv.ts';
export { type StatementHtmlOptions, statementHtml } from './statement-html.ts';
export { statementLines } from './statement-table.ts';
export type * from './statement-types.ts';
export type { Timeline, TimelineFilter } from './timeline-types.ts';
export type { Verified, VerifiedCount } from './verified.ts';
