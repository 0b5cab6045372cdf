/** A piece of text that is marked (an error) or not. */
export type MarkedPiece = { readonly text: string; readonly marked: boolean };

type Span = { readonly position: number; readonly length: number };

/** Cuts a text at the marks. A mark of no length, or behind the end, takes the character before or a blank. */
export function markText(text: string, spans: readonly Span[]): readonly MarkedPiece[] {
  const isMarked = new Array<boolean>(text.length + 1).fill(false);
  for (const { position, length } of spans) {
    const from = Math.min(Math.max(0, position), text.length);
    isMarked.fill(true, from, Math.min(text.length + 1, from + Math.max(1, length)));
  }
  const shown = isMarked[text.length] === true ? `${text} ` : text;
  const pieces: { text: string; marked: boolean }[] = [];
  for (let index = 0; index < shown.length; index++) {
    const marked = isMarked[index] === true;
    const last = pieces.at(-1);
    if (last !== undefined && last.marked === marked) last.text += shown[index];
    else pieces.push({ text: shown[index] ?? '', marked });
  }
  return pieces;
}

/** The text with one span replaced: what "did you mean" does. */
export function replaceSpan(text: string, { position, length }: Span, by: string): string {
  return text.slice(0, position) + by + text.slice(position + length);
}
