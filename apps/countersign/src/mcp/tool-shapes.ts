import { list, object, type Shape } from './shape.ts';

/** The forms of the answers of tools. A member that no form names is not shown. */

const REASONS: Shape = list(object({ code: 'own', text: 'prose' }));
const OBSERVATIONS: Shape = list(object({ what: 'prose' }));
const TEXTS: Shape = list('untrusted');

/** An OCSF Detection Finding (2004). */
export const FINDING: Shape = object({
  id: ['finding_info.uid', 'own'],
  title: ['finding_info.title', 'prose'],
  tenant: ['metadata.tenant_uid', 'own'],
  severity: 'own',
  status: 'own',
  comment: 'prose',
  incident: ['metadata.correlation_uid', 'own'],
  rule: ['finding_info.analytic.uid', 'untrusted'],
  first: ['finding_info.first_seen_time', 'instant'],
  last: ['finding_info.last_seen_time', 'instant'],
  confidence: ['confidence_score', 'number'],
  techniques: [
    'finding_info.attacks',
    list(
      object({ technique: ['technique.uid', 'own'], subTechnique: ['sub_technique.uid', 'own'] }),
    ),
  ],
  // The only member of `evidences`.
  about: [
    'evidences.0.data',
    object({
      evidence: ['entries', 'entries'],
      principals: TEXTS,
      apps: TEXTS,
      addresses: TEXTS,
      sessions: TEXTS,
    }),
  ],
});

const PROVED_EVENT = {
  evidence: ['entries', 'entries'],
  time: 'own',
  operation: 'untrusted',
  workload: 'untrusted',
  outcome: 'own',
  ip: 'untrusted',
  app: 'untrusted',
} as const;

export const FINDING_DETAIL: Shape = object({
  finding: FINDING,
  why: 'prose',
  harmless: 'prose',
  next: list('prose'),
  people: list(object({ id: ['key', 'untrusted'], name: 'untrusted' })),
  addresses: TEXTS,
  apps: list(object({ id: 'untrusted', name: 'untrusted' })),
  sessions: TEXTS,
  events: list(
    object({
      evidence: ['entries', 'entries'],
      time: 'own',
      tenant: 'own',
      isErased: ['erased', 'boolean'],
      operation: 'untrusted',
      outcome: 'own',
      actor: ['actorName', 'untrusted'],
      ip: 'untrusted',
      app: ['appName', 'untrusted'],
    }),
  ),
  incident: object({
    id: 'own',
    title: 'prose',
    findings: ['count', 'number'],
    followedBy: list(object({ id: ['shortId', 'own'], title: 'prose', time: 'own' })),
  }),
});

export const INCIDENT: Shape = object({
  id: ['incident', 'own'],
  title: 'prose',
  severity: ['severity_id', 'number'],
  status: 'own',
  open: 'number',
  first: 'own',
  last: 'own',
  findings: list('own'),
  ties: list(
    object({
      findings: list('own'),
      kind: ['by.kind', 'own'],
      by: ['by.name', 'untrusted'],
      evidence: ['entries', 'entries'],
    }),
  ),
  principals: TEXTS,
  apps: TEXTS,
  addresses: TEXTS,
  sessions: TEXTS,
  techniques: list('own'),
});

export const FOOTHOLD: Shape = object({
  number: 'number',
  foothold: 'own',
  name: 'prose',
  answer: 'own',
  because: REASONS,
  wouldDecide: OBSERVATIONS,
  openings: list(
    object({
      evidence: ['entries', 'entries'],
      at: 'own',
      tenant: 'own',
      what: 'prose',
      why: 'prose',
      party: 'untrusted',
      state: 'own',
      closed: object({ evidence: ['entry', 'entry'], at: 'own', by: 'untrusted' }),
    }),
  ),
  openingCount: 'number',
  parties: list(
    object({
      party: 'untrusted',
      kind: 'own',
      names: TEXTS,
      since: 'own',
      evidenceCount: 'number',
    }),
  ),
});

export const RULE_HEALTH: Shape = object({
  rule: 'content',
  title: 'content',
  detector: 'own',
  state: 'own',
  since: 'own',
  until: 'own',
  because: 'prose',
  incomplete: 'prose',
  needs: list('content'),
  findings: 'number',
  suppressed: 'number',
});

/** An event in OCSF 1.8.0. */
export const EVENT: Shape = object({
  evidence: ['unmapped.entries', 'entries'],
  time: 'instant',
  tenant: ['metadata.tenant_uid', 'own'],
  class: ['class_name', 'prose'],
  operation: ['metadata.event_code', 'untrusted'],
  activity: ['activity_name', 'untrusted'],
  outcome: ['status', 'own'],
  message: 'prose',
  actor: ['actor.user.name', 'untrusted'],
  actorId: ['actor.user.uid', 'untrusted'],
  app: ['actor.app_name', 'untrusted'],
  appId: ['actor.app_uid', 'untrusted'],
  session: ['session.uid', 'untrusted'],
  ip: ['src_endpoint.ip', 'untrusted'],
  country: ['src_endpoint.location.country', 'untrusted'],
  userAgent: ['http_request.user_agent', 'untrusted'],
  resources: ['web_resources', list(object({ name: 'untrusted', type: 'untrusted' }))],
  file: ['file.name', 'untrusted'],
  object: ['entity.name', 'untrusted'],
  objectType: ['entity.type', 'untrusted'],
  from: ['email.from', 'untrusted'],
  subject: ['email.subject', 'untrusted'],
});

export const COVERAGE: Shape = object({
  tenant: 'own',
  source: 'own',
  workload: 'content',
  subject: 'untrusted',
  from: 'own',
  to: 'own',
  state: 'own',
  bound: 'number',
  because: 'prose',
  evidence: ['entries', 'entries'],
});

const VERIFIED_COUNTS = {
  decided: 'number',
  checked: 'number',
  unverified: 'counts',
  disagreements: 'number',
} as const;

export const VERIFIED: Shape = object({
  ...VERIFIED_COUNTS,
  days: list(object({ day: 'own', flow: 'own', ...VERIFIED_COUNTS })),
});

const STATE_SIDE: Shape = object({
  changes: 'number',
  matched: 'number',
  unmatched: 'number',
  unknown: 'counts',
});

export const RECONCILIATION: Shape = object({
  actions: 'number',
  accounted: 'number',
  unaccounted: 'counts',
  unknown: 'counts',
  residual: list(object({ day: 'own', workload: 'content', actions: 'number' })),
  directory: [
    'state',
    object({ listings: 'number', state: STATE_SIDE, events: STATE_SIDE, notCollected: TEXTS }),
  ],
});

/** An action without an authorization, or a difference between the directory and its events. */
export const UNACCOUNTED: Shape = object({
  evidence: ['index', 'entry'],
  tenant: 'own',
  time: 'own',
  verdict: 'own',
  cause: 'own',
  because: 'prose',
  cure: 'content',
  who: 'untrusted',
  workload: 'untrusted',
  operation: 'untrusted',
  app: 'untrusted',
  ip: 'untrusted',
  session: 'untrusted',
  about: 'own',
  kind: 'untrusted',
  way: 'own',
  ids: TEXTS,
  value: 'untrusted',
});

const AUTHORIZATION: Shape = object({ answer: ['kind', 'own'], because: REASONS });

export const STATEMENT: Shape = object({
  principal: object({
    tenant: 'own',
    id: ['uid', 'untrusted'],
    kind: 'own',
    name: 'untrusted',
    aliases: list(object({ kind: 'own', value: 'untrusted' })),
  }),
  period: object({ from: 'own', to: 'own' }),
  purpose: 'untrusted',
  case: 'untrusted',
  balance: object({
    actions: 'number',
    accounted: 'number',
    unaccounted: 'number',
    unknown: 'number',
  }),
  signIns: object({
    succeeded: 'number',
    failed: 'number',
    unknown: 'number',
    failedByCode: 'untrusted counts',
  }),
  sessions: list(
    object({
      session: 'untrusted',
      authorization: AUTHORIZATION,
      from: 'own',
      to: 'own',
      signIns: list(object({ ...PROVED_EVENT, country: 'untrusted', multiFactor: 'boolean' })),
      actions: list(object({ ...PROVED_EVENT, object: 'untrusted', target: 'untrusted' })),
    }),
  ),
  unaccounted: list(
    object({
      ...PROVED_EVENT,
      object: 'untrusted',
      target: 'untrusted',
      authorization: AUTHORIZATION,
    }),
  ),
});

/** The body of an entry of kind `decision`. */
export const DECISION: Shape = object({
  evidence: ['index', 'entry'],
  id: ['decision.id', 'own'],
  at: ['decision.atMs', 'instant'],
  enforcementPoint: ['decision.enforcementPoint', 'own'],
  tenant: ['decision.tenant', 'own'],
  effect: ['decision.effect', 'own'],
  cause: ['decision.cause', 'own'],
  policies: ['decision.policies', TEXTS],
  because: ['decision.because', REASONS],
  obligations: ['decision.obligations', TEXTS],
  inputs: [
    'decision.inputs',
    list(object({ name: 'own', source: 'untrusted', ageMs: 'number', state: 'own' })),
  ],
  policyVersion: ['decision.policyVersion', 'own'],
  subject: ['request.subject.id', 'untrusted'],
  subjectType: ['request.subject.type', 'untrusted'],
  action: ['request.action.name', 'untrusted'],
  resource: ['request.resource.id', 'untrusted'],
});

export const VENDOR_REQUEST: Shape = object({
  request: 'own',
  what: 'content',
  why: 'content',
  state: 'own',
  because: 'content',
  facts: list('own'),
});

export const GATE: Shape = object({
  gate: 'untrusted',
  evidence: ['entry', 'entry'],
  at: 'own',
  by: 'untrusted',
  answer: 'own',
  window: object({ from: 'own', to: 'own' }),
  conditions: list(
    object({
      condition: 'own',
      requires: 'content',
      answer: 'own',
      found: list('prose'),
      because: REASONS,
      wouldDecide: OBSERVATIONS,
    }),
  ),
  resume: list('prose'),
});

export const PROOF: Shape = object({
  evidence: ['index', 'entry'],
  origin: 'own',
  size: 'number',
  proof: 'base64',
});

const LEAF: Shape = object({
  kind: 'own',
  tenant: 'own',
  source: 'own',
  id: 'own',
  at: 'own',
  seen: 'own',
  size: 'number',
  commitment: 'own',
});

const ENTRY_MEMBERS = {
  evidence: ['index', 'entry'],
  leaf: LEAF,
  bodyState: 'own',
  erased: object({ evidence: ['entry', 'entry'], at: 'own', by: 'untrusted', reason: 'prose' }),
  proof: object({
    origin: 'own',
    size: 'number',
    root: 'base64',
    isVerified: ['verified', 'boolean'],
  }),
} as const;

export const ENTRY: Shape = object({ ...ENTRY_MEMBERS, event: EVENT, body: 'body' });

/** Without the body: a leaf contains nothing personal, so it needs no purpose. */
export const ENTRY_WITHOUT_BODY: Shape = object(ENTRY_MEMBERS);
