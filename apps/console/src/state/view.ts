import { useNavigate, useSearch } from '@tanstack/react-router';
import { texts } from '../texts/en.ts';

/** What every page's address can hold. Pages add members of their own, which are text. */
export type View = {
  readonly tenant?: string;
  /** Start of the period, inclusive; ISO 8601 in UTC. */
  readonly from?: string;
  /** End of the period, exclusive. */
  readonly to?: string;
  /** The entry that the side panel shows. */
  readonly entry?: string;
  readonly [member: string]: string | undefined;
};

/** Longer text in an address is a mistake or an attack. */
const MEMBER_CHARACTERS_MAX = 2000;

/** Reads the query of an address. Numbers are read as text: `entry=12`. */
export function readView(search: Readonly<Record<string, unknown>>): View {
  const members = Object.entries(search).flatMap(([name, value]) => {
    const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
    const text = isPlain ? String(value) : '';
    return text === '' || text.length > MEMBER_CHARACTERS_MAX ? [] : [[name, text] as const];
  });
  return Object.fromEntries(members);
}

/** The address's query, and a function that changes some of its members. */
export function useView(): readonly [View, ChangeView] {
  const view = useSearch({ strict: false }) as View;
  const navigate = useNavigate();
  const change: ChangeView = (members, { replaces = false } = {}) => {
    const search = (former: View): View => readView({ ...former, ...members });
    void navigate({ to: '.', search: search as never, replace: replaces });
  };
  return [view, change];
}

/** Undefined takes a member out of the address. */
type ChangeView = (
  members: Readonly<Record<string, string | undefined>>,
  options?: ChangeOptions,
) => void;

type ChangeOptions = {
  /** The change is no step that "back" undoes, such as each letter of a filter. */
  readonly replaces?: boolean;
};

/** Start and end of the period, as a sentence states them. */
export function usePeriodText(): string {
  const [{ from, to }] = useView();
  const minute = (time: string | undefined) => time?.slice(0, 16).replace('T', ' ');
  const end = minute(to);
  return texts.period.range(minute(from), end === undefined ? end : `${end} UTC`);
}

/** Tenant and period of the address, as operations take them. */
export function usePeriod(): {
  readonly tenant?: string;
  readonly from?: string;
  readonly to?: string;
} {
  const [{ tenant, from, to }] = useView();
  return {
    ...(tenant !== undefined && { tenant }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}
