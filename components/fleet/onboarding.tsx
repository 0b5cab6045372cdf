import Link from 'next/link';
import { Card } from '#components/ui/card.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';

const YAML = `targets:
  - {name: qwen-a, source: vllm, url: "http://gpu-01:8000/metrics", labels: {host: gpu-01}}
  - {name: gpu-01, source: auto, url: "http://gpu-01:9835/metrics", labels: {host: gpu-01}}
  - {name: local, source: nvidia-smi}
`;

/** Nothing is configured: the next step, as a button and as text to paste. */
export function Onboarding() {
  return (
    <Card title="Nothing is watched yet" className="max-w-2xl">
      <div className="space-y-3 px-3 pb-4">
        <p>
          Give Headroom the metrics page of a vLLM server or of a GPU exporter. It polls, recognises what answers, and
          shows what it could not find.
        </p>
        <p>
          <Link
            href="/targets?add=1"
            className="inline-flex h-8 items-center rounded-md bg-accent px-3 font-medium text-accent-text hover:opacity-90"
          >
            Add a target
          </Link>
        </p>
        <p className="text-muted">
          Or write <code>headroom.yaml</code> and start with <code>--config headroom.yaml</code>:
        </p>
        <div className="relative">
          <pre className="overflow-x-auto rounded-md border border-line bg-sunken p-3 pr-10 font-mono text-xs">
            {YAML}
          </pre>
          <div className="absolute top-1.5 right-1.5">
            <CopyButton text={YAML} label="Copy the example" />
          </div>
        </div>
      </div>
    </Card>
  );
}
