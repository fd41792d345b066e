import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  Subtitle2,
  tokens,
} from '@fluentui/react-components';
import { useState } from 'react';
import { texts } from '../../texts/en.ts';
import { useKeyGroups, useKeys } from './keyboard.tsx';

const useStyles = makeStyles({
  groups: { columnWidth: '220px', columnGap: '32px' },
  group: { breakInside: 'avoid', marginBottom: '16px' },
  list: { margin: '4px 0 0', display: 'grid', gridTemplateColumns: 'auto 1fr', gap: '4px 12px' },
  key: {
    fontFamily: tokens.fontFamilyMonospace,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusSmall,
    padding: '0 6px',
  },
  text: { margin: 0 },
});

/** `?` shows the keys of the page. */
export function KeyHelp() {
  const styles = useStyles();
  const [isOpen, setOpen] = useState(false);
  const groups = useKeyGroups();
  useKeys(texts.keys.everywhere, [{ keys: '?', label: texts.keys.help, run: () => setOpen(true) }]);
  return (
    <Dialog open={isOpen} onOpenChange={(_, { open }) => setOpen(open)}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{texts.keys.title}</DialogTitle>
          <DialogContent className={styles.groups}>
            {merged(groups).map(([title, bindings]) => (
              <section key={title} className={styles.group}>
                <Subtitle2 as="h3">{title}</Subtitle2>
                <dl className={styles.list}>
                  {bindings.map(({ keys, label }) => (
                    <div key={keys} style={{ display: 'contents' }}>
                      <dt>
                        {keys.split(' ').map((key) => (
                          <kbd key={key} className={styles.key}>
                            {key}
                          </kbd>
                        ))}
                      </dt>
                      <dd className={styles.text}>{label}</dd>
                    </div>
                  ))}
                </dl>
              </section>
            ))}
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" onClick={() => setOpen(false)}>
              {texts.close}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

type Bindings = ReturnType<typeof useKeyGroups>[number]['bindings'];

function merged(groups: ReturnType<typeof useKeyGroups>): readonly [string, Bindings][] {
  const byTitle = new Map<string, Bindings>();
  for (const { title, bindings } of groups) {
    byTitle.set(title, [...(byTitle.get(title) ?? []), ...bindings]);
  }
  return [...byTitle];
}
