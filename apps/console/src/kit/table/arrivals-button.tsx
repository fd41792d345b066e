import { Button } from '@fluentui/react-components';
import { type LiveKind, useArrivals } from '../../api/live.ts';
import { texts } from '../../texts/en.ts';

/** "12 new": shows what arrived since the list was read. Until then nothing moves. */
export function ArrivalsButton(props: {
  readonly kinds: readonly LiveKind[];
  readonly onShow: () => unknown;
}) {
  const [count, clear] = useArrivals(props.kinds);
  const show = (): void => {
    clear();
    props.onShow();
  };
  return (
    <div aria-live="polite" style={{ minHeight: '32px' }}>
      {count > 0 && (
        <Button appearance="primary" onClick={show}>
          {texts.list.fresh(count)}
        </Button>
      )}
    </div>
  );
}
