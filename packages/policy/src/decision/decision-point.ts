import { type Clock, messageOf, type Random, type RecordDraft } from '@countersign/core';
import { isRecord } from '../cedar/typed-value.ts';
import type { Directory } from '../directory/directory.ts';
import { PolicyError } from '../errors.ts';
import { DIRECTORY_AGE_MAX_MS, SUITE_TOKEN_MS_MAX } from '../limits.ts';
import type { PolicySet } from '../policies/policy-set.ts';
import { flipOf } from './counterfactual.ts';
import type {
  Counterfactual,
  DecidedEntry,
  Decision,
  DecisionRequest,
  PolicyOutcome,
} from './decision.ts';
import {
  decisionDraft,
  type PassConstraints,
  type PassOpening,
  passDraft,
} from './decision-entry.ts';
import { type EvaluationContext, evaluatePolicies } from './evaluate-policies.ts';
import type { Ages } from './gather-inputs.ts';
import { uuidV7 } from './uuid-v7.ts';

export type DecisionPointOptions = {
  readonly policies: PolicySet;
  readonly directory: Directory;
  readonly decisionLog: DecisionLog;
  readonly clock: Clock;
  readonly random: Random;
  /** The maximum age of inputs. The default is 26 hours. */
  readonly ages?: Ages | undefined;
  /** Undefined: no observer follows the opened passes. */
  readonly passes?: PassObserver | undefined;
  /**
   * The maximum lifetime of a token that the suite issues on a pass. Overrides the vendor's
   * documented value.
   */
  readonly suiteTokenMs?: number | undefined;
};

export type DecideOptions = {
  /** The lifetime of the pass that a permit opens. */
  readonly passMs?: number | undefined;
  /** `smallest`: also compute the smallest change of inputs that would flip the decision. */
  readonly flip?: 'smallest' | undefined;
};

/** Evaluates the policies and logs the decision before any caller may act on it. */
export class DecisionPoint {
  readonly #decisionLog: DecisionLog;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #ages: Ages;
  readonly #passes: PassObserver | undefined;
  readonly #suiteTokenMs: number;
  #policies: PolicySet;
  #directory: Directory;

  constructor(options: DecisionPointOptions) {
    this.#policies = options.policies;
    this.#directory = options.directory;
    this.#decisionLog = options.decisionLog;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#ages = options.ages ?? (() => DIRECTORY_AGE_MAX_MS);
    this.#passes = options.passes;
    this.#suiteTokenMs = options.suiteTokenMs ?? SUITE_TOKEN_MS_MAX;
  }

  get policies(): PolicySet {
    return this.#policies;
  }

  get directory(): Directory {
    return this.#directory;
  }

  /** Applies from the next request on. */
  use(next: { readonly policies?: PolicySet; readonly directory?: Directory }): void {
    this.#policies = next.policies ?? this.#policies;
    this.#directory = next.directory ?? this.#directory;
  }

  /** The current outcome, without logging it. It permits nothing. */
  evaluate(request: DecisionRequest): PolicyOutcome {
    return evaluatePolicies(request, this.#evaluationContext());
  }

  /** The smallest change of inputs that would flip the decision; null if none is found. */
  flip(request: DecisionRequest): Counterfactual | null {
    return flipOf(request, this.#evaluationContext());
  }

  /**
   * Decides, and resolves when the decision and the pass that it opens are durable entries.
   * @throws PolicyError NOT_ACCOUNTED: nothing was decided, and the enforcement point MUST deny
   */
  async decide(request: DecisionRequest, options: DecideOptions = {}): Promise<DecidedEntry> {
    const [decided] = await this.decideAll([request], options);
    if (decided === undefined)
      throw new PolicyError('NOT_ACCOUNTED', 'the request returned no decision');
    return decided;
  }

  /** Decides several requests and logs them in one write. If it fails, none is returned. */
  async decideAll(
    requests: readonly DecisionRequest[],
    options: DecideOptions = {},
  ): Promise<readonly DecidedEntry[]> {
    const drafts: RecordDraft[] = [];
    const openings: { pass: PassOpening; request: DecisionRequest }[] = [];
    const decisions = requests.map((request) => {
      const { decision, pass } = this.#decision(request, options);
      const draftIndex = drafts.push(decisionDraft(decision, request)) - 1;
      if (pass !== undefined) {
        drafts.push(passDraft(pass));
        openings.push({ pass, request });
      }
      return { decision, draftIndex };
    });
    const entries = await this.#append(drafts, openings);
    return decisions.map(({ decision, draftIndex }): DecidedEntry => {
      const entry = entries[draftIndex];
      if (entry === undefined) throw notLogged(undefined);
      return { decision, entry };
    });
  }

  #decision(
    request: DecisionRequest,
    { passMs, flip }: DecideOptions,
  ): { readonly decision: Decision; readonly pass: PassOpening | undefined } {
    const policyOutcome = this.evaluate(request);
    const outcome =
      flip === undefined ? policyOutcome : { ...policyOutcome, flip: this.flip(request) };
    const atMs = this.#clock.now();
    const id = uuidV7(atMs, this.#random);
    const { enforcementPoint, tenant } = request;
    const decision: Decision = { id, atMs, enforcementPoint, tenant, ...outcome };
    if (passMs === undefined || outcome.effect === 'deny') return { decision, pass: undefined };
    const pass = this.#passOf(request, decision, passMs);
    return { decision: { ...decision, pass: { id: pass.pass, expiresMs: pass.expiresMs } }, pass };
  }

  #passOf(
    { subject, resource, action, context, enforcementPoint, tenant }: DecisionRequest,
    { id, atMs }: Decision,
    passMs: number,
  ): PassOpening {
    return {
      v: 1,
      phase: 'opened',
      pass: uuidV7(atMs, this.#random),
      tenant,
      decision: id,
      enforcementPoint,
      principal: { type: subject.type, id: subject.id },
      resource: { type: resource.type, id: resource.id },
      action: action.name,
      constraints: constraintsOf(context),
      atMs,
      expiresMs: atMs + passMs,
      ...(isOfSuite(resource) && { suiteTokenMs: this.#suiteTokenMs }),
    };
  }

  #evaluationContext(): EvaluationContext {
    return {
      policies: this.#policies,
      directory: this.#directory,
      ages: this.#ages,
      nowMs: this.#clock.now(),
    };
  }

  async #append(
    drafts: readonly RecordDraft[],
    openings: readonly { readonly pass: PassOpening; readonly request: DecisionRequest }[],
  ): Promise<readonly number[]> {
    try {
      // Register passes before they are durable: a directory change must find them from now on.
      for (const { pass, request } of openings) this.#passes?.opening(pass, request);
      return await this.#decisionLog.append(drafts);
    } catch (cause) {
      for (const { pass } of openings) this.#passes?.dropped(pass.pass);
      throw notLogged(cause);
    }
  }
}

/** The type is `suite` at enforcement points and `Suite` in policies. */
function isOfSuite({ type }: DecisionRequest['resource']): boolean {
  return type.toLowerCase() === 'suite';
}

function constraintsOf(context: DecisionRequest['context']): PassConstraints {
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  const { device } = context;
  return {
    address: text(context['address']),
    device: text(isRecord(device) ? device['id'] : device),
    app: text(context['app']),
  };
}

function notLogged(cause: unknown): PolicyError {
  const why = cause === undefined ? 'the ledger accepted fewer entries' : messageOf(cause);
  return new PolicyError(
    'NOT_ACCOUNTED',
    `could not write the decision to the ledger (${why}), so access is denied`,
    { cause },
  );
}

/** Writes entries into the ledger. */
export interface DecisionLog {
  /**
   * Resolves with the index of each draft when all of them survive a loss of power. MAY be called
   * concurrently. MUST reject if any of them is not durable.
   */
  append(drafts: readonly RecordDraft[]): Promise<readonly number[]>;
}

/** Follows passes from the moment of the decision. */
export interface PassObserver {
  /**
   * A permit is about to open this pass. It is not durable yet, and no caller has it.
   * @throws PolicyError NOT_ACCOUNTED: the observer cannot follow it, so it MUST NOT be opened
   */
  opening(pass: PassOpening, request: DecisionRequest): void;
  /** The pass of an earlier call of {@link opening} was not opened. */
  dropped(pass: string): void;
}
