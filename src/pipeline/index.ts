export { LedgerAccountant } from './accountant.ts';
export { authorisationsOf, judgingOf } from './authorisations.ts';
export { type Backtest, type BacktestOfRule, backtest } from './backtest.ts';
export { Canaries, canaryTexts } from './canaries.ts';
export type { CanarySender } from './canary-sender.ts';
export { type CatchUpProgress, catchUp } from './catch-up.ts';
export { checkSignIns } from './checks.ts';
export { type ClockRestarted, restartClock } from './clock-restart.ts';
export { pollOnce } from './collect.ts';
export { LedgerDesk } from './collect-desk.ts';
export { compactBooks } from './compact-books.ts';
export { CredentialNews } from './credential-news.ts';
export { CrossCheck } from './cross-check.ts';
export { type Detection, detectionOf, loadDetection, readContent, readRule } from './detection.ts';
export { readDrains } from './drains.ts';
export {
  type ErasureReport,
  type ErasureRequest,
  type ErasureSelection,
  erase,
} from './erase.ts';
export { Erasures, erasureText, type SaidErasure } from './erasures.ts';
export { PipelineError, type PipelineErrorCode } from './errors.ts';
export { type Estate, sayEstate } from './estate.ts';
export { type EvidenceSource, exportEvidence } from './evidence.ts';
export { type FindingMarkRequest, markFindings } from './finding-marks.ts';
export { type CanaryPlaces, GraphCanary } from './graph-canary.ts';
export { type ActiveHold, activeHolds, type HoldRequest, placeHold, releaseHold } from './holds.ts';
export { type ImportOptions, type ImportReport, importPaths, type RunOptions } from './import.ts';
export { importNothing } from './import-nothing.ts';
export type { Judge, JudgeContext, Judgement } from './judge.ts';
export {
  directoryFileBody,
  type InForce,
  KnowledgeFeed,
  policyTextEntries,
  putInForce,
} from './knowledge.ts';
export { CROSS_CHECK_EVERY_MS } from './limits.ts';
export { subjectHash } from './mentions.ts';
export { passesAtStart } from './open-passes.ts';
export { type Doer, ownEntry } from './own-entries.ts';
export { type EndedPass, endPass, knownPasses, lapsePasses } from './passes.ts';
export { LedgerPasskeys, type PasskeyExchange, PasskeyFeed } from './passkeys.ts';
export type { ImportProgress } from './progress.ts';
export { rebuild } from './rebuild.ts';
export { type PlannedEntry, Rehearsal, rehearse } from './rehearsal.ts';
export { type ReplayOf, replay } from './replay.ts';
export { retryParked } from './retry.ts';
export { parseBody, richestFirst } from './sightings.ts';
export { sightsOf, type WatcherSight } from './sights.ts';
export { SignInPasses } from './sign-in-passes.ts';
export { ssfDraft, ssfRecords } from './ssf-records.ts';
export { type Alone, type LookOf, Watch, type WatchReport, watch } from './watch.ts';
export { closeWriter, openWriter, type Writer, type WriterOptions } from './writer.ts';
