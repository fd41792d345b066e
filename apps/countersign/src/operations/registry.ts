import type { LedgerOperation, Operation } from './definition/operation.ts';

/**
 * Loads each operation by its name. A process loads only those that it runs: all of them are half
 * of the program.
 */
const LOADERS: ReadonlyMap<string, () => Promise<Operation>> = new Map(
  Object.entries<() => Promise<Operation>>({
    brief: async () => (await import('./detection/brief.ts')).writeBrief,
    eviction: async () => (await import('./eviction/evaluate-eviction.ts')).evaluateEviction,
    findings: async () => (await import('./detection/list-findings.ts')).listFindings,
    'findings show': async () => (await import('./detection/show-finding.ts')).showFinding,
    'findings incidents': async () => (await import('./detection/incidents.ts')).listIncidents,
    'findings incident': async () => (await import('./detection/incidents.ts')).showIncident,
    'findings story': async () => (await import('./detection/show-story.ts')).showStory,
    'findings mark': async () => (await import('./detection/mark-findings.ts')).markFindings,
    'findings mark-incident': async () =>
      (await import('./detection/mark-findings.ts')).markIncident,
    'rules test': async () => (await import('./detection/test-rules.ts')).testRules,
    'rules backtest': async () => (await import('./detection/backtest-rules.ts')).backtestRules,
    'rules show': async () => (await import('./detection/show-rule.ts')).showRule,
    'rules replay': async () => (await import('./detection/replay-rule.ts')).replayRule,
    'rules status': async () => (await import('./detection/list-rule-health.ts')).listRuleHealth,
    'policy show': async () => (await import('./policies/show-policies.ts')).showPolicies,
    'policy use': async () => (await import('./policies/activate-policies.ts')).activatePolicies,
    'bypass request': async () => (await import('./enforcement/bypass.ts')).requestBypass,
    'bypass approve': async () => (await import('./enforcement/bypass.ts')).approveBypass,
    'bypass undo': async () => (await import('./enforcement/bypass.ts')).endBypass,
    'bypass list': async () => (await import('./enforcement/bypass.ts')).listBypasses,
    'policy check': async () => (await import('./policies/check-policies.ts')).checkPolicyFolder,
    'policy test': async () => (await import('./policies/check-policies.ts')).testPolicyFolder,
    decide: async () => (await import('./enforcement/decide.ts')).decide,
    'decide preview': async () => (await import('./enforcement/decide.ts')).previewDecision,
    'decisions list': async () => (await import('./enforcement/list-decisions.ts')).listDecisions,
    'decisions show': async () => (await import('./enforcement/show-decision.ts')).showDecision,
    'passes end': async () => (await import('./enforcement/end-pass.ts')).endPass,
    'policy export': async () => (await import('./policies/export-policies.ts')).exportPolicies,
    'passkeys invite': async () => (await import('./enforcement/invite-passkey.ts')).invitePasskey,
    'passkeys approve': async () =>
      (await import('./enforcement/invite-passkey.ts')).approveInvitation,
    'passes list': async () => (await import('./enforcement/list-passes.ts')).listPasses,
    'passkeys list': async () => (await import('./enforcement/list-passkeys.ts')).listPasskeys,
    'passkeys invitations': async () =>
      (await import('./enforcement/list-passkeys.ts')).listInvitations,
    'passkeys record-invitation': async () =>
      (await import('./enforcement/passkeys.ts')).recordInvitation,
    'passkeys record-approval': async () =>
      (await import('./enforcement/passkeys.ts')).recordInvitationApproval,
    'passkeys revoke': async () => (await import('./enforcement/passkeys.ts')).revokePasskey,
    'bypass record': async () => (await import('./enforcement/record-bypass.ts')).recordBypass,
    'policy replay': async () => (await import('./policies/replay-policies.ts')).replayPolicies,
    import: async () => (await import('./ingest/import.ts')).importRecords,
    'import quarantined': async () => (await import('./ingest/import.ts')).retryQuarantined,
    'ledger checkpoint': async () => (await import('./ledger/checkpoint.ts')).showCheckpoint,
    'ledger checkpoints': async () =>
      (await import('./ledger/list-checkpoints.ts')).listCheckpoints,
    'ledger entries': async () => (await import('./ledger/list-entries.ts')).listEntries,
    'ledger erasures': async () => (await import('./ledger/list-erasures.ts')).listErasures,
    'ledger erase': async () => (await import('./ledger/erase.ts')).eraseBodies,
    'ledger fsck': async () => (await import('./ledger/fsck.ts')).checkLedger,
    'ledger hold': async () => (await import('./ledger/hold.ts')).placeHold,
    'ledger hold release': async () => (await import('./ledger/hold.ts')).releaseHold,
    'ledger hold list': async () => (await import('./ledger/list-holds.ts')).listHolds,
    'ledger prove': async () => (await import('./ledger/prove.ts')).proveInclusion,
    show: async () => (await import('./ledger/show-entry.ts')).showEntry,
    'evidence export': async () => (await import('./ledger/evidence.ts')).exportEvidenceFile,
    'evidence verify': async () => (await import('./ledger/evidence.ts')).verifyEvidenceFile,
    rebuild: async () => (await import('./ledger/rebuild.ts')).rebuildStore,
    'ledger restart-clock': async () =>
      (await import('./ledger/restart-clock.ts')).restartLedgerClock,
    'ledger rotate-key': async () => (await import('./ledger/rotate-key.ts')).rotateSigningKey,
    'ledger witness': async () => (await import('./ledger/witness.ts')).askWitnesses,
    'backup record': async () => (await import('./backup/record-backup.ts')).recordBackup,
    'names record-access': async () =>
      (await import('./people/record-names-access.ts')).recordNamesAccess,
    'statement record-access': async () =>
      (await import('./people/record-statement-access.ts')).recordStatementAccess,
    'people list': async () => (await import('./people/list-people.ts')).listPeople,
    'apps list': async () => (await import('./people/list-apps.ts')).listApps,
    'apps show': async () => (await import('./people/show-app.ts')).showApp,
    search: async () => (await import('./people/search.ts')).search,
    statement: async () => (await import('./people/statement.ts')).statementOfPerson,
    'agent record-call': async () =>
      (await import('./people/record-agent-call.ts')).recordAgentCall,
    coverage: async () => (await import('./reading/coverage.ts')).listCoverage,
    'coverage holes': async () => (await import('./reading/coverage-holes.ts')).listHoles,
    quota: async () => (await import('./reading/quota.ts')).listQuota,
    configuration: async () => (await import('./setup/show-configuration.ts')).showConfiguration,
    canaries: async () => (await import('./reading/canaries.ts')).listCanaries,
    backup: async () => (await import('./backup/backup.ts')).backUp,
    reload: async () => (await import('./setup/reload.ts')).reload,
    health: async () => (await import('./doctor/health.ts')).askHealth,
    doctor: async () => (await import('./doctor/doctor.ts')).examine,
    restore: async () => (await import('./backup/restore.ts')).restore,
    'feeds list': async () => (await import('./feeds/list-feeds.ts')).listFeeds,
    'feeds test': async () => (await import('./feeds/test-feed.ts')).testFeed,
    'feeds record-test': async () => (await import('./feeds/test-feed.ts')).recordFeedTest,
    'feeds pause': async () => (await import('./feeds/change-feed.ts')).pauseFeed,
    'feeds resume': async () => (await import('./feeds/change-feed.ts')).resumeFeed,
    'feeds replay': async () => (await import('./feeds/change-feed.ts')).replayFeed,
    tail: async () => (await import('./feeds/tail.ts')).tail,
    timeline: async () => (await import('./reading/timeline.ts')).timeline,
    query: async () => (await import('./reading/query.ts')).queryStore,
    verified: async () => (await import('./reading/verified.ts')).countVerified,
    overview: async () => (await import('./overview/overview.ts')).showOverview,
    reconcile: async () => (await import('./reconcile/reconcile.ts')).reconcileActions,
    'reconcile list': async () => (await import('./reconcile/list-unaccounted.ts')).listUnaccounted,
    'check-tenant': async () => (await import('./posture/check-tenant.ts')).checkTenant,
    inventory: async () => (await import('./posture/list-inventory.ts')).listInventory,
    requests: async () => (await import('./posture/list-requests.ts')).listRequests,
    conformance: async () => (await import('./posture/conformance.ts')).checkConformance,
    gate: async () => (await import('./rollout/gate.ts')).evaluateGate,
    'operators record-sign-in': async () =>
      (await import('./operators/record-sign-in.ts')).recordSignIn,
    'operators link': async () => (await import('./operators/links.ts')).createSignInLink,
    'operators record-passkey': async () =>
      (await import('./operators/passkeys.ts')).recordOperatorPasskey,
    'operators record-refusal': async () =>
      (await import('./operators/passkeys.ts')).recordPasskeyRefusal,
    'operators list': async () => (await import('./operators/list-operators.ts')).listOperators,
    'operators roles': async () => (await import('./operators/list-roles.ts')).listRoles,
    'operators audit': async () => (await import('./operators/audit-access.ts')).auditAccess,
    'operators revoke': async () => (await import('./operators/revoke-operator.ts')).revokeOperator,
    'operators restore': async () =>
      (await import('./operators/revoke-operator.ts')).restoreOperator,
    'operators record-link': async () => (await import('./operators/links.ts')).recordLink,
    'tokens create': async () => (await import('./operators/tokens.ts')).createToken,
    'tokens record': async () => (await import('./operators/tokens.ts')).recordToken,
    'tokens revoke': async () => (await import('./operators/tokens.ts')).revokeToken,
    'tokens list': async () => (await import('./operators/tokens.ts')).listTokens,
    'gate list': async () => (await import('./rollout/list-gates.ts')).listGates,
    'gate record': async () => (await import('./rollout/record-gate.ts')).recordGate,
  }),
);

/** Every operation, for those that describe or check all of them. */
export function loadOperations(): Promise<readonly Operation[]> {
  return Promise.all([...LOADERS.values()].map((load) => load()));
}

/** An operation that runs in the process that holds the ledger. */
export async function loadLedgerOperation(
  name: string,
): Promise<LedgerOperation<object, unknown> | undefined> {
  const operation = await LOADERS.get(name)?.();
  return operation?.runsIn === 'ledger' ? operation : undefined;
}
