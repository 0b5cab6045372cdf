'use client';

import { Download, Table2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { PanelFrame } from '#components/panel/panel-frame.tsx';
import { IconButton } from '#components/ui/button.tsx';

type PictureProps = {
  title: string;
  picture: ReactNode;
  table: ReactNode;
  /** What the marks mean. */
  legend?: ReactNode;
  actions?: ReactNode;
  onDownload?: () => void;
};

/** A picture that can be read as a table. */
export function Picture({ title, picture, table, legend, actions, onDownload }: PictureProps) {
  const [asTable, setAsTable] = useState(false);
  return (
    <PanelFrame
      title={title}
      actions={
        <>
          {!asTable && actions}
          <IconButton label="View as table" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            <Table2 size={14} aria-hidden />
          </IconButton>
          {onDownload !== undefined && (
            <IconButton label="Download CSV" onClick={onDownload}>
              <Download size={14} aria-hidden />
            </IconButton>
          )}
        </>
      }
    >
      {asTable ? (
        table
      ) : (
        <>
          {picture}
          {legend !== undefined && (
            <ul className="flex flex-wrap gap-x-4 gap-y-1 px-3 pt-1 pb-2 text-xs text-muted">{legend}</ul>
          )}
        </>
      )}
    </PanelFrame>
  );
}

/** One mark of a picture and its word. */
export function LegendItem({ mark, children }: { mark: ReactNode; children: ReactNode }) {
  return (
    <li className="flex items-center gap-1.5">
      <svg aria-hidden="true" width="16" height="10" viewBox="0 0 16 10" className="shrink-0">
        {mark}
      </svg>
      {children}
    </li>
  );
}
