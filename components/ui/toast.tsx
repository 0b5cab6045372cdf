'use client';

import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from 'react';

type Toast = { readonly id: number; readonly text: string };

const ToastContext = createContext<(text: string) => void>(() => {});

/** Says something short and polite: the one live region of the page. */
export function useToast(): (text: string) => void {
  return useContext(ToastContext);
}

const SHOWN_MS = 5000;

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const nextId = useRef(1);
  const show = useCallback((text: string) => {
    const id = nextId.current++;
    setToasts((shown) => [...shown.slice(-2), { id, text }]);
    setTimeout(() => setToasts((shown) => shown.filter((toast) => toast.id !== id)), SHOWN_MS);
  }, []);
  return (
    <ToastContext value={show}>
      {children}
      <div role="status" className="pointer-events-none fixed right-4 bottom-4 z-50 flex flex-col items-end gap-2">
        {toasts.map((toast) => (
          <p key={toast.id} className="max-w-80 rounded-md border border-line bg-surface px-3 py-2 shadow-lift">
            {toast.text}
          </p>
        ))}
      </div>
    </ToastContext>
  );
}
