import { GIVEN_NAMES, SURNAMES } from '../population/names.ts';
import type { Person } from '../population/person.ts';

/** An external sender as the message states it. */
export type OutsideSender = {
  readonly address: string;
  readonly name: string;
  /** A different reply address, which only message files contain. */
  readonly replyTo?: string;
  readonly listId?: string;
};

/** The recipient and their colleagues. */
export type Inside = {
  readonly person: Pick<Person, 'displayName' | 'upn'>;
  readonly colleague: (at: number) => Pick<Person, 'displayName' | 'upn'>;
};

/**
 * The sender of a message. It depends only on the message id, so that the id in a record determines
 * the rest of the message.
 */
export function outsideSender(internetMessageId: string, inside: Inside): OutsideSender {
  const [, digits = '', domain = ''] = /^<([0-9A-F]{32})@(.+)>$/.exec(internetMessageId) ?? [];
  const draw = (at: number): number => Number.parseInt(digits.slice(at * 8, at * 8 + 8), 16);
  const message = { domain, one: draw(1), two: draw(2), three: draw(3), inside };
  let rest = draw(0) / 0x1_0000_0000;
  for (const [share, make] of SENDERS) {
    if (rest < share) return make(message);
    rest -= share;
  }
  return partner(message);
}

/** The parts of it that only message files contain. */
export function answersTo(internetMessageId: string): Pick<OutsideSender, 'replyTo' | 'listId'> {
  const nobody = { displayName: '', upn: '' };
  const { replyTo, listId } = outsideSender(internetMessageId, {
    person: nobody,
    colleague: () => nobody,
  });
  return { ...(replyTo !== undefined && { replyTo }), ...(listId !== undefined && { listId }) };
}

type Drawn = {
  readonly domain: string;
  readonly one: number;
  readonly two: number;
  readonly three: number;
  readonly inside: Inside;
};
type Make = (drawn: Drawn) => OutsideSender;

/** A few hundred people of each partner company. */
const PARTNERS = 300;

function partner({ domain, one }: Drawn): OutsideSender {
  const { name, local } = human(one % PARTNERS);
  return { name, address: `${local}@${domain}` };
}

const office: Make = ({ domain }) => ({ name: titleOf(domain), address: `office@${domain}` });

/** A service sends it for the company, and the company gets the replies. */
const newsletter: Make = ({ domain, one }) => ({
  ...{ name: `${titleOf(domain)} News`, address: `news@mail.${domain}` },
  replyTo: one % 2 === 0 ? `hello@${domain}` : `reply-${one % 1_000}@mail.${domain}`,
});

const noReply: Make = ({ one }) => ({
  ...{ name: 'Parcelpost', address: 'no-reply@parcelpost.example' },
  ...(one % 2 === 0 && { replyTo: 'service@parcelpost.example' }),
});

/** Replies go to the case at the company that runs the system. */
const ticket: Make = ({ domain, one }) => ({
  ...{ name: `${titleOf(domain)} Support`, address: 'support@deskline.example' },
  replyTo: `case-${one % 100_000}@${domain}`,
});

/**
 * Association names without look-alikes: numbered domains would resemble each other. In some fonts,
 * `clara` and `daria` look alike because of `cl` and `d`.
 */
const SOCIETIES: readonly string[] = GIVEN_NAMES.filter((name) => {
  return !['Daria', 'Lucia', 'Yara'].includes(name);
}).map((name) => name.toLowerCase());

const list: Make = ({ one, two }) => {
  const { name, local } = human(one % 2_000);
  const topic = two % 20;
  return {
    ...{ name, address: `${local}@${SOCIETIES[two % SOCIETIES.length]}-society.example` },
    ...{ replyTo: `topic-${topic}@lists.example`, listId: `<topic-${topic}.lists.example>` },
  };
};

/** A platform sends invitations, and replies go to the inviting person. */
const invitation: Make = ({ one }) => {
  const { name, local } = human(one);
  return {
    ...{ name: `${name} via Planboard`, address: 'invitations@planboard.example' },
    replyTo: `${local}@${FREE[one % FREE.length]}`,
  };
};

/** Customers and applicants: each writes for the first time once. */
const stranger: Make = ({ one, two, three }) => {
  const { name, local } = human(one);
  const address = `${local}${two % 100}@${FREE[two % FREE.length]}`;
  return three % 20 === 0
    ? { name, address, replyTo: `${local}@${FREE[three % FREE.length]}` }
    : { name, address };
};

/** A workshop with its own site and one mailbox. */
const smallFirm: Make = ({ one, two }) => {
  const { name, surname } = human(one);
  const address = `info@${surname.toLowerCase()}-${two % 1_000}.example`;
  return two % 5 === 0
    ? { name, address, replyTo: `${surname.toLowerCase()}${two % 100}@${FREE[0]}` }
    : { name, address };
};

const toThemselves: Make = ({ inside: { person } }) => fromHome(person);

const fromColleagueAtHome: Make = ({ one, inside }) => fromHome(inside.colleague(one));

function fromHome({ displayName, upn }: Inside['person']): OutsideSender {
  const [local = ''] = upn.split('@');
  return { name: displayName, address: `${local}@${FREE[local.length % FREE.length]}` };
}

/**
 * Shares of incoming mail. The rest is from partners. At a hundred messages per person and week,
 * each person writes to themselves from home every ten weeks, and to a colleague every two hundred.
 */
const SENDERS: readonly (readonly [share: number, make: Make])[] = [
  [0.12, office],
  [0.12, newsletter],
  [0.06, noReply],
  [0.05, ticket],
  [0.03, list],
  [0.015, invitation],
  [0.004, stranger],
  [0.001, smallFirm],
  [0.001, toThemselves],
  [0.000_05, fromColleagueAtHome],
];

/** Real providers, because detectors know them as free mail. */
const FREE: readonly string[] = ['gmail.com', 'outlook.com', 'gmx.net', 'proton.me'];

type Human = { readonly name: string; readonly surname: string; readonly local: string };

/** External people have the same names as employees, so some match. */
function human(n: number): Human {
  const given = GIVEN_NAMES[n % GIVEN_NAMES.length] ?? '';
  const surname = SURNAMES[Math.floor(n / GIVEN_NAMES.length) % SURNAMES.length] ?? '';
  return {
    ...{ name: `${given} ${surname}`, surname },
    local: `${given}.${surname}`.toLowerCase(),
  };
}

function titleOf(domain: string): string {
  const [label = ''] = domain.split('.');
  return `${label.charAt(0).toUpperCase()}${label.slice(1)}`;
}
