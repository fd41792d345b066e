export const requestTexts = {
  title: 'Vendor requests',
  looked: 'requests to the vendor',
  state: 'State',
  states: { met: 'Met', 'not met': 'Not met', 'cannot tell': 'Cannot tell' },
  request: 'Request',
  what: 'What we ask for',
  why: 'Why',
  test: 'How we test it',
  facts: 'What it would show',
  because: 'Result of the last test',
  select: 'Choose a request to see why we ask, and how we test it.',
  all: (count: number) => `The vendor has met all ${count} requests.`,
  some: (open: number, all: number) => `${open} of ${all} requests are not met.`,
  unknown: (count: number, all: number) =>
    `Cannot tell for ${count} of ${all} requests whether they are met.`,
} as const;
