export {
  type Answer,
  all,
  any,
  type EvidenceRef,
  no,
  not,
  type Observation,
  type Reason,
  unknown,
  yes,
} from './answer.ts';
export { type Clock, ManualClock, type Random, systemClock, systemRandom } from './clock.ts';
export {
  type DirectoryItem,
  type DirectoryMark,
  type DirectoryMode,
  parseDirectoryItem,
  parseDirectoryMark,
} from './directory-record.ts';
export { type DiskTrouble, diskCure, diskTroubleOf } from './disk-trouble.ts';
export {
  AssertionFailure,
  assert,
  CountersignError,
  InputError,
  type InputErrorCode,
  messageOf,
  quoted,
  unreachable,
} from './errors.ts';
export {
  isGuid,
  lowerGuid,
  OWN_TENANT,
  TENANT_NOT_STATED,
  type TenantId,
  tenantId,
  tenantOf,
} from './ids.ts';
export {
  instant,
  instantOfMs,
  msOfInstant,
  normalizeInstant,
  plainInstantMs,
} from './instant.ts';
export {
  covers,
  type Interval,
  type IntervalSet,
  intersect,
  interval,
  lengthMs,
  normalize,
  overlapOf,
  subtract,
  union,
} from './interval.ts';
export { JSON_DEPTH_MAX, LEAF_BYTES_MAX, RECORD_BYTES_MAX } from './limits.ts';
export { isFlatName, withNestedMembers } from './nested-members.ts';
export { PooledRandom } from './pooled-random.ts';
export {
  ENTRY_KINDS,
  type EntryKind,
  type Locus,
  type RecordDraft,
  type SourceId,
} from './record.ts';
export { secretModeProblem } from './secret-mode.ts';
export { idParts, idsNamed, isCutId } from './short-id.ts';
export { joinWithAnd, numberText, plural } from './text-format.ts';
export {
  answerRequests,
  RequestThread,
  type RequestThreadOptions,
} from './thread/request-thread.ts';
export { ThreadError, type ThreadErrorCode, type ThreadFailure } from './thread/thread-error.ts';
export { ThreadHandle, type ThreadListener, type ThreadOptions } from './thread/thread-handle.ts';
export { type SilentThread, ThreadMonitor } from './thread/thread-monitor.ts';
export { startThread } from './thread/thread-start.ts';
export {
  INTERACTIVE_ONLY,
  leftOutCode,
  leftOutOf,
  SIGN_IN_TYPES,
  type SignInType,
} from './unread-parts.ts';
export { lowestWatermark, NOTHING_READ, type Watermark, watermarkText } from './watermark.ts';
