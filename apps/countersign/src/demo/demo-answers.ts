import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  type Clock,
  joinWithAnd,
  numberText,
  plural,
  type Random,
  type TenantId,
} from '@countersign/core';
import type { OperationContext } from '../operations/definition/operation.ts';
import { writeBrief } from '../operations/detection/brief.ts';
import { listIncidents } from '../operations/detection/incidents.ts';
import { HIGH } from '../operations/eviction/assess-eviction.ts';
import { evaluateEviction } from '../operations/eviction/evaluate-eviction.ts';
import { exportEvidenceFile, verifyEvidenceFile } from '../operations/ledger/evidence.ts';
import { Readers } from '../operations/readers/readers.ts';
import { countVerified } from '../operations/reading/verified.ts';
import { reconcileActions } from '../operations/reconcile/reconcile.ts';
import type { IncidentView } from '../reports/findings/incident-view.ts';
import { DAY_MS } from './company/demo-plan.ts';

/** One line of the demonstration: a word, and a short sentence. */
export type DemoLine = { readonly label: string; readonly text: string };

type AnswerOptions = {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly tenant: TenantId;
  readonly startMs: number;
  readonly evidenceFile: string;
};

/** A shorter interruption is no answer to "what is missing". */
const HOLE_MS_MIN: number = DAY_MS / 4;
/** What one case shows an auditor: its gravest findings. */
const EVIDENCE_ENTRIES = 3;
const SEVERITIES = ['', 'informational', 'low', 'medium', 'high', 'critical'] as const;

/** Asks the ledger of the demonstration what the commands of an operator would ask it. */
export class DemoAnswers {
  readonly #options: AnswerOptions;
  readonly #readers: Readers;
  #incidents: readonly IncidentView[] = [];

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.#readers = new Readers(options);
  }

  close(): void {
    this.#readers.close();
  }

  async *lines(): AsyncGenerator<DemoLine> {
    this.#incidents = [...(await this.#incidentViews())];
    yield await this.#collected();
    yield await this.#verified();
    yield await this.#accounted();
    yield this.#found();
    yield* await this.#consequences();
    yield* await this.#cannotTell();
    yield await this.#proof();
  }

  async #collected(): Promise<DemoLine> {
    const { store, head } = await this.#readers.sources();
    const sources = new Set(store.coverage().map(({ source }) => source));
    const text = `${numberText(head.size)} ledger entries from ${sources.size} sources`;
    return { label: 'Collected', text };
  }

  async #verified(): Promise<DemoLine> {
    const { output } = await countVerified.run(this.#context(), {});
    const { decided, checked, unverified } = output;
    const left = sum(unverified);
    const text =
      `${numberText(decided)} sign-ins before they happened, ${numberText(checked)} after, ` +
      `${numberText(left)} not`;
    return { label: 'Verified', text };
  }

  /** The days before the first finding: in a quiet time, every action should have a reason. */
  async #accounted(): Promise<DemoLine> {
    const { clock, startMs } = this.#options;
    const firstMs = Math.min(clock.now(), ...this.#incidents.map((one) => one.firstMs));
    const toMs = Math.max(Math.floor(firstMs / DAY_MS) * DAY_MS, startMs + DAY_MS);
    const period = { from: timeOf(startMs), to: timeOf(toMs) };
    const { output } = await reconcileActions.run(this.#context(), period);
    const { actions, accounted, unaccounted } = output;
    const share = actions === 0 ? 0 : Math.floor((1000 * accounted) / actions) / 10;
    const days = plural(Math.round((toMs - startMs) / DAY_MS), 'quiet day');
    const text =
      `${share} % of ${numberText(actions)} actions of ${days}; ` +
      `${numberText(sum(unaccounted))} without authorization`;
    return { label: 'Accounted', text };
  }

  #found(): DemoLine {
    const [worst] = this.#incidents;
    if (worst === undefined) return { label: 'Found', text: 'nothing of medium severity or more' };
    const others = this.#incidents.length - 1;
    const more = others === 0 ? '' : `; ${plural(others, 'smaller incident')}`;
    return { label: 'Found', text: `${SEVERITIES[worst.severity]}: ${worst.title}${more}` };
  }

  /** What was read, and whether they are out. */
  async #consequences(): Promise<readonly DemoLine[]> {
    const [worst] = this.#incidents;
    // A lesser incident is no intrusion, whose end could be asked for.
    if (worst === undefined || worst.severity < HIGH) return [];
    const incident = worst.incident.id;
    const { view: brief } = await writeBrief.run(this.#context(), { incident });
    const { view } = await evaluateEviction.run(this.#context(), { incident });
    const answers = view.report.footholds.map(({ answer }) => answer.kind);
    const count = (kind: string): number => answers.filter((one) => one === kind).length;
    const read = brief.sections.find(({ id }) => id === 'what-they-read')?.sentences[0]?.text;
    return [
      { label: 'Read', text: read ?? brief.conclusion },
      {
        label: 'Are they out?',
        text: `no: ${count('no')} footholds are open; ${count('unknown')} cannot be told`,
      },
    ];
  }

  async #cannotTell(): Promise<readonly DemoLine[]> {
    const { store } = await this.#readers.sources();
    const holes = store
      .coverage()
      .filter(({ source, state, fromMs, toMs }) => {
        // A list of the directory is read again as a whole, so a missed reading is no hole.
        const isMissing =
          state === 'off' || (state === 'lost' && !source.startsWith('graph/list.'));
        return isMissing && fromMs !== null && toMs !== null && toMs - fromMs >= HOLE_MS_MIN;
      })
      .map(({ source, fromMs }) => `${source} on ${dayOf(fromMs ?? 0)}`);
    const named = [...new Set(holes)];
    const unconnected = (store.inventory()?.tenants ?? [])
      .filter(({ state }) => state !== 'connected')
      .map(({ name }) => name);
    return [
      ...(holes.length === 0
        ? []
        : [{ label: 'Cannot tell', text: `${joinWithAnd(named)}: its records are missing` }]),
      ...(unconnected.length === 0
        ? []
        : [
            {
              label: 'Cannot tell',
              text: `${joinWithAnd(unconnected)}: the company owns it, and did not connect it`,
            },
          ]),
    ];
  }

  async #proof(): Promise<DemoLine> {
    const { evidenceFile } = this.#options;
    const findings = this.#incidents.flatMap(({ incident }) => incident.findings);
    const gravest = findings.toSorted((a, b) => b.draft.severity - a.draft.severity);
    const cited = new Set(gravest.flatMap(({ draft }) => draft.entries));
    const indices = [...cited].slice(0, EVIDENCE_ENTRIES);
    const entries = (indices.length === 0 ? [0] : indices).map((index) => ({
      ...{ origin: undefined, index },
    }));
    const { output } = await exportEvidenceFile.run(this.#context(), { entries });
    writeFileSync(evidenceFile, output.evidence, { mode: 0o600 });
    const evidence = Buffer.from(output.evidence);
    const verify = { evidence, key: output.vkey };
    const { view } = await verifyEvidenceFile.run(this.#context(), verify);
    const isWhole = view.answer.kind === 'yes';
    const text = `${basename(evidenceFile)}, ${plural(entries.length, 'record')}: `;
    return { label: 'Proof', text: `${text}${isWhole ? 'verified' : 'NOT verified'}` };
  }

  /** @throws OperationError CANNOT_TELL if no rule has read the records: nothing is not found */
  async #incidentViews(): Promise<Iterable<IncidentView>> {
    const listed = await listIncidents.run(this.#context(), { minSeverity: 'medium' });
    return listed.view as Iterable<IncidentView>;
  }

  #context(): OperationContext {
    const { dataDir, clock, random, env, signal, tenant } = this.#options;
    return {
      ...{ dataDir, clock, random, env, signal, tenant, readers: this.#readers },
      progress: () => undefined,
      notice: () => undefined,
      perform: () => Promise.reject(new RangeError('a question writes nothing')),
    };
  }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((a, b) => a + b, 0);
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

function dayOf(ms: number): string {
  const day = new Date(ms);
  return day.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}
