import type { Metadata } from 'next';
import { PlanPage } from '#components/plan/plan-page.tsx';

export const metadata: Metadata = { title: 'Planner' };

export default function Page() {
  return <PlanPage />;
}
