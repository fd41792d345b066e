import type { Operations } from '@countersign/client';
import { Button, Checkbox } from '@fluentui/react-components';
import { useAct } from '../../api/act.ts';
import { useItems } from '../../api/hooks.ts';
import { ActDialog } from '../../kit/act/act-dialog.tsx';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { useSession } from '../../state/session-context.ts';
import { useView } from '../../state/view.ts';
import { passTexts as t } from '../../texts/access.ts';

type Pass = Operations['passesList']['output'];

const END_SCOPE = 'passes:end';

/** Open passes, each with an act that ends it. */
export function PassesTab() {
  const [{ all, tenant, pass: one }, change] = useView();
  const { scopes } = useSession();
  const isAll = all === 'true';
  const passes = useItems('passesList', {
    ...(one === undefined ? { all: isAll } : { pass: one }),
    ...(tenant !== undefined && { tenant }),
  });
  const looked = one === undefined ? t.looked(isAll) : t.one(one);
  const end: Column<Pass> = {
    id: 'end',
    header: '',
    width: '90px',
    cell: (pass) =>
      pass.state === 'open' ? <EndPass pass={pass} onDone={() => passes.refetch()} /> : '',
  };
  return (
    <div>
      {one === undefined ? (
        <Checkbox
          label={t.all}
          checked={isAll}
          onChange={(_, { checked }) => change({ all: checked === true ? 'true' : undefined })}
        />
      ) : (
        <Button appearance="subtle" onClick={() => change({ pass: undefined })}>
          {t.allOpen}
        </Button>
      )}
      <ItemTable
        label={looked}
        items={passes}
        columns={scopes.includes(END_SCOPE) ? [...COLUMNS, end] : COLUMNS}
        rowKey={({ id }) => id}
        looked={looked}
      />
    </div>
  );
}

function EndPass(props: { readonly pass: Pass; readonly onDone: () => unknown }) {
  const { pass, onDone } = props;
  const end = useAct('passesEnd', { onDone });
  const what = `${pass.action} · ${pass.resource.id}`;
  return (
    <ActDialog
      label={t.end}
      title={t.endTitle(pass.principal.id)}
      preview={<SafeText text={t.preview(what, pass.enforcementPoint)} />}
      isPending={end.isPending}
      isDone={end.reply !== undefined}
      error={end.error}
      onAct={(reason) => end.run({ pass: pass.id, reason })}
    />
  );
}

function whatOf({ action, resource }: Pass): string {
  return `${action} · ${resource.id}`;
}

const COLUMNS: readonly Column<Pass>[] = [
  {
    id: 'state',
    header: t.state,
    width: '90px',
    cell: ({ state }) => t.states[state],
    text: ({ state }) => state,
  },
  {
    id: 'who',
    header: t.who,
    width: 'minmax(160px, 1.4fr)',
    cell: ({ principal }) => <SafeText text={principal.id} />,
    text: ({ principal }) => principal.id,
  },
  {
    id: 'what',
    header: t.what,
    width: 'minmax(140px, 1fr)',
    cell: (pass) => <SafeText text={whatOf(pass)} />,
    text: whatOf,
  },
  {
    id: 'point',
    header: t.point,
    width: '140px',
    cell: ({ enforcementPoint }) => <SafeText text={enforcementPoint} />,
    text: ({ enforcementPoint }) => enforcementPoint,
  },
  {
    id: 'opened',
    header: t.opened,
    width: '190px',
    cell: ({ openedMs }) => <Time at={openedMs} />,
    text: ({ openedMs }) => new Date(openedMs).toISOString(),
  },
  {
    id: 'until',
    header: t.until,
    width: '190px',
    cell: ({ closedMs, expiresMs }) => <Time at={closedMs ?? expiresMs} />,
    text: ({ closedMs, expiresMs }) => new Date(closedMs ?? expiresMs).toISOString(),
  },
  {
    id: 'reason',
    header: t.reason,
    width: 'minmax(100px, 1fr)',
    cell: ({ reason }) => <SafeText text={reason ?? ''} />,
    text: ({ reason }) => reason ?? '',
  },
  {
    id: 'entry',
    header: t.entry,
    width: '90px',
    cell: ({ entries: [first] }) => first !== undefined && <EvidenceLink entry={first} />,
    text: ({ entries }) => entries.join(' '),
  },
];
