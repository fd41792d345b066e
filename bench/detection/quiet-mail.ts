import { createReadStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { messageFile } from '@countersign/emulator';
import { detect } from '../../test/support/detection/detect.ts';
import { PLAYED_FEEDS } from '../../test/support/detection/play-scenario.ts';
import {
  recordScenarios,
  type ScenarioRecording,
} from '../../test/support/detection/scenario-recording.ts';

/** Detectors of senders and reply addresses. */
const RULES = ['stream/reply-mismatch', 'stream/display-name'] as const;
const LOW = 2;
/** Detectors report nothing in the first days of a log, in which every sender is new. */
const UNSEEN_DAYS = 7;

export type MailWeeks = {
  readonly people: number;
  /** The length of the log. The first week is not counted. */
  readonly weeks: number;
  readonly inbound: number;
  /** Reported messages: all that direct replies to another address. */
  readonly files: number;
  readonly lines: readonly MailLine[];
};

/** Wrong findings per 1,000 people and week, by severity. */
export type MailLine = {
  readonly rule: string;
  readonly informational: number;
  readonly low: number;
  readonly medium: number;
};

/** Weeks of mail without an attack, with every message that a detector might flag. */
export async function quietMail(
  of: { readonly seed: number; readonly people: number; readonly weeks: number },
  folder: string,
): Promise<MailWeeks> {
  const place = mkdtempSync(join(folder, 'mail-'));
  try {
    const { seed, people, weeks } = of;
    const kept = new Set<string>(['azure/EmailEvents', 'azure/SignInLogs']);
    const without = PLAYED_FEEDS.filter((feed) => !kept.has(feed));
    const plan = { seed, people, lifeDays: weeks * 7, without };
    const handed = await filesOf(recordScenarios(join(place, 'read'), [plan]));
    const { findings, recording } = await detect(place, [plan], ({ folder: into }) => {
      mkdirSync(join(into, 'messages'));
      for (const [at, text] of handed.texts.entries()) {
        writeFileSync(join(into, 'messages', `${at}.eml`), text);
      }
    });
    const fromMs = recording.startMs + UNSEEN_DAYS * 86_400_000;
    const late = findings.filter(({ finding }) => finding.lastMs >= fromMs);
    const per = (people * (weeks - 1)) / 1_000;
    const lines = RULES.map((rule): MailLine => {
      const own = late.filter(({ finding }) => finding.rule === rule);
      const rate = (is: (severity: number) => boolean): number =>
        own.filter(({ finding }) => is(finding.severity)).length / per;
      return {
        rule,
        informational: rate((severity) => severity < LOW),
        low: rate((severity) => severity === LOW),
        medium: rate((severity) => severity > LOW),
      };
    });
    return { people, weeks, inbound: handed.inbound, files: handed.texts.length, lines };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

async function filesOf(
  recording: ScenarioRecording,
): Promise<{ inbound: number; texts: string[] }> {
  const texts: string[] = [];
  let inbound = 0;
  for (const name of [...recording.files].filter((each) => each.endsWith('EmailEvents.ndjson'))) {
    const lines = createInterface({ input: createReadStream(join(recording.folder, name)) });
    for await (const line of lines) {
      const { properties } = JSON.parse(line) as { properties: Record<string, unknown> };
      if (properties['EmailDirection'] !== 'Inbound') continue;
      inbound += 1;
      const text = messageFile(properties);
      if (text !== undefined) texts.push(text);
    }
  }
  return { inbound, texts };
}
