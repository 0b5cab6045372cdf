'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Shape } from '#components/status/shape.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { DialogActions } from '#components/ui/dialog-actions.tsx';
import { Field, TextArea } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { RuleImport } from '#lib/api/rules.ts';
import { toProblem } from '#lib/client/problem.ts';
import { importRules } from '#lib/client/rule-queries.ts';

/** Prometheus alerting rules in, as far as they have a counterpart; first a look at what would come of them. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const toast = useToast();
  const [yaml, setYaml] = useState('');
  const [seen, setSeen] = useState<{ yaml: string; result: RuleImport } | null>(null);
  const run = useMutation(importRules(client));
  const isSeen = seen !== null && seen.yaml === yaml;
  const look = () => run.mutate({ yaml, dryRun: true }, { onSuccess: (result) => setSeen({ yaml, result }) });
  const take = () =>
    run.mutate(
      { yaml, dryRun: false },
      {
        onSuccess: (result) => {
          toast(`${result.imported.length} rules are imported`);
          onClose();
        },
      },
    );
  const readFile = async (file: File | undefined) => {
    if (file !== undefined) setYaml(await file.text());
  };
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title="Import rules"
      description="A Prometheus rule file, or one that Headroom exported"
    >
      <div className="space-y-4">
        <Field label="Rule file (YAML)">
          {(attributes) => (
            <>
              <TextArea
                {...attributes}
                rows={10}
                spellCheck={false}
                placeholder="groups:"
                value={yaml}
                onChange={(event) => setYaml(event.target.value)}
              />
              <input
                type="file"
                accept=".yaml,.yml,text/yaml"
                aria-label="Read from a file"
                className="mt-2 text-xs"
                onChange={(event) => void readFile(event.target.files?.[0])}
              />
            </>
          )}
        </Field>
        {run.error !== null && <Notice tone="danger">{toProblem(run.error).detail}</Notice>}
        {isSeen && <ImportReport result={seen.result} />}
        <DialogActions onCancel={onClose}>
          <Button onClick={look} disabled={yaml.trim() === '' || run.isPending}>
            {run.isPending && !isSeen ? 'Reading…' : 'What would come of it'}
          </Button>
          <Button
            variant="primary"
            onClick={take}
            disabled={!isSeen || seen.result.imported.length === 0 || run.isPending}
          >
            Import {isSeen ? seen.result.imported.length : ''}
          </Button>
        </DialogActions>
      </div>
    </Dialog>
  );
}

function ImportReport({ result }: { result: RuleImport }) {
  return (
    <section aria-label="What would come of it" className="space-y-2">
      <p role="status">
        {result.imported.length} can be taken, {result.refused.length} cannot.
      </p>
      <ul className="max-h-64 divide-y divide-line overflow-y-auto rounded-md border border-line">
        {result.imported.map((rule) => (
          <li key={rule.id} className="px-2 py-1">
            <p className="flex items-center gap-1.5">
              <Shape name={rule.warnings.length > 0 ? 'caution' : 'ok'} size={10} />
              <strong className="font-medium">{rule.id}</strong>
            </p>
            <code className="text-xs [overflow-wrap:anywhere]">{rule.expr}</code>
            {rule.warnings.map((warning) => (
              <p key={warning} className="text-xs text-muted">
                {warning}
              </p>
            ))}
          </li>
        ))}
        {result.refused.map((rule) => (
          <li key={rule.name} className="px-2 py-1">
            <p className="flex items-center gap-1.5">
              <Shape name="warning" size={10} />
              <strong className="font-medium">{rule.name}</strong> not taken
            </p>
            <p className="text-xs text-muted [overflow-wrap:anywhere]">{rule.reason}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
