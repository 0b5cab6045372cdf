/** The part of PromQL that alerting rules use; what the reader cannot read is an error, never a guess. */
export type Matcher = { readonly label: string; readonly operator: '=' | '!=' | '=~' | '!~'; readonly value: string };

export type PromqlNode =
  | { readonly kind: 'number'; readonly value: number }
  | {
      readonly kind: 'selector';
      readonly name: string;
      readonly matchers: readonly Matcher[];
      readonly rangeMs: number | null;
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly PromqlNode[] }
  | {
      readonly kind: 'aggregate';
      readonly operator: string;
      /** null without `by` or `without`. */
      readonly by: readonly string[] | null;
      readonly without: boolean;
      readonly operand: PromqlNode;
    }
  | { readonly kind: 'negate'; readonly operand: PromqlNode }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: PromqlNode;
      readonly right: PromqlNode;
      /** `on (…)`, `ignoring (…)`, `group_left` as written; '' without. */
      readonly matching: string;
    };
