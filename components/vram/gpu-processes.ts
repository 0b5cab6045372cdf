import { z } from 'zod';

const Processes = z.array(
  z.object({ pid: z.coerce.string(), name: z.string(), usedBytes: z.number().nullable().default(null) }),
);
export type GpuProcessRow = z.infer<typeof Processes>[number];

/** The compute processes of a GPU, where its attributes carry them (`processes`, JSON); null where they do not. */
export function gpuProcesses(attributes: Readonly<Record<string, string>>): readonly GpuProcessRow[] | null {
  const text = attributes.processes;
  if (text === undefined) return null;
  try {
    const parsed = Processes.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
