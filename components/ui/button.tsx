import type { ComponentProps } from 'react';
import { cx } from '#components/ui/class-names.ts';

type Variant = 'primary' | 'outline' | 'quiet' | 'danger';

const VARIANTS: Record<Variant, string> = {
  primary: 'bg-accent text-accent-text border-transparent hover:opacity-90',
  outline: 'bg-surface text-text border-line hover:bg-hover',
  quiet: 'bg-transparent text-muted border-transparent hover:bg-hover hover:text-text',
  danger: 'bg-surface text-text border-danger hover:bg-danger-soft',
};

type ButtonProps = ComponentProps<'button'> & { variant?: Variant };

const SHAPE =
  'inline-flex items-center justify-center gap-1.5 rounded-md border text-sm font-medium whitespace-nowrap select-none disabled:opacity-50';

export function Button({ variant = 'outline', className, type = 'button', ...rest }: ButtonProps) {
  return <button type={type} className={cx(SHAPE, 'button-size', VARIANTS[variant], className)} {...rest} />;
}

/** A square button with only an icon: `label` is its name and its tooltip. */
export function IconButton({
  label,
  variant = 'quiet',
  className,
  type = 'button',
  ...rest
}: Omit<ButtonProps, 'aria-label' | 'title'> & { label: string }) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={cx(
        SHAPE,
        'size-7 shrink-0 aria-pressed:bg-accent-soft aria-pressed:text-text',
        VARIANTS[variant],
        className,
      )}
      {...rest}
    />
  );
}
