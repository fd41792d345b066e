import type { FindingDraft } from '../../../store/rows/finding.ts';
import { CANDIDATES_EXAMINED_MAX, TRAVEL_WITHIN_MS } from '../limits.ts';
import { numberOf, queryEvents, type Row, textOf } from '../windows/event-query.ts';
import { dayOf, draftFrom, isWithin, type WindowDetector } from '../windows/window-detector.ts';
import {
  habitsOf,
  OF_PEOPLE,
  SIGN_IN_COLUMNS,
  SIGN_IN_SELECT,
  type SignInEvent,
  signInEventOf,
} from './sign-in-baseline.ts';

/**
 * Sign-ins from two countries within the hour.
 *
 * Shared exits, such as a company's proxy abroad, are ignored. So are exits that this person uses
 * on other days, such as a carrier's abroad.
 */
export const impossibleTravel: WindowDetector = {
  rules: ['stream/impossible-travel'],
  title: 'Sign-ins from two countries within one hour',
  needs: ['sign-in-log'],
  find: async (window) => {
    const rows = await queryEvents(
      window,
      TRAVEL_WITHIN_MS,
      [...SIGN_IN_COLUMNS, 'from_index', 'from_t', 'from_ip', 'from_net', 'from_country'],
      // Most people were in one country. Only those with several are sorted and compared.
      (events) => `WITH s AS NOT MATERIALIZED (
          SELECT *, coalesce(actor_uid, lower(actor_name)) AS who FROM ${events}
          WHERE ${OF_PEOPLE} AND country <> ''),
        several AS (SELECT org, who FROM s GROUP BY ALL
          HAVING min(hash(country)) <> max(hash(country)))
        SELECT * FROM (SELECT ${SIGN_IN_SELECT}, lag("index") OVER w, lag(t) OVER w AS from_t,
            lag(ip) OVER w, lag(net) OVER w, lag(nullif(country, '')) OVER w AS from_country
          FROM s SEMI JOIN several USING (org, who)
          WINDOW w AS (PARTITION BY org, who ORDER BY t, "index"))
        WHERE from_country <> country AND t - from_t <= ${TRAVEL_WITHIN_MS}
        ORDER BY t, "index"`,
      CANDIDATES_EXAMINED_MAX,
    );
    const trips = rows.map(tripOf).filter(({ to }) => isWithin(window, to.atMs));
    if (trips.length === 0) return [];
    const habits = await habitsOf(
      window,
      trips.flatMap(({ from, to }) => [from, to]),
    );
    const isStrange = (one: SignInEvent): boolean =>
      !habits.isOwn(one) && !habits.isOwnCountry(one);
    // In either order, because the intruder may come first.
    const strange = trips.filter(({ from, to }) => isStrange(from) !== isStrange(to));
    const days = Map.groupBy(strange, ({ to }) => `${dayOf(to.atMs)} ${to.tenant} ${to.person}`);
    return [...days.values()].flatMap(([first]) => (first === undefined ? [] : [draftOf(first)]));
  },
};

type Trip = { readonly from: SignInEvent; readonly to: SignInEvent };

function tripOf(row: Row): Trip {
  const to = signInEventOf(row);
  const from = {
    ...to,
    index: numberOf(row['from_index']),
    atMs: numberOf(row['from_t']),
    ip: textOf(row['from_ip']),
    net: textOf(row['from_net']),
    country: textOf(row['from_country']),
  };
  return { from, to };
}

function draftOf({ from, to }: Trip): FindingDraft {
  const who = to.name ?? to.actor ?? 'An unnamed account';
  const minutes = Math.max(1, Math.round((to.atMs - from.atMs) / 60_000));
  return draftFrom({
    rule: 'stream/impossible-travel',
    tenant: to.tenant,
    group: to.person,
    at: to,
    title: `${who} signed in from ${from.country} and ${minutes} min later from ${to.country}`,
    message:
      `The addresses are ${from.ip} and then ${to.ip}. In the month before, neither this person ` +
      'nor the company used one of them. No person travels that fast, so another party may use ' +
      'the account. Likely harmless when: a VPN or a roaming phone uses the other country.',
    next: `Ask ${who} where they were. If they cannot explain it, revoke their sessions.`,
    severity: 3,
    techniques: ['T1078.004'],
    seen: [from, to],
  });
}
