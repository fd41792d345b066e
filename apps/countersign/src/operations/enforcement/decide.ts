import type { Clock, TenantId } from '@countersign/core';
import { OWN_TENANT, tenantId } from '@countersign/core';
import type {
  Counterfactual,
  DecisionRequest,
  PolicyInformation,
  PolicyOutcome,
  PolicySource,
  SuiteDirectory,
} from '@countersign/policy';
import { z } from 'zod';
import { type Conclusion, NO, reasonsText, unknown, YES } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import {
  type DocumentOperation,
  documentResult,
  type LedgerOperation,
} from '../definition/operation.ts';
import { reasonSchema } from '../definition/output-schemas.ts';
import { policyFolder } from '../policies/policy-folder.ts';

/** One decision; policies and a directory may come from files. */
export type DecideInput = {
  /** An AuthZEN evaluation. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly enforcementPoint?: string | undefined;
  readonly policies?: string | undefined;
  readonly directory?: string | undefined;
  readonly register?: string | undefined;
  readonly flip?: boolean | undefined;
};

/** AuthZEN 1.0 section 6.2. The context explains the decision. */
export type DecideOutput = {
  readonly decision: boolean;
  readonly context: Omit<PolicyOutcome, 'effect'> & {
    readonly id?: string | undefined;
    readonly flip?: Counterfactual | null | undefined;
    readonly entry?: number | undefined;
  };
};

const path = (description: string, value: string): z.ZodType<string | undefined> =>
  field(z.string().optional(), description, { value, isPath: true });

const input = z.strictObject({
  request: field(
    z.record(z.string(), z.unknown()),
    'an AuthZEN evaluation: subject, action, resource, context',
    { value: 'request.json', isFileOf: 'json' },
  ),
  enforcementPoint: field(
    z.string().optional(),
    'the enforcement point (default: "enforcementPoint" in the request, else authzen)',
    { value: 'name' },
  ),
  policies: path(
    'a folder of policies (default: those in force, else those of the program)',
    'dir',
  ),
  directory: path('people, groups, devices, apps and waves, as YAML', 'file'),
  register: path('the register of workload identities, as YAML', 'file'),
  flip: field(z.boolean().optional(), 'print the smallest change that would reverse the decision'),
});

const output = z.strictObject({
  decision: z.boolean(),
  context: z.strictObject({
    cause: z.enum(['policy', 'no-policy', 'unknown', 'error']),
    policies: z.array(z.string()),
    obligations: z.array(z.string()),
    inputs: z.array(
      z.strictObject({
        name: z.string(),
        source: z.string().nullable(),
        ageMs: z.number().nullable(),
        state: z.enum(['fresh', 'stale', 'missing']),
      }),
    ),
    because: z.array(reasonSchema),
    policyVersion: z.string(),
    flip: z
      .strictObject({
        changes: z.array(z.strictObject({ input: z.string(), to: z.string() })),
      })
      .nullish(),
    // Of a decision that was made.
    id: z.string().optional(),
    atMs: z.int().optional(),
    enforcementPoint: z.string().optional(),
    tenant: z.string().optional(),
    pass: z.strictObject({ id: z.string(), expiresMs: z.int() }).optional(),
    entry: z.int().optional(),
  }),
});

/** Decides, and writes the decision to the ledger. */
export const decide: LedgerOperation<DecideInput, DecideOutput> = {
  name: 'decide',
  summary: 'decide one AuthZEN request, and explain the decision',
  description:
    'Decides one request as an enforcement point would, and records the decision: the ' +
    'deciding policies, their inputs, and the age of each input. Exits 0 for a permit, 1 for ' +
    'a deny, and 3 if an input that a policy reads is missing or stale. Such a request is ' +
    'never permitted.',
  scope: 'decisions:make',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'makes',
  repetition: 'once',
  where: 'anywhere',
  input,
  output,
  examples: [
    {
      summary: 'Decide one request by the policies in force',
      input: {
        request: {
          subject: { type: 'user', id: 'vivian.castellan@northmoor.example' },
          action: { name: 'signIn' },
          resource: { type: 'suite', id: '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794' },
        },
      },
      commandLine: 'decide request.json',
      runsOn: 'sample',
    },
  ],
  async run(writer, asked, { tenant }) {
    const { DecisionPoint, PolicySet } = await import('@countersign/policy');
    const { PolicyInformationPoint, policyTextEntries } = await import(
      '../../enforcement/decisions/policy-information-point.ts'
    );
    const { catchUpProjection } = await import('../../projection/catch-up.ts');
    const { decisionLog, clock, random } = writer;
    const { information } = await PolicyInformationPoint.open(writer);
    const inForce = asked.policies === undefined ? information.policies : undefined;
    const source = inForce === undefined ? await sourceOf(asked) : undefined;
    const policies = inForce ?? PolicySet.parse(source as PolicySource);
    const { directory, request } = await prepare(asked, information, { clock, tenant });
    if (source !== undefined) {
      // The deciding policies must stay readable, whatever happens to the folder.
      const texts = policyTextEntries(policies, source, information, clock.now());
      if (texts.length > 0) await decisionLog.append(texts);
    }
    const point = new DecisionPoint({ policies, directory, decisionLog, clock, random });
    const flip = asked.flip === true ? 'smallest' : undefined;
    const { decision, entry } = await point.decide(request, { flip });
    await catchUpProjection(writer);
    return outputOf(decision, entry);
  },
  conclude: conclusionOf,
};

/** A decision without a ledger: it permits no access. */
export const previewDecision: DocumentOperation<DecideInput, DecideOutput> = {
  name: 'decide preview',
  summary: 'what would be decided, without an entry',
  description: 'Evaluates one request against the policies of a folder, and writes nothing.',
  scope: 'policies:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input,
  output,
  examples: [
    {
      summary: 'Try a request against policies that are not in force',
      input: { request: {}, policies: '/etc/countersign/policies', flip: true },
      commandLine: 'decide request.json --policies /etc/countersign/policies --flip --dry-run',
      needs: 'files',
    },
  ],
  async run({ clock, random, tenant }, asked) {
    const { DecisionPoint, PolicyInformation, PolicySet } = await import('@countersign/policy');
    const policies = PolicySet.parse(await sourceOf(asked));
    const known = new PolicyInformation();
    const { directory, request } = await prepare(asked, known, { clock, tenant });
    const decisionLog = { append: () => Promise.reject(new Error('nothing is decided here')) };
    const point = new DecisionPoint({ policies, directory, decisionLog, clock, random });
    const outcome = point.evaluate(request);
    const preview = outputOf(
      asked.flip === true ? { ...outcome, flip: point.flip(request) } : outcome,
    );
    return documentResult(preview, conclusionOf(preview));
  },
};

function outputOf(
  { effect, ...explained }: PolicyOutcome & DecideOutput['context'],
  entry?: number,
): DecideOutput {
  return {
    decision: effect === 'permit',
    context: { ...explained, ...(entry !== undefined && { entry }) },
  };
}

function conclusionOf({ decision, context: { cause, because } }: DecideOutput): Conclusion {
  if (decision) return YES;
  const isUnknown = cause === 'unknown' || cause === 'error';
  return isUnknown ? unknown(`${reasonsText(because)}, so it is denied`) : NO;
}

async function sourceOf({ policies }: DecideInput): Promise<PolicySource> {
  const { readPolicyFolder } = await import('@countersign/policy');
  return readPolicyFolder(policyFolder(policies)).source;
}

async function prepare(
  asked: DecideInput,
  information: PolicyInformation,
  { clock, tenant }: { readonly clock: Clock; readonly tenant: TenantId | undefined },
): Promise<{ readonly directory: SuiteDirectory; readonly request: DecisionRequest }> {
  const policy = await import('@countersign/policy');
  const { readConfigFile } = await import('@countersign/yaml-document');
  const readMs = clock.now();
  const store = information.directory;
  const tenants: TenantId[] = [];
  const { directory, register } = asked;
  if (directory !== undefined) {
    const read = policy.parseDirectoryFile(readConfigFile(directory));
    tenants.push(policy.loadDirectoryFile(store, read, { file: directory, readMs }));
  }
  if (register !== undefined) {
    const read = policy.parseRegister(readConfigFile(register));
    tenants.push(policy.loadRegister(store, read, { file: register, readMs }));
  }
  const given = asked.request['enforcementPoint'];
  const enforcementPoint =
    asked.enforcementPoint ?? (typeof given === 'string' ? given : 'authzen');
  const fileTenant = tenants[0] ?? OWN_TENANT;
  const request = policy.parseRequest(asked.request, { enforcementPoint, tenant: fileTenant });
  return { directory: information.suite(clock), request: ofTenant(request, tenant) };
}

/** The named tenant, else that of the requested suite, else that of the files. */
function ofTenant(request: DecisionRequest, tenant: TenantId | undefined): DecisionRequest {
  const { type, id } = request.resource;
  if (tenant !== undefined) return { ...request, tenant };
  return type.toLowerCase() === 'suite' ? { ...request, tenant: tenantId(id) } : request;
}
