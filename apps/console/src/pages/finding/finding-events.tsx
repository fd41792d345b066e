import type { Operations } from '@countersign/client';
import {
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
} from '@fluentui/react-components';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import { ScrollRegion } from '../../kit/page/scroll-region.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { findingTexts as t } from '../../texts/incident.ts';

type FindingEvent = NonNullable<Operations['findingsShow']['output']>['events'][number];

/** The events behind a finding; each opens its entry. */
export function FindingEvents({ events }: { readonly events: readonly FindingEvent[] }) {
  return (
    <ScrollRegion label={t.events}>
      <Table size="small" aria-label={t.events} style={{ minWidth: '620px' }}>
        <TableHeader>
          <TableRow>
            <TableHeaderCell>{t.time}</TableHeaderCell>
            <TableHeaderCell>{t.who}</TableHeaderCell>
            <TableHeaderCell>{t.operation}</TableHeaderCell>
            <TableHeaderCell>{t.object}</TableHeaderCell>
            <TableHeaderCell>{t.address}</TableHeaderCell>
            <TableHeaderCell>{t.entry}</TableHeaderCell>
          </TableRow>
        </TableHeader>
        <TableBody>
          {events.map((event) => (
            <TableRow key={event.index}>
              <TableCell>{event.time !== null && <Time at={event.time} form="second" />}</TableCell>
              <TableCell>
                <SafeText text={textOf(event, 'actorName', 'appName', 'actorUid')} />
              </TableCell>
              <TableCell>
                <SafeText text={event.erased ? t.erased : textOf(event, 'operation')} />
              </TableCell>
              <TableCell>
                <SafeText text={textOf(event, 'targetName', 'mailbox', 'object', 'site')} />
              </TableCell>
              <TableCell>
                <SafeText text={textOf(event, 'ip')} />
              </TableCell>
              <TableCell>
                <EvidenceLink entry={event.index} />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </ScrollRegion>
  );
}

/** The first of these members that the event states. */
function textOf(event: FindingEvent, ...names: readonly string[]): string {
  const members = event as Readonly<Record<string, unknown>>;
  const found = names.map((name) => members[name]).find((value) => typeof value === 'string');
  return typeof found === 'string' ? found : '';
}
