import { formatNumber } from '../kit/text/format-time.ts';

export const feedTexts = {
  title: 'Feeds',
  looked: 'feeds in the configuration',
  name: 'Name',
  kind: 'Receiver',
  state: 'State',
  states: { running: 'Running', failing: 'Failing', paused: 'Paused', stopped: 'Stopped' },
  position: 'Delivered up to',
  nothing: 'nothing yet',
  lag: 'Behind',
  entries: (count: number) => `${formatNumber(count)} ${count === 1 ? 'entry' : 'entries'}`,
  proof: 'Proof of delivery',
  proofs: { sent: 'sent', accepted: 'accepted', indexed: 'indexed' },
  noProof: 'none yet',
  last: 'Last delivery',
  never: 'never',
  pause: 'Pause',
  resume: 'Resume',
  test: 'Send a test record',
  pauseTitle: (name: string) => `Pause ${name}?`,
  pausePreview: 'It receives nothing until someone resumes it. Nothing is lost.',
  resumeTitle: (name: string) => `Resume ${name}?`,
  resumePreview: (lag: number) =>
    `It continues where it stopped, ${formatNumber(lag)} entries behind.`,
  lastError: (text: string) => `Last error: ${text}`,
  erasures: {
    informed: 'An erasure is passed on to this system.',
    unsupported: 'This system takes no erasures. Erase there by hand.',
  },
  refused: (count: string) => `${count} records were refused by the receiver and set aside.`,
  yes: (count: number, upTo: number) =>
    count === 1
      ? `The system has the account up to entry ${upTo}.`
      : `All ${count} systems have the account up to entry ${upTo}.`,
  no: (bad: number, all: number) => `${bad} of ${all} systems do not receive the account.`,
  unknown: 'Cannot tell whether other systems have the account.',
  sentOnly: 'Cannot tell whether every system stored what it was sent.',
  noFeed: 'No feed is configured. Add "feeds" to the configuration.',
  unproved: (name: string) => `${name} does not confirm what it stored.`,
  trouble: (name: string, why: string) => `${name}: ${why}`,
} as const;
