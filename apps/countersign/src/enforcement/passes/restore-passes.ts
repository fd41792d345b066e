import type { LedgerReader } from '@countersign/ledger';
import type {
  DecisionBody,
  DecisionRequest,
  PassBody,
  PassEnding,
  PassOpening,
} from '@countersign/policy';
import { parseObject } from '../../projection/entries/own-entry.ts';
import type { PassFilter, PassRow } from '../../store/sqlite/decision-table.ts';
import type { SsfRecord } from '../ssf/ssf-record.ts';
import { sentPassOf } from './pass-events.ts';

type Source = {
  readonly store: { passEntries(filter: PassFilter): readonly PassRow[] };
  readonly reader: Pick<LedgerReader, 'body'>;
};

export type PassesAtStart = {
  /** Each with the request of its decision. */
  readonly open: readonly { readonly pass: PassOpening; readonly request: DecisionRequest }[];
  /** Passes that ended early and whose end was not sent: the process stopped in between. */
  readonly unsent: readonly { readonly pass: PassOpening; readonly closed: PassEnding }[];
};

/** Open passes and unsent ends that an earlier process left. */
export async function passesAtStart(
  { store, reader }: Source,
  records: readonly SsfRecord[],
  nowMs: number,
): Promise<PassesAtStart> {
  const opened = new Map<string, { readonly pass: PassOpening; readonly index: number }>();
  const closed = new Map<string, PassEnding>();
  for (const { index, body } of store.passEntries({ liveFromMs: nowMs })) {
    const said = JSON.parse(body) as PassBody;
    if (said.phase !== 'opened') closed.set(said.pass, closed.get(said.pass) ?? said);
    else if (said.expiresMs > nowMs) opened.set(said.pass, { pass: said, index });
  }
  const sent = new Set(records.flatMap((record) => sentPassOf(record) ?? []));
  const open: { pass: PassOpening; request: DecisionRequest }[] = [];
  const unsent: { pass: PassOpening; closed: PassEnding }[] = [];
  for (const { pass, index } of opened.values()) {
    const over = closed.get(pass.pass);
    if (over === undefined) open.push({ pass, request: await requestOf(pass, index, reader) });
    else if (over.phase === 'ended' && !sent.has(pass.pass)) unsent.push({ pass, closed: over });
  }
  return { open, unsent };
}

/** A decision and its pass are appended together, the decision directly before the pass. */
async function requestOf(
  pass: PassOpening,
  index: number,
  reader: Source['reader'],
): Promise<DecisionRequest> {
  const body = index === 0 ? undefined : await reader.body(index - 1);
  if (body?.kind !== 'present') return leftOf(pass);
  const { decision, request } = (parseObject(body.bytes) ?? {}) as Partial<DecisionBody>;
  if (decision?.id !== pass.decision || request === undefined) return leftOf(pass);
  return { ...request, enforcementPoint: pass.enforcementPoint, tenant: pass.tenant };
}

/** The request as far as the pass states it, if the body was erased. */
function leftOf({
  enforcementPoint,
  tenant,
  principal,
  resource,
  action,
  constraints,
}: PassOpening) {
  const stated = Object.entries(constraints).filter(([, value]) => value !== null);
  const context = Object.fromEntries(stated);
  return {
    enforcementPoint,
    tenant,
    subject: principal,
    resource,
    action: { name: action },
    context,
  };
}
