import type { LedgerOperation, Operation } from './definition/operation.ts';
import { backtestRules } from './detection/backtest-rules.ts';
import { writeBrief } from './detection/brief.ts';
import { listIncidents, showIncident } from './detection/incidents.ts';
import { listFindings } from './detection/list-findings.ts';
import { listRuleHealth } from './detection/list-rule-health.ts';
import { markFindings } from './detection/mark-findings.ts';
import { showFinding } from './detection/show-finding.ts';
import { testRules } from './detection/test-rules.ts';
import { activatePolicies } from './enforcement/activate-policies.ts';
import { approveBypass, endBypass, listBypasses, requestBypass } from './enforcement/bypass.ts';
import { checkPolicyFolder, testPolicyFolder } from './enforcement/check-policies.ts';
import { decide, previewDecision } from './enforcement/decide.ts';
import { endPass } from './enforcement/end-pass.ts';
import { exportPolicies } from './enforcement/export-policies.ts';
import { approveInvitation, invitePasskey } from './enforcement/invite-passkey.ts';
import { listPasses } from './enforcement/list-passes.ts';
import { listInvitations, listPasskeys } from './enforcement/list-passkeys.ts';
import {
  recordInvitation,
  recordInvitationApproval,
  revokePasskey,
} from './enforcement/passkeys.ts';
import { recordBypass } from './enforcement/record-bypass.ts';
import { replayPolicies } from './enforcement/replay-policies.ts';
import { evaluateEviction } from './eviction/evaluate-eviction.ts';
import { tail } from './feeds/tail.ts';
import { importRecords, retryQuarantined } from './ingest/import.ts';
import { showCheckpoint } from './ledger/checkpoint.ts';
import { eraseBodies } from './ledger/erase.ts';
import { exportEvidenceFile, verifyEvidenceFile } from './ledger/evidence.ts';
import { checkLedger } from './ledger/fsck.ts';
import { placeHold, releaseHold } from './ledger/hold.ts';
import { listHolds } from './ledger/list-holds.ts';
import { proveInclusion } from './ledger/prove.ts';
import { rebuildStore } from './ledger/rebuild.ts';
import { restartLedgerClock } from './ledger/restart-clock.ts';
import { rotateSigningKey } from './ledger/rotate-key.ts';
import { showEntry } from './ledger/show-entry.ts';
import { askWitnesses } from './ledger/witness.ts';
import { recordStatementAccess } from './people/record-statement-access.ts';
import { statementOfPerson } from './people/statement.ts';
import { checkTenant } from './posture/check-tenant.ts';
import { checkConformance } from './posture/conformance.ts';
import { listRequests } from './posture/list-requests.ts';
import { listCoverage } from './reading/coverage.ts';
import { queryStore } from './reading/query.ts';
import { timeline } from './reading/timeline.ts';
import { countVerified } from './reading/verified.ts';
import { listUnaccounted } from './reconcile/list-unaccounted.ts';
import { reconcileActions } from './reconcile/reconcile.ts';
import { evaluateGate } from './rollout/gate.ts';
import { recordGate } from './rollout/record-gate.ts';

/** Every operation. Adapters derive their offers from it. */
export const OPERATIONS: readonly Operation[] = [
  writeBrief,
  evaluateEviction,
  listFindings,
  showFinding,
  listIncidents,
  showIncident,
  markFindings,
  testRules,
  backtestRules,
  listRuleHealth,
  activatePolicies,
  requestBypass,
  approveBypass,
  endBypass,
  listBypasses,
  checkPolicyFolder,
  testPolicyFolder,
  decide,
  previewDecision,
  endPass,
  exportPolicies,
  invitePasskey,
  approveInvitation,
  listPasses,
  listPasskeys,
  listInvitations,
  recordInvitation,
  recordInvitationApproval,
  revokePasskey,
  recordBypass,
  replayPolicies,
  importRecords,
  retryQuarantined,
  showCheckpoint,
  eraseBodies,
  checkLedger,
  placeHold,
  releaseHold,
  listHolds,
  proveInclusion,
  showEntry,
  exportEvidenceFile,
  verifyEvidenceFile,
  rebuildStore,
  restartLedgerClock,
  rotateSigningKey,
  askWitnesses,
  recordStatementAccess,
  statementOfPerson,
  listCoverage,
  tail,
  timeline,
  queryStore,
  countVerified,
  reconcileActions,
  listUnaccounted,
  checkTenant,
  listRequests,
  checkConformance,
  evaluateGate,
  recordGate,
];

const BY_NAME: ReadonlyMap<string, LedgerOperation<object, unknown>> = new Map(
  OPERATIONS.flatMap((operation) =>
    operation.runsIn === 'ledger' ? [[operation.name, operation] as const] : [],
  ),
);

/** An operation that runs in the process that holds the ledger. */
export function ledgerOperation(name: string): LedgerOperation<object, unknown> | undefined {
  return BY_NAME.get(name);
}
