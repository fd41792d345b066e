import { Button } from '@fluentui/react-components';
import { useMemo, useState } from 'react';
import { texts } from '../../texts/en.ts';
import { NamedTenants, wholeIds } from './named-tenants.tsx';
import { cutText, visibleText } from './visible-text.ts';

/**
 * Text of a record, an app or a person: hidden characters show, long text is cut, and a tenant has
 * its name.
 *
 * @param isExact shows each character as it is recorded, also the ids of tenants
 */
export function SafeText(props: { readonly text: string; readonly isExact?: true }) {
  const { text, isExact } = props;
  const [isWhole, setWhole] = useState(false);
  const { start, isCut } = useMemo(() => cutText(text), [text]);
  const shown = isWhole || !isCut ? text : text.slice(0, wholeIds(text, start.length));
  return (
    <bdi style={{ overflowWrap: 'anywhere' }}>
      {isExact ? visibleText(shown) : <NamedTenants text={shown} />}
      {isCut && !isWhole && (
        <>
          {'… '}
          <Button size="small" appearance="transparent" onClick={() => setWhole(true)}>
            {texts.showAll}
          </Button>
        </>
      )}
    </bdi>
  );
}
