export { type SeenTenant, seenOfLedger, seenOfPaths } from './conformance.ts';
export { coverageItem } from './coverage-item.ts';
export {
  HandoverError,
  type HandoverErrorCode,
  RemoteDefect,
  RemoteError,
  WorkError,
  type WorkErrorCode,
} from './errors.ts';
export { EventBuilder } from './events.ts';
export { HandoverServer, type Perform, type WorkHooks } from './handover-server.ts';
export { doWork, type WorkOptions } from './holder.ts';
export { type DryRun, dryRunOf, perform } from './perform.ts';
export { type CollectorWorld, collectorsOf, type TenantCollectors } from './serve/collectors.ts';
export { freeShare } from './serve/disk.ts';
export { EmulatorClockError, followEmulator, reserveFolder } from './serve/emulator-clock.ts';
export { logLine, type ServeEvent } from './serve/event.ts';
export { type ServeOptions, serve } from './serve/server.ts';
export { type WitnessKey, witnessKey } from './witness-key.ts';
export type { Work } from './work.ts';
export { type AccessWork, accessWork } from './works/access.ts';
export { type DecideWork, decideWork, judgeWork } from './works/decide.ts';
export { doorsIn } from './works/doors-config.ts';
export { type DrainDone, type DrainWork, drainWork } from './works/drain.ts';
export { type EraseWork, eraseWork } from './works/erase.ts';
export { type MarkWork, markFindingsWork } from './works/findings.ts';
export { type GateWork, gateWork } from './works/gate.ts';
export { type HoldEntry, type HoldWork, holdWork, releaseWork } from './works/hold.ts';
export { type ImportWork, importWork, retryWork } from './works/import.ts';
export { endPassWork } from './works/passes.ts';
export {
  approveWork,
  type InvitedEntry,
  type InviteWork,
  inviteWork,
  revokeWork,
} from './works/passkeys.ts';
export { type PolicyUsed, type PolicyUseWork, policyUseWork } from './works/policy-use.ts';
export { type Rebuilt, rebuildWork } from './works/rebuild.ts';
export { restartClockWork } from './works/restart-clock.ts';
export { type RotateKeyWork, rotateKeyWork } from './works/rotate-key.ts';
export type { EntryScope } from './works/scope.ts';
export { type WitnessReport, witnessWork } from './works/witness.ts';
export { type WriteOptions, write } from './write.ts';
