import type { ReactNode } from 'react';

/** An area that scrolls by itself. The keyboard reaches it, so that the arrow keys scroll it. */
export function ScrollRegion(props: {
  readonly label: string;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  const { label, className, children } = props;
  return (
    <section
      aria-label={label}
      className={className}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: WCAG 2.1.1, keyboard.
      tabIndex={0}
      data-print="whole"
      style={{ overflow: 'auto', minHeight: 0 }}
    >
      {children}
    </section>
  );
}
