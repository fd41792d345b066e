import type { Reason } from '@countersign/core';
import type { CoverageRow } from '../../store/rows/entry-rows.ts';
import type { Ground } from '../footholds/foothold.ts';

/** Which coverage rows are about which ground, by source or workload. */
const SPEAKS: Readonly<Record<Ground, { readonly name: string; readonly of: RegExp }>> = {
  directory: {
    name: "the directory's changes",
    of: /azureactivedirectory|directoryaudits|auditlogs$|unified-audit-log/i,
  },
  signIns: { name: 'sign-ins', of: /sign-?ins?|signinlogs|azureactivedirectorystslogon/i },
  exchange: { name: 'Exchange', of: /exchange|unified-audit-log|officeactivity/i },
  sharepoint: {
    name: 'SharePoint and OneDrive',
    of: /sharepoint|onedrive|unified-audit-log|officeactivity/i,
  },
  teams: { name: 'Teams', of: /teams|general|unified-audit-log|officeactivity/i },
  compliance: { name: 'Purview', of: /compliance|general|unified-audit-log/i },
  'power-platform': { name: 'Power Platform', of: /power|flow|general|unified-audit-log/i },
  intune: { name: 'Intune', of: /intune/i },
  azure: { name: 'Azure', of: /azureactivity|azure-monitor\/(?:administrative|activity)/i },
  mailFlow: { name: 'mail flow', of: /messagetrace|email/i },
};

/** Reasons why the ledger may lack data of these grounds since a time. */
export function groundReasons(
  grounds: readonly Ground[],
  facts: readonly CoverageRow[],
): readonly Reason[] {
  return grounds.flatMap((ground) => {
    const { name, of } = SPEAKS[ground];
    const own = facts.filter((fact) => speaks(fact, of));
    if (own.length === 0) {
      const text = `this ledger knows no source that reports ${name}`;
      return [{ code: 'source-not-connected', text }];
    }
    const short = own.find(({ state }) => state !== 'collected' && state !== 'corroborated');
    if (short === undefined) return [];
    const { state, because } = short;
    return [{ code: `coverage-${state}`, text: `of ${name}: ${because}` }];
  });
}

function speaks(fact: CoverageRow, of: RegExp): boolean {
  const named = fact.workload === null ? fact.source : `${fact.source} ${fact.workload}`;
  return fact.source === '*' || of.test(named);
}
